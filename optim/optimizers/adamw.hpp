// Adam with decoupled weight decay, and nadamw: with Nesterov's look-ahead.
#pragma once

#include <utility>

#include "../transforms/add_decayed_weights.hpp"
#include "../transforms/scale.hpp"
#include "adam.hpp"

namespace grove::optim {

/// Options of `adamw`.
template <class Real = double>
struct AdamwOptions {
  Real b1 = Real(0.9);                               ///< decay of the first moment, in [0, 1)
  Real b2 = Real(0.999);                             ///< decay of the second moment, in [0, 1)
  Real eps = Real(1e-8);                             ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(0);                           ///< added inside the root, ≥ 0
  ScalarOrSchedule<Real> weight_decay = Real(1e-4);  ///< a number or a schedule; multiplied by the learning rate too
  Mask mask = true;                                  ///< which leaves decay
  bool nesterov = false;                             ///< whether to look one step ahead
};

/// AdamW: scale_by_adam, add_decayed_weights, then a step of -learning_rate.
///
///   auto optimizer = adamw(1e-3, {.weight_decay = 1e-2, .mask = [](const tree::Path& p) { return
///   p.ends_with("weight"); }});
///
/// Source: Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101
template <class LearningRate>
auto adamw(LearningRate learning_rate, AdamwOptions<real_t<LearningRate>> options = {}) {
  using Real = real_t<LearningRate>;
  detail::check_moments("adamw", options);
  detail::check_learning_rate("adamw", learning_rate);
  detail::check_weight_decay("adamw", options.weight_decay);
  return chain(scale_by_adam<Real>({options.b1, options.b2, options.eps, options.eps_root, options.nesterov}),
               add_decayed_weights(options.weight_decay, options.mask),
               scale_by_learning_rate(std::move(learning_rate)));
}

/// The same with the first moment kept in another scalar: `adamw(1e-3, {}, mu_dtype<float>)`.
template <class LearningRate, class Dtype>
auto adamw(LearningRate learning_rate, AdamwOptions<real_t<LearningRate>> options, MuDtype<Dtype> dtype) {
  using Real = real_t<LearningRate>;
  detail::check_moments("adamw", options);
  detail::check_learning_rate("adamw", learning_rate);
  detail::check_weight_decay("adamw", options.weight_decay);
  return chain(scale_by_adam<Real>({options.b1, options.b2, options.eps, options.eps_root, options.nesterov}, dtype),
               add_decayed_weights(options.weight_decay, options.mask),
               scale_by_learning_rate(std::move(learning_rate)));
}

/// AdamW with Nesterov momentum: `adamw` with `nesterov = true`.
template <class LearningRate>
auto nadamw(LearningRate learning_rate, AdamwOptions<real_t<LearningRate>> options = {}) {
  detail::check_moments("nadamw", options);
  detail::check_learning_rate("nadamw", learning_rate);
  detail::check_weight_decay("nadamw", options.weight_decay);
  options.nesterov = true;
  return adamw(std::move(learning_rate), std::move(options));
}

}  // namespace grove::optim
