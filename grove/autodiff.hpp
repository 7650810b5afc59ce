// Gradients: trees of parameters, operations, derivatives and gradcheck.
#pragma once

#include "../autodiff/autodiff.hpp"  // IWYU pragma: export
#include "version.hpp"
