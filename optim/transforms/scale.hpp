// Multiplication of the updates by a number: constant, scheduled, or zero.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>
#include <utility>

#include "../numerics/detail/check.hpp"
#include "../numerics/detail/math.hpp"
#include "../protocol/transformation.hpp"
#include "../schedules/hyperparameter.hpp"

namespace grove::optim {
namespace detail {

/// What elementwise links without state have in common.
struct Stateless {
  static constexpr int slot_count = 0;

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  std::array<double, 0> prepare(EmptyState& /*state*/) const { return {}; }
  std::tuple<> slots(auto& /*state*/, auto& /*updates*/) const { return {}; }
};

}  // namespace detail

/// The link behind `identity`.
struct Identity : detail::Stateless {
  static constexpr bool takes_formula = true;

  void emit(const auto& /*constants*/, const auto& u, const auto& /*p*/, const auto& next) const { next(u); }
};

/// Leaves the updates as they are.
inline auto identity() { return GradientTransformation<Identity>{}; }

/// The link behind `set_to_zero`.
struct SetToZero : detail::Stateless {
  void apply(const auto& /*constants*/, auto& u, const auto& /*p*/) const {
    u = detail::select(u - u == 0, u - u, 0);  // inf - inf is NaN, which must not get through
  }
};

/// Replaces all updates by zero, those that are not finite too.
inline auto set_to_zero() { return GradientTransformation<SetToZero>{}; }

/// The link behind `scale`.
template <class Real = double>
struct Scale {
  static constexpr int slot_count = 0;
  static constexpr bool takes_formula = true;

  Real step_size;  ///< the factor

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  std::array<Real, 1> prepare(EmptyState& /*state*/) const { return {step_size}; }
  std::tuple<> slots(auto& /*state*/, auto& /*updates*/) const { return {}; }
  void emit(const auto& constants, const auto& u, const auto& /*p*/, const auto& next) const { next(constants[0] * u); }
};

/// u ← step_size · g
template <class Real>
auto scale(Real step_size) {
  return GradientTransformation<Scale<Real>>{{step_size}};
}

/// Counts the steps of a schedule.
struct ScaleByScheduleState {
  std::int64_t count = 0;  ///< steps so far
};

/// The link behind `scale_by_schedule`.
template <class F>
struct ScaleBySchedule {
  static constexpr int slot_count = 0;
  static constexpr bool takes_formula = true;

  F step_size_fn;          ///< count → factor
  bool flip_sign = false;  ///< whether the factor is negated

  template <class P>
  ScaleByScheduleState init(const P& /*params*/) const {
    return {};
  }
  auto prepare(ScaleByScheduleState& state) const {
    auto factor = step_size_fn(state.count);
    detail::checked_of_schedule(factor, state.count);
    state.count = safe_increment(state.count);
    return std::array{flip_sign ? decltype(factor)(-factor) : factor};
  }
  std::tuple<> slots(auto& /*state*/, auto& /*updates*/) const { return {}; }
  void emit(const auto& constants, const auto& u, const auto& /*p*/, const auto& next) const { next(constants[0] * u); }
};

/// u ← step_size_fn(count) · g, with count = 0 at the first step.
template <class F>
auto scale_by_schedule(F step_size_fn) {
  detail::check_given("scale_by_schedule", "step_size_fn", step_size_fn);
  return GradientTransformation<ScaleBySchedule<F>>{{std::move(step_size_fn)}};
}

/// u ← -learning_rate · g: the descent step, last link of most optimizers. `flip_sign = false` leaves the sign alone.
///
/// `learning_rate` is a number or a schedule.
/// Throws: HyperparameterError if it is a negative or infinite number; from a step if a schedule returns what is not
/// finite.
template <class LearningRate>
auto scale_by_learning_rate(LearningRate learning_rate, bool flip_sign = true) {
  detail::check_learning_rate("scale_by_learning_rate", learning_rate);
  if constexpr (ScheduleLike<LearningRate>) {
    return GradientTransformation<ScaleBySchedule<LearningRate>>{{std::move(learning_rate), flip_sign}};
  } else {
    using Real = real_t<LearningRate>;
    const Real rate(learning_rate);
    return GradientTransformation<Scale<Real>>{{flip_sign ? Real(-rate) : rate}};
  }
}

/// The link behind `scale_by_sign`.
struct ScaleBySign : detail::Stateless {
  void apply(const auto& /*constants*/, auto& u, const auto& /*p*/) const { u = detail::sign_of(u); }
};

/// u ← sign(g), with sign(0) = 0.
inline auto scale_by_sign() { return GradientTransformation<ScaleBySign>{}; }

}  // namespace grove::optim
