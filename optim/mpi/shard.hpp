// Each rank's part of data.
#pragma once

#include <cstdint>

#include "../numerics/detail/check.hpp"
#include "../training/microbatch.hpp"
#include "communicator.hpp"
#include "detail/chunk_tree.hpp"

namespace grove::mpi {

/// Rows [begin, end) of data.
using detail::Range;

/// Which of `rows` rows belong to this rank: as even as can be, in the order of the ranks; for who reads only these
/// from a file. Where there are fewer rows than ranks, some ranks have none. With `chunks` (see MeanOptions) the
/// borders lie between chunks. Not collective. Throws: HyperparameterError if a number is negative.
inline Range shard_rows(std::int64_t rows, const Communicator& comm, std::int64_t chunks = 0) {
  optim::detail::check_not_negative("mpi: shard", "rows", rows);
  optim::detail::check_not_negative("mpi: shard", "chunks", chunks);
  if (chunks == 0) return detail::part_of(rows, comm.rank(), comm.size());
  const Range mine = detail::part_of(chunks, comm.rank(), comm.size());
  return {detail::part_of(rows, mine.begin, chunks).begin, detail::part_of(rows, mine.end, chunks).begin};
}

/// This rank's rows of an Eigen array, or elements of a std::vector, which all ranks have whole.
///
///   const Eigen::MatrixXd my_x = shard(x, comm);
///   const Eigen::VectorXd my_y = shard(y, comm);
template <class X>
auto shard(const X& data, const Communicator& comm, std::int64_t chunks = 0) {
  const Range rows = shard_rows(optim::detail::row_count(data), comm, chunks);
  return optim::detail::rows_of(data, static_cast<Eigen::Index>(rows.begin), static_cast<Eigen::Index>(rows.count()));
}

}  // namespace grove::mpi
