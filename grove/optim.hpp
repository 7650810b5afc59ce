// Optimizers, schedules, losses and minimize.
#pragma once

#include "../optim/optim.hpp"  // IWYU pragma: export
#include "version.hpp"
