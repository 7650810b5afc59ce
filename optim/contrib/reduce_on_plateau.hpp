// Smaller steps when the loss stops falling.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"

namespace grove::optim::contrib {

/// The factor of the updates, the best loss, and the counts of the rule.
struct ReduceLROnPlateauState {
  double scale = 1;  ///< the factor on the updates
  /// The least averaged loss so far.
  double best_value = std::numeric_limits<double>::infinity();
  std::int64_t plateau_count = 0;   ///< averaged losses in a row without improvement
  std::int64_t cooldown_count = 0;  ///< losses that are still ignored after a reduction
  std::int64_t count = 0;           ///< losses in the running average
  double avg_value = 0;             ///< the running average of losses
};

/// Options of `reduce_on_plateau`.
struct ReduceOnPlateau {
  static constexpr detail::Harm harm = detail::Harm::counts;
  double factor = 0.1;                 ///< factor of the steps at a plateau, in (0, 1)
  std::int64_t patience = 10;          ///< losses without improvement that make a plateau
  double rtol = 1e-4;                  ///< relative improvement that counts, in [0, 1]
  double atol = 0.0;                   ///< absolute improvement that counts, ≥ 0
  std::int64_t cooldown = 0;           ///< losses that are ignored after a reduction
  std::int64_t accumulation_size = 1;  ///< losses that are averaged to one
  double min_scale = 0.0;              ///< smallest factor

  template <class P>
  ReduceLROnPlateauState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, ReduceLROnPlateauState& state, const P& /*params*/, const E& extra) const {
    const auto n = static_cast<double>(state.count);
    state.avg_value = (n * state.avg_value + detail::plain(detail::value_of_extra(extra))) / (n + 1);
    if (++state.count == accumulation_size) judge(state);
    detail::for_each_leaf(
        extra, [&](std::size_t, auto&& u) { u = detail::in_scalar_of(u, state.scale) * u; }, updates);
  }

 private:
  void judge(ReduceLROnPlateauState& state) const {
    const double better = (state.best_value < 0 ? 1 + rtol : 1 - rtol) * state.best_value;
    const bool improved = state.avg_value < better - atol;
    if (improved) state.best_value = state.avg_value;
    state.plateau_count = improved ? 0 : state.plateau_count + 1;
    if (state.cooldown_count > 0) {
      state.plateau_count = 0;
      --state.cooldown_count;
    } else if (state.plateau_count == patience) {
      state.scale = std::max(state.scale * factor, min_scale);
      state.plateau_count = 0;
      state.cooldown_count = cooldown;
    }
    state.count = 0;
    state.avg_value = 0;
  }
};

/// Multiplies the updates by a factor that falls when the loss stops falling. Put it last; it needs `with_value(loss)`.
///
/// A loss below the best one by rtol · |best| + atol counts as an improvement, so negative losses are judged as others.
/// Throws: HyperparameterError if the factor is outside (0, 1), a tolerance negative or both 0, rtol above 1.
inline auto reduce_on_plateau(ReduceOnPlateau options = {}) {
  constexpr auto name = "reduce_on_plateau";
  detail::check_open_fraction(name, "factor", options.factor);
  detail::check_fraction(name, "rtol", options.rtol);
  detail::check_not_negative(name, "atol", options.atol);
  if (options.rtol == 0 && options.atol == 0) detail::reject(name, "rtol or atol", "be positive", 0);
  detail::check_positive(name, "accumulation_size", options.accumulation_size);
  detail::check_positive(name, "patience", options.patience);
  detail::check_not_negative(name, "cooldown", options.cooldown);
  detail::check_not_negative(name, "min_scale", options.min_scale);
  return GradientTransformation<ReduceOnPlateau>{options};
}

}  // namespace grove::optim::contrib
