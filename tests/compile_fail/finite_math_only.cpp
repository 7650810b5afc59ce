// expect: must be compiled without -ffast-math
// fast-math: what -ffinite-math-only defines.
#if !defined(GROVE_FIXED)
#undef __FINITE_MATH_ONLY__
#define __FINITE_MATH_ONLY__ 1
#endif
#include <autodiff/operations/operations.hpp>

int main() {}
