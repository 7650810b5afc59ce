// Mixtures: scikit-learn's maximum, the likelihood's gradient there, starts, errors.
#include <models/fitting/gaussian_mixture.hpp>

#include "tests/catch.hpp"
#include "tests/models/recorded.hpp"

using namespace grove::models;
using recorded::distance, recorded::matrix;

TEST_CASE("mixtures agree with scikit-learn", "[fitting]") {
  const Eigen::MatrixXd iris = matrix("iris", 5), x = iris.leftCols(4);
  GaussianMixture<> start{Eigen::VectorXd::Constant(3, 1.0 / 3), Eigen::MatrixXd(3, 4), {}};
  start.means << x.row(0), x.row(60), x.row(120);
  start.covariances.assign(3, Eigen::MatrixXd::Identity(4, 4));
  const auto fitted = fit(start, x, {.tolerance = 1e-14});
  CHECK(fitted.converged);
  CHECK(distance(fitted.params.weights, "mixture weights") < 1e-5);
  CHECK((fitted.params.means - matrix("mixture means", 4)).norm() < 1e-5);
  const Eigen::MatrixXd covariances = matrix("mixture covariances", 4);
  for (Eigen::Index c = 0; c < 3; ++c)
    CHECK((fitted.params.covariances[static_cast<std::size_t>(c)] - covariances.middleRows(4 * c, 4)).norm() < 1e-5);
  const Eigen::Vector3d measures(fitted.measures.log_likelihood, fitted.measures.aic, fitted.measures.bic);
  CHECK(distance(measures, "mixture measures") < 1e-9);
  const Eigen::MatrixXd shares = fitted.predict(x);
  CHECK((shares.rowwise().sum().array() - 1).abs().maxCoeff() < 1e-14);
  CHECK(fitted.params.classes(x).at(149) == 2);

  // The tape's gradient of the likelihood vanishes, but for what the regularization holds back.
  const auto likelihood = [&](const auto& m) { return grove::sum(m.log_density(x)); };
  const auto [value, grads] = grove::value_and_grad(likelihood)(fitted.params);
  CHECK(value == Approx(fitted.measures.log_likelihood).epsilon(1e-12));
  CHECK(grads.means.norm() < 1e-2);
  CHECK((grads.weights.array() - 150).abs().maxCoeff() < 1e-3);  // n, whatever the component: the sum is fixed
}

TEST_CASE("the errors of one component are those of a mean and a variance", "[fitting]") {
  Eigen::MatrixXd x(2000, 1);
  std::mt19937_64 rng(1);
  for (double& v : x.reshaped()) {  // the sum of twelve uniform numbers is nearly normal, with the variance 1
    v = 0;
    for (int i = 0; i < 12; ++i) v += detail::uniform(rng);
  }
  const auto fitted = fit(make_gaussian_mixture(x, 1), x, {.regularization = 0});
  const double variance = (x.array() - x.mean()).square().mean();
  CHECK(fitted.params.means(0, 0) == Approx(x.mean()).epsilon(1e-12));
  CHECK(fitted.params.covariances[0](0, 0) == Approx(variance).epsilon(1e-12));
  const auto errors = fitted.standard_errors();
  CHECK(errors.means(0, 0) == Approx(std::sqrt(variance / 2000)).epsilon(0.05));
  CHECK(errors.covariances[0](0, 0) == Approx(variance * std::sqrt(2.0 / 2000)).epsilon(0.1));
  CHECK(errors.weights[0] == 0);
  CHECK(fitted.summary().rows[0].note == "fixed");
}

TEST_CASE("a start takes rows far from each other, and what does not fit is an error", "[fitting]") {
  const Eigen::MatrixXd x = (Eigen::VectorXd(6) << 0, 0.1, 0.2, 10, 10.1, 10.2).finished();
  const auto start = make_gaussian_mixture(x, 2, 3);
  CHECK(std::abs(start.means(0, 0) - start.means(1, 0)) > 9);
  const auto fitted = fit(start, x);
  CHECK(std::fmin(fitted.params.means(0, 0), fitted.params.means(1, 0)) == Approx(0.1));
  CHECK(fitted.params.classes(x)[0] != fitted.params.classes(x)[5]);
  CHECK_THROWS_WITH(make_gaussian_mixture(x, 7), "make_gaussian_mixture: components must lie in [1, 6], got 7");
  CHECK_THROWS_WITH(start.log_density(Eigen::MatrixXd(1, 2)), "gaussian_mixture: means of 1 columns and data of 2");
  GaussianMixture<> odd = start;
  odd.covariances.pop_back();
  CHECK_THROWS_WITH(fit(odd, x), "fit: the mixture has 2 weights, 2 means and 1 covariances");
}
