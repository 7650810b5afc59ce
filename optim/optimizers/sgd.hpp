// Stochastic gradient descent, with and without momentum.
#pragma once

#include <utility>

#include "../protocol/chain.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/trace.hpp"

namespace grove::optim {

/// Options of `sgd` with momentum.
template <class Real = double>
struct SgdOptions {
  Real momentum = Real(0);  ///< decay of the trace, in [0, 1)
  bool nesterov = false;    ///< whether to look one step ahead
};

/// Gradient descent: p ← p - learning_rate · g.
template <class LearningRate>
auto sgd(LearningRate learning_rate) {
  detail::check_learning_rate("sgd", learning_rate);
  return chain(identity(), scale_by_learning_rate(std::move(learning_rate)));
}

/// Gradient descent with momentum: trace, then a step of -learning_rate.
///
///   auto optimizer = sgd(1e-2, {.momentum = 0.9});
///   auto state = optimizer.init(params);
///   std::get<0>(state).trace = …;        // start with a momentum
///
/// Throws: HyperparameterError if the momentum is outside [0, 1) or the rate negative.
template <class LearningRate>
auto sgd(LearningRate learning_rate, SgdOptions<real_t<LearningRate>> options) {
  detail::check_learning_rate("sgd", learning_rate);
  detail::check_decay("sgd", "momentum", options.momentum);
  return chain(trace(options.momentum, options.nesterov), scale_by_learning_rate(std::move(learning_rate)));
}

/// The same with the trace kept in another scalar: `sgd(0.1, {.momentum = 0.9}, accumulator_dtype<float>)`.
template <class LearningRate, class Dtype>
auto sgd(LearningRate learning_rate, SgdOptions<real_t<LearningRate>> options, AccumulatorDtype<Dtype> dtype) {
  detail::check_learning_rate("sgd", learning_rate);
  detail::check_decay("sgd", "momentum", options.momentum);
  return chain(trace(options.momentum, options.nesterov, dtype), scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
