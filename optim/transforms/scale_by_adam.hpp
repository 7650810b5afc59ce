// Rescaling of updates by running moments (Adam and its kin).
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <tuple>

#include "../numerics/detail/check.hpp"
#include "../numerics/detail/math.hpp"
#include "../protocol/dtype.hpp"
#include "../protocol/transformation.hpp"

namespace grove::optim {

/// Step count and both moments; also the state of adamax, yogi and radam.
template <class P, class Mu = P>
struct ScaleByAdamState {
  std::int64_t count;  ///< steps so far
  Mu mu;               ///< running first moment
  P nu;                ///< running second moment
};

namespace detail {

/// 1 / (1 - decayᵗ), which removes the bias of a moving average that started at zero.
template <class Real>
Real debias(const Real& decay, std::int64_t t) {
  using std::pow;
  return Real(1 / (1 - pow(decay, static_cast<double>(t))));
}

/// The weights of mu and of g in the debiased first moment; with nesterov mu is already that of the next step.
template <class Real>
std::array<Real, 2> first_moment_weights(const Real& b1, std::int64_t t, bool nesterov) {
  if (!nesterov) return {debias(b1, t), Real(0)};
  return {Real(b1 * debias(b1, safe_increment(t))), Real((1 - b1) * debias(b1, t))};
}

}  // namespace detail

/// Options of `scale_by_adam`.
template <class Real = double, class Dtype = void>
struct ScaleByAdam {
  static constexpr int slot_count = 2;

  Real b1 = Real(0.9);      ///< decay of the first moment, in [0, 1)
  Real b2 = Real(0.999);    ///< decay of the second moment, in [0, 1)
  Real eps = Real(1e-8);    ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(0);  ///< added inside the root, ≥ 0; positive where one differentiates through the step
  bool nesterov = false;    ///< whether to look one step ahead in the first moment

  template <class P>
  ScaleByAdamState<P, detail::state_tree_t<P, Dtype>> init(const P& params) const {
    return {0, detail::zeros_in<Dtype>(params), detail::zeros_like(params)};
  }
  std::array<Real, 9> prepare(auto& state) const {
    state.count = safe_increment(state.count);
    const auto [of_mu, of_g] = detail::first_moment_weights(b1, state.count, nesterov);
    return {b1, Real(1 - b1), b2, Real(1 - b2), of_mu, of_g, detail::debias(b2, state.count), eps_root, eps};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.mu, state.nu); }
  void emit(const auto& constants, const auto& u, const auto& /*p*/, const auto& next, auto& mu, auto& nu) const {
    const auto& [b1_, rest1, b2_, rest2, of_mu, of_g, of_nu, eps_root_, eps_] = constants;
    mu = rest1 * u + b1_ * mu;
    nu = rest2 * (u * u) + b2_ * nu;
    if (nesterov) {
      next((of_mu * mu + of_g * u) / (detail::sqrt_of(of_nu * nu + eps_root_) + eps_));
    } else {
      next(of_mu * mu / (detail::sqrt_of(of_nu * nu + eps_root_) + eps_));
    }
  }
};

namespace detail {

/// The checks that all of Adam's kin share.
template <class Options>
void check_moments(std::string_view function, const Options& options) {
  check_decay(function, "b1", options.b1);
  check_decay(function, "b2", options.b2);
  check_not_negative(function, "eps", options.eps);
  if constexpr (requires { options.eps_root; }) check_not_negative(function, "eps_root", options.eps_root);
}

}  // namespace detail

/// Rescales updates by bias-corrected running moments.
///
///   mu ← b1·mu + (1-b1)·g        nu ← b2·nu + (1-b2)·g²
///   u  =  (mu / (1-b1ᵗ)) / (sqrt(nu / (1-b2ᵗ) + eps_root) + eps)
///
/// With nesterov the numerator is b1·mu / (1-b1ᵗ⁺¹) + (1-b1)·g / (1-b1ᵗ).
/// Throws: HyperparameterError if b1 or b2 is outside [0, 1), eps or eps_root negative.
/// Source: Kingma & Ba 2015, https://arxiv.org/abs/1412.6980, Algorithm 1 (eps outside the root).
template <class Real = double>
auto scale_by_adam(ScaleByAdam<Real> options = {}) {
  detail::check_moments("scale_by_adam", options);
  return GradientTransformation<ScaleByAdam<Real>>{options};
}

/// The same with the first moment kept in another scalar.
template <class Real = double, class Dtype>
auto scale_by_adam(ScaleByAdam<Real> options, MuDtype<Dtype> /*mu_dtype*/) {
  detail::check_moments("scale_by_adam", options);
  return GradientTransformation<ScaleByAdam<Real, Dtype>>{
      {options.b1, options.b2, options.eps, options.eps_root, options.nesterov}};
}

}  // namespace grove::optim
