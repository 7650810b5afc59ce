// The loop that everybody writes: gradient, step, stop.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "optim/numerics/detail/check.hpp"
#include "optim/protocol/step.hpp"
#include "optim/training/callbacks.hpp"
#include "optim/training/detail/objective.hpp"

namespace grove::optim {

/// How `minimize` goes about it.
struct MinimizeOptions {
  std::int64_t max_steps = 1000;  ///< steps of the optimizer at most
  double gradient_tolerance = 0;  ///< stops when the norm of the gradient is at most this
  double value_tolerance =
      0;  ///< stops when a step changes the loss by at most this, relative to the larger of 1 and the loss
  double max_seconds = 0;       ///< stops after this time; 0 means never
  std::int64_t patience = 0;    ///< stops after so many steps (with batches: epochs) without improvement; 0 means never
  double min_improvement = 0;   ///< by how much the loss must fall to count as improvement
  bool keep_best = false;       ///< whether to return the best params seen instead of the last
  std::int64_t batch_size = 0;  ///< examples of a batch; 0 means all data at once
  std::uint64_t seed = 0;       ///< of the order of the examples
  bool shuffle = true;          ///< whether each epoch has an order of its own
  std::int64_t accumulate = 1;  ///< gradients that are averaged for one step of the optimizer
  std::int64_t record_every = 0;      ///< keeps the params of every so many steps in `path`; 0 means none
  std::vector<Callback> callbacks{};  ///< called after each step; one that returns true stops the minimization
};

/// Why a minimization ended.
enum class StopReason {
  max_steps,
  gradient_tolerance,
  value_tolerance,
  no_improvement,
  linesearch_failed,
  non_finite,
  callback,
  time
};

/// The reason in words.
constexpr std::string_view to_string(StopReason reason) {
  switch (reason) {
    case StopReason::max_steps:
      return "the maximum number of steps was reached";
    case StopReason::gradient_tolerance:
      return "the gradient is small enough";
    case StopReason::value_tolerance:
      return "the loss hardly changes any more";
    case StopReason::no_improvement:
      return "the loss did not improve for a while";
    case StopReason::linesearch_failed:
      return "the linesearch found no step that lowers the loss";
    case StopReason::non_finite:
      return "the loss or its gradient is not finite";
    case StopReason::callback:
      return "a callback asked to stop";
    case StopReason::time:
      return "the time is over";
  }
  return "";
}

/// What `minimize` returns.
template <class P>
struct MinimizeResult {
  P params;                      ///< the last params with a finite loss and gradient, or the best with `keep_best`
  double value = 0;              ///< the loss there, on all data
  std::int64_t steps = 0;        ///< steps of the optimizer
  StopReason reason{};           ///< why it stopped
  std::int64_t evaluations = 0;  ///< evaluations of the loss, with or without gradient
  double seconds = 0;            ///< wall-clock time
  std::vector<double> values{};  ///< the loss before each step; with batches, of the batch
  std::vector<P> path{};         ///< the params before every `record_every`-th step

