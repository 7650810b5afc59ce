// expect: matrix . scalar is not defined, as in Eigen; use .array\(\)
// A number added to a matrix, which Eigen refuses as well.
#include <autodiff/autodiff.hpp>

Eigen::VectorXd derivative(const Eigen::VectorXd& x) {
  const auto loss = [](const auto& p) {
#ifdef GROVE_FIXED
    return grove::sum(p.array() + 1.0);
#else
    return grove::sum(p + 1.0);
#endif
  };
  return grove::grad(loss)(x);
}
