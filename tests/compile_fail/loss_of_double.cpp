// expect: it takes a plain double, matrix, Eigen::MatrixBase or struct where it must take
// A loss that takes a plain number, where a variable is passed.
#include <autodiff/autodiff.hpp>

double derivative(double x) {
#ifdef GROVE_FIXED
  const auto loss = [](const auto& p) { return p * p; };
#else
  const auto loss = [](double p) { return p * p; };
#endif
  return grove::grad(loss)(x);
}
