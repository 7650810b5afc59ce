// Betting on coins: no learning rate to tune.
#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "../protocol/chain.hpp"
#include "../transforms/add_decayed_weights.hpp"
#include "../transforms/scale.hpp"

namespace grove::optim::contrib {

/// The start, the sum of negative gradients, the largest one, the sum of magnitudes, and what was won.
template <class P>
struct COCOBState {
  P init_particles;        ///< the params at the start
  P cumulative_gradients;  ///< sums of negative gradients
  P scale;                 ///< largest magnitudes of gradients
  P subgradients;          ///< sums of magnitudes of gradients
  P reward;                ///< what the bets have won
};

/// Options of `scale_by_cocob`.
struct ScaleByCocob {
  static constexpr int slot_count = 5;
  static constexpr bool needs_params = true;

  double alpha = 100;  ///< how much of the wealth is bet at first: a fraction of 1/alpha, > 0
  double eps = 1e-8;   ///< first guess of the largest gradient, > 0

  template <class P>
  COCOBState<P> init(const P& params) const {
    const P zero = detail::zeros_like(params);
    return {params, zero, detail::full_like(params, eps), zero, zero};
  }
  std::array<double, 1> prepare(auto& /*state*/) const { return {alpha}; }
  auto slots(auto& state, auto& /*updates*/) const {
    return std::tie(state.init_particles, state.cumulative_gradients, state.scale, state.subgradients, state.reward);
  }
  void apply(const auto& constants, auto& u, const auto& p, auto& start, auto& sum, auto& largest, auto& magnitudes,
             auto& reward) const {
    const auto& [alpha_] = constants;
    largest = detail::max_of(detail::copy_of(largest), detail::abs_of(u));
    magnitudes = magnitudes + detail::abs_of(u);
    reward = detail::max_of(detail::copy_of(reward - u * (p - start)), 0 * u);
    sum = sum - u;
    u = -p + (start + sum / (largest * detail::max_of(detail::copy_of(magnitudes + largest), alpha_ * largest)) *
                          (largest + reward));
  }
};

/// Moves every number to a bet of the wealth that its coin, the sign of the gradient, has won so far.
///
///   L ← max(L, |g|)    G ← G + |g|    R ← max(R - g·(p - p0), 0)    C ← C - g
///   u = p0 + C / (L·max(G + L, alpha·L)) · (L + R) - p
///
/// It emits the final update: put nothing after it. Throws: HyperparameterError unless alpha and eps are positive.
inline auto scale_by_cocob(ScaleByCocob options = {}) {
  detail::check_positive("scale_by_cocob", "alpha", options.alpha);
  detail::check_positive("scale_by_cocob", "eps", options.eps);
  return GradientTransformation<ScaleByCocob>{options};
}

/// Options of `cocob`.
struct CocobOptions {
  double alpha = 100;                           ///< how much of the wealth is bet at first: a fraction of 1/alpha, > 0
  double eps = 1e-8;                            ///< first guess of the largest gradient, > 0
  ScalarOrSchedule<double> weight_decay = 0.0;  ///< added to the gradient: a number or a schedule
  Mask mask = true;                             ///< which leaves decay
};

/// COCOB: add_decayed_weights, the gradient times +learning_rate, then scale_by_cocob.
///
/// Source: Orabona & Tommasi 2017, https://arxiv.org/abs/1705.07795
template <class LearningRate = double>
auto cocob(LearningRate learning_rate = 1.0, CocobOptions options = {}) {
  detail::check_learning_rate("cocob", learning_rate);
  detail::check_weight_decay("cocob", options.weight_decay);
  detail::check_positive("cocob", "alpha", options.alpha);
  detail::check_positive("cocob", "eps", options.eps);
  return chain(add_decayed_weights(options.weight_decay, options.mask),
               scale_by_learning_rate(std::move(learning_rate), false), scale_by_cocob({options.alpha, options.eps}));
}

}  // namespace grove::optim::contrib
