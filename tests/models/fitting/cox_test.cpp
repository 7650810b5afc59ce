// Cox regressions: statsmodels' values, the tape's derivatives, censoring.
// Headers: models/cox_regression.hpp
#include <models/fitting/cox.hpp>

#include "tests/catch.hpp"
#include "tests/models/recorded.hpp"

using namespace grove::models;
using recorded::distance, recorded::matrix;

TEST_CASE("Cox regressions agree with statsmodels", "[fitting]") {
  const Eigen::MatrixXd data = matrix("heart", 4), x = data.leftCols(2);
  const Eigen::VectorXd time = data.col(2), event = data.col(3);
  for (const auto& [ties, name] : {std::pair{Ties::breslow, std::string("cox_breslow")}, {Ties::efron, "cox_efron"}}) {
    const auto fitted = fit(CoxRegression<>{}, x, time, event, {.names = {"age", "third"}, .ties = ties});
    INFO(name);
    CHECK(fitted.converged);
    CHECK(distance(fitted.params.weight, name + " params") < 1e-8);
    CHECK(distance(fitted.standard_errors().weight, name + " errors") < 1e-8);
    CHECK(distance(Eigen::VectorXd::Constant(1, fitted.measures.log_likelihood), name + " likelihood") < 1e-10);
    CHECK(fitted.summary().rows[0].name == "age");
    CHECK(fitted.measures.null_log_likelihood < fitted.measures.log_likelihood);
  }
}

TEST_CASE("without ties the partial likelihood is that of its definition", "[fitting]") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(12, 2);
  const Eigen::VectorXd time = Eigen::VectorXd::LinSpaced(12, 12, 1);
  Eigen::VectorXd event = Eigen::VectorXd::Ones(12);
  event[4] = event[9] = 0;
  const auto fitted = fit(CoxRegression<>{}, x, time, event, {.l2 = 0.3});
  const auto loss = [&](const auto& model) {
    const auto eta = model.logarithms(x);
    auto sum = 0.15 * grove::sum(grove::square(model.weight));
    for (Eigen::Index i = 0; i < 12; ++i)  // the rows at risk are those before i
      if (event[i] == 1) sum = sum + logsumexp(eta.head(i + 1)) - eta[i];
    return sum;
  };
  CHECK(grove::grad(loss)(fitted.params).weight.norm() < 1e-12);
  const Eigen::MatrixXd hessian = grove::hessian(loss)(fitted.params);
  CHECK((hessian * fitted.covariance - Eigen::MatrixXd::Identity(2, 2)).norm() < 1e-10);
}

TEST_CASE("concordance counts the pairs that can be compared", "[fitting]") {
  const CoxRegression<> model{Eigen::VectorXd::Ones(1)};
  const Eigen::MatrixXd x = Eigen::Vector4d(3, 1, 2, 2);
  // Pairs: (0, 1) (0, 2) (0, 3) right, (2, 1) right, (2, 3) even; row 1 is the last, row 3 is censored.
  CHECK(model.concordance(x, Eigen::Vector4d(1, 4, 2, 3), Eigen::Vector4d(1, 1, 1, 0)) == 4.5 / 5);
  CHECK_THROWS_AS(model.concordance(x, Eigen::Vector4d::Ones(), Eigen::Vector4d::Zero()), grove::DataError);
}

TEST_CASE("data that no hazard fits are errors", "[fitting]") {
  const Eigen::MatrixXd x = Eigen::VectorXd::LinSpaced(5, 0, 1);
  const Eigen::VectorXd time = Eigen::VectorXd::LinSpaced(5, 1, 5), event = Eigen::VectorXd::Ones(5);
  const CoxRegression<> model{};
  CHECK_FALSE(fit(model, x, time, event).converged);  // the order is that of the column
  CHECK(fit(model, x, time, event, {.l2 = 0.1}).converged);
  CHECK_THROWS_WITH(fit(model, x, time, Eigen::VectorXd::Zero(5)), "fit: every row is censored");
  CHECK_THROWS_WITH(fit(model, x, time, 2 * event),
                    "fit: event holds 2 in row 0; it must hold 1, or 0 for censored rows");
  CHECK_THROWS_WITH(fit(model, x, time, event.head(4)), "fit: x is 5×1 and y is 4×1: they must have as many rows");
}
