// The whole library.
#pragma once

#include "autodiff.hpp"  // IWYU pragma: export
#include "models.hpp"    // IWYU pragma: export
#include "optim.hpp"     // IWYU pragma: export
