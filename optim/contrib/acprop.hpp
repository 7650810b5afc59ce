// AdaBelief whose denominator is that of the step before.
#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "../optimizers/adabelief.hpp"
#include "../transforms/scale.hpp"

namespace grove::optim::contrib {

/// Options of `scale_by_acprop`.
struct ScaleByAcprop {
  static constexpr int slot_count = 2;

  double b1 = 0.9;          ///< decay of the mean, in [0, 1)
  double b2 = 0.999;        ///< decay of the variance, in [0, 1)
  double eps = 1e-16;       ///< added to the denominator, outside the root, ≥ 0
  double eps_root = 1e-16;  ///< added to the stored variance every step, ≥ 0

  template <class P>
  ScaleByBeliefState<P> init(const P& params) const {
    return {0, detail::zeros_like(params), detail::zeros_like(params)};
  }
  std::array<double, 8> prepare(auto& state) const {
    const bool first = state.count == 0;
    const double of_nu = first ? 0 : detail::debias(b2, state.count);  // the variance has seen one step less
    state.count = safe_increment(state.count);
    return {b1, 1 - b1, b2, 1 - b2, of_nu, first ? 1.0 : 0.0, eps_root, eps};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.mu, state.nu); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& mu, auto& nu) const {
    const auto& [b1_, rest1, b2_, rest2, of_nu, first, eps_root_, eps_] = constants;
    const auto g = detail::copy_of(u);
    u = u / (detail::sqrt_of(of_nu * nu + first) + eps_);
    nu = rest2 * ((g - mu) * (g - mu)) + b2_ * nu + eps_root_;
    mu = rest1 * g + b1_ * mu;
  }
};

/// Divides updates by the root of their variance around the running mean, both as they were before this step.
///
///   u = g / (sqrt(nu / (1-b2ᵗ⁻¹)) + eps), and g / (1 + eps) at the first step
///   nu ← b2·nu + (1-b2)·(g - mu)² + eps_root        mu ← b1·mu + (1-b1)·g
///
/// Throws: HyperparameterError if b1 or b2 is outside [0, 1), eps or eps_root negative.
inline auto scale_by_acprop(ScaleByAcprop options = {}) {
  detail::check_moments("scale_by_acprop", options);
  return GradientTransformation<ScaleByAcprop>{options};
}

/// Options of `acprop`.
struct AcpropOptions {
  double b1 = 0.9;                              ///< decay of the mean, in [0, 1)
  double b2 = 0.999;                            ///< decay of the variance, in [0, 1)
  double eps = 1e-16;                           ///< added to the denominator, outside the root, ≥ 0
  double eps_root = 1e-16;                      ///< added to the stored variance every step, ≥ 0
  ScalarOrSchedule<double> weight_decay = 0.0;  ///< a number or a schedule
  Mask mask = true;                             ///< which leaves decay
};

/// ACProp: scale_by_acprop, add_decayed_weights, then a step of -learning_rate.
///
/// Source: Zhuang et al. 2021, https://arxiv.org/abs/2110.05454
template <class LearningRate>
auto acprop(LearningRate learning_rate, AcpropOptions options = {}) {
  detail::check_moments("acprop", options);
  detail::check_learning_rate("acprop", learning_rate);
  detail::check_weight_decay("acprop", options.weight_decay);
  return chain(scale_by_acprop({options.b1, options.b2, options.eps, options.eps_root}),
               add_decayed_weights(options.weight_decay, options.mask),
               scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim::contrib
