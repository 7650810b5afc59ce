// Adaptive Nesterov momentum.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>
#include <utility>

#include "../protocol/chain.hpp"
#include "../transforms/add_decayed_weights.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/scale_by_adam.hpp"

namespace grove::optim {

/// Running means of gradients, of their differences and of squares; the last gradient; the step count.
template <class P>
struct ScaleByAdanState {
  P m;             ///< moment of the gradients
  P v;             ///< moment of their differences
  P n;             ///< moment of the squares
  P g;             ///< the last gradient
  std::int64_t t;  ///< steps so far
};

/// Options of `scale_by_adan`.
template <class Real = double>
struct ScaleByAdan {
  static constexpr int slot_count = 4;

  Real b1 = Real(0.98);     ///< decay of the mean of gradients, in [0, 1)
  Real b2 = Real(0.92);     ///< decay of the mean of their differences, in [0, 1)
  Real b3 = Real(0.99);     ///< decay of the mean of squares, in [0, 1)
  Real eps = Real(1e-8);    ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(0);  ///< added inside the root, ≥ 0

  template <class P>
  ScaleByAdanState<P> init(const P& params) const {
    const P zero = detail::zeros_like(params);
    return {zero, zero, zero, zero, 0};
  }
  std::array<Real, 12> prepare(auto& state) const {
    const Real had_one = Real(state.t == 0 ? 0 : 1);
    state.t = safe_increment(state.t);
    return {b1,
            Real(1 - b1),
            b2,
            Real(1 - b2),
            b3,
            Real(1 - b3),
            detail::debias(b1, state.t),
            detail::debias(b2, state.t),
            detail::debias(b3, state.t),
            eps_root,
            eps,
            had_one};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.m, state.v, state.n, state.g); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& m, auto& v, auto& n, auto& last) const {
    const auto& [b1_, rest1, b2_, rest2, b3_, rest3, of_m, of_v, of_n, eps_root_, eps_, had_one] = constants;
    if (detail::plain(had_one) == 0) last = u;
    m = rest1 * u + b1_ * m;
    v = rest2 * (u - last) + b2_ * v;
    n = rest3 * ((u + rest2 * (u - last)) * (u + rest2 * (u - last))) + b3_ * n;
    last = u;
    u = (of_m * m + rest2 * (of_v * v)) / (detail::sqrt_of(of_n * n + eps_root_) + eps_);
  }
};

namespace detail {

template <class Options>
void check_adan(std::string_view function, const Options& options) {
  check_moments(function, options);
  check_decay(function, "b3", options.b3);
}

}  // namespace detail

/// Rescales updates by running means of gradients, of gradient differences d, and of (g + (1-b2)·d)², as optax does;
/// whether the factors (1-b2) should be b2 is disputed there.
///
/// Source: Xie et al. 2022, https://arxiv.org/abs/2208.06677
template <class Real = double>
auto scale_by_adan(ScaleByAdan<Real> options = {}) {
  detail::check_adan("scale_by_adan", options);
  return GradientTransformation<ScaleByAdan<Real>>{options};
}

/// Options of `adan`.
template <class Real = double>
struct AdanOptions {
  Real b1 = Real(0.98);                           ///< decay of the mean of gradients, in [0, 1)
  Real b2 = Real(0.92);                           ///< decay of the mean of their differences, in [0, 1)
  Real b3 = Real(0.99);                           ///< decay of the mean of squares, in [0, 1)
  Real eps = Real(1e-8);                          ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(1e-8);                     ///< added inside the root, ≥ 0
  ScalarOrSchedule<Real> weight_decay = Real(0);  ///< a number or a schedule
  Mask mask = true;                               ///< which leaves decay
};

/// Adan: scale_by_adan, add_decayed_weights, then a step of -learning_rate.
template <class LearningRate>
auto adan(LearningRate learning_rate, AdanOptions<real_t<LearningRate>> options = {}) {
  detail::check_adan("adan", options);
  detail::check_learning_rate("adan", learning_rate);
  detail::check_weight_decay("adan", options.weight_decay);
  return chain(scale_by_adan<real_t<LearningRate>>({options.b1, options.b2, options.b3, options.eps, options.eps_root}),
               add_decayed_weights(options.weight_decay, options.mask),
               scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
