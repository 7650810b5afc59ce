// Fits of generalized linear regressions: statsmodels' and scikit-learn's values, derivatives by the tape, the edges.
// Headers: models/{multinomial_regression,negative_binomial_regression,poisson_regression}.hpp
// Headers: models/fitting/multinomial.hpp
#include <models/fitting/generalized_linear.hpp>

#include "models/fitting/multinomial.hpp"
#include "optim/losses/classification.hpp"
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
Eigen::VectorXd together(std::initializer_list<double> numbers) {
  return Eigen::Map<const Eigen::VectorXd>(numbers.begin(), static_cast<Eigen::Index>(numbers.size()));
}

}  // namespace

TEST_CASE("logistic regressions agree with statsmodels and scikit-learn", "[fitting]") {
  const Eigen::MatrixXd data = matrix("spector", 4), x = data.leftCols(3);
  const Eigen::VectorXd y = data.col(3);
  const LogisticRegression<> model{};
  const auto fitted = fit(model, x, y);
  CHECK(fitted.converged);
  CHECK(distance(params(fitted), "logit params") < 1e-9);
  CHECK(distance(errors(fitted), "logit errors") < 1e-9);
  const auto table = fitted.summary();
  const double mc_fadden = 1 - table.log_likelihood / table.null_log_likelihood;
  CHECK(distance(together({table.log_likelihood, table.null_log_likelihood, mc_fadden, table.aic, table.bic}),
                 "logit measures") < 1e-9);
  CHECK(table.rows[0].p == Approx(std::erfc(table.rows[0].t / std::sqrt(2.0))));
  CHECK(fitted.score(x, y) == 26.0 / 32);
  // The tape agrees that this is the minimum.
  const auto grads = grove::grad(log_loss)(fitted.params, x, y);
  CHECK(grove::tree::flatten(grads).norm() < 1e-12);

  Eigen::VectorXd weights(32);
  for (Eigen::Index i = 0; i < 32; ++i) weights[i] = 1.0 + static_cast<double>(i % 3);
  const auto weighted = fit(model, x, y, {.weights = weights});
  CHECK(distance(params(weighted), "logit_weighted params") < 1e-9);
  CHECK(distance(errors(weighted), "logit_weighted errors") < 1e-9);
  CHECK(distance(params(fit(model, x, y, {.l2 = 2})), "logit_l2 params") < 1e-8);
  // Units and origins of the columns play no part.
  const auto moved = fit(model, (x.array() * 1e-6 + 1e3).matrix().eval(), y);
  CHECK(moved.params.weight[1] * 1e-6 == Approx(fitted.params.weight[1]).epsilon(1e-5));
}

TEST_CASE("regressions of counts agree with statsmodels and scikit-learn", "[fitting]") {
  const Eigen::MatrixXd data = matrix("randhie", 6), x = data.leftCols(5);
  const Eigen::VectorXd y = data.col(5);
  const PoissonRegression<> poisson{};
  const auto fitted = fit(poisson, x, y, {.names = {"lncoins", "idp", "physlm", "disea", "hlthg"}});
  CHECK(distance(params(fitted), "poisson params") < 1e-9);
  CHECK(distance(errors(fitted), "poisson errors") < 1e-9);
  const auto& m = fitted.measures;
  CHECK(distance(together({m.log_likelihood, m.aic, m.deviance, m.null_deviance}), "poisson measures") < 1e-10);
  CHECK(fitted.score(x, y) == Approx(1 - m.deviance / m.null_deviance).epsilon(1e-10));
  CHECK(fitted.predict(x).matrix().sum() == Approx(y.sum()).epsilon(1e-10));
  const Eigen::VectorXd exposure = (1 + x.col(1).array()).log();
  CHECK(distance(params(fit(poisson, x, y, {.offset = exposure})), "poisson_exposure params") < 1e-9);
  CHECK(distance(params(fit(poisson, x, y, {.l2 = 0.1 * 500})), "poisson_l2 params") < 1e-6);

  const auto spread = fit(NegativeBinomialRegression<>{}, x, y);
  CHECK(spread.converged);
  CHECK(distance(params(spread), "negative_binomial params") < 1e-6);
  CHECK(distance(errors(spread), "negative_binomial errors") < 1e-6);
  CHECK(distance(together({spread.measures.log_likelihood, spread.measures.aic}), "negative_binomial measures") <
        1e-10);
  CHECK(spread.summary().rows.back().name == "dispersion");
  CHECK(spread.score(x, y) > 0.05);
}

