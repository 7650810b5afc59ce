// expect: must be compiled without -ffast-math
// fast-math: what -ffast-math and -Ofast define.
#if !defined(GROVE_FIXED)
#define __FAST_MATH__ 1
#endif
#include <optim/optim.hpp>

int main() {}
