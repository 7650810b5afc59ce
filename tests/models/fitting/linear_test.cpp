// Fits of linear regressions and polynomials: statsmodels', scikit-learn's and certified values.
// Headers: models/{dense_layer,mean_squared_error}.hpp
// Headers: models/fitting/{fitted,polynomial,regression_options}.hpp
#include <models/fitting/linear.hpp>

#include "models/fitting/polynomial.hpp"
#include "models/mean_squared_error.hpp"
#include "tests/catch.hpp"
#include "tests/models/recorded.hpp"

using namespace grove::models;
using recorded::distance, recorded::matrix, recorded::vector;

namespace {

template <class Model>
Eigen::VectorXd params(const Fitted<Model>& fitted) {
  return grove::tree::flatten(fitted.params);
}
template <class Model>
Eigen::VectorXd errors(const Fitted<Model>& fitted) {
  return grove::tree::flatten(fitted.standard_errors());
}

}  // namespace

TEST_CASE("linear regressions agree with statsmodels", "[fitting]") {
  const Eigen::MatrixXd x = matrix("diabetes x", 10);
  const Eigen::VectorXd y = vector("diabetes y");
  for (const std::string name : {"ols", "wls"}) {
    RegressionOptions options;
    if (name == "wls") options.weights = x.col(0) / 40;
    const auto fitted = fit(LinearRegression<>{}, x, y, options);
    CHECK(distance(params(fitted), name + " params") < 1e-9);
    CHECK(distance(errors(fitted), name + " errors") < 1e-10);
    const auto table = fitted.summary(0.9);
    Eigen::VectorXd p(11), ends(22);
    for (Eigen::Index i = 0; i < 11; ++i) {
      p[i] = table.rows[static_cast<std::size_t>(i)].p;
      ends.segment<2>(2 * i) << table.rows[static_cast<std::size_t>(i)].low,
          table.rows[static_cast<std::size_t>(i)].high;
    }
    CHECK(distance(p, name + " p") < 1e-8);
    CHECK(distance(ends, name + " intervals") < 1e-8);
    const Eigen::VectorXd measures = (Eigen::VectorXd(5) << table.r_squared, table.residual_standard_error,
                                      table.log_likelihood, table.aic, table.bic)
                                         .finished();
    CHECK(distance(measures, name + " measures") < 1e-12);
    if (name == "ols") CHECK(fitted.score(x, y) == Approx(table.r_squared).epsilon(1e-12));
  }
  const auto ridge = fit(LinearRegression<>{}, x, y, {.weights = x.col(0) / 40, .l2 = 50});
  CHECK(distance(params(ridge), "ridge params") < 1e-9);
  CHECK(std::isnan(ridge.measures.aic));
}

TEST_CASE("the errors of a ridge regression are those of a prior", "[fitting]") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(9, 2),
                        with_ones = (Eigen::MatrixXd(9, 3) << x, Eigen::VectorXd::Ones(9)).finished();
  const Eigen::VectorXd y = Eigen::VectorXd::Random(9), w = Eigen::VectorXd::LinSpaced(9, 0.5, 2);
  const auto fitted = fit(LinearRegression<>{}, x, y, {.weights = w, .l2 = 0.7});
  const Eigen::MatrixXd hessian =
      with_ones.transpose() * w.asDiagonal() * with_ones + Eigen::MatrixXd(Eigen::Vector3d(0.7, 0.7, 0).asDiagonal());
  const Eigen::VectorXd r = y - with_ones * params(fitted);
  CHECK((hessian * params(fitted) - with_ones.transpose() * w.cwiseProduct(y)).norm() < 1e-13);
  const double s2 = r.cwiseAbs2().dot(w) / 6;
  CHECK((fitted.covariance - s2 * hessian.inverse()).norm() < 1e-13);
}

TEST_CASE("certified ill-conditioned data keep their digits", "[fitting]") {
  const Eigen::MatrixXd data = matrix("longley", 7);
  const auto fitted = fit(LinearRegression<>{}, data.leftCols(6), data.col(6));
  CHECK(distance(params(fitted), "longley params") < 1e-7);
  CHECK(distance(errors(fitted), "longley errors") < 1e-7);
  // NIST's certified values.
  CHECK(fitted.params.bias == Approx(-3482258.63459582).epsilon(1e-9));
  CHECK(fitted.standard_errors().bias == Approx(890420.383607373).epsilon(1e-9));
  CHECK(fitted.params.weight[5] == Approx(1829.15146461355).epsilon(1e-9));

  const Eigen::VectorXd years = data.col(5).array() - 1954;
  const auto cubic = fit(Polynomial<>{Eigen::VectorXd(4)}, years, data.col(6));
  CHECK(distance(params(cubic), "cubic params") < 1e-9);
  CHECK(distance(errors(cubic), "cubic errors") < 1e-9);
  CHECK(cubic.score(years, data.col(6)) == Approx(cubic.measures.r_squared).epsilon(1e-12));
}

