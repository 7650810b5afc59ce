// expect: a sentence for the user
#include "autodiff/error.hpp"

#ifdef GROVE_FIXED
constexpr bool fixed = true;
#else
constexpr bool fixed = false;
#endif

static_assert(fixed, "a sentence for the user");
