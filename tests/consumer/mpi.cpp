// <grove/mpi.hpp> as a project uses it, on one process.
#include <cstdlib>
#include <grove/mpi.hpp>

int main(int argc, char** argv) {
  return grove::mpi::run(argc, argv, [](const grove::mpi::Communicator& comm) {
    const auto shared = grove::mpi::mean_over_ranks([](const auto& p) { return square(p - 3); }, comm);
    return grove::grad(shared)(1.0) == -4 ? EXIT_SUCCESS : EXIT_FAILURE;
  });
}
