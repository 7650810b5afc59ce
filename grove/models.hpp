// Models, tables and figures.
#pragma once

#include "../models/models.hpp"  // IWYU pragma: export
#include "version.hpp"
