// Trees as JSON. Needs nlohmann_json, so it is in none of the others.
#pragma once

#include "../optim/files/json.hpp"  // IWYU pragma: export
#include "version.hpp"
