// expect: chain: there must be at least one transformation
#include <optim/optim.hpp>

#ifdef GROVE_FIXED
auto optimizer = grove::optim::chain(grove::optim::scale(-0.1));
#else
auto optimizer = grove::optim::chain();
#endif
