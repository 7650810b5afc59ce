// A linesearch that shortens the step until the loss falls enough.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "../../autodiff/error.hpp"
#include "detail/linesearch.hpp"

namespace grove::optim {

/// Evaluations of the last search, and by how much its condition was missed.
struct BacktrackingLinesearchInfo {
  std::int64_t num_linesearch_steps = 0;  ///< trial points
  /// By how much the decrease falls short.
  double decrease_error = std::numeric_limits<double>::infinity();
};

/// The last step size, the loss and (with store_grad) the gradient there, and how the search went.
template <class P>
struct ScaleByBacktrackingLinesearchState {
  double learning_rate;             ///< that of the last step
  double value;                     ///< the loss there
  std::optional<P> grad;            ///< its gradient, if it is kept
  BacktrackingLinesearchInfo info;  ///< how the last search went
  P trial;                          ///< room for the params that are tried
};

/// Options of `scale_by_backtracking_linesearch` beyond the number of steps.
struct BacktrackingOptions {
  double slope_rtol = 1e-4;        ///< share of the slope by which the loss must fall, ≥ 0
  double decrease_factor = 0.8;    ///< factor of the step after a failed trial, in (0, 1)
  double increase_factor = 1.5;    ///< factor of the last step for the first trial; infinity starts at the largest
  double max_learning_rate = 1.0;  ///< largest step, > 0
  double atol = 0.0;               ///< tolerated absolute miss
  double rtol = 0.0;               ///< tolerated miss relative to the loss
  bool store_grad = false;         ///< whether the state keeps the gradient at the new params
};

/// The link behind `scale_by_backtracking_linesearch`.
struct ScaleByBacktrackingLinesearch {
  static constexpr bool needs_params = true;
  std::int64_t max_backtracking_steps;  ///< trial points at most
  BacktrackingOptions options;          ///< what a step must fulfil

  template <class P>
  ScaleByBacktrackingLinesearchState<P> init(const P& params) const {
    return {1.0,
            std::numeric_limits<double>::infinity(),
            options.store_grad ? std::optional<P>(detail::zeros_like(params)) : std::nullopt,
            {},
            params};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    detail::check_linesearch_extra<E>();
    const double value = detail::plain(detail::value_of_extra(extra));
    const double slope = detail::plain(detail::dot(extra, updates, detail::raw_grad(extra)));
    double rate = std::isinf(options.increase_factor)
                      ? options.max_learning_rate
                      : std::min(options.increase_factor * state.learning_rate, options.max_learning_rate);
    if (detail::should_forget(extra)) {  // shorter than the steps of the search that failed
      const double last = state.learning_rate > 0
                              ? state.learning_rate
                              : options.max_learning_rate * std::pow(options.decrease_factor, max_backtracking_steps);
      rate = options.decrease_factor * last;
    }
    double error = 0, trial_value = value;
    std::int64_t trials = 0;
    for (std::int64_t i = 0; i <= max_backtracking_steps; ++i) {
      if (i > 0) rate *= options.decrease_factor;
      detail::move_along(extra, state.trial, params, rate, updates);
      trial_value = detail::value_at(extra, state.trial, state.grad);
      ++trials;
      error = detail::positive_part(trial_value - (1 + options.rtol) * value - options.slope_rtol * rate * slope);
      if (error <= options.atol) break;
    }
    if (std::isinf(error)) rate = 0;
    if constexpr (detail::HasValueAndGradFn<E>) {
      if (state.grad) detail::gradient_at(extra, state.trial, *state.grad);
    } else if (state.grad) {
      throw HyperparameterError(
          "scale_by_backtracking_linesearch: store_grad needs with_value_and_grad_fn(f) in update");
    }
    state.learning_rate = rate;
    state.value = trial_value;
    state.info = {trials, error};
    detail::report_search(extra, (error > options.atol || rate * slope == 0) && !(trial_value < value));
    detail::for_each_leaf(
        extra, [&](std::size_t, auto&& u) { u = detail::in_scalar_of(u, rate) * u; }, updates);
  }
};

/// Shortens the updates until the loss falls by a share of what their slope promises (Armijo's rule).
///
/// Needs with_value, with_grad and with_value_fn (or with_value_and_grad_fn, which `store_grad` requires). A loss that
/// is NaN or infinite at a trial makes the step shorter; if none of `max_backtracking_steps` + 1 trials is finite, the
/// step is 0. Throws: HyperparameterError for options out of range.
inline auto scale_by_backtracking_linesearch(std::int64_t max_backtracking_steps, BacktrackingOptions options = {}) {
  constexpr auto name = "scale_by_backtracking_linesearch";
  detail::check_not_negative(name, "max_backtracking_steps", max_backtracking_steps);
  detail::check_not_negative(name, "slope_rtol", options.slope_rtol);
  detail::check_open_fraction(name, "decrease_factor", options.decrease_factor);
  detail::check_positive(name, "increase_factor", options.increase_factor);
  detail::check_positive(name, "max_learning_rate", options.max_learning_rate);
  if (std::isinf(options.max_learning_rate))
    detail::reject(name, "max_learning_rate", "be finite", options.max_learning_rate);
  detail::check_not_negative(name, "atol", options.atol);
  detail::check_not_negative(name, "rtol", options.rtol);
  return GradientTransformation<ScaleByBacktrackingLinesearch>{{max_backtracking_steps, options}};
}

}  // namespace grove::optim
