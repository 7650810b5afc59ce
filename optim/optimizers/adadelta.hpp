// Steps in the units of the params: the ratio of two running means of squares.
#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "../numerics/detail/math.hpp"
#include "../protocol/chain.hpp"
#include "../transforms/add_decayed_weights.hpp"
#include "../transforms/scale.hpp"

namespace grove::optim {

/// Running means of squares: of the gradients and of the emitted updates.
template <class P>
struct ScaleByAdaDeltaState {
  P e_g;  ///< running squared gradients
  P e_x;  ///< running squared updates
};

/// Options of `scale_by_adadelta`.
template <class Real = double>
struct ScaleByAdadelta {
  static constexpr int slot_count = 2;

  Real rho = Real(0.9);   ///< decay of both means, in [0, 1)
  Real eps = Real(1e-6);  ///< added inside both roots, ≥ 0

  template <class P>
  ScaleByAdaDeltaState<P> init(const P& params) const {
    return {detail::zeros_like(params), detail::zeros_like(params)};
  }
  std::array<Real, 3> prepare(auto& /*state*/) const { return {rho, Real(1 - rho), eps}; }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.e_g, state.e_x); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& e_g, auto& e_x) const {
    const auto& [rho_, rest, eps_] = constants;
    e_g = rho_ * e_g + rest * (u * u);
    u = detail::sqrt_of(e_x + eps_) / detail::sqrt_of(e_g + eps_) * u;
    e_x = rho_ * e_x + rest * (u * u);
  }
};

/// Rescales updates by the ratio of two running means of squares.
///
///   e_g ← rho·e_g + (1-rho)·g²        u = sqrt(e_x + eps) / sqrt(e_g + eps) · g        e_x ← rho·e_x + (1-rho)·u²
template <class Real = double>
auto scale_by_adadelta(ScaleByAdadelta<Real> options = {}) {
  detail::check_decay("scale_by_adadelta", "rho", options.rho);
  detail::check_not_negative("scale_by_adadelta", "eps", options.eps);
  return GradientTransformation<ScaleByAdadelta<Real>>{options};
}

/// Options of `adadelta`.
template <class Real = double>
struct AdadeltaOptions {
  Real rho = Real(0.9);                           ///< decay of both means, in [0, 1)
  Real eps = Real(1e-6);                          ///< added inside both roots, ≥ 0
  ScalarOrSchedule<Real> weight_decay = Real(0);  ///< added before the scaling: a number or a schedule
  Mask weight_decay_mask = true;                  ///< which leaves decay
};

/// Adadelta: add_decayed_weights, scale_by_adadelta, then a step of -learning_rate.
///
/// optax lets one leave the learning rate out, and then ascends; here it is required.
/// Source: Zeiler 2012, https://arxiv.org/abs/1212.5701
template <class LearningRate>
auto adadelta(LearningRate learning_rate, AdadeltaOptions<real_t<LearningRate>> options = {}) {
  detail::check_decay("adadelta", "rho", options.rho);
  detail::check_not_negative("adadelta", "eps", options.eps);
  detail::check_weight_decay("adadelta", options.weight_decay);
  detail::check_learning_rate("adadelta", learning_rate);
  return chain(add_decayed_weights(options.weight_decay, options.weight_decay_mask),
               scale_by_adadelta<real_t<LearningRate>>({options.rho, options.eps}),
               scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
