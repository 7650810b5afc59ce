// Steps of equal size in every direction: sign_sgd, and signum with momentum.
#pragma once

#include <utility>

#include "../protocol/chain.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/trace.hpp"

namespace grove::optim {

/// Sign descent: p ← p - learning_rate · sign(g).
///
/// Source: Bernstein et al. 2018, https://arxiv.org/abs/1802.04434
template <class LearningRate>
auto sign_sgd(LearningRate learning_rate) {
  detail::check_learning_rate("sign_sgd", learning_rate);
  return chain(scale_by_sign(), scale_by_learning_rate(std::move(learning_rate)));
}

/// Options of `signum`.
template <class Real = double>
struct SignumOptions {
  Real beta = Real(0.9);  ///< decay of the moving average, in [0, 1)
};

/// Sign descent on a moving average: ema without debias, scale_by_sign, then a step of -learning_rate.
template <class LearningRate>
auto signum(LearningRate learning_rate, SignumOptions<real_t<LearningRate>> options = {}) {
  detail::check_learning_rate("signum", learning_rate);
  detail::check_decay("signum", "beta", options.beta);
  return chain(ema(options.beta, false), scale_by_sign(), scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
