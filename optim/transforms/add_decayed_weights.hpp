// Weight decay.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

#include "../protocol/mask.hpp"
#include "../protocol/masked.hpp"
#include "../schedules/hyperparameter.hpp"

namespace grove::optim {

/// The step count for a scheduled decay, and the mask: a character for each leaf, '1' where weights decay.
struct AddDecayedWeightsState {
  std::int64_t count;  ///< steps so far, for a schedule
  std::string mask;    ///< '1' for each leaf that decays, else '0'

  template <class Params>
  void check_fits(const Params& params) const {
    detail::check_entries(mask.size(), params);
  }
};

/// Options of `add_decayed_weights`.
template <class Real = double>
struct AddDecayedWeights {
  static constexpr int slot_count = 0;
  static constexpr bool takes_formula = true;
  static constexpr bool needs_params = true;

  ScalarOrSchedule<Real> weight_decay = Real(0);  ///< the factor of the params: a number or a schedule
  Mask mask = true;                               ///< which leaves decay

  template <class P>
  AddDecayedWeightsState init(const P& params) const {
    return {0, detail::leaf_mask(mask, params)};
  }
  auto prepare(AddDecayedWeightsState& state) const {
    const std::array<Real, 1> decay{weight_decay(state.count)};
    state.count = safe_increment(state.count);
    return detail::MaskedConstants<std::array<Real, 1>>{decay, &state.mask};
  }
  std::tuple<> slots(auto& /*state*/, auto& /*updates*/) const { return {}; }
  /// The formula of one block of a leaf, handed on to the next link.
  void emit_at(std::size_t leaf, const auto& constants, const auto& u, const auto& p, const auto& next) const {
    const bool none = !weight_decay.is_schedule() && detail::plain(weight_decay(0)) == 0;  // 0 · inf must not appear
    if (none || (*constants.mask)[leaf] != '1') {
      next(u);
    } else {
      next(u + constants.inner[0] * p);
    }
  }
};

namespace detail {

template <class Real>
void check_weight_decay(std::string_view function, const ScalarOrSchedule<Real>& weight_decay) {
  if (!weight_decay.is_schedule()) check_rate(function, "weight_decay", weight_decay(0));
}

}  // namespace detail

/// u ← g + weight_decay · p, where `mask` is true.
template <class Real = double>
auto add_decayed_weights(ScalarOrSchedule<Real> weight_decay, Mask mask = true) {
  detail::check_weight_decay("add_decayed_weights", weight_decay);
  return GradientTransformation<AddDecayedWeights<Real>>{{std::move(weight_decay), std::move(mask)}};
}

/// The same for a number.
template <class Number>
requires std::is_arithmetic_v<Number>
auto add_decayed_weights(Number weight_decay, Mask mask = true) {
  return add_decayed_weights(ScalarOrSchedule<double>(static_cast<double>(weight_decay)), std::move(mask));
}

/// The same for a schedule.
template <ScheduleLike F>
auto add_decayed_weights(F weight_decay, Mask mask = true) {
  return add_decayed_weights(ScalarOrSchedule<double>(std::move(weight_decay)), std::move(mask));
}

}  // namespace grove::optim
