// Training on several processes and machines. Needs MPI, so it is in none of the others.
#pragma once

#include "../optim/mpi/mpi.hpp"  // IWYU pragma: export
#include "version.hpp"
