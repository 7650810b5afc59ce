// Many params: JᵀJ, and products with the Jacobian alone; residuals and params that are trees; float.
// Headers: optim/least_squares/matrix_free.hpp
#include <Eigen/Cholesky>
#include <cmath>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "optim/least_squares/least_squares.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Catch::Matchers::WithinAbs;

namespace {

/// A curve and what is added to it.
struct Smooth {
  Eigen::VectorXd curve;
  double offset;
};

/// Misfit and roughness.
template <class T>
struct Parts {
  std::vector<T> misfit, roughness;
};

/// Noise to be removed: misfit exp(curve) + offset - y and differences of neighbours.
constexpr auto smooth = [](const auto& p, const Eigen::VectorXd& y) {
  const auto& [curve, offset] = p;
  Parts<grove::scalar_t<std::remove_cvref_t<decltype(p)>>> parts;
  for (Eigen::Index i = 0; i < y.size(); ++i) {
    parts.misfit.push_back(exp(curve(i)) + offset - y(i));
    if (i > 0) parts.roughness.push_back(3.0 * (curve(i) - curve(i - 1)));
  }
  return parts;
};

Eigen::VectorXd noisy(Eigen::Index n) {
  Eigen::VectorXd y(n);
  for (Eigen::Index i = 0; i < n; ++i) y(i) = 2 + std::sin(0.02 * double(i)) + 0.2 * std::sin(17.0 * double(i * i));
  return y;
}

}  // namespace

TEST_CASE("Conjugate gradients, JᵀJ and QR find the same curve", "[least_squares]") {
  const Eigen::VectorXd y = noisy(24);
  const Smooth start{Eigen::VectorXd::Zero(24), 0.1};
  const LeastSquaresOptions options{.fixed = [](const grove::tree::Path& p) { return p == "offset"; }};
  const auto by_qr = least_squares(smooth, start, options, y);
  REQUIRE(by_qr.converged());
  CHECK(by_qr.solver == LinearSolver::svd);
  const auto& [misfit, roughness] = by_qr.residuals;
  CHECK(misfit.size() == 24);
  CHECK(roughness.size() == 23);
  CHECK(by_qr.params.offset == 0.1);
  LeastSquaresOptions normal = options;
  normal.solver = LinearSolver::normal;
  const auto by_normal = least_squares(smooth, start, normal, y);
  CHECK((by_normal.params.curve - by_qr.params.curve).norm() < 1e-9);
  CHECK((by_normal.standard_errors().curve - by_qr.standard_errors().curve).norm() < 1e-9);
  const auto by_products = least_squares(matrix_free(smooth), start, options, y);
  CHECK(by_products.converged());
  CHECK(by_products.solver == LinearSolver::conjugate_gradients);
  CHECK((by_products.params.curve - by_qr.params.curve).norm() < 1e-7);
  CHECK_THROWS_WITH(by_products.standard_errors(),
                    "covariance: the fit has no Jacobian (it was matrix-free); fit with "
                    "LinearSolver::svd or normal, from a good start");
  // Within bounds, weighed, and with a robust loss.
  LeastSquaresOptions bound{.loss = huber(0.1),
                            .weights = Parts<double>{std::vector<double>(24, 2), std::vector<double>(23, 1)},
                            .lower = {{"curve", 0.4}},
                            .upper = {{"curve", 0.9}}};
  bound.fixed = options.fixed;
  const Smooth inside{Eigen::VectorXd::Constant(24, 0.5), 0.1};
  const auto bounded = least_squares(smooth, inside, bound, y);
  const auto bounded_products = least_squares(matrix_free(smooth), inside, bound, y);
  CHECK(bounded.converged());
  CHECK(bounded.params.curve.minCoeff() >= 0.4);
  CHECK(bounded.params.curve.maxCoeff() == 0.9);
  CHECK(bounded_products.params.curve.maxCoeff() <= 0.9);
  CHECK((bounded_products.params.curve - bounded.params.curve).norm() < 1e-4);
}

TEST_CASE("Hundreds of params need no Jacobian", "[least_squares]") {
  const Eigen::VectorXd y = noisy(500);
  const auto fit = least_squares(matrix_free(smooth), Smooth{Eigen::VectorXd::Zero(500), 0.0},
                                 {.fixed = [](const grove::tree::Path& p) { return p == "offset"; }}, y);
  CHECK(fit.converged());
  // The gradient vanishes, by differentiation of the cost.
  const auto cost = [](const auto& p, const Eigen::VectorXd& data) {
    const auto& [misfit, roughness] = smooth(p, data);
    grove::scalar_t<std::remove_cvref_t<decltype(p)>> sum = 0;
    for (const auto& r : misfit) sum += 0.5 * r * r;
    for (const auto& r : roughness) sum += 0.5 * r * r;
    return sum;
  };
  const auto [value, gradient] = grove::value_and_grad(cost)(fit.params, y);
  CHECK_THAT(value, Catch::Matchers::WithinRel(fit.cost, 1e-12));
  CHECK(gradient.curve.norm() < 1e-6);
}

TEST_CASE("More than 128 params go through JᵀJ, a line of floats through QR", "[least_squares]") {
  const Eigen::VectorXd y = noisy(129);
  const auto fit = least_squares(smooth, Smooth{Eigen::VectorXd::Zero(129), 0.0}, {.max_steps = 2}, y);
  CHECK(fit.steps == 2);
  CHECK(fit.solver == LinearSolver::normal);

  const Eigen::Vector4f x(0, 1, 2, 3), line(1, 3, 5, 7);
  const auto residuals = [](const auto& p, const Eigen::Vector4f& at, const Eigen::Vector4f& data) {
    return p(0) + p(1) * at.array() - data.array();
  };
  const auto floats = least_squares(residuals, Eigen::Vector2f(0, 0), {}, x, line);
  static_assert(std::is_same_v<decltype(floats.residuals), Eigen::Array4f>);
  CHECK(floats.converged());
  CHECK_THAT(double(floats.params(0)), WithinAbs(1, 1e-5));
  CHECK_THAT(double(floats.params(1)), WithinAbs(2, 1e-5));
}

TEST_CASE("A single residual of many params takes reverse mode", "[least_squares]") {
  const auto residual = [](const auto& p) { return p.squaredNorm() - 4.0; };
  const auto fit = least_squares(residual, Eigen::VectorXd(Eigen::VectorXd::LinSpaced(20, 1, 2)));
  CHECK(fit.converged());
  CHECK_THAT(fit.params.norm(), WithinAbs(2, 1e-12));
}
