// expect: the loss returns nothing; it must return a scalar
// A loss without a return statement.
#include <autodiff/autodiff.hpp>

Eigen::VectorXd derivative(const Eigen::VectorXd& x) {
  const auto loss = [](const auto& p) {
#ifdef GROVE_FIXED
    return p.sum();
#else
    p.sum();
#endif
  };
  return grove::grad(loss)(x);
}
