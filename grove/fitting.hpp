// Fits of models, with summaries; apart from the models, which take half a second less to compile without.
#pragma once

#include "../models/fitting/fitting.hpp"  // IWYU pragma: export
#include "models.hpp"                     // IWYU pragma: export
#include "version.hpp"
