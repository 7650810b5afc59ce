// The gradient of a struct, of a loss with control flow, and derivatives of higher order.
#include <autodiff/derivatives/grad.hpp>
#include <autodiff/derivatives/hessian.hpp>
#include <autodiff/operations/operations.hpp>

#include "smoke.hpp"

template <class T = double>
struct Line {
  grove::Vector<T> weight;
  T bias;
};

int main() {
  const Eigen::MatrixXd x = (Eigen::MatrixXd(3, 2) << 1, 2, 3, 4, 5, 6).finished();
  const Eigen::VectorXd y = Eigen::Vector3d(1, -1, 2);
  const auto loss = [&](const auto& p) {
    return grove::mean(grove::square((x * p.weight).array() + p.bias - y.array()));
  };
  const Line<> at{Eigen::Vector2d(0.5, -1), 0.25};
  const Eigen::VectorXd errors = ((x * at.weight).array() + at.bias - y.array()).matrix();
  const auto [value, grads] = grove::value_and_grad(loss)(at);
  smoke::expect("value", smoke::near(value, errors.squaredNorm() / 3));
  smoke::expect("gradient of a vector", (grads.weight - 2.0 / 3 * x.transpose() * errors).norm() < 1e-12);
  smoke::expect("gradient of a number", smoke::near(grads.bias, 2 * errors.mean()));

  const auto power = [](const auto& a) {
    auto product = a;
    for (int k = 1; k < 5; ++k) product = product * a;
    return product > 0 ? product : -product;
  };
  smoke::expect("a loop and a branch", smoke::near(grove::grad(power)(-2.0), -80));
  smoke::expect("a float", grove::grad(power)(2.0F) == 80.0F);
  smoke::expect("a gradient of a gradient", smoke::near(grove::grad(grove::grad(power))(2.0), 160));

  const auto valley = [](const auto& p) { return square(1 - p[0]) + 100 * square(p[1] - p[0] * p[0]); };
  const Eigen::MatrixXd curvature = grove::hessian(valley)(Eigen::Vector2d(1, 1));
  smoke::expect("Hessian", (curvature - (Eigen::Matrix2d() << 802, -400, -400, 200).finished()).norm() < 1e-9);
  return smoke::failures;
}