  /// Whether it stopped because a tolerance was met.
  bool converged() const { return reason == StopReason::gradient_tolerance || reason == StopReason::value_tolerance; }
};

namespace detail {

void check_minimize(const auto& options) {
  check_not_negative("minimize", "max_steps", options.max_steps);
  check_not_negative("minimize", "gradient_tolerance", options.gradient_tolerance);
  check_not_negative("minimize", "value_tolerance", options.value_tolerance);
  check_not_negative("minimize", "max_seconds", options.max_seconds);
  check_not_negative("minimize", "patience", options.patience);
  check_not_negative("minimize", "batch_size", options.batch_size);
  check_positive("minimize", "accumulate", options.accumulate);
  check_not_negative("minimize", "record_every", options.record_every);
  check_not_negative("minimize", "min_improvement", options.min_improvement);
}

/// The norm of a gradient: NaN or inf if any element is.
template <class P>
double gradient_norm(const P& grads) {
  return plain(tree::global_norm(grads));
}

/// Seconds since it was made, and those before.
class Stopwatch {
 public:
  explicit Stopwatch(double before = 0) : before_(before) {}
  double seconds() const {
    return before_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  double before_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// All that a minimization knows between two steps, as a tree.
template <class P, class State>
struct MinimizeRun {
  P params;
  P previous;
  P best;
  State state;
  std::int64_t step = 0;
  double best_value = std::numeric_limits<double>::infinity();
  double last_value = std::numeric_limits<double>::infinity();
  std::int64_t without_improvement = 0;
  SearchReport searches = {};  // of this epoch
  double seconds = 0;
  std::vector<double> values = {};
  std::vector<P> path = {};
};

/// A minimization that nobody interrupts.
struct NoCheckpoint {
  void restore(auto& /*run*/, auto& /*objective*/) const {}
  void keep(const auto& /*run*/, const auto& /*objective*/) const {}
};

/// The loop behind `minimize`. `checkpoint` may put `run` and the objective's memory back before the first step, and is
/// shown them before each.
template <class Loss, class P, class T, class Checkpoint, class... Args>
MinimizeResult<P> run_minimize(const Loss& loss, P params, const T& optimizer, const MinimizeOptions& options,
                               const Checkpoint& checkpoint, const Args&... args) {
  check_minimize(options);
  Objective<Loss, P, Args...> objective(loss, params, options, args...);
  auto initial_state = optimizer.init(params);
  MinimizeRun<P, decltype(initial_state)> run{params, params, params, std::move(initial_state)};
  checkpoint.restore(run, objective);
  const Stopwatch watch(run.seconds);
  P raw_grads = objective.grads;
  Progress progress{.step = run.step, .max_steps = options.max_steps, .best_value = run.best_value};

  const auto value_fn = [&](const P& at) {
    ++objective.evaluations;
    return objective.value_at(at);
  };
  const auto value_and_grad_fn = [&](const P& at, P& gradient) {
    ++objective.evaluations;
    return objective.value_and_grad_at(at, gradient);
  };
  const auto no_way_down = [&] {
    if (!objective.epoch_ends) return false;
    const SearchReport epoch = std::exchange(run.searches, {});
    return epoch.failures > 0 && epoch.failures == epoch.searches;
  };
  const auto stop_reason = [&]() -> std::optional<StopReason> {
    if (!std::isfinite(progress.value) || !std::isfinite(progress.gradient_norm)) return StopReason::non_finite;
    if (progress.gradient_norm <= options.gradient_tolerance) return StopReason::gradient_tolerance;
    if (objective.epoch_ends) {
      const double now = objective.epoch_mean;
      if (options.value_tolerance > 0 &&
          std::abs(now - run.last_value) <= options.value_tolerance * std::max(1.0, std::abs(now))) {
        return StopReason::value_tolerance;
      }
      run.last_value = now;
      if (now < run.best_value - options.min_improvement) {
        progress.best_value = run.best_value = now;
        run.without_improvement = 0;
        if (options.keep_best) run.best = run.params;
      } else if (++run.without_improvement >= options.patience && options.patience > 0) {
        return StopReason::no_improvement;
      }
    }
    return std::nullopt;
  };

  std::optional<StopReason> reason;
  while (!reason) {
    run.seconds = watch.seconds();
    checkpoint.keep(run, objective);
    objective.evaluate(run.params);
    progress.value = objective.value;
    progress.gradient_norm = gradient_norm(objective.grads);
    reason = stop_reason();
    if (!reason && run.step < options.max_steps) {
      run.values.push_back(progress.value);
      if (options.record_every > 0 && run.step % options.record_every == 0) run.path.push_back(run.params);
      run.previous = run.params;
      if constexpr (!is_elementwise<T>) raw_grads = objective.grads;  // some link may ask for them
      step(optimizer, objective.grads, run.state, run.params, with_value(objective.value), with_grad(raw_grads),
           with_value_fn(value_fn), with_value_and_grad_fn(value_and_grad_fn), ReportTo{&run.searches});
      progress.step = ++run.step;
      if (no_way_down()) reason = StopReason::linesearch_failed;
    }
    progress.seconds = watch.seconds();
    if (!reason && run.step >= options.max_steps) reason = StopReason::max_steps;
    if (!reason && options.max_seconds > 0 && progress.seconds >= options.max_seconds) reason = StopReason::time;
    progress.last = reason.has_value();
    bool asked = false;
    for (const Callback& callback : options.callbacks) asked = callback(progress) || asked;
    if (!reason && asked) reason = StopReason::callback;
  }

  const bool undo =
      *reason == StopReason::non_finite || (*reason == StopReason::linesearch_failed && options.batch_size == 0);
  if (undo && run.step > 0) run.params = std::move(run.previous);
  if (options.keep_best && std::isfinite(run.best_value)) run.params = std::move(run.best);
  MinimizeResult<P> result{std::move(run.params)};
  result.value = objective.value_at_end(result.params);
  result.steps = run.step;
  result.reason = *reason;
  result.evaluations = objective.evaluations;
  result.seconds = watch.seconds();
  result.values = std::move(run.values);
  result.path = std::move(run.path);
  return result;
}

}  // namespace detail

/// Minimizes `loss(params, args...)` with an optimizer, starting at `params`.
///
///   auto fit = minimize(loss, params, adam(1e-2), {.max_steps = 500, .callbacks = {progress_line()}}, x, y);
///   fmt::print("{} after {} steps: {}\n", fit.value, fit.steps, to_string(fit.reason));
///
/// The optimizer is given the loss, the raw gradient and the loss as a function, so polyak_sgd and linesearches work.
/// Where a search with gradients ends, the next step finds the loss and its gradient without a further evaluation.
/// With `batch_size` each step sees the next rows of the data among `args` (see Batches), and tolerances, patience and
/// the best params go by the mean loss of an epoch. A loss or a gradient that is not finite ends the minimization, it
/// never loops on. So does a linesearch that finds no step to lower the loss (with batches: none in a whole epoch); its
/// step is undone. Close to a minimum that is how rounding ends the descent. Throws: HyperparameterError for options
/// out of range; what the loss throws.
template <class Loss, class P, class T, class... Args>
requires Transformation<T, P> MinimizeResult<P> minimize(const Loss& loss, P params, const T& optimizer,
                                                         const MinimizeOptions& options, const Args&... args) {
  return detail::run_minimize(loss, std::move(params), optimizer, options, detail::NoCheckpoint{}, args...);
}
/// The same with the default options.
template <class Loss, class P, class T>
requires Transformation<T, P> MinimizeResult<P> minimize(const Loss& loss, P params, const T& optimizer) {
  return minimize(loss, std::move(params), optimizer, MinimizeOptions{});
}

}  // namespace grove::optim
