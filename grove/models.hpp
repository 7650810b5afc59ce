// Models, tables and figures; <grove/fitting.hpp> has the fits, too.
#pragma once

#include "../models/models.hpp"  // IWYU pragma: export
#include "version.hpp"
