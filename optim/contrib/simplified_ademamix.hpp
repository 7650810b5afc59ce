// AdEMAMix with a single average, weighted together with the gradient.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

#include "../protocol/chain.hpp"
#include "../transforms/add_decayed_weights.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/scale_by_adam.hpp"

namespace grove::optim::detail {

template <class Options>
void check_simplified_ademamix(std::string_view function, const Options& options) {
  check_moments(function, options);
  check_not_negative(function, "alpha", options.alpha);
}

}  // namespace grove::optim::detail

namespace grove::optim::contrib {

/// The sum of gradients that fades, the mean of squares, and the step count.
template <class P>
struct ScaleBySimplifiedAdEMAMixState {
  P m;             ///< first moment, a sum
  P n;             ///< second moment
  std::int64_t t;  ///< steps so far
};

/// Options of `scale_by_simplified_ademamix`.
struct ScaleBySimplifiedAdemamix {
  static constexpr int slot_count = 2;

  double b1 = 0.99;     ///< decay of the sum, in [0, 1)
  double b2 = 0.95;     ///< decay of the mean of squares, in [0, 1)
  double alpha = 0.0;   ///< weight of the gradient, ≥ 0
  double eps = 1e-8;    ///< added to the denominator, outside the root, ≥ 0
  double eps_root = 0;  ///< added inside the root, ≥ 0

  template <class P>
  ScaleBySimplifiedAdEMAMixState<P> init(const P& params) const {
    return {detail::zeros_like(params), detail::zeros_like(params), 0};
  }
  std::array<double, 7> prepare(auto& state) const {
    state.t = safe_increment(state.t);
    return {b1, alpha, b2, 1 - b2, detail::debias(b2, state.t), eps_root, eps};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.m, state.n); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& m, auto& n) const {
    const auto& [b1_, alpha_, b2_, rest2, of_n, eps_root_, eps_] = constants;
    m = u + b1_ * m;
    n = rest2 * (u * u) + b2_ * n;
    u = (m + alpha_ * u) / (detail::sqrt_of(of_n * n + eps_root_) + eps_);
  }
};

/// Rescales updates by a sum of gradients that fades, not debiased, and the debiased mean of squares.
///
///   m ← b1·m + g        n ← b2·n + (1-b2)·g²
///   u = (m + alpha·g) / (sqrt(n / (1-b2ᵗ) + eps_root) + eps)
///
/// Throws: HyperparameterError if b1 or b2 is outside [0, 1), alpha, eps or eps_root negative.
inline auto scale_by_simplified_ademamix(ScaleBySimplifiedAdemamix options = {}) {
  detail::check_simplified_ademamix("scale_by_simplified_ademamix", options);
  return GradientTransformation<ScaleBySimplifiedAdemamix>{options};
}

/// Options of `simplified_ademamix`.
struct SimplifiedAdemamixOptions {
  double b1 = 0.99;                             ///< decay of the sum, in [0, 1)
  double b2 = 0.95;                             ///< decay of the mean of squares, in [0, 1)
  double alpha = 0.0;                           ///< weight of the gradient, ≥ 0
  double eps = 1e-8;                            ///< added to the denominator, outside the root, ≥ 0
  double eps_root = 0;                          ///< added inside the root, ≥ 0
  ScalarOrSchedule<double> weight_decay = 0.0;  ///< a number or a schedule
  Mask mask = true;                             ///< which leaves decay
};

/// Simplified AdEMAMix: scale_by_simplified_ademamix, add_decayed_weights, then a step of -learning_rate.
///
/// The sum is about 1/(1-b1) times the gradient, so learning rates are smaller than Adam's.
/// Source: Morwani et al. 2025, https://arxiv.org/abs/2502.02431
template <class LearningRate>
auto simplified_ademamix(LearningRate learning_rate, SimplifiedAdemamixOptions options = {}) {
  detail::check_simplified_ademamix("simplified_ademamix", options);
  detail::check_learning_rate("simplified_ademamix", learning_rate);
  detail::check_weight_decay("simplified_ademamix", options.weight_decay);
  return chain(scale_by_simplified_ademamix({options.b1, options.b2, options.alpha, options.eps, options.eps_root}),
               add_decayed_weights(options.weight_decay, options.mask),
               scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim::contrib
