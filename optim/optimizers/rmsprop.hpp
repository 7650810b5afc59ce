// Division by the root of a running mean of squares, centred or not (scale_by_rms, scale_by_stddev, rmsprop).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "../protocol/chain.hpp"
#include "../protocol/maybe.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/scale_by_adam.hpp"
#include "../transforms/trace.hpp"

namespace grove::optim {

/// Step count (used by bias_correction only) and the mean of squares.
template <class P>
struct ScaleByRmsState {
  std::int64_t count;  ///< steps so far, for `bias_correction`
  P nu;                ///< running mean of squares
};

/// Options of `scale_by_rms`.
template <class Real = double>
struct ScaleByRms {
  static constexpr int slot_count = 1;

  Real decay = Real(0.9);        ///< decay of the mean, in [0, 1)
  Real eps = Real(1e-8);         ///< added to the denominator, ≥ 0
  Real initial_scale = Real(0);  ///< where the mean of squares starts
  bool eps_in_sqrt = true;       ///< whether eps is added inside the root
  bool bias_correction = false;  ///< whether the mean is debiased

  template <class P>
  ScaleByRmsState<P> init(const P& params) const {
    return {0, detail::full_like(params, initial_scale)};
  }
  std::array<Real, 4> prepare(auto& state) const {
    state.count = safe_increment(state.count);
    return {decay, Real(1 - decay), bias_correction ? detail::debias(decay, state.count) : Real(1), eps};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.nu); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& nu) const {
    const auto& [decay_, rest, of_nu, eps_] = constants;
    nu = rest * (u * u) + decay_ * nu;
    if (eps_in_sqrt) {
      u = u / detail::sqrt_of(of_nu * nu + eps_);
    } else {
      u = u / (detail::sqrt_of(of_nu * nu) + eps_);
    }
  }
};

namespace detail {

template <class Options>
void check_rms(std::string_view function, const Options& options) {
  check_decay(function, "decay", options.decay);
  check_not_negative(function, "eps", options.eps);
  check_not_negative(function, "initial_scale", options.initial_scale);
}

}  // namespace detail

/// Rescales updates by the root of their running mean of squares.
///
///   nu ← decay·nu + (1-decay)·g²        u = g / sqrt(nu + eps), or g / (sqrt(nu) + eps) without eps_in_sqrt
template <class Real = double>
auto scale_by_rms(ScaleByRms<Real> options = {}) {
  detail::check_rms("scale_by_rms", options);
  return GradientTransformation<ScaleByRms<Real>>{options};
}

/// Step count (used by bias_correction only), mean, and mean of squares.
template <class P>
struct ScaleByRStdDevState {
  std::int64_t count;  ///< steps so far, for `bias_correction`
  P mu;                ///< running mean
  P nu;                ///< running mean of squares
};

/// Options of `scale_by_stddev`.
template <class Real = double>
struct ScaleByStddev {
  static constexpr int slot_count = 2;

  Real decay = Real(0.9);        ///< decay of both means, in [0, 1)
  Real eps = Real(1e-8);         ///< added to the denominator, ≥ 0
  Real initial_scale = Real(0);  ///< where the mean of squares starts
  bool eps_in_sqrt = true;       ///< whether eps is added inside the root
  bool bias_correction = false;  ///< whether the means are debiased

  template <class P>
  ScaleByRStdDevState<P> init(const P& params) const {
    return {0, detail::zeros_like(params), detail::full_like(params, initial_scale)};
  }
  std::array<Real, 4> prepare(auto& state) const {
    state.count = safe_increment(state.count);
    return {decay, Real(1 - decay), bias_correction ? detail::debias(decay, state.count) : Real(1), eps};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.mu, state.nu); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& mu, auto& nu) const {
    const auto& [decay_, rest, correction, eps_] = constants;
    mu = rest * u + decay_ * mu;
    nu = rest * (u * u) + decay_ * nu;
    const auto variance = correction * nu - (correction * mu) * (correction * mu);
    if (eps_in_sqrt) {
      u = u / detail::sqrt_of(detail::max_of(variance, 0 * nu) + eps_);
    } else {
      u = u / (detail::sqrt_of(detail::max_of(variance, 0 * nu)) + eps_);
    }
  }
};

/// Rescales updates by their running standard deviation. Where rounding makes the variance negative, it counts as 0.
template <class Real = double>
auto scale_by_stddev(ScaleByStddev<Real> options = {}) {
  detail::check_rms("scale_by_stddev", options);
  return GradientTransformation<ScaleByStddev<Real>>{options};
}

/// Options of `rmsprop`.
template <class Real = double>
struct RmspropOptions {
  Real decay = Real(0.9);          ///< decay of the running means, in [0, 1)
  Real eps = Real(1e-8);           ///< added to the denominator, ≥ 0
  Real initial_scale = Real(0);    ///< where the mean of squares starts
  bool eps_in_sqrt = true;         ///< whether eps is added inside the root
  bool centered = false;           ///< whether to divide by the standard deviation
  std::optional<Real> momentum{};  ///< decay of a trace after the learning rate, in [0, 1)
  bool nesterov = false;           ///< whether that trace looks one step ahead
  bool bias_correction = false;    ///< whether the means are debiased
};

/// RMSProp: scale_by_rms or scale_by_stddev, a step of -learning_rate, then the trace if there is a momentum.
///
/// Source: Hinton 2012, http://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf; Graves 2013
/// (centered), https://arxiv.org/abs/1308.0850
template <class LearningRate>
auto rmsprop(LearningRate learning_rate, RmspropOptions<real_t<LearningRate>> options = {}) {
  using Real = real_t<LearningRate>;
  detail::check_rms("rmsprop", options);
  detail::check_learning_rate("rmsprop", learning_rate);
  if (options.momentum) detail::check_decay("rmsprop", "momentum", *options.momentum);
  const auto& [decay, eps, initial_scale, eps_in_sqrt, centered, momentum, nesterov, bias_correction] = options;
  return chain(maybe(!centered, scale_by_rms<Real>({decay, eps, initial_scale, eps_in_sqrt, bias_correction})),
               maybe(centered, scale_by_stddev<Real>({decay, eps, initial_scale, eps_in_sqrt, bias_correction})),
               scale_by_learning_rate(std::move(learning_rate)),
               maybe(momentum.has_value(), trace(momentum.value_or(Real(0)), nesterov)));
}

}  // namespace grove::optim
