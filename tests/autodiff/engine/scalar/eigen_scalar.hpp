// Eigen's own algorithms on matrices of variables.
#pragma once

#include <Eigen/Dense>

#include "autodiff/derivatives/grad.hpp"
#include "tests/catch.hpp"

namespace grove_test {

using V = grove::Var<double>;
using MatrixXv = Eigen::Matrix<V, Eigen::Dynamic, Eigen::Dynamic>;
using VectorXv = Eigen::Matrix<V, Eigen::Dynamic, 1>;

template <int R = Eigen::Dynamic, int C = Eigen::Dynamic, class X>
Eigen::Matrix<V, R, C> variables(const X& x) {
  Eigen::Matrix<V, R, C> m(x.rows(), x.cols());
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    for (Eigen::Index i = 0; i < x.rows(); ++i) m(i, j) = x(i, j);
  }
  return m;
}

inline Eigen::MatrixXd eigen_sample(Eigen::Index n) {
  Eigen::MatrixXd a(n, n);
  for (Eigen::Index j = 0; j < n; ++j) {
    for (Eigen::Index i = 0; i < n; ++i)
      a(i, j) = std::sin(1.7 * double(i) + 2.9 * double(j) + 0.8 * double(i * j)) + (i == j ? double(i) + 3 : 0.0);
  }
  return a;
}

/// The gradient of f, checked by central differences.
template <class F>
Eigen::MatrixXd checked_gradient(const F& f, const Eigen::MatrixXd& a) {
  const Eigen::MatrixXd g = grove::grad(f)(a);
  Eigen::MatrixXd numeric = a;
  for (Eigen::Index k = 0; k < a.size(); ++k) {
    Eigen::MatrixXd up = a, down = a;
    up.data()[k] += 1e-5;
    down.data()[k] -= 1e-5;
    numeric.data()[k] = (grove::evaluate(f, up) - grove::evaluate(f, down)) / 2e-5;
  }
  CHECK((g - numeric).norm() < 1e-7 * (1 + numeric.norm()));
  return g;
}

/// ½‖x‖² of A x = b and its gradient -A⁻ᵀ x xᵀ, whatever the algorithm.
template <class Solve>
void check_solver(const Solve& solve) {
  const Eigen::MatrixXd a = eigen_sample(4);
  const Eigen::VectorXd b = a.row(2);
  const Eigen::VectorXd x = a.partialPivLu().solve(b);
  const Eigen::MatrixXd g = checked_gradient(
      [&](const auto& p) {
        const VectorXv y = solve(variables(p), VectorXv(b.cast<V>()));
        return V(y.squaredNorm() * 0.5);
      },
      a);
  CHECK((g + a.transpose().partialPivLu().solve(x) * x.transpose()).norm() < 1e-9);
}

}  // namespace grove_test