TEST_CASE("multinomial regressions agree with statsmodels and scikit-learn", "[fitting]") {
  const Eigen::MatrixXd data = matrix("anes96", 4), x = data.leftCols(3);
  const std::vector<int> labels(data.col(3).begin(), data.col(3).end());
  const auto fitted = fit(MultinomialRegression<>{}, x, labels, {.names = {"selfLR", "age", "educ"}});
  CHECK(fitted.converged);
  const auto of_others = [](const MultinomialRegression<>& m) {
    Eigen::MatrixXd rows(4, 2);
    rows << m.weight.rightCols(2), m.bias.tail(2);
    return Eigen::VectorXd(rows.reshaped<Eigen::RowMajor>());
  };
  CHECK(distance(of_others(fitted.params), "mnlogit params") < 1e-8);
  CHECK(distance(of_others(fitted.standard_errors()), "mnlogit errors") < 1e-8);
  CHECK(distance(together({fitted.measures.log_likelihood, fitted.measures.null_log_likelihood, fitted.measures.aic}),
                 "mnlogit measures") < 1e-10);
  CHECK(fitted.summary().rows[0].note == "fixed");
  CHECK(fitted.summary().rows[4].name == "age -> 1");
  const Eigen::MatrixXd p = fitted.predict(x);
  CHECK((p.rowwise().sum().array() - 1).abs().maxCoeff() < 1e-14);
  CHECK(log_loss(labels, p) * 300 == Approx(-fitted.measures.log_likelihood).epsilon(1e-12));
  CHECK(fitted.score(x, labels) == accuracy(labels, fitted.params.classes(x)));

  const Eigen::MatrixXd iris = matrix("iris", 5);
  const std::vector<int> species(iris.col(4).begin(), iris.col(4).end());
  const auto ridge = fit(MultinomialRegression<>{}, iris.leftCols(4), species, {.l2 = 1});
  Eigen::MatrixXd rows(5, 3);
  rows << ridge.params.weight, ridge.params.bias;
  CHECK((rows - matrix("softmax_l2 params", 3)).norm() < 1e-6);
  CHECK(ridge.score(iris.leftCols(4), species) == 146.0 / 150);
  // In a loss the tape sees that this is the minimum, and that the Hessian is the inverse of the covariance.
  const auto loss = [&](const auto& m) {
    return grove::sum(grove::optim::losses::softmax_cross_entropy_with_integer_labels(m.logits(iris.leftCols(4).eval()),
                                                                                      species)) +
           0.5 * grove::sum(grove::square(m.weight));
  };
  CHECK(grove::tree::flatten(grove::grad(loss)(ridge.params)).norm() < 1e-8);
  const Eigen::MatrixXd hessian = grove::hessian(loss)(ridge.params);
  CHECK((hessian * ridge.covariance * hessian - hessian).norm() < 1e-8 * hessian.norm());
}

TEST_CASE("likelihoods and their derivatives are those of the tape", "[fitting]") {
  using Family = detail::NegativeBinomialFamily;
  for (const double y : {0.0, 3.0, 70.0}) {
    const auto likelihood = [y](const auto& p) {
      const auto r = exp(-p[1]), mu = exp(p[0]);
      return lgamma(r) + std::lgamma(y + 1) - lgamma(r + y) - y * log(mu / (mu + r)) - r * log(r / (mu + r));
    };
    const Eigen::Vector2d at(0.7, -0.4);
    const auto [value, slopes] = grove::value_and_grad(likelihood)(at);
    const Eigen::MatrixXd curvatures = grove::hessian(likelihood)(at);
    const auto terms = Family::terms(at[0], y, std::exp(at[1]));
    CHECK(terms.value == Approx(value).epsilon(1e-12));
    CHECK(terms.slope == Approx(slopes[0]).epsilon(1e-12));
    CHECK(terms.extra_slope == Approx(slopes[1]).epsilon(1e-10));
    CHECK(terms.curvature == Approx(curvatures(0, 0)).epsilon(1e-12));
    CHECK(terms.mixed == Approx(curvatures(0, 1)).epsilon(1e-10));
    CHECK(terms.extra_curvature == Approx(curvatures(1, 1)).epsilon(1e-10));
  }
}

TEST_CASE("a fit that has no finite params says so", "[fitting]") {
  const Eigen::MatrixXd x = Eigen::VectorXd::LinSpaced(8, -1, 1);
  const Eigen::VectorXd step = (x.col(0).array() > 0).cast<double>();
  const auto separated = fit(LogisticRegression<>{}, x, step);
  CHECK_FALSE(separated.converged);
  CHECK(separated.summary().warnings.front() ==
        "the model fits every observation: its params grow without end; give a penalty l2");
  CHECK(fit(LogisticRegression<>{}, x, step, {.l2 = 1}).converged);
  const Eigen::VectorXd even = Eigen::VectorXd::Constant(8, 3);
  CHECK(fit(NegativeBinomialRegression<>{}, x, even).summary().warnings.front() ==
        "the counts vary no more than Poisson's: the dispersion is 0; fit a PoissonRegression");
  CHECK(fit(PoissonRegression<>{}, x, even).params.bias == Approx(std::log(3.0)));
}

TEST_CASE("responses of the wrong kind are errors", "[fitting]") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(4, 1);
  const LogisticRegression<> logistic{};
  const PoissonRegression<> poisson{};
  CHECK_THROWS_WITH(fit(logistic, x, Eigen::Vector4d(0, 1, 2, 0)),
                    "fit: y holds 2 in row 2; it must hold labels that are 0 or 1");
  CHECK_THROWS_WITH(fit(poisson, x, Eigen::Vector4d(0, 1, 2, -1)),
                    "fit: y holds -1 in row 3; it must hold counts 0, 1, 2, …");
  CHECK_THROWS_WITH(fit(logistic, x, Eigen::Vector4d::Ones()), "fit: every y is 1, so no finite bias is the best");
  CHECK_THROWS_WITH(fit(poisson, x, Eigen::Vector4d::Zero()), "fit: every y is 0, so no finite bias is the best");
  CHECK_THROWS_WITH(fit(poisson, x, Eigen::Vector3d::Zero()),
                    "fit: x is 4×1 and y is 3×1: they must have as many rows");
  CHECK_THROWS_WITH(fit(MultinomialRegression<>{}, x, {0, 2, 2, 0}), "fit: no row is of class 1 of 3");
  CHECK_THROWS_WITH(fit(MultinomialRegression<>{}, x, {0, 1, 1}),
                    "fit: x is 4×1 and y is 3×1: they must have as many rows");
  const PoissonRegression<> model{Eigen::VectorXd::Ones(2), 0};
  CHECK_THROWS_AS(model(x), grove::ShapeError);
  CHECK_THROWS_AS(model.score(Eigen::MatrixXd(4, 2), Eigen::VectorXd::Ones(3)), grove::ShapeError);
}
