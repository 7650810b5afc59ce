// expect: the parameter holds no floating-point number to differentiate; of 3 make 3.0
// An integer is carried along and has no gradient.
#include <autodiff/autodiff.hpp>

double derivative() {
  const auto loss = [](const auto& p) { return p * p; };
#ifdef GROVE_FIXED
  return grove::grad(loss)(3.0);
#else
  return grove::grad(loss)(3);
#endif
}
