// A sum whose order does not depend on how many ranks there are: over a fixed number of chunks, by a fixed binary tree.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "collectives.hpp"

namespace grove::mpi::detail {

/// Some of the rows of data, or of other things that are counted.
struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  std::int64_t count() const { return end - begin; }
};

/// The i-th of `parts` parts of n things: as even as can be.
inline Range part_of(std::int64_t n, std::int64_t i, std::int64_t parts) {
  // n·i may be too large for 64 bits.
  const std::int64_t whole = n / parts, rest = n % parts;
  const auto begin = [&](std::int64_t k) { return whole * k + rest * k / parts; };
  return {begin(i), begin(i + 1)};
}

/// Sums over chunks 0, 1, … as ((0 + 1) + (2 + 3)) + …: a node of the tree is the sum of its halves. Each rank adds
/// what lies in its own chunks, and then the nodes that straddle ranks go from the rank where the right half begins to
/// the one where the left half does.
template <class S>
class ChunkTree {
 public:
  using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;

  ChunkTree(const Communicator& comm, std::int64_t chunks) : comm_(comm), chunks_(chunks) {
    mine_ = part_of(chunks, comm.rank(), comm.size());
  }

  /// The chunks of this rank.
  Range mine() const { return mine_; }

  /// Adds up what is whole in this rank's chunks; `chunk(i)` is the vector of a chunk. Not collective.
  template <class Chunk>
  void add_own(const Chunk& chunk) {
    nodes_.clear();
    add_whole(0, chunks_, chunk);
  }

  /// The sum over all chunks, on all ranks. Collective, after `add_own`, and with vectors of the same size everywhere.
  Vector total(Eigen::Index size, std::string_view function) {
    Vector sum = add_straddling(0, chunks_, size, function);
    sum.conservativeResize(size);
    broadcast_numbers(comm_, sum.data(), static_cast<std::size_t>(size), owner(0), function);
    return sum;
  }

 private:
  static std::int64_t middle(std::int64_t begin, std::int64_t end) { return begin + (end - begin) / 2; }
  bool is_mine(std::int64_t begin, std::int64_t end) const { return begin >= mine_.begin && end <= mine_.end; }
  bool touches_mine(std::int64_t begin, std::int64_t end) const { return begin < mine_.end && end > mine_.begin; }

  /// The rank whose chunk this is.
  int owner(std::int64_t chunk) const {
    int low = 0, high = comm_.size() - 1;
    while (low < high) {
      const int mid = (low + high) / 2;
      if (part_of(chunks_, mid, comm_.size()).end > chunk) {
        high = mid;
      } else {
        low = mid + 1;
      }
    }
    return low;
  }

  template <class Chunk>
  Vector own_sum(std::int64_t begin, std::int64_t end, const Chunk& chunk) {
    if (end - begin == 1) return chunk(begin);
    Vector sum = own_sum(begin, middle(begin, end), chunk);
    sum += own_sum(middle(begin, end), end, chunk);
    return sum;
  }

  template <class Chunk>
  void add_whole(std::int64_t begin, std::int64_t end, const Chunk& chunk) {
    if (!touches_mine(begin, end)) return;
    if (is_mine(begin, end)) {
      nodes_.emplace(std::pair(begin, end), own_sum(begin, end, chunk));
      return;
    }
    add_whole(begin, middle(begin, end), chunk);
    add_whole(middle(begin, end), end, chunk);
  }

  /// The sum of a node, on the rank that its first chunk belongs to; empty elsewhere.
  Vector add_straddling(std::int64_t begin, std::int64_t end, Eigen::Index size, std::string_view function) {
    if (!touches_mine(begin, end)) return {};
    if (is_mine(begin, end)) return std::move(nodes_.at({begin, end}));
    const std::int64_t mid = middle(begin, end);
    Vector left = add_straddling(begin, mid, size, function), right = add_straddling(mid, end, size, function);
    const int to = owner(begin), from = owner(mid);
    if (from != to && comm_.rank() == from) pass(right, from, to, function);
    if (from != to && comm_.rank() == to) {
      right.resize(size);
      pass(right, from, to, function);
    }
    if (comm_.rank() == to) left += right;
    return left;
  }

  void pass(Vector& numbers, int from, int to, std::string_view function) {
    const auto size = static_cast<std::size_t>(numbers.size());
    for (std::size_t begin = 0; begin < size; begin += largest_message) {
      const auto count = static_cast<int>(std::min(largest_message, size - begin));
      S* const data = numbers.data() + begin;
      MPI_Request request = MPI_REQUEST_NULL;
      check(comm_.rank() == from ? MPI_Isend(data, count, datatype<S>(), to, 0, comm_.handle(), &request)
                                 : MPI_Irecv(data, count, datatype<S>(), from, 0, comm_.handle(), &request),
            function);
      wait(comm_, request, function);
    }
  }

  const Communicator& comm_;
  std::int64_t chunks_;
  Range mine_;
  std::map<std::pair<std::int64_t, std::int64_t>, Vector> nodes_;
};

}  // namespace grove::mpi::detail
