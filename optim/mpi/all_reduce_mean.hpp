// The mean of gradients over all ranks, as a link of a chain.
#pragma once

#include <cstdint>
#include <memory>

#include "../numerics/detail/check.hpp"
#include "../protocol/transformation.hpp"
#include "detail/agreement.hpp"
#include "detail/buckets.hpp"

namespace grove::mpi {

/// Numbers as they go from rank to rank: with as many bits as the params have, or as floats, which halves the time on
/// the wire of doubles and costs their second half of digits.
enum class Wire { as_params, floats };

/// How gradients are averaged over the ranks.
struct AllReduceOptions {
  double weight = 1;                    ///< of this rank in the mean: how many examples its gradient is of; may be 0
  Wire wire = Wire::as_params;          ///< what goes over the wire
  std::int64_t bucket_bytes = 1 << 20;  ///< of a message; the next is packed while one is under way
};

/// The link behind `all_reduce_mean`.
struct AllReduceMean {
  Communicator comm;                   ///< whose ranks
  AllReduceOptions options;            ///< how the mean is taken
  std::shared_ptr<detail::Room> room;  ///< memory for messages
  bool in_shared_loss = false;         ///< whether the loss is the mean over all ranks already

  /// There is no state.
  template <class P>
  optim::EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, optim::EmptyState& /*state*/, const P& params, const E& extra) const {
    static_assert(std::is_floating_point_v<tree::scalar_t<U>>,
                  "grove: mpi: all_reduce_mean is for updates of plain numbers");
    constexpr const char* name = "mpi: all_reduce_mean";
    if (in_shared_loss) return;
    if (optim::detail::has_listener(extra)) {
      throw HyperparameterError(
          "mpi: all_reduce_mean: minimize sees the loss of one rank only; put the link first in the outermost chain, "
          "or "
          "minimize mean_over_ranks(loss, comm) without it");
    }
    const auto sums = detail::agree(comm, name, detail::Together::updates, detail::fingerprint(params), {},
                                    {.weight = options.weight});
    if (!(sums.weight > 0)) throw DataError("mpi: all_reduce_mean: the weights of all ranks are 0");
    room->sum(comm, updates, options.weight / sums.weight, extra.filter, options.wire == Wire::floats,
              options.bucket_bytes, name);
  }
};

/// Replaces updates by their mean over all ranks, as `jax.lax.pmean` does: first in a chain, it makes one gradient of
/// those that each rank took of its own rows.
///
///   const auto optimizer = chain(all_reduce_mean(comm), clip_by_global_norm(1), adamw(1e-3));
///
///   u ← Σ wₖ uₖ / Σ wₖ        uₖ, wₖ: updates and weight of rank k
///
/// With uneven rows give each rank's number of them as weight; a rank of weight 0 need not have finite updates. Leaves
/// are packed into buckets, and one is under way while the next is packed. All ranks get the same bits, and with the
/// same number of ranks the same in each run; for a result that does not depend on how many there are see
/// `MeanOptions::chunks`. Within `minimize` it makes the loss, too, that of all ranks (see minimize.hpp). Cost: two
/// numbers a rank, then the updates once each way. Collective. Throws: HyperparameterError for options out of range;
/// CommunicationError if the params differ between ranks.
inline auto all_reduce_mean(const Communicator& comm, const AllReduceOptions& options = {}) {
  optim::detail::check_rate("mpi: all_reduce_mean", "weight", options.weight);
  optim::detail::check_positive("mpi: all_reduce_mean", "bucket_bytes", options.bucket_bytes);
  return optim::GradientTransformation<AllReduceMean>{{comm, options, std::make_shared<detail::Room>()}};
}

}  // namespace grove::mpi
