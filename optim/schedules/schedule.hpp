// Schedules: hyperparameters that change with the step count.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numbers>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "../numerics/detail/check.hpp"
#include "hyperparameter.hpp"

namespace grove::optim {

/// `value` for ever.
inline Schedule constant_schedule(double value) {
  return [value](std::int64_t) { return value; };
}

/// From `init_value` to `end_value` along (1 - n/transition_steps)^power, n counted from `transition_begin`.
///
/// Without steps (transition_steps ≤ 0) it stays at `init_value`, as in optax; a negative begin counts as 0.
inline Schedule polynomial_schedule(double init_value, double end_value, double power, std::int64_t transition_steps,
                                    std::int64_t transition_begin = 0) {
  if (transition_steps <= 0) return constant_schedule(init_value);
  const std::int64_t begin = std::max<std::int64_t>(transition_begin, 0);
  return [=](std::int64_t count) {
    const auto n = static_cast<double>(std::clamp<std::int64_t>(count - begin, 0, transition_steps));
    return (init_value - end_value) * std::pow(1 - n / static_cast<double>(transition_steps), power) + end_value;
  };
}

/// From `init_value` to `end_value` in `transition_steps` equal steps, from `transition_begin` on.
inline Schedule linear_schedule(double init_value, double end_value, std::int64_t transition_steps,
                                std::int64_t transition_begin = 0) {
  return polynomial_schedule(init_value, end_value, 1, transition_steps, transition_begin);
}

/// Options of exponential_decay beyond its first three arguments.
struct ExponentialDecayOptions {
  std::int64_t transition_begin = 0;  ///< steps at `init_value` before the decay starts
  bool staircase = false;             ///< whether the exponent is rounded down to a whole number
  std::optional<double> end_value{};  ///< bound that the decay (or the growth, if decay_rate > 1) does not cross
};

/// init_value · decay_rate^(n / transition_steps), n counted from `transition_begin`.
inline Schedule exponential_decay(double init_value, std::int64_t transition_steps, double decay_rate,
                                  ExponentialDecayOptions options = {}) {
  detail::check_not_negative("exponential_decay", "decay_rate", decay_rate);
  if (transition_steps <= 0 || decay_rate == 0) return constant_schedule(init_value);
  const std::int64_t begin = std::max<std::int64_t>(options.transition_begin, 0);
  return [=](std::int64_t count) {
    double value = init_value;
    if (count > begin) {
      const double exponent = static_cast<double>(count - begin) / static_cast<double>(transition_steps);
      value *= std::pow(decay_rate, options.staircase ? std::floor(exponent) : exponent);
    }
    if (!options.end_value) return value;
    return decay_rate < 1 ? std::max(value, *options.end_value) : std::min(value, *options.end_value);
  };
}

/// init_value · ((1-alpha) · (½(1 + cos(πn/decay_steps)))^exponent + alpha): `alpha` is a fraction of `init_value`.
inline Schedule cosine_decay_schedule(double init_value, std::int64_t decay_steps, double alpha = 0.0,
                                      double exponent = 1.0) {
  detail::check_positive("cosine_decay_schedule", "decay_steps", decay_steps);
  return [=](std::int64_t count) {
    const double n = static_cast<double>(std::min(count, decay_steps)) / static_cast<double>(decay_steps);
    const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * n));
    return init_value * ((1 - alpha) * std::pow(cosine, exponent) + alpha);
  };
}

/// Boundaries (step counts) and the factors that apply from them on.
using BoundariesAndScales = std::map<std::int64_t, double>;

/// `init_value` times the scales of all boundaries that were reached.
inline Schedule piecewise_constant_schedule(double init_value, BoundariesAndScales boundaries_and_scales = {}) {
  for (const auto& [boundary, scale] : boundaries_and_scales) {
    detail::check_not_negative("piecewise_constant_schedule", detail::fill("the scale at {}", {boundary}), scale);
  }
  return [init_value, table = std::move(boundaries_and_scales)](std::int64_t count) {
    double value = init_value;
    for (const auto& [boundary, scale] : table) {
      if (boundary <= count) value *= scale;
    }
    return value;
  };
}

/// How piecewise_interpolate_schedule goes from one boundary to the next.
enum class Interpolation { linear, cosine };

