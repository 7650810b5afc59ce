// expect: beta1
// An option that adam does not have.
#include <optim/optim.hpp>

#ifdef GROVE_FIXED
auto optimizer = grove::optim::adam(1e-3, {.b1 = 0.8});
#else
auto optimizer = grove::optim::adam(1e-3, {.beta1 = 0.8});
#endif
