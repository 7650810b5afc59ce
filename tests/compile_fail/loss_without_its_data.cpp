// expect: the loss takes more arguments than the call gives
// A forgotten data argument.
#include <autodiff/autodiff.hpp>

Eigen::VectorXd derivative(const Eigen::VectorXd& p, [[maybe_unused]] const Eigen::VectorXd& data) {
  const auto loss = [](const auto& q, const Eigen::VectorXd& y) { return (q - y).squaredNorm(); };
#ifdef GROVE_FIXED
  return grove::grad(loss)(p, data);
#else
  return grove::grad(loss)(p);
#endif
}
