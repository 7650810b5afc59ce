// Collective operations that nobody waits for longer than the communicator's time limit.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>

#include "../communicator.hpp"

namespace grove::mpi::detail {

template <class T>
MPI_Datatype datatype() {
  if constexpr (std::is_same_v<T, double>) {
    return MPI_DOUBLE;
  } else if constexpr (std::is_same_v<T, float>) {
    return MPI_FLOAT;
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return MPI_INT64_T;
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    return MPI_UINT64_T;
  } else {
    static_assert(sizeof(T) == 1, "grove: mpi: there is no MPI type for this");
    return MPI_BYTE;
  }
}

/// Ends all ranks. What waits for a lost rank cannot be cancelled, and its memory is MPI's, so there is no way back.
[[noreturn]] inline void abort_all(const Communicator& comm, const std::string& message) {
  std::fputs(("grove: " + message + "\n").c_str(), stderr);
  std::fflush(stderr);
  MPI_Abort(comm.handle(), EXIT_FAILURE);
  std::_Exit(EXIT_FAILURE);
}

/// Waits until a request is done, at most for the time limit.
inline void wait(const Communicator& comm, MPI_Request& request, std::string_view function) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  int done = 0;
  while (true) {
    check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), function);
    if (done != 0) return;
    if (std::chrono::duration<double>(Clock::now() - start).count() > comm.time_limit()) {
      abort_all(comm, fill("{}: rank {} of {} waited for the others for {} s, the time limit: one of them died, hangs, "
                           "went another way or is slower than that",
                           {function, comm.rank(), comm.size(), comm.time_limit()}));
    }
    std::this_thread::yield();  // to a rank on the same core
  }
}

/// data ← op over all ranks, the same bits on all.
template <class T>
void all_reduce(const Communicator& comm, T* data, std::size_t count, MPI_Op op, std::string_view function) {
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Iallreduce(MPI_IN_PLACE, data, static_cast<int>(count), datatype<T>(), op, comm.handle(), &request),
        function);
  wait(comm, request, function);
}

/// The most that one call of MPI is given, whose counts are ints.
inline constexpr std::size_t largest_message = std::size_t{1} << 26;

/// The numbers of rank `root` for all.
template <class T>
void broadcast_numbers(const Communicator& comm, T* data, std::size_t count, int root, std::string_view function) {
  for (std::size_t begin = 0; begin < count; begin += largest_message) {
    const auto part = static_cast<int>(std::min(largest_message, count - begin));
    MPI_Request request = MPI_REQUEST_NULL;
    check(MPI_Ibcast(data + begin, part, datatype<T>(), root, comm.handle(), &request), function);
    wait(comm, request, function);
  }
}

inline std::string broadcast_text(const Communicator& comm, std::string text, int root, std::string_view function) {
  std::uint64_t length = text.size();
  broadcast_numbers(comm, &length, 1, root, function);
  text.resize(length);
  broadcast_numbers(comm, text.data(), text.size(), root, function);
  return text;
}

}  // namespace grove::mpi::detail
