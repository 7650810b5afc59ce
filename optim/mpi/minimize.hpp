// `minimize` on all ranks as on one.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

#include "../protocol/chain.hpp"
#include "../training/checkpoint.hpp"
#include "../training/minimize.hpp"
#include "mean_over_ranks.hpp"

namespace grove::mpi {

/// An optimizer whose first link takes the mean over all ranks.
template <class... Links>
using SharedOptimizer = optim::GradientTransformation<optim::Chain<AllReduceMean, Links...>>;

/// `optim::checkpoint` for all ranks: rank 0 writes the file.
///
///   minimize(mean_over_ranks(loss, comm), params, adam(1e-2), mpi::checkpoint(comm, "fit.state", 100), my_x, my_y);
inline optim::Checkpoint checkpoint(const Communicator& comm, std::string file, std::int64_t every,
                                    optim::MinimizeOptions options = {}) {
  optim::detail::check_positive("mpi: checkpoint", "every", every);
  return optim::checkpoint(std::move(file), comm.rank() == 0 ? every : std::numeric_limits<std::int64_t>::max(),
                           std::move(options));
}

/// `optim::resume` for all ranks: rank 0 writes the file, and all read it, so it must lie where all can. The number of
/// ranks may be another than before; with `MeanOptions::chunks`, and Rows::all if there are batches, the result is then
/// still the same.
inline optim::Checkpoint resume(const Communicator& comm, std::string file, std::int64_t every,
                                optim::MinimizeOptions options = {}) {
  optim::detail::check_positive("mpi: resume", "every", every);
  return optim::resume(std::move(file), comm.rank() == 0 ? every : std::numeric_limits<std::int64_t>::max(),
                       std::move(options));
}

namespace detail {

/// Minimizes the loss over the rows of all ranks with an optimizer that began with `all_reduce_mean`.
template <class Loss, class P, class... Links, class Checkpoint, class... Args>
auto minimize_shared(const Loss& loss, P params, SharedOptimizer<Links...> optimizer,
                     const optim::MinimizeOptions& options, const Checkpoint& checkpoint, const Args&... args) {
  AllReduceMean& link = std::get<0>(optimizer.links);
  link.in_shared_loss = true;
  const MeanOptions how{
      .weight = link.options.weight, .wire = link.options.wire, .bucket_bytes = link.options.bucket_bytes};
  return optim::detail::run_minimize(mean_over_ranks(loss, link.comm, how), std::move(params), optimizer, options,
                                     checkpoint, args...);
}

}  // namespace detail
}  // namespace grove::mpi

namespace grove::optim {

/// `minimize` with an optimizer whose first link is `mpi::all_reduce_mean`: not the gradients alone but the loss is
/// that of all ranks, so that stopping rules, linesearches and callbacks act as one. It is
/// minimize(mpi::mean_over_ranks(loss, comm), …), which has more options and takes any optimizer.
///
///   minimize(loss, params, chain(all_reduce_mean(comm), clip_by_global_norm(1), adamw(1e-3)), {}, my_x, my_y);
template <class Loss, class P, class... Links, class... Args>
requires(!detail::is_minimize_result<P>) auto minimize(const Loss& loss, P params,
                                                       const mpi::SharedOptimizer<Links...>& optimizer,
                                                       const MinimizeOptions& options, const Args&... args) {
  return mpi::detail::minimize_shared(loss, std::move(params), optimizer, options, detail::NoCheckpoint{}, args...);
}
/// The same with checkpoints, made by `mpi::checkpoint` or `mpi::resume`.
template <class Loss, class P, class... Links, class... Args>
auto minimize(const Loss& loss, P params, const mpi::SharedOptimizer<Links...>& optimizer, const Checkpoint& checkpoint,
              const Args&... args) {
  return mpi::detail::minimize_shared(loss, std::move(params), optimizer, checkpoint.options(), checkpoint, args...);
}

}  // namespace grove::optim