TEST_CASE("several outputs are several regressions", "[fitting]") {
  const Eigen::MatrixXd x = matrix("diabetes x", 10);
  Eigen::MatrixXd y(x.rows(), 2);
  y << vector("diabetes y"), x.col(9);
  const auto fitted = fit(DenseLayer<>{}, x.leftCols(5), y, {.names = {"age", "sex", "bmi", "bp", "s1"}});
  CHECK(distance(params(fitted), "two_outputs params") < 1e-9);
  const auto second = fit(LinearRegression<>{}, x.leftCols(5), Eigen::VectorXd(y.col(1)));
  CHECK((fitted.standard_errors().weight.col(1) - second.standard_errors().weight).norm() < 1e-12);
  CHECK(fitted.standard_errors().bias[1] == Approx(second.standard_errors().bias).epsilon(1e-12));
  CHECK(fitted.names[0] == "age -> 0");
  CHECK(fitted.names[9] == "s1 -> 1");
  CHECK(fitted.names[11] == "bias(1)");
  CHECK(fitted.score(x.leftCols(5), y) == Approx(fitted.measures.r_squared).epsilon(1e-12));
  // The model predicts in a loss, too, where its gradient is zero.
  const auto grads = grove::grad(mean_squared_error)(fitted.params, x.leftCols(5).eval(), y);
  CHECK(grads.weight.norm() < 1e-9);
}

TEST_CASE("a summary is a table by name", "[fitting]") {
  const Eigen::MatrixXd x = (Eigen::MatrixXd(5, 1) << 1, 2, 3, 4, 5).finished();
  const Eigen::VectorXd y = (Eigen::VectorXd(5) << 2, 4.5, 5.5, 8, 10.5).finished();
  CHECK(fit(LinearRegression<>{}, x, y, {.names = {"dose"}}).summary().string() ==
        "      estimate  std. error       t        p  95 % interval\n"
        "dose      2.05        0.15    13.7  0.00085        1.57263  2.52737\n"
        "bias     -0.05       0.497  -0.101     0.93       -1.63325  1.53325\n"
        "5 residuals, 3 degrees of freedom, residual standard error 0.474342, R² 0.984192\n"
        "log-likelihood -2.0884914, AIC 8.1769828, BIC 7.3958587\n"
        "cost 0.3375: solved in closed form");
  const auto exact = fit(LinearRegression<>{}, x, Eigen::VectorXd(2 * x.col(0))).summary();
  CHECK(exact.exact);
  CHECK(std::isnan(exact.rows[0].t));
  CHECK(exact.rows[1].note.empty());
}

TEST_CASE("data that fit nothing are errors", "[fitting]") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(6, 2);
  const Eigen::VectorXd y = Eigen::VectorXd::Random(6);
  const LinearRegression<> line{};
  CHECK_THROWS_WITH(fit(line, x, y.head(5)), "fit: x is 6×2 and y is 5×1: they must have as many rows");
  CHECK_THROWS_WITH(fit(line, x, y, {.names = {"a"}}), "fit: x has 2 columns and 1 names");
  CHECK_THROWS_WITH(fit(line, x, y, {.weights = y.head(3)}), "fit: x has 6 rows, weights has 3");
  CHECK_THROWS_WITH(fit(line, x, y, {.weights = Eigen::VectorXd::Constant(6, -1)}), "fit: a weight is -1, below 0");
  CHECK_THROWS_WITH(fit(line, x, y, {.l2 = -1}), "fit: l2 must not be negative, got -1");
  CHECK_THROWS_AS(fit(line, Eigen::MatrixXd::Ones(6, 2), y), grove::DataError);
  CHECK_THROWS_AS(fit(Polynomial<>{}, x.col(0), y), grove::HyperparameterError);
  CHECK_THROWS_WITH(fit(line, Eigen::MatrixXd(6, 0), y), "fit: x has no columns");
  CHECK_THROWS_WITH(fit(line, Eigen::MatrixXd(0, 2), Eigen::VectorXd()), "fit: x has no rows");
  CHECK(std::isnan(fit(line, x, Eigen::VectorXd::Ones(6)).measures.r_squared));
  CHECK(fit(line, x.cast<float>(), y).params.bias == Approx(fit(line, x, y).params.bias).epsilon(1e-5));
  const auto exact = fit(line, x.topRows(3), y.head(3));
  CHECK(std::isnan(exact.standard_errors().bias));
  CHECK(exact.summary().warnings.front() == "no degrees of freedom are left, so no errors are known");
  CHECK_THROWS_WITH(exact.predict(Eigen::MatrixXd(4, 3)), "matmul: (4×3)·(2×1): inner dimensions 3 and 2 differ");
}