/// `init_value` times the product of the scales at each boundary, interpolated in between; constant after the last.
inline Schedule piecewise_interpolate_schedule(Interpolation interpolate_type, double init_value,
                                               BoundariesAndScales boundaries_and_scales = {}) {
  std::vector<std::int64_t> bounds{0};
  std::vector<double> values{init_value};
  for (const auto& [boundary, scale] : boundaries_and_scales) {
    detail::check_not_negative("piecewise_interpolate_schedule", detail::fill("the scale at {}", {boundary}), scale);
    bounds.push_back(boundary);
    values.push_back(values.back() * scale);
  }
  return [=](std::int64_t count) {
    double value = count < bounds.front() ? 0.0 : values.back();
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
      if (count < bounds[i] || count >= bounds[i + 1]) continue;
      const auto length = static_cast<double>(std::max<std::int64_t>(bounds[i + 1] - bounds[i], 1));
      const double n = static_cast<double>(count - bounds[i]) / length;
      value = interpolate_type == Interpolation::linear
                  ? values[i] + (values[i + 1] - values[i]) * n
                  : values[i + 1] + (values[i] - values[i + 1]) / 2 * (std::cos(std::numbers::pi * n) + 1);
    }
    return value;
  };
}

namespace detail {

/// A boundary of a onecycle schedule. Boundaries that coincide overwrite each other, as in optax.
inline std::int64_t fraction_of(double fraction, std::int64_t steps) {
  return static_cast<std::int64_t>(fraction * static_cast<double>(steps));
}

}  // namespace detail

/// Up to `peak_value` and down again in straight lines: the "1cycle" policy of Smith, https://arxiv.org/abs/1708.07120.
inline Schedule linear_onecycle_schedule(std::int64_t transition_steps, double peak_value, double pct_start = 0.3,
                                         double pct_final = 0.85, double div_factor = 25.0,
                                         double final_div_factor = 1e4) {
  detail::check_positive("linear_onecycle_schedule", "transition_steps", transition_steps);
  detail::check_fraction("linear_onecycle_schedule", "pct_start", pct_start);
  detail::check_fraction("linear_onecycle_schedule", "pct_final", pct_final);
  if (pct_start > pct_final) {
    detail::reject("linear_onecycle_schedule", "pct_start", detail::fill("not exceed pct_final = {}", {pct_final}),
                   pct_start);
  }
  detail::check_positive("linear_onecycle_schedule", "div_factor", div_factor);
  detail::check_positive("linear_onecycle_schedule", "final_div_factor", final_div_factor);
  BoundariesAndScales table;
  table[detail::fraction_of(pct_start, transition_steps)] = div_factor;
  table[detail::fraction_of(pct_final, transition_steps)] = 1 / div_factor;
  table[transition_steps] = 1 / final_div_factor;
  return piecewise_interpolate_schedule(Interpolation::linear, peak_value / div_factor, table);
}

/// The same with cosine-shaped flanks.
inline Schedule cosine_onecycle_schedule(std::int64_t transition_steps, double peak_value, double pct_start = 0.3,
                                         double div_factor = 25.0, double final_div_factor = 1e4) {
  detail::check_positive("cosine_onecycle_schedule", "transition_steps", transition_steps);
  detail::check_fraction("cosine_onecycle_schedule", "pct_start", pct_start);
  detail::check_positive("cosine_onecycle_schedule", "div_factor", div_factor);
  detail::check_positive("cosine_onecycle_schedule", "final_div_factor", final_div_factor);
  BoundariesAndScales table;
  table[detail::fraction_of(pct_start, transition_steps)] = div_factor;
  table[transition_steps] = 1 / (div_factor * final_div_factor);
  return piecewise_interpolate_schedule(Interpolation::cosine, peak_value / div_factor, table);
}

