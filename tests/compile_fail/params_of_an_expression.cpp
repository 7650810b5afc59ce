// expect: the parameter is an Eigen expression; name its value, or call .eval\(\)
// The gradient would have no matrix to be stored in.
#include <autodiff/autodiff.hpp>

Eigen::VectorXd derivative(const Eigen::VectorXd& x) {
  const auto loss = [](const auto& p) { return p.squaredNorm(); };
#ifdef GROVE_FIXED
  return grove::grad(loss)((2 * x).eval());
#else
  return grove::grad(loss)(2 * x);
#endif
}
