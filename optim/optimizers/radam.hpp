// Adam that rectifies the variance of its adaptive rate.
#pragma once

#include <array>
#include <cmath>
#include <string_view>
#include <tuple>
#include <utility>

#include "../transforms/scale.hpp"
#include "adam.hpp"

namespace grove::optim {

/// Options of `scale_by_radam`.
template <class Real = double>
struct ScaleByRadam {
  static constexpr int slot_count = 2;

  Real b1 = Real(0.9);       ///< decay of the first moment, in [0, 1)
  Real b2 = Real(0.999);     ///< decay of the second moment, in [0, 1)
  Real eps = Real(1e-8);     ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(0);   ///< added inside the root, ≥ 0
  Real threshold = Real(5);  ///< length of the averaged past from which on the second moment is used, ≥ 4
  bool nesterov = false;     ///< whether to look one step ahead in the first moment

  template <class P>
  ScaleByAdamState<P> init(const P& params) const {
    return {0, detail::zeros_like(params), detail::zeros_like(params)};
  }

  /// The factor r is 0 as long as the second moment is not used.
  std::array<Real, 10> prepare(auto& state) const {
    using std::pow;
    using std::sqrt;
    state.count = safe_increment(state.count);
    const auto t = static_cast<double>(state.count);
    const Real power = Real(pow(b2, t));
    const Real longest = Real(2 / (1 - b2) - 1);
    const Real length = Real(longest - 2 * t * power / (1 - power));
    Real r = Real(0);
    if (detail::plain(length) >= detail::plain(threshold)) {
      r = sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
    }
    const auto [of_mu, of_g] = detail::first_moment_weights(b1, state.count, nesterov);
    return {b1, Real(1 - b1), b2, Real(1 - b2), of_mu, of_g, detail::debias(b2, state.count), r, eps_root, eps};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.mu, state.nu); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& mu, auto& nu) const {
    const auto& [b1_, rest1, b2_, rest2, of_mu, of_g, of_nu, r, eps_root_, eps_] = constants;
    mu = rest1 * u + b1_ * mu;
    nu = rest2 * (u * u) + b2_ * nu;
    if (nesterov) {
      u = of_mu * mu + of_g * u;
    } else {
      u = of_mu * mu;
    }
    if (detail::plain(r) != 0) u = r * u / (detail::sqrt_of(of_nu * nu + eps_root_) + eps_);
  }
};

namespace detail {

/// Below 4 the rectification is the root of a negative number.
template <class Options>
void check_radam(std::string_view function, const Options& options) {
  check_moments(function, options);
  if (!(plain(options.threshold) >= 4)) reject(function, "threshold", "be at least 4", plain(options.threshold));
}

}  // namespace detail

/// Rescales updates as scale_by_adam does, once enough gradients were seen to know their variance; before, u = mu /
/// (1-b1ᵗ).
///
///   ρ∞ = 2/(1-b2) - 1        ρ = ρ∞ - 2t·b2ᵗ/(1-b2ᵗ)        from ρ ≥ threshold on:
///   u  = sqrt((ρ-4)(ρ-2)ρ∞ / ((ρ∞-4)(ρ∞-2)ρ)) · (mu / (1-b1ᵗ)) / (sqrt(nu / (1-b2ᵗ) + eps_root) + eps)
///
/// Source: Liu et al. 2020, https://arxiv.org/abs/1908.03265
template <class Real = double>
auto scale_by_radam(ScaleByRadam<Real> options = {}) {
  detail::check_radam("scale_by_radam", options);
  return GradientTransformation<ScaleByRadam<Real>>{options};
}

/// Rectified Adam: scale_by_radam, then a step of -learning_rate.
template <class LearningRate>
auto radam(LearningRate learning_rate, ScaleByRadam<real_t<LearningRate>> options = {}) {
  detail::check_radam("radam", options);
  detail::check_learning_rate("radam", learning_rate);
  return chain(scale_by_radam(options), scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
