// Adam that divides by how far gradients are from their mean.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>
#include <utility>

#include "../transforms/scale.hpp"
#include "adamw.hpp"

namespace grove::optim {

/// Step count, the mean of the gradients, and the variance around it.
template <class P>
struct ScaleByBeliefState {
  std::int64_t count;  ///< steps so far
  P mu;                ///< first moment
  P nu;                ///< moment of what the first one did not foresee
};

/// Options of `scale_by_belief`.
template <class Real = double>
struct ScaleByBelief {
  static constexpr int slot_count = 2;

  Real b1 = Real(0.9);          ///< decay of the mean, in [0, 1)
  Real b2 = Real(0.999);        ///< decay of the variance, in [0, 1)
  Real eps = Real(1e-16);       ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(1e-16);  ///< added to the stored variance every step, ≥ 0
  bool nesterov = false;        ///< whether to look one step ahead in the mean

  template <class P>
  ScaleByBeliefState<P> init(const P& params) const {
    return {0, detail::zeros_like(params), detail::zeros_like(params)};
  }
  std::array<Real, 9> prepare(auto& state) const {
    state.count = safe_increment(state.count);
    const auto [of_mu, of_g] = detail::first_moment_weights(b1, state.count, nesterov);
    return {b1, Real(1 - b1), b2, Real(1 - b2), of_mu, of_g, detail::debias(b2, state.count), eps_root, eps};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.mu, state.nu); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& mu, auto& nu) const {
    const auto& [b1_, rest1, b2_, rest2, of_mu, of_g, of_nu, eps_root_, eps_] = constants;
    mu = rest1 * u + b1_ * mu;
    nu = rest2 * ((u - mu) * (u - mu)) + b2_ * nu + eps_root_;
    if (nesterov) {
      u = (of_mu * mu + of_g * u) / (detail::sqrt_of(of_nu * nu) + eps_);
    } else {
      u = of_mu * mu / (detail::sqrt_of(of_nu * nu) + eps_);
    }
  }
};

/// Rescales updates by their variance around the running mean.
///
///   mu ← b1·mu + (1-b1)·g        nu ← b2·nu + (1-b2)·(g - mu)² + eps_root
///   u  =  (mu / (1-b1ᵗ)) / (sqrt(nu / (1-b2ᵗ)) + eps)
///
/// Source: Zhuang et al. 2020, https://arxiv.org/abs/2010.07468
template <class Real = double>
auto scale_by_belief(ScaleByBelief<Real> options = {}) {
  detail::check_moments("scale_by_belief", options);
  return GradientTransformation<ScaleByBelief<Real>>{options};
}

/// Options of `adabelief`.
template <class Real = double>
struct AdabeliefOptions {
  Real b1 = Real(0.9);                            ///< decay of the mean, in [0, 1)
  Real b2 = Real(0.999);                          ///< decay of the variance, in [0, 1)
  Real eps = Real(1e-16);                         ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(1e-16);                    ///< added to the stored variance every step, ≥ 0
  ScalarOrSchedule<Real> weight_decay = Real(0);  ///< a number or a schedule
  Mask weight_decay_mask = true;                  ///< which leaves decay
  bool nesterov = false;                          ///< whether to look one step ahead in the mean
};

/// AdaBelief: scale_by_belief, add_decayed_weights, then a step of -learning_rate.
template <class LearningRate>
auto adabelief(LearningRate learning_rate, AdabeliefOptions<real_t<LearningRate>> options = {}) {
  detail::check_moments("adabelief", options);
  detail::check_learning_rate("adabelief", learning_rate);
  detail::check_weight_decay("adabelief", options.weight_decay);
  return chain(
      scale_by_belief<real_t<LearningRate>>({options.b1, options.b2, options.eps, options.eps_root, options.nesterov}),
      add_decayed_weights(options.weight_decay, options.weight_decay_mask),
      scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
