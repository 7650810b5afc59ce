// Trees summed over all ranks, in buckets: while one is under way the next is packed.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "../../protocol/detail/blocks.hpp"
#include "../../protocol/detail/joined.hpp"
#include "../../protocol/detail/leafwise.hpp"
#include "collectives.hpp"

namespace grove::mpi::detail {

template <class T>
using Numbers = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;
template <class T>
using ConstNumbers = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>;

/// Room for the numbers of a tree as they go over the wire, kept from step to step.
template <class Wire>
class Buckets {
 public:
  /// t ← Σ over ranks of `share`·t, the same bits on all ranks, for the leaves that `filter` admits. A rank of share 0
  /// has no part in the sum, whatever its numbers are. Collective.
  template <class T>
  void sum(const Communicator& comm, T& t, double share, const optim::detail::LeafFilter* filter,
           std::int64_t bucket_bytes, std::string_view function) {
    room_.resize(static_cast<std::size_t>(optim::detail::joined_size(filter, t)));
    bucket_ = std::max<std::size_t>(static_cast<std::size_t>(bucket_bytes) / sizeof(Wire), 1);
    requests_.clear();
    for_each_piece(filter, t, [&]<class S>(const S* numbers, std::size_t begin, std::size_t count) {
      pack(numbers, begin, count, static_cast<S>(share));
      const std::size_t end = begin + count;
      if (end % bucket_ == 0 || end == room_.size()) send(comm, function);
    });
    std::size_t arrived = 0;
    for_each_piece(filter, t, [&]<class S>(S* numbers, std::size_t begin, std::size_t count) {
      for (; arrived <= begin / bucket_; ++arrived) wait(comm, requests_[arrived], function);
      const auto n = static_cast<Eigen::Index>(count);
      Numbers<S>(numbers, n) = ConstNumbers<Wire>(room_.data() + begin, n).template cast<S>();
    });
  }

 private:
  /// Calls f(numbers, place in the room, count) for all numbers in order, in pieces that lie in one leaf and one
  /// bucket.
  template <class T, class F>
  void for_each_piece(const optim::detail::LeafFilter* filter, T& t, const F& f) {
    optim::detail::for_each_segment(
        filter,
        [&]<class L>(L& leaf, Eigen::Index position) {
          auto* const numbers = optim::detail::leaf_data(leaf);
          const auto size = static_cast<std::size_t>(leaf_traits<std::remove_const_t<L>>::size(leaf));
          const auto first = static_cast<std::size_t>(position);
          for (std::size_t done = 0; done < size;) {
            const std::size_t begin = first + done;
            const std::size_t count = std::min(size - done, bucket_ - begin % bucket_);
            f(numbers + done, begin, count);
            done += count;
          }
        },
        t);
  }

  template <class S>
  void pack(const S* numbers, std::size_t begin, std::size_t count, S share) {
    const auto n = static_cast<Eigen::Index>(count);
    Numbers<Wire> place(room_.data() + begin, n);
    if (share == 0) {
      place.setZero();
    } else {
      place = (share * ConstNumbers<S>(numbers, n)).template cast<Wire>();
    }
  }

  /// Sends the bucket that is full, and looks after those under way: MPI may work only while it is called.
  void send(const Communicator& comm, std::string_view function) {
    const std::size_t begin = requests_.size() * bucket_, count = std::min(bucket_, room_.size() - begin);
    MPI_Request& request = requests_.emplace_back(MPI_REQUEST_NULL);
    check(MPI_Iallreduce(MPI_IN_PLACE, room_.data() + begin, static_cast<int>(count), datatype<Wire>(), MPI_SUM,
                         comm.handle(), &request),
          function);
    int flag = 0;
    for (MPI_Request& under_way : requests_) check(MPI_Test(&under_way, &flag, MPI_STATUS_IGNORE), function);
  }

  std::vector<Wire> room_;
  std::size_t bucket_ = 1;
  std::vector<MPI_Request> requests_;
};

/// The buckets of a link or a loss, for both kinds of numbers that may go over the wire.
struct Room {
  Buckets<double> doubles;
  Buckets<float> floats;

  /// See Buckets::sum.
  template <class T>
  void sum(const Communicator& comm, T& t, double share, const optim::detail::LeafFilter* filter, bool as_floats,
           std::int64_t bucket_bytes, std::string_view function) {
    if (as_floats || std::is_same_v<tree::scalar_t<T>, float>) {
      floats.sum(comm, t, share, filter, bucket_bytes, function);
    } else {
      doubles.sum(comm, t, share, filter, bucket_bytes, function);
    }
  }
};

}  // namespace grove::mpi::detail
