// Gaussian processes: scikit-learn's likelihoods and predictions, derivatives, noise.
// Headers: models/kernels.hpp
#include <models/fitting/gaussian_process.hpp>

#include "tests/catch.hpp"
#include "tests/models/recorded.hpp"

using namespace grove::models;
using recorded::distance, recorded::matrix, recorded::vector;

namespace {
const auto kernel = SquaredExponential<>{std::log(0.5), std::log(2.0)} + WhiteNoise<>{std::log(0.1)};
}

TEST_CASE("processes agree with scikit-learn", "[fitting]") {
  const Eigen::MatrixXd data = matrix("process data", 2), x = data.leftCols(1);
  const Eigen::VectorXd y = data.col(1);
  const auto likelihood = [&](const auto& k) { return log_marginal_likelihood(k, x, y); };
  const auto [value, grads] = grove::value_and_grad(likelihood)(kernel);
  Eigen::VectorXd found(4);
  found << value, grove::tree::flatten(grads);
  CHECK(distance(found, "process likelihood") < 1e-10);
  CHECK(log_marginal_likelihood(kernel, x, y) == Approx(value).epsilon(1e-14));

  const Eigen::MatrixXd places = Eigen::Vector4d(-10, 0.5, 3.3, 12);
  const auto fixed = fit(kernel, x, y, {.max_steps = 0});
  const auto [mean, deviation, with_noise] = fixed.predict(places);
  CHECK(distance(mean, "process mean") < 1e-10);
  CHECK(distance(with_noise, "process deviation") < 1e-10);
  CHECK((deviation.square() + 0.1 - with_noise.square()).abs().maxCoeff() < 1e-14);

  const auto best = fit(kernel, x, y);
  CHECK(best.fitted.converged);
  found << best.fitted.measures.log_likelihood, grove::tree::flatten(best.kernel());
  CHECK(distance(found, "process best") < 1e-6);
  const Eigen::MatrixXd hessian = grove::hessian(likelihood)(best.kernel());
  CHECK((-hessian * best.fitted.covariance - Eigen::MatrixXd::Identity(3, 3)).norm() < 1e-6);
  CHECK(best.summary().rows[1].name == "first.log_length");
  CHECK(best.score(x, y) > 0.5);
}

TEST_CASE("kernels are what their formulas say", "[fitting]") {
  const Eigen::MatrixXd a = (Eigen::MatrixXd(2, 2) << 0, 0, 3, 4).finished(), b = Eigen::MatrixXd::Zero(1, 2);
  const auto at = [&](const auto& k) { return Eigen::ArrayXXd(k(a, b, false))(1, 0); };  // of points 5 apart
  const double s = std::sqrt(5.0) * 5 / 2;
  CHECK(at(Matern52<>{0, std::log(2.0)}) == Approx((1 + s + s * s / 3) * std::exp(-s)));
  const double turn = std::sin(std::acos(-1.0) * 5 / 3);
  CHECK(at(Periodic<>{std::log(2.0), 0, std::log(3.0)}) == Approx(2 * std::exp(-2 * turn * turn)));
  CHECK(at(Periodic<>{0, 0, std::log(3.0)} * SquaredExponential<>{0, std::log(5.0)}) ==
        Approx(std::exp(-2 * turn * turn - 0.5)));
  CHECK(Eigen::ArrayXXd(WhiteNoise<>{0}(a, a, true)).isApprox(Eigen::MatrixXd::Identity(2, 2).array()));
  CHECK((Eigen::ArrayXXd(WhiteNoise<>{0}(a, a, false)) == 0).all());
}

TEST_CASE("a process without noise goes through its data, and says what it cannot", "[fitting]") {
  const Eigen::MatrixXd x = Eigen::Vector4d(0, 1, 2, 3);
  const Eigen::VectorXd y = Eigen::Vector4d(3, 1, 4, 1);
  const auto exact = fit(SquaredExponential<>{0, 0}, x, y, {.mean = y.mean(), .max_steps = 0});
  CHECK((exact.predict(x).mean - y.array()).abs().maxCoeff() < 1e-12);
  CHECK(exact.predict(x).deviation.maxCoeff() < 1e-7);
  CHECK(exact.predict(Eigen::MatrixXd::Constant(1, 1, 1e3)).mean[0] == Approx(y.mean()));
  CHECK_THROWS_WITH(exact.predict(Eigen::MatrixXd(1, 2)), "kernel: points of 1 and of 2 columns");
  CHECK_THROWS_WITH(fit(kernel, x, y.head(3)), "fit: x is 4×1 and y is 3×1: they must have as many rows");
  const Eigen::MatrixXd twice = Eigen::Vector4d(0, 0, 1, 1);
  CHECK_THROWS_AS(fit(SquaredExponential<>{0, 0}, twice, y), grove::Error);
}
