// A linesearch for steps that meet the strong Wolfe conditions.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "detail/linesearch.hpp"
#include "detail/zoom.hpp"

namespace grove::optim {

/// Evaluations of the last search, and by how much the conditions of decrease and curvature were missed.
struct ZoomLinesearchInfo {
  std::int64_t num_linesearch_steps = 0;  ///< trial points
  /// By how much the decrease falls short.
  double decrease_error = std::numeric_limits<double>::infinity();
  /// By how much the slope is too large.
  double curvature_error = std::numeric_limits<double>::infinity();
};

/// The last step size, the loss and the gradient at the new params, and how the search went.
template <class P>
struct ScaleByZoomLinesearchState {
  double learning_rate;     ///< that of the last step
  double value;             ///< the loss there
  P grad;                   ///< its gradient
  ZoomLinesearchInfo info;  ///< how the last search went
  P trial;                  ///< room for the params that are tried
  P trial_grad;             ///< room for the gradient there
};

/// Where a search starts: at the last step size, or at 1.
enum class InitialGuess { keep, one };

/// Options of `scale_by_zoom_linesearch` beyond the number of steps.
struct ZoomOptions {
  std::optional<double> max_learning_rate{};                 ///< largest step
  double tol = 0.0;                                          ///< tolerated miss of both conditions
  double increase_factor = 2.0;                              ///< growth of the interval, > 1
  double slope_rtol = 1e-4;                                  ///< share of the slope by which the loss must fall (c1)
  double curv_rtol = 0.9;                                    ///< share of the slope that may remain (c2)
  std::optional<double> approx_dec_rtol = 1e-6;              ///< relative noise of the loss near a minimum (c3)
  double stepsize_precision = 1e-5;                          ///< shortest interval that is searched
  InitialGuess initial_guess_strategy = InitialGuess::keep;  ///< where a search begins
};

/// The link behind `scale_by_zoom_linesearch`.
struct ScaleByZoomLinesearch {
  static constexpr bool needs_params = true;
  std::int64_t max_linesearch_steps;  ///< trial points at most
  ZoomOptions options;                ///< what a step must fulfil

  template <class P>
  ScaleByZoomLinesearchState<P> init(const P& params) const {
    const P zero = detail::zeros_like(params);
    return {1.0, std::numeric_limits<double>::infinity(), zero, {}, params, zero};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    detail::check_linesearch_extra<E>();
    const double slope = detail::plain(detail::dot(extra, updates, detail::raw_grad(extra)));
    const auto evaluate = [&](double rate) {
      detail::move_along(extra, state.trial, params, rate, updates);
      const double value = detail::gradient_at(extra, state.trial, state.trial_grad);
      return detail::LinePoint{rate, value, detail::plain(detail::dot(extra, updates, state.trial_grad))};
    };
    const auto keep_gradient = [&] { std::swap(state.grad, state.trial_grad); };
    const detail::ZoomSettings settings{max_linesearch_steps,    options.max_learning_rate, options.tol,
                                        options.increase_factor, options.slope_rtol,        options.curv_rtol,
                                        options.approx_dec_rtol, options.stepsize_precision};
    const double guess =
        options.initial_guess_strategy == InitialGuess::one || detail::should_forget(extra) ? 1.0 : state.learning_rate;
    detail::for_each_leaf(
        extra, [](std::size_t, auto&& g, const auto& raw) { g = raw; }, state.grad, detail::raw_grad(extra));
    const detail::ZoomResult found = detail::zoom({0, detail::plain(detail::value_of_extra(extra)), slope}, guess,
                                                  settings, evaluate, keep_gradient);
    state.learning_rate = found.point.rate;
    state.value = found.point.value;
    if (found.is_last_trial) keep_gradient();
    state.info = {found.steps, found.decrease_error, found.curvature_error};
    detail::report_search(extra, found.failed);
    detail::for_each_leaf(
        extra, [&](std::size_t, auto&& u) { u = detail::in_scalar_of(u, found.point.rate) * u; }, updates);
  }
};

/// Scales the updates so that the loss falls enough and its slope flattens enough (the strong Wolfe conditions).
///
/// Needs with_value, with_grad and with_value_and_grad_fn. A loss that is NaN or infinite at a trial counts as too
/// high, so the search goes back; there are at most `max_linesearch_steps` evaluations. Throws: HyperparameterError for
/// options out of range. Source: Nocedal & Wright 2006, Algorithms 3.5 and 3.6; Hager & Zhang 2005 for the approximate
/// decrease.
inline auto scale_by_zoom_linesearch(std::int64_t max_linesearch_steps, ZoomOptions options = {}) {
  constexpr auto name = "scale_by_zoom_linesearch";
  detail::check_positive(name, "max_linesearch_steps", max_linesearch_steps);
  if (options.max_learning_rate) detail::check_positive(name, "max_learning_rate", *options.max_learning_rate);
  detail::check_not_negative(name, "tol", options.tol);
  if (!(options.increase_factor > 1 && std::isfinite(options.increase_factor)))
    detail::reject(name, "increase_factor", "exceed 1 and be finite", options.increase_factor);
  detail::check_not_negative(name, "slope_rtol", options.slope_rtol);
  if (!(options.curv_rtol >= options.slope_rtol))
    detail::reject(name, "curv_rtol", detail::fill("be at least slope_rtol = {}", {options.slope_rtol}),
                   options.curv_rtol);
  if (options.approx_dec_rtol) detail::check_not_negative(name, "approx_dec_rtol", *options.approx_dec_rtol);
  detail::check_not_negative(name, "stepsize_precision", options.stepsize_precision);
  return GradientTransformation<ScaleByZoomLinesearch>{{max_linesearch_steps, options}};
}

}  // namespace grove::optim
