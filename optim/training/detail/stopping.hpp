// The rules by which `minimize` stops. All are relative to the loss and the params, but for those that say otherwise.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "../../../autodiff/tree/tree.hpp"
#include "../minimize_options.hpp"
#include "../stop_reason.hpp"

namespace grove::optim::detail {

/// What the loss and the gradient are at some params.
struct Seen {
  double value;
  double gradient_norm;
};

/// Notices that neither the loss nor the gradient gets any smaller; a tree.
struct Standstill {
  static constexpr std::int64_t patience = 20;  ///< steps without progress that are no accident

  Seen best{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  double first = 0;        ///< the loss at the start
  std::int64_t steps = 0;  ///< since the last progress
  std::int64_t due = patience;
  std::int64_t level_steps = 0;  ///< since the loss was last lower, although the gradient may have been

  /// Takes note; returns whether this was progress. Where the loss may go up and down for other reasons than rounding
  /// (`searching` is false), only steps at the height of the best loss are counted.
  bool progress(const Seen& now, double epsilon, bool searching) {
    if (std::isinf(best.value)) first = now.value;
    // A loss that falls to zero is at rounding where it would have to be the square of a rounding error.
    const double noise = std::max(4 * epsilon * std::abs(best.value), epsilon * epsilon * std::abs(first));
    const bool lower = now.value < best.value - noise || std::isinf(best.value);
    const bool level = now.value <= best.value + noise;
    const bool counts = level || searching;
    level_steps = lower || !counts ? 0 : level_steps + 1;
    if (lower) due = patience;
    if (lower || (level && now.gradient_norm < 0.9 * best.gradient_norm)) {
      best = now;
      steps = 0;
      return true;
    }
    steps = counts ? steps + 1 : 0;
    return false;
  }
  bool is_due() const { return steps >= due; }
  /// The gradient still gets smaller, but the loss does not.
  bool is_long() const { return level_steps >= 10 * due; }
  /// Not yet: asks again after twice as many steps.
  void wait() { due *= 2; }
  void start_over() { steps = 0; }
};

/// Notices that the loss falls, but hardly: by less than a tenth in some hundred steps; a tree.
struct Crawl {
  double value = std::numeric_limits<double>::infinity();
  std::int64_t steps = 0;
  std::int64_t due = 200;

  bool is_noticed(double now) {
    if (++steps < due) return false;
    const bool slow = value - now < 0.1 * std::abs(value);
    value = now;
    steps = 0;
    if (slow) due *= 2;
    return slow;
  }
};

/// Notices that the loss, or what is measured instead, did not improve for a while; a tree.
struct Patience {
  double reference = std::numeric_limits<double>::infinity();
  std::int64_t without_improvement = 0;

  bool is_over(double score, const MinimizeOptions& options) {
    if (score < reference - options.min_improvement) {
      reference = score;
      without_improvement = 0;
      return false;
    }
    ++without_improvement;
    return options.patience > 0 && without_improvement >= options.patience;
  }
};

/// The reason to stop that lies in the gradient.
template <class P>
std::optional<StopReason> gradient_reason(const Seen& now, const P& params, const MinimizeOptions& options) {
  if (now.gradient_norm <= options.gradient_tolerance) return StopReason::gradient_tolerance;
  if (options.relative_gradient_tolerance > 0) {
    const double size = plain(tree::global_norm(params));
    if (size > 0 && now.gradient_norm * size <= options.relative_gradient_tolerance * std::abs(now.value))
      return StopReason::gradient_tolerance;
  }
  return std::nullopt;
}

/// The reason to stop that lies in the last step, from `before` to `now`.
inline std::optional<StopReason> value_reason(double before, double now, const MinimizeOptions& options) {
  if (std::isinf(before)) return std::nullopt;  // the first epoch has none before it
  const double change = std::abs(now - before), size = std::max(std::abs(now), std::abs(before));
  const bool relative = options.value_tolerance > 0 && change <= options.value_tolerance * size;
  const bool absolute = options.absolute_value_tolerance > 0 && change <= options.absolute_value_tolerance;
  if (relative || absolute) return StopReason::value_tolerance;
  return std::nullopt;
}

/// The same for the params. A step that moves nothing tells nothing.
template <class P>
std::optional<StopReason> params_reason(const P& before, const P& now, const MinimizeOptions& options) {
  if (options.params_tolerance == 0) return std::nullopt;
  const double step = plain(tree::global_norm(tree::sub(now, before)));
  if (step > 0 && step <= options.params_tolerance * plain(tree::global_norm(now))) return StopReason::params_tolerance;
  return std::nullopt;
}

/// What a step would have to bring for a place where a tolerance is met to be a plateau: much more than that tolerance.
inline double worthwhile_gain(StopReason met, double value, const MinimizeOptions& options) {
  if (met != StopReason::value_tolerance) return std::numeric_limits<double>::infinity();
  return 1e3 * std::max(options.value_tolerance * std::abs(value), options.absolute_value_tolerance);
}
inline double worthwhile_step(StopReason met, const MinimizeOptions& options) {
  if (met != StopReason::params_tolerance) return std::numeric_limits<double>::infinity();
  return 1e3 * options.params_tolerance;
}

}  // namespace grove::optim::detail
