// The loop that everybody writes: gradient, step, stop.
#pragma once

#include <type_traits>
#include <utility>

#include "../protocol/transformation.hpp"
#include "callbacks.hpp"
#include "detail/minimization.hpp"
#include "measure.hpp"
#include "minimize_options.hpp"
#include "minimize_result.hpp"
#include "progress_line.hpp"
#include "stop_reason.hpp"

namespace grove::optim {
namespace detail {

template <class P>
inline constexpr bool is_minimize_result = false;
template <class P, class State>
inline constexpr bool is_minimize_result<MinimizeResult<P, State>> = true;

template <class Loss, class P, class T, class Checkpoint, class... Args>
auto run_minimize(const Loss& loss, P params, const T& optimizer, const MinimizeOptions& options,
                  const Checkpoint& checkpoint, const Args&... args) {
  check_minimize(options);
  return Minimization<Loss, P, T, Args...>(loss, std::move(params), optimizer, options, args...).run(checkpoint);
}

}  // namespace detail

/// Minimizes `loss(params, args...)` with an optimizer, starting at `params`.
///
///   auto fit = minimize(loss, params, adam(1e-2), {.max_steps = 500, .callbacks = {progress_line()}}, x, y);
///   fmt::print("{} after {} steps: {}\n", fit.value, fit.steps, to_string(fit.reason));
///
/// The optimizer is given the loss, the raw gradient and the loss as a function, so polyak_sgd and linesearches work.
/// Where a search with gradients ends, the next step finds the loss and its gradient without a further evaluation.
///
/// Where it ends. Tolerances are those of the options, and none by default. Without them too it ends where neither the
/// loss nor its gradient gets smaller for some twenty steps: as `at_rounding`, which counts as converged, if the loss
/// curves up and a step to the minimum would be next to nothing; otherwise as `plateau` after a search, or not at all
/// (a learning rate may be about to grow). A tolerance on loss or params that is met where the loss curves down, or
/// where much could still be won, is a `plateau` too. All of this is relative to loss and params. A search that finds
/// no way down is undone, and the optimizer starts over without memory; if that fails too, this is `at_rounding` or
/// `linesearch_failed`.
///
/// What may go wrong on the way. A trial point where the loss is not finite, or throws a grove::Error that is not one
/// of shapes, structures or stale variables, counts as infinitely high. At any other point it is a bad step: an
/// optimizer that leaves out what is not finite (`apply_if_finite`, `skip_not_finite`) is shown NaN and goes on, and
/// the step is counted as skipped; otherwise, or if it happens again with the same data or in all batches of an epoch,
/// the minimization ends with the last good params. Other exceptions leave `minimize`, and with them what was reached
/// (`checkpoint` keeps it).
///
/// With `batch_size` each step sees the next rows of the data among `args` (see Batches), and tolerances, patience and
/// the best params go by the mean loss of an epoch. `accumulate` batches make one step, also where an epoch ends
/// between them.
///
/// With `threads` the loss must be a mean over the rows of its data (chosen as for batches), with whatever does not
/// depend on them added to it. They are shared out as parallel_value_and_grad says, and each loss and gradient is the
/// same to the bit for any number of threads; a loss that is no such mean is found out at the start (Error). Several
/// threads call the loss at once. Hessians, products with them and residuals are still those of all data, on one
/// thread. Throws: HyperparameterError for options out of range, and callbacks, a measure or a state of other
/// types; what callbacks throw; ShapeError, StructureError, StaleVariableError from the loss.
template <class Loss, class P, class T, class... Args>
requires(!detail::is_minimize_result<P> &&
         Transformation<T, P>) auto minimize(const Loss& loss, P params, const T& optimizer,
                                             const MinimizeOptions& options, const Args&... args) {
  return detail::run_minimize(loss, std::move(params), optimizer, options, detail::NoCheckpoint{}, args...);
}
/// The same with the default options.
template <class Loss, class P, class T>
requires(!detail::is_minimize_result<P> && Transformation<T, P>) auto minimize(const Loss& loss, P params,
                                                                               const T& optimizer) {
  return minimize(loss, std::move(params), optimizer, MinimizeOptions{});
}

/// Goes on where a minimization ended: with the same loss, data, optimizer and options this is, bit for bit, the one
/// that was not interrupted (but for the time it took). Steps, `max_steps` and the history count from its beginning.
///
///   auto fit = minimize(loss, params, adam(0.1), {.max_steps = 100, .batch_size = 32}, x, y);
///   fit = minimize(loss, fit, adam(0.1), {.max_steps = 200, .batch_size = 32}, x, y);
///
/// To begin with a state only, give it as `MinimizeOptions::initial_state`.
template <class Loss, class P, class State, class T, class... Args>
MinimizeResult<P, State> minimize(const Loss& loss, const MinimizeResult<P, State>& from, const T& optimizer,
                                  const MinimizeOptions& options, const Args&... args) {
  return detail::run_minimize(loss, from.end->run.start, optimizer, options, *from.end, args...);
}

}  // namespace grove::optim
