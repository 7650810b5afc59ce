// expect: the loss is a `mutable` lambda
// A loss that changes what it captured.
#include <autodiff/autodiff.hpp>

double derivative(double x) {
  int calls = 0;
#ifdef GROVE_FIXED
  const auto loss = [&calls](const auto& p) { return p * double(++calls); };
#else
  const auto loss = [calls](const auto& p) mutable { return p * double(++calls); };
#endif
  return grove::grad(loss)(x);
}
