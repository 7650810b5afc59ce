// main() of the tests on several processes: each runs all of them, in the same order.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include "optim/mpi/detail/mpi_header.hpp"

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  const int failures = Catch::Session().run(argc, argv);
  if (failures != 0) MPI_Abort(MPI_COMM_WORLD, 1);
  MPI_Finalize();
  return 0;
}
