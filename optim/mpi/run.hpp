// The frame of a program on several processes.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <type_traits>

#include "communicator.hpp"
#include "detail/collectives.hpp"

namespace grove::mpi {
namespace detail {

/// Ends all ranks because of what this one threw. What all of them threw (see `mean_over_ranks`) rank 0 says alone.
[[noreturn]] inline void end_all(const Communicator& comm, const char* what) {
  if (comm.rank() != 0) std::this_thread::sleep_for(std::chrono::seconds(1));
  abort_all(comm, fill("rank {} of {}: {}", {comm.rank(), comm.size(), what}));
}

}  // namespace detail

/// Begins MPI, calls body(comm) on every rank, and ends MPI: what `main` is made of.
///
///   int main(int argc, char** argv) {
///     return grove::mpi::run(argc, argv, [](const grove::mpi::Communicator& comm) { … });
///   }
///
/// Returns what the body returns, 0 if that is nothing. If it throws on any rank, that rank says what, and all of them
/// end with an error: an exception that left `main` would leave the others waiting. `time_limit` is that of the
/// communicator. Throws: Error if MPI has begun already; make a Communicator then.
template <class Body>
int run(int argc, char** argv, const Body& body, double time_limit = 300) {
  int begun = 0;
  MPI_Initialized(&begun);
  if (begun != 0) throw Error("mpi: run: MPI has begun already; make a Communicator, and end MPI yourself");
  int threads = 0;  // others may run in a loss; this one alone calls MPI
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &threads);
  int code = EXIT_SUCCESS;
  {
    const Communicator comm(MPI_COMM_WORLD, time_limit);
    try {
      if constexpr (std::is_void_v<std::invoke_result_t<const Body&, const Communicator&>>) {
        body(comm);
      } else {
        code = body(comm);
      }
    } catch (const std::exception& error) {
      detail::end_all(comm, error.what());
    } catch (...) {
      detail::end_all(comm, "something that is no std::exception was thrown");
    }
  }
  MPI_Finalize();
  return code;
}

}  // namespace grove::mpi
