// Hessians from the same loss: Newton's method, and how sure a fit is of its parameters.
#include <cmath>
#include <random>

#include <fmt/format.h>
#include <Eigen/Cholesky>

#include <grove/autodiff.hpp>
#include <grove/models.hpp>

using grove::models::ExponentialDecay;
using grove::models::mean_squared_error;

int main() {
  // Newton's method goes down Rosenbrock's valley in a handful of steps.
  const grove::models::Rosenbrock valley;
  Eigen::Vector2d x = valley.start();
  for (int step = 0; step < 8; ++step) {
    x -= grove::hessian(valley)(x).ldlt().solve(grove::grad(valley)(x));
    fmt::print("step {}: ({:.9f}, {:.9f}), f = {:.1e}\n", step, x[0], x[1], valley(x));
  }

  // A fit's standard errors: the inverse Hessian of the loss at its minimum, scaled by the noise.
  const ExponentialDecay<> truth{.amplitude = 5.0, .rate = 0.8, .offset = 1.0};
  std::mt19937_64 rng(2);
  std::normal_distribution<double> noise(0, 0.02);
  const Eigen::Index n = 80;
  const Eigen::VectorXd t = Eigen::VectorXd::LinSpaced(n, 0, 6);
  const Eigen::VectorXd y = truth(t) + Eigen::ArrayXd::NullaryExpr(n, [&] { return noise(rng); });
  ExponentialDecay<> params = truth;
  for (int step = 0; step < 8; ++step) {
    const Eigen::VectorXd gradient = grove::tree::flatten(grove::grad(mean_squared_error)(params, t, y));
    const Eigen::VectorXd newton = grove::hessian(mean_squared_error)(params, t, y).ldlt().solve(gradient);
    params = grove::tree::sub(params, grove::tree::unflatten(newton, params));
  }
  const double variance = mean_squared_error(params, t, y) * static_cast<double>(n) / static_cast<double>(n - 3);
  const Eigen::MatrixXd curvature = grove::hessian(mean_squared_error)(params, t, y) * (static_cast<double>(n) / 2);
  const Eigen::VectorXd errors = (variance * curvature.inverse().diagonal()).cwiseSqrt();
  fmt::print("amplitude {:.3f} ± {:.3f}, rate {:.4f} ± {:.4f}, offset {:.4f} ± {:.4f}\n", params.amplitude, errors[0],
             params.rate, errors[1], params.offset, errors[2]);

  const bool within = std::abs(params.rate - truth.rate) < 3 * errors[1];
  return (x - Eigen::Vector2d(1, 1)).norm() < 1e-9 && within ? 0 : 1;
}
