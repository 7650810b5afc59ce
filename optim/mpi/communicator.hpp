// The processes that work together.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "../../autodiff/error.hpp"
#include "../numerics/detail/check.hpp"
#include "detail/mpi_header.hpp"

namespace grove::mpi {
namespace detail {

using optim::detail::fill;

/// Throws: CommunicationError with MPI's words, if it says that a call failed.
inline void check(int code, std::string_view function) {
  if (code == MPI_SUCCESS) return;
  std::string text(MPI_MAX_ERROR_STRING, '\0');
  int length = 0;
  if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) length = 0;
  text.resize(static_cast<std::size_t>(length));
  throw CommunicationError(fill("{}: MPI says: {}", {function, text}));
}

inline bool is_running() {
  int begun = 0, ended = 0;
  MPI_Initialized(&begun);
  MPI_Finalized(&ended);
  return begun != 0 && ended == 0;
}

}  // namespace detail

/// A group of processes ("ranks"), numbered from 0, of which this is one.
///
///   const grove::mpi::Communicator comm;      // all that mpirun started; see also `run`
///
/// It is a duplicate of the communicator that it is made of, so that no message of ours meets one of yours, and copies
/// share it. Making one is collective: all ranks do it, and in the same order. `time_limit` is how many seconds a rank
/// waits for the others: one that waits for longer ends all of them with a message (MPI_Abort), so that nobody waits
/// for ever for a rank that died, hangs, or went another way. It must be more than what the slowest rank may lag
/// behind.
///
/// Throws: Error if MPI has not begun, HyperparameterError if the limit is not positive, CommunicationError from MPI.
class Communicator {
 public:
  /// A duplicate of comm, whose messages meet no others. Call it on all ranks.
  explicit Communicator(MPI_Comm comm = MPI_COMM_WORLD, double time_limit = 300) {
    optim::detail::check_positive("mpi: Communicator", "time_limit", time_limit);
    if (!detail::is_running())
      throw Error("mpi: Communicator: MPI has not begun, or has ended; call grove::mpi::run or MPI_Init first");
    shared_ = std::make_shared<Shared>();
    detail::check(MPI_Comm_dup(comm, &shared_->comm), "MPI_Comm_dup");
    MPI_Comm_set_errhandler(shared_->comm, MPI_ERRORS_RETURN);
    MPI_Comm_rank(shared_->comm, &shared_->rank);
    MPI_Comm_size(shared_->comm, &shared_->size);
    shared_->time_limit = time_limit;
  }

  /// This process, from 0 on.
  int rank() const { return shared_->rank; }
  /// How many processes there are.
  int size() const { return shared_->size; }
  /// Seconds that a rank waits for another.
  double time_limit() const { return shared_->time_limit; }
  /// The duplicate.
  MPI_Comm handle() const { return shared_->comm; }

 private:
  struct Shared {
    Shared() = default;
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;
    ~Shared() {
      if (comm != MPI_COMM_NULL && detail::is_running()) MPI_Comm_free(&comm);
    }

    MPI_Comm comm = MPI_COMM_NULL;
    int rank = 0, size = 1;
    double time_limit = 0;
  };
  std::shared_ptr<Shared> shared_;
};

}  // namespace grove::mpi
