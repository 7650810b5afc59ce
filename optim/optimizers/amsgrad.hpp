// Adam whose denominator never falls.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>
#include <utility>

#include "../transforms/scale.hpp"
#include "adam.hpp"

namespace grove::optim {

/// Step count, both moments, and the largest second moment so far.
template <class P>
struct ScaleByAmsgradState {
  std::int64_t count;  ///< steps so far
  P mu;                ///< first moment
  P nu;                ///< second moment
  P nu_max;            ///< the largest second moment so far
};

/// Options of `scale_by_amsgrad`.
template <class Real = double>
struct ScaleByAmsgrad {
  static constexpr int slot_count = 3;

  Real b1 = Real(0.9);             ///< decay of the first moment, in [0, 1)
  Real b2 = Real(0.999);           ///< decay of the second moment, in [0, 1)
  Real eps = Real(1e-8);           ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(0);         ///< added inside the root, ≥ 0
  bool bias_correction_mu = true;  ///< whether the first moment is debiased; the paper does not
  bool bias_correction_nu = true;  ///< whether the second moment is debiased before the maximum; the paper does not

  template <class P>
  ScaleByAmsgradState<P> init(const P& params) const {
    return {0, detail::zeros_like(params), detail::zeros_like(params), detail::zeros_like(params)};
  }
  std::array<Real, 8> prepare(auto& state) const {
    state.count = safe_increment(state.count);
    return {b1,
            Real(1 - b1),
            b2,
            Real(1 - b2),
            bias_correction_mu ? detail::debias(b1, state.count) : Real(1),
            bias_correction_nu ? detail::debias(b2, state.count) : Real(1),
            eps_root,
            eps};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.mu, state.nu, state.nu_max); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& mu, auto& nu, auto& nu_max) const {
    const auto& [b1_, rest1, b2_, rest2, of_mu, of_nu, eps_root_, eps_] = constants;
    mu = rest1 * u + b1_ * mu;
    nu = rest2 * (u * u) + b2_ * nu;
    nu_max = detail::max_of(nu_max, of_nu * nu);
    u = of_mu * mu / (detail::sqrt_of(nu_max + eps_root_) + eps_);
  }
};

/// Rescales updates by the first moment and the largest second moment so far.
///
///   nu_max ← max(nu_max, nu / (1-b2ᵗ))        u = (mu / (1-b1ᵗ)) / (sqrt(nu_max + eps_root) + eps)
///
/// Source: Reddi et al. 2018, https://openreview.net/forum?id=ryQu7f-RZ (both flags false), with optax's bias
/// corrections.
template <class Real = double>
auto scale_by_amsgrad(ScaleByAmsgrad<Real> options = {}) {
  detail::check_moments("scale_by_amsgrad", options);
  return GradientTransformation<ScaleByAmsgrad<Real>>{options};
}

/// AMSGrad: scale_by_amsgrad, then a step of -learning_rate.
template <class LearningRate>
auto amsgrad(LearningRate learning_rate, ScaleByAmsgrad<real_t<LearningRate>> options = {}) {
  detail::check_moments("amsgrad", options);
  detail::check_learning_rate("amsgrad", learning_rate);
  return chain(scale_by_amsgrad(options), scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
