// Momentum as an average of iterates, divided by the cube root of the sum of squares.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <utility>

#include "../protocol/chain.hpp"
#include "../transforms/add_decayed_weights.hpp"

namespace grove::optim::contrib {

/// Step count, the weighted sums of squares and of gradients, and the start.
template <class P>
struct MadgradState {
  std::int64_t count;  ///< steps so far
  P grad_sum_sq;       ///< weighted sums of squared gradients
  P s;                 ///< likewise, of gradients
  P x0;                ///< the params at the start
};

/// The link behind `scale_by_madgrad`.
struct ScaleByMadgrad {
  static constexpr int slot_count = 3;
  static constexpr bool needs_params = true;

  ScalarOrSchedule<double> learning_rate;  ///< a number or a schedule
  double momentum;                         ///< in [0, 1)
  double eps;                              ///< added to the root

  template <class P>
  MadgradState<P> init(const P& params) const {
    return {0, detail::zeros_like(params), detail::zeros_like(params), params};
  }
  std::array<double, 4> prepare(auto& state) const {
    const double rate = learning_rate(state.count) + eps;
    state.count = safe_increment(state.count);
    return {rate * std::sqrt(static_cast<double>(state.count)), 1 - momentum, momentum, eps};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.grad_sum_sq, state.s, state.x0); }
  void apply(const auto& constants, auto& u, const auto& p, auto& squares, auto& s, auto& x0) const {
    const auto& [weight, rest, momentum_, eps_] = constants;
    squares = squares + weight * (u * u);
    s = s + weight * u;
    u = rest * (x0 - s / (detail::cbrt_of(squares) + eps_)) + momentum_ * p - p;
  }
};

/// Options of `scale_by_madgrad`.
struct ScaleByMadgradOptions {
  double momentum = 0.9;  ///< weight of the params in the average, in [0, 1)
  double eps = 1e-6;      ///< added to the rate and to the denominator, ≥ 0
};

/// Dual averaging with the cube root of the sum of squares as denominator, and an average of iterates as momentum.
///
///   λ = (learning_rate + eps)·√t    G ← G + λg²    s ← s + λg    z = x0 - s / (∛G + eps)
///   u = (1-momentum)·z + momentum·p - p
///
/// It emits the final update: put nothing after it.
/// Throws: HyperparameterError if the rate or eps is negative, or the momentum outside [0, 1).
template <class LearningRate>
auto scale_by_madgrad(LearningRate learning_rate, ScaleByMadgradOptions options = {}) {
  detail::check_learning_rate("scale_by_madgrad", learning_rate);
  detail::check_decay("scale_by_madgrad", "momentum", options.momentum);
  detail::check_not_negative("scale_by_madgrad", "eps", options.eps);
  return GradientTransformation<ScaleByMadgrad>{{std::move(learning_rate), options.momentum, options.eps}};
}

/// Options of `madgrad`.
struct MadgradOptions {
  double momentum = 0.9;                        ///< weight of the params in the average, in [0, 1)
  ScalarOrSchedule<double> weight_decay = 0.0;  ///< added to the gradient: a number or a schedule
  double eps = 1e-6;                            ///< added to the rate and to the denominator, ≥ 0
};

/// MADGRAD: add_decayed_weights, then scale_by_madgrad.
///
/// Source: Defazio & Jelassi 2021, https://arxiv.org/abs/2101.11075
template <class LearningRate>
auto madgrad(LearningRate learning_rate, MadgradOptions options = {}) {
  detail::check_learning_rate("madgrad", learning_rate);
  detail::check_weight_decay("madgrad", options.weight_decay);
  detail::check_decay("madgrad", "momentum", options.momentum);
  detail::check_not_negative("madgrad", "eps", options.eps);
  return chain(add_decayed_weights(options.weight_decay),
               scale_by_madgrad(std::move(learning_rate), {options.momentum, options.eps}));
}

}  // namespace grove::optim::contrib
