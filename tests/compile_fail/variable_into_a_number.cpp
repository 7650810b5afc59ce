// expect: (cannot convert|no viable conversion|conversion from).*double
// A variable put into a plain number would lose its derivative.
#include <autodiff/autodiff.hpp>

double derivative(double x) {
  const auto loss = [](const auto& p) {
#ifdef GROVE_FIXED
    const auto y = p * p;
#else
    const double y = p * p;
#endif
    return y + p;
  };
  return grove::grad(loss)(x);
}
