// The sign of an interpolated momentum.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>
#include <utility>

#include "../numerics/detail/math.hpp"
#include "../protocol/chain.hpp"
#include "../protocol/dtype.hpp"
#include "../transforms/add_decayed_weights.hpp"
#include "../transforms/scale.hpp"

namespace grove::optim {

/// Step count and momentum.
template <class P>
struct ScaleByLionState {
  std::int64_t count;  ///< steps so far
  P mu;                ///< first moment
};

/// How hard the sign is: sign(x); tanh(smooth_beta·x); or x itself where |x| < 1.
enum class LionMode { hard, smooth, refined };

/// Options of `scale_by_lion`.
template <class Real = double, class Dtype = void>
struct ScaleByLion {
  static constexpr int slot_count = 1;

  Real b1 = Real(0.9);             ///< share of the momentum in what is emitted, in [0, 1)
  Real b2 = Real(0.99);            ///< decay of the momentum, in [0, 1)
  LionMode mode = LionMode::hard;  ///< how hard the sign is
  Real smooth_beta = Real(1);      ///< steepness of the smooth sign

  template <class P>
  ScaleByLionState<detail::state_tree_t<P, Dtype>> init(const P& params) const {
    return {0, detail::zeros_in<Dtype>(params)};
  }
  std::array<Real, 5> prepare(auto& state) const {
    state.count = safe_increment(state.count);
    return {b1, Real(1 - b1), b2, Real(1 - b2), smooth_beta};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.mu); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& mu) const {
    const auto& [b1_, rest1, b2_, rest2, beta] = constants;
    const auto g = detail::copy_of(u);
    u = rest1 * g + b1_ * mu;
    mu = rest2 * g + b2_ * mu;
    if (mode == LionMode::hard) {
      u = detail::sign_of(u);
    } else if (mode == LionMode::smooth) {
      u = detail::tanh_of(beta * u);
    } else {
      u = detail::select(detail::abs_of(u) < 1, u, detail::sign_of(u));
    }
  }
};

/// The sign of the momentum interpolated with the gradient.
///
///   u = sign((1-b1)·g + b1·mu) with the old mu        mu ← b2·mu + (1-b2)·g
///
/// Source: Chen et al. 2023, https://arxiv.org/abs/2302.06675
template <class Real = double>
auto scale_by_lion(ScaleByLion<Real> options = {}) {
  detail::check_decay("scale_by_lion", "b1", options.b1);
  detail::check_decay("scale_by_lion", "b2", options.b2);
  detail::check_positive("scale_by_lion", "smooth_beta", options.smooth_beta);
  return GradientTransformation<ScaleByLion<Real>>{options};
}

/// The same with the momentum kept in another scalar.
template <class Real = double, class Dtype>
auto scale_by_lion(ScaleByLion<Real> options, MuDtype<Dtype> /*mu_dtype*/) {
  scale_by_lion(options);  // checks them
  return GradientTransformation<ScaleByLion<Real, Dtype>>{{options.b1, options.b2, options.mode, options.smooth_beta}};
}

/// Options of `lion`.
template <class Real = double>
struct LionOptions {
  Real b1 = Real(0.9);                               ///< share of the momentum in what is emitted, in [0, 1)
  Real b2 = Real(0.99);                              ///< decay of the momentum, in [0, 1)
  ScalarOrSchedule<Real> weight_decay = Real(1e-3);  ///< a number or a schedule
  Mask mask = true;                                  ///< which leaves decay
};

/// Lion: scale_by_lion, add_decayed_weights, then a step of -learning_rate.
template <class LearningRate>
auto lion(LearningRate learning_rate, LionOptions<real_t<LearningRate>> options = {}) {
  detail::check_decay("lion", "b1", options.b1);
  detail::check_decay("lion", "b2", options.b2);
  detail::check_learning_rate("lion", learning_rate);
  detail::check_weight_decay("lion", options.weight_decay);
  return chain(scale_by_lion<real_t<LearningRate>>({.b1 = options.b1, .b2 = options.b2}),
               add_decayed_weights(options.weight_decay, options.mask),
               scale_by_learning_rate(std::move(learning_rate)));
}

/// The same with the momentum kept in another scalar: `lion(1e-4, {}, mu_dtype<float>)`.
template <class LearningRate, class Dtype>
auto lion(LearningRate learning_rate, LionOptions<real_t<LearningRate>> options, MuDtype<Dtype> dtype) {
  lion(learning_rate, options);  // checks them
  return chain(scale_by_lion<real_t<LearningRate>>({.b1 = options.b1, .b2 = options.b2}, dtype),
               add_decayed_weights(options.weight_decay, options.mask),
               scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
