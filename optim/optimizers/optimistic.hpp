// Optimistic gradients: the last one is extrapolated.
#pragma once

#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include "../transforms/scale.hpp"
#include "adam.hpp"

namespace grove::optim {

/// Whether no gradient was seen yet, and the last one.
template <class P>
struct ScaleByOptimisticGradientState {
  bool is_initial_step;  ///< no step was made yet
  P previous_gradient;   ///< of the step before
};

/// Options of `scale_by_optimistic_gradient`.
template <class Real = double>
struct ScaleByOptimisticGradient {
  static constexpr int slot_count = 1;

  Real alpha = Real(1);  ///< weight of the gradient, ≥ 0
  Real beta = Real(1);   ///< weight of its change, ≥ 0

  template <class P>
  ScaleByOptimisticGradientState<P> init(const P& params) const {
    return {true, detail::zeros_like(params)};
  }
  std::array<Real, 3> prepare(auto& state) const {
    const bool first = state.is_initial_step;
    state.is_initial_step = false;
    return {Real(alpha + beta), beta, Real(first ? 1 : 0)};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.previous_gradient); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& previous) const {
    const auto& [both, beta_, first] = constants;
    if (detail::plain(first) != 0) previous = u;
    const auto g = detail::copy_of(u);
    u = both * g - beta_ * previous;
    previous = g;
  }
};

namespace detail {

template <class Options>
void check_optimism(std::string_view function, const Options& options) {
  check_not_negative(function, "alpha", options.alpha);
  check_not_negative(function, "beta", options.beta);
}

}  // namespace detail

/// u = (alpha + beta)·g - beta·g_previous; at the first step g stands for the previous gradient.
///
/// Source: Mokhtari et al. 2019, https://arxiv.org/abs/1901.08511
template <class Real = double>
auto scale_by_optimistic_gradient(ScaleByOptimisticGradient<Real> options = {}) {
  detail::check_optimism("scale_by_optimistic_gradient", options);
  return GradientTransformation<ScaleByOptimisticGradient<Real>>{options};
}

/// Optimistic gradient descent: scale_by_optimistic_gradient, then a step of -learning_rate.
template <class LearningRate>
auto optimistic_gradient_descent(LearningRate learning_rate,
                                 ScaleByOptimisticGradient<real_t<LearningRate>> options = {}) {
  detail::check_optimism("optimistic_gradient_descent", options);
  detail::check_learning_rate("optimistic_gradient_descent", learning_rate);
  return chain(scale_by_optimistic_gradient(options), scale_by_learning_rate(std::move(learning_rate)));
}

/// Options of `optimistic_adam_v2`.
template <class Real = double>
struct OptimisticAdamOptions {
  Real alpha = Real(1);     ///< weight of the rescaled gradient, ≥ 0
  Real beta = Real(1);      ///< weight of its change, ≥ 0
  Real b1 = Real(0.9);      ///< decay of the first moment, in [0, 1)
  Real b2 = Real(0.999);    ///< decay of the second moment, in [0, 1)
  Real eps = Real(1e-8);    ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(0);  ///< added inside the root, ≥ 0
  bool nesterov = true;     ///< whether to look one step ahead
};

/// Optimistic Adam: scale_by_adam, scale_by_optimistic_gradient, then a step of -learning_rate.
template <class LearningRate>
auto optimistic_adam_v2(LearningRate learning_rate, OptimisticAdamOptions<real_t<LearningRate>> options = {}) {
  using Real = real_t<LearningRate>;
  detail::check_optimism("optimistic_adam_v2", options);
  detail::check_moments("optimistic_adam_v2", options);
  detail::check_learning_rate("optimistic_adam_v2", learning_rate);
  return chain(scale_by_adam<Real>({options.b1, options.b2, options.eps, options.eps_root, options.nesterov}),
               scale_by_optimistic_gradient<Real>({options.alpha, options.beta}),
               scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