/// The first schedule up to the first boundary, then the second with its count starting at 0, and so on.
inline Schedule join_schedules(std::vector<Schedule> schedules, std::vector<std::int64_t> boundaries) {
  if (schedules.empty() || boundaries.size() + 1 != schedules.size()) {
    throw HyperparameterError(
        detail::fill("join_schedules: {} schedules need {} boundaries, got {}",
                     {schedules.size(), schedules.empty() ? 0 : schedules.size() - 1, boundaries.size()}));
  }
  for (const Schedule& schedule : schedules) detail::check_given("join_schedules", "a schedule", schedule);
  for (std::size_t i = 1; i < boundaries.size(); ++i) {
    if (boundaries[i] < boundaries[i - 1]) {
      throw HyperparameterError(detail::fill("join_schedules: boundaries must be in order, got {} after {}",
                                             {boundaries[i], boundaries[i - 1]}));
    }
  }
  return [schedules = std::move(schedules), boundaries = std::move(boundaries)](std::int64_t count) {
    std::size_t active = 0;
    std::int64_t start = 0;
    for (std::size_t i = 0; i < boundaries.size(); ++i) {
      if (count >= boundaries[i]) {
        active = i + 1;
        start = boundaries[i];
      }
    }
    return schedules[active](count - start);
  };
}

/// Linear from `init_value` to `peak_value`, then constant. Without warm-up steps it stays at `init_value`, as in
/// optax.
inline Schedule warmup_constant_schedule(double init_value, double peak_value, std::int64_t warmup_steps) {
  return linear_schedule(init_value, peak_value, warmup_steps);
}

/// Arguments of one warm-up and cosine decay.
struct WarmupCosineDecay {
  double init_value = 0.0;        ///< where the warm-up starts
  double peak_value = 1.0;        ///< where it ends and the decay starts
  std::int64_t warmup_steps = 0;  ///< steps of the warm-up
  std::int64_t decay_steps = 1;   ///< steps of warm-up and decay together
  double end_value = 0.0;         ///< where the decay ends
  double exponent = 1.0;          ///< power of the cosine
};

/// A linear warm-up followed by a cosine decay; `decay_steps` counts the warm-up in.
inline Schedule warmup_cosine_decay_schedule(WarmupCosineDecay options) {
  if (options.decay_steps <= options.warmup_steps) {
    throw HyperparameterError(
        detail::fill("warmup_cosine_decay_schedule: decay_steps must exceed warmup_steps = {}, got {}",
                     {options.warmup_steps, options.decay_steps}));
  }
  const double alpha = options.peak_value == 0 ? 0 : options.end_value / options.peak_value;
  return join_schedules(
      {linear_schedule(options.init_value, options.peak_value, options.warmup_steps),
       cosine_decay_schedule(options.peak_value, options.decay_steps - options.warmup_steps, alpha, options.exponent)},
      {options.warmup_steps});
}

/// The same with its arguments in their order.
inline Schedule warmup_cosine_decay_schedule(double init_value, double peak_value, std::int64_t warmup_steps,
                                             std::int64_t decay_steps, double end_value = 0.0, double exponent = 1.0) {
  return warmup_cosine_decay_schedule({init_value, peak_value, warmup_steps, decay_steps, end_value, exponent});
}

/// A linear warm-up followed by an exponential decay, whose `transition_begin` counts from the end of the warm-up.
inline Schedule warmup_exponential_decay_schedule(double init_value, double peak_value, std::int64_t warmup_steps,
                                                  std::int64_t transition_steps, double decay_rate,
                                                  ExponentialDecayOptions options = {}) {
  return join_schedules({linear_schedule(init_value, peak_value, warmup_steps),
                         exponential_decay(peak_value, transition_steps, decay_rate, options)},
                        {warmup_steps});
}

/// Cosine decays with warm restarts, one after the other: Loshchilov & Hutter, https://arxiv.org/abs/1608.03983.
inline Schedule sgdr_schedule(const std::vector<WarmupCosineDecay>& cycles) {
  if (cycles.empty()) throw HyperparameterError("sgdr_schedule: there must be at least one cycle, got 0");
  std::vector<Schedule> schedules;
  std::vector<std::int64_t> boundaries;
  std::int64_t end = 0;
  for (const WarmupCosineDecay& cycle : cycles) {
    if (!schedules.empty()) boundaries.push_back(end);
    schedules.push_back(warmup_cosine_decay_schedule(cycle));
    end += cycle.decay_steps;
  }
  return join_schedules(std::move(schedules), std::move(boundaries));
}

}  // namespace grove::optim
