// expect: mixes a matrix with an array; use .array\(\) or .matrix\(\)
// A matrix added to an array, which Eigen refuses as well.
#include <autodiff/autodiff.hpp>

Eigen::VectorXd derivative(const Eigen::VectorXd& x, const Eigen::ArrayXd& y) {
  const auto loss = [&y](const auto& p) {
#ifdef GROVE_FIXED
    return grove::sum(p.array() + y);
#else
    return grove::sum(p + y);
#endif
  };
  return grove::grad(loss)(x);
}
