// Adam with the infinity norm in place of the second moment (adamax, adamaxw).
#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "../transforms/scale.hpp"
#include "adamw.hpp"

namespace grove::optim {

/// Options of `scale_by_adamax`.
template <class Real = double>
struct ScaleByAdamax {
  static constexpr int slot_count = 2;

  Real b1 = Real(0.9);    ///< decay of the first moment, in [0, 1)
  Real b2 = Real(0.999);  ///< decay of the largest magnitude, in [0, 1)
  Real eps = Real(1e-8);  ///< added to |g| inside the maximum, ≥ 0

  template <class P>
  ScaleByAdamState<P> init(const P& params) const {
    return {0, detail::zeros_like(params), detail::zeros_like(params)};
  }
  std::array<Real, 5> prepare(auto& state) const {
    state.count = safe_increment(state.count);
    return {b1, Real(1 - b1), b2, eps, detail::debias(b1, state.count)};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.mu, state.nu); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& mu, auto& nu) const {
    const auto& [b1_, rest1, b2_, eps_, of_mu] = constants;
    mu = rest1 * u + b1_ * mu;
    nu = detail::max_of(detail::abs_of(u) + eps_, b2_ * nu);
    u = of_mu * mu / nu;
  }
};

/// Rescales updates by a decaying maximum of their magnitude.
///
///   mu ← b1·mu + (1-b1)·g        nu ← max(|g| + eps, b2·nu)        u = (mu / (1-b1ᵗ)) / nu
///
/// Source: Kingma & Ba 2015, https://arxiv.org/abs/1412.6980, Algorithm 2 (eps as in optax).
template <class Real = double>
auto scale_by_adamax(ScaleByAdamax<Real> options = {}) {
  detail::check_moments("scale_by_adamax", options);
  return GradientTransformation<ScaleByAdamax<Real>>{options};
}

/// Adamax: scale_by_adamax, then a step of -learning_rate.
template <class LearningRate>
auto adamax(LearningRate learning_rate, ScaleByAdamax<real_t<LearningRate>> options = {}) {
  detail::check_moments("adamax", options);
  detail::check_learning_rate("adamax", learning_rate);
  return chain(scale_by_adamax(options), scale_by_learning_rate(std::move(learning_rate)));
}

/// Options of `adamaxw`.
template <class Real = double>
struct AdamaxwOptions {
  Real b1 = Real(0.9);                               ///< decay of the first moment, in [0, 1)
  Real b2 = Real(0.999);                             ///< decay of the largest magnitude, in [0, 1)
  Real eps = Real(1e-8);                             ///< added to |g| inside the maximum, ≥ 0
  ScalarOrSchedule<Real> weight_decay = Real(1e-4);  ///< a number or a schedule
  Mask mask = true;                                  ///< which leaves decay
};

/// Adamax with decoupled weight decay.
template <class LearningRate>
auto adamaxw(LearningRate learning_rate, AdamaxwOptions<real_t<LearningRate>> options = {}) {
  detail::check_moments("adamaxw", options);
  detail::check_learning_rate("adamaxw", learning_rate);
  detail::check_weight_decay("adamaxw", options.weight_decay);
  return chain(scale_by_adamax<real_t<LearningRate>>({options.b1, options.b2, options.eps}),
               add_decayed_weights(options.weight_decay, options.mask),
               scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
