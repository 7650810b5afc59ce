// What `minimize` returns.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "stop_reason.hpp"

namespace grove::optim {
namespace detail {

template <class P, class State>
struct MinimizeEnd;

}  // namespace detail

/// What `minimize` returns: with the type of the optimizer's state, to go on from; without, all that is shown.
template <class P, class State = void>
struct MinimizeResult;

/// All that is shown of a minimization, whatever the optimizer.
template <class P>
struct MinimizeResult<P, void> {
  P params;                      ///< the last params with a finite loss and gradient, or the best with `keep_best`
  double value = 0;              ///< the loss there, on all data
  std::int64_t steps = 0;        ///< steps of the optimizer
  StopReason reason{};           ///< why it stopped
  std::int64_t evaluations = 0;  ///< evaluations of the loss, with or without gradient
  double seconds = 0;            ///< wall-clock time
  std::vector<double> values{};  ///< the loss before each step (with batches, of the batch) and at the end
  std::vector<P> path{};         ///< the params before every `record_every`-th step, and at the end
  std::vector<double>
      measures{};  ///< what `measure` gave, every `measure_every` steps (with batches: epochs) and at the end
  std::vector<Eigen::ArrayXd> each_values{};  ///< what `each` gave before each step and at the end
  std::int64_t skipped = 0;  ///< steps whose loss or gradient was not finite, and which the optimizer left out
  std::string message{};     ///< what the loss said when it threw last, if that ended the minimization

  /// Whether it stopped because a tolerance was met, or at a minimum to within rounding.
  bool converged() const { return is_convergence(reason); }
};

template <class P, class State>
struct MinimizeResult : MinimizeResult<P> {
  State state;                                               ///< the optimizer's state after the last step
  std::shared_ptr<const detail::MinimizeEnd<P, State>> end;  ///< all that the next step depends on
};

}  // namespace grove::optim
