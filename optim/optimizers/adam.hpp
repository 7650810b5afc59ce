// Adam, and nadam: with Nesterov's look-ahead.
#pragma once

#include <type_traits>
#include <utility>

#include "../protocol/chain.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/scale_by_adam.hpp"

namespace grove::optim {

/// Adam: scale_by_adam, then a step of -learning_rate.
///
///   auto optimizer = adam(1e-2, {.b1 = 0.8});
///
/// `learning_rate` is a number or a schedule.
/// Throws: HyperparameterError if b1 or b2 is outside [0, 1), a rate or an epsilon negative.
/// Source: Kingma & Ba 2015, https://arxiv.org/abs/1412.6980
template <class LearningRate>
auto adam(LearningRate learning_rate, ScaleByAdam<real_t<LearningRate>> options = {}) {
  detail::check_moments("adam", options);
  detail::check_learning_rate("adam", learning_rate);
  return chain(GradientTransformation{options}, scale_by_learning_rate(std::move(learning_rate)));
}

/// The same with the first moment kept in another scalar: `adam(1e-3, {}, mu_dtype<float>)`.
template <class LearningRate, class Dtype>
auto adam(LearningRate learning_rate, ScaleByAdam<real_t<LearningRate>> options, MuDtype<Dtype> dtype) {
  detail::check_moments("adam", options);
  detail::check_learning_rate("adam", learning_rate);
  return chain(scale_by_adam<real_t<LearningRate>>(options, dtype), scale_by_learning_rate(std::move(learning_rate)));
}

/// Adam with Nesterov momentum: `adam` with `nesterov = true`.
template <class LearningRate>
auto nadam(LearningRate learning_rate, ScaleByAdam<real_t<LearningRate>> options = {.nesterov = true}) {
  detail::check_moments("nadam", options);
  detail::check_learning_rate("nadam", learning_rate);
  options.nesterov = true;
  return adam(std::move(learning_rate), options);
}

}  // namespace grove::optim
