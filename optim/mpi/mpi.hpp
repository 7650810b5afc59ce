// Everything for several processes.
#pragma once

#include "all_reduce_mean.hpp"  // IWYU pragma: export
#include "broadcast.hpp"        // IWYU pragma: export
#include "communicator.hpp"     // IWYU pragma: export
#include "least_squares.hpp"    // IWYU pragma: export
#include "mean_over_ranks.hpp"  // IWYU pragma: export
#include "minimize.hpp"         // IWYU pragma: export
#include "minimize_each.hpp"    // IWYU pragma: export
#include "run.hpp"              // IWYU pragma: export
#include "shard.hpp"            // IWYU pragma: export
