// expect: custom_vjp: fwd cannot be called with the numbers of its arguments
// A rule of plain doubles has no derivative of its own, which a Hessian asks for. (case custom-vjp-in-hessian)
#include <autodiff/autodiff.hpp>

Eigen::MatrixXd curvature(const Eigen::VectorXd& x) {
  const auto f = grove::custom_vjp([](const Eigen::VectorXd& q) { return q.squaredNorm(); },
                                   [](const Eigen::VectorXd& q) { return std::pair(q.squaredNorm(), q); },
                                   [](const Eigen::VectorXd& q, double c) -> Eigen::VectorXd { return 2 * c * q; });
#ifdef GROVE_FIXED
  return grove::hessian([&](const auto& p) { return f(grove::value_of(p)) * p[0]; })(x);
#else
  return grove::hessian([&](const auto& p) { return f(p); })(x);
#endif
}
