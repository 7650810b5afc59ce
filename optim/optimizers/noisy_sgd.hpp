// Gradient descent with noise on the gradients.
#pragma once

#include <cstdint>
#include <utility>

#include "../protocol/chain.hpp"
#include "../transforms/noise.hpp"
#include "../transforms/scale.hpp"

namespace grove::optim {

/// Options of `noisy_sgd`.
struct NoisySgdOptions {
  double eta = 0.01;      ///< variance of the noise at the first step, ≥ 0
  double gamma = 0.55;    ///< power of its decay
  std::uint64_t key = 0;  ///< seed
};

/// Gradient descent with noise: add_noise, then a step of -learning_rate.
template <class LearningRate>
auto noisy_sgd(LearningRate learning_rate, NoisySgdOptions options = {}) {
  detail::check_learning_rate("noisy_sgd", learning_rate);
  detail::check_not_negative("noisy_sgd", "eta", options.eta);
  detail::check_not_negative("noisy_sgd", "gamma", options.gamma);
  return chain(add_noise(options.eta, options.gamma, options.key), scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
