// Adam whose second moment moves by a bounded amount.
#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "../transforms/scale.hpp"
#include "adam.hpp"

namespace grove::optim {

/// Options of `scale_by_yogi`.
template <class Real = double>
struct ScaleByYogi {
  static constexpr int slot_count = 2;

  Real b1 = Real(0.9);                          ///< decay of the first moment, in [0, 1)
  Real b2 = Real(0.999);                        ///< decay of the second moment, in [0, 1)
  Real eps = Real(1e-3);                        ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(0);                      ///< added inside the root, ≥ 0
  Real initial_accumulator_value = Real(1e-6);  ///< where both moments start

  template <class P>
  ScaleByAdamState<P> init(const P& params) const {
    return {0, detail::full_like(params, initial_accumulator_value),
            detail::full_like(params, initial_accumulator_value)};
  }
  std::array<Real, 7> prepare(auto& state) const {
    state.count = safe_increment(state.count);
    return {b1,       Real(1 - b1), Real(1 - b2), detail::debias(b1, state.count), detail::debias(b2, state.count),
            eps_root, eps};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.mu, state.nu); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& mu, auto& nu) const {
    const auto& [b1_, rest1, rest2, of_mu, of_nu, eps_root_, eps_] = constants;
    mu = rest1 * u + b1_ * mu;
    nu = nu - rest2 * detail::sign_of(nu - u * u) * (u * u);
    u = of_mu * mu / (detail::sqrt_of(of_nu * nu + eps_root_) + eps_);
  }
};

/// Rescales updates by moments of which the second follows g² additively.
///
///   nu ← nu - (1-b2)·sign(nu - g²)·g²        u = (mu / (1-b1ᵗ)) / (sqrt(nu / (1-b2ᵗ) + eps_root) + eps)
///
/// Both moments start at `initial_accumulator_value` and are bias-corrected all the same, as in optax.
/// Source: Zaheer et al. 2018, https://papers.nips.cc/paper/8186
template <class Real = double>
auto scale_by_yogi(ScaleByYogi<Real> options = {}) {
  detail::check_moments("scale_by_yogi", options);
  detail::check_not_negative("scale_by_yogi", "initial_accumulator_value", options.initial_accumulator_value);
  return GradientTransformation<ScaleByYogi<Real>>{options};
}

/// Yogi: scale_by_yogi, then a step of -learning_rate.
template <class LearningRate>
auto yogi(LearningRate learning_rate, ScaleByYogi<real_t<LearningRate>> options = {}) {
  detail::check_moments("yogi", options);
  detail::check_learning_rate("yogi", learning_rate);
  return chain(scale_by_yogi(options), scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
