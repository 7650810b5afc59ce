// Momentum and Adam with a step from the loss itself.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../schedules/hyperparameter.hpp"

namespace grove::optim::contrib {

/// Averages of the gradient, of the loss and of ⟨g, p⟩, and the lower bound of the loss.
template <class P>
struct MomoState {
  P exp_avg;           ///< average gradient
  double barf;         ///< average loss
  double gamma;        ///< average of ⟨g, p⟩
  double lb;           ///< lower bound of the loss
  std::int64_t count;  ///< steps so far
};

/// Options of `momo` and `momo_adam`.
struct MomoOptions {
  double beta = 0.9;               ///< decay of the averages, in [0, 1)
  double lower_bound = 0.0;        ///< of the loss
  double weight_decay = 0.0;       ///< decay of the params
  bool adapt_lower_bound = false;  ///< whether the lower bound follows the loss
};

/// The link behind `momo`.
struct Momo {
  static constexpr detail::Harm harm = detail::Harm::counts;
  static constexpr bool needs_params = true;

  ScalarOrSchedule<double> learning_rate;  ///< at most; a number or a schedule
  MomoOptions options;                     ///< decays and bounds

  template <class P>
  MomoState<P> init(const P& params) const {
    return {detail::zeros_like(params), 0, 0, options.lower_bound, 0};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, MomoState<P>& state, const P& params, const E& extra) const {
    const double b = state.count == 0 ? 0.0 : options.beta;
    const double rate = learning_rate(state.count), shrink = 1 + rate * options.weight_decay;
    state.barf = b * state.barf + (1 - b) * detail::plain(detail::value_of_extra(extra));
    state.gamma = b * state.gamma + (1 - b) * detail::plain(detail::dot(extra, updates, params));
    detail::for_each_leaf(
        extra,
        [&](std::size_t, const auto& g, auto&& m) {
          m = detail::in_scalar_of(g, b) * m + detail::in_scalar_of(g, 1 - b) * g;
        },
        updates, state.exp_avg);
    const double along = detail::plain(detail::dot(extra, state.exp_avg, params));
    const double squares = detail::plain(detail::squared_norm(extra, state.exp_avg));
    if (options.adapt_lower_bound) {
      const double cap = shrink * (state.barf - state.gamma) + along;
      if (cap < shrink * state.lb) state.lb = std::max(cap / (2 * shrink), options.lower_bound);
    }
    double step = 0;
    if (squares > std::numeric_limits<double>::epsilon()) {
      step = std::max(shrink * (state.barf - state.lb - state.gamma) + along, 0.0) / squares;
    }
    const double tau = std::min(rate, step);
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u, const auto& m, const auto& p) {
          u = detail::in_scalar_of(u, -rate * options.weight_decay / shrink) * p - detail::in_scalar_of(u, tau) * m;
        },
        updates, state.exp_avg, params);
    if (options.adapt_lower_bound) {
      state.lb = std::max(state.barf + along - state.gamma - 0.5 * tau * squares, options.lower_bound);
    }
    state.count = safe_increment(state.count);
  }
};

/// MoMo: momentum whose step is cut by what the loss allows. It emits the final update and needs `with_value(loss)`.
///
/// Source: Schaipp et al. 2023, https://arxiv.org/abs/2305.07583
template <class LearningRate = double>
auto momo(LearningRate learning_rate = 1.0, MomoOptions options = {}) {
  detail::check_decay("momo", "beta", options.beta);
  detail::check_not_negative("momo", "weight_decay", options.weight_decay);
  detail::check_learning_rate("momo", learning_rate);
  return GradientTransformation<Momo>{{std::move(learning_rate), options}};
}

/// The same with a second moment.
template <class P>
struct MomoAdamState {
  P exp_avg;           ///< average gradient
  P exp_avg_sq;        ///< average squared gradient
  double barf;         ///< average loss
  double gamma;        ///< average of ⟨g, p⟩
  double lb;           ///< lower bound of the loss
  std::int64_t count;  ///< steps so far
};

/// Options of `momo_adam`.
struct MomoAdamOptions {
  double b1 = 0.9;                 ///< decay of the first averages, in [0, 1)
  double b2 = 0.999;               ///< decay of the second moment, in [0, 1)
  double eps = 1e-8;               ///< added to the denominator
  double lower_bound = 0.0;        ///< of the loss
  double weight_decay = 0.0;       ///< decay of the params
  bool adapt_lower_bound = false;  ///< whether the lower bound follows the loss
};

/// The link behind `momo_adam`.
struct MomoAdam {
  static constexpr detail::Harm harm = detail::Harm::counts;
  static constexpr bool needs_params = true;

  ScalarOrSchedule<double> learning_rate;  ///< at most; a number or a schedule
  MomoAdamOptions options;                 ///< decays and bounds

  template <class P>
  MomoAdamState<P> init(const P& params) const {
    const P zero = detail::zeros_like(params);
    return {zero, zero, 0, 0, options.lower_bound, 0};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, MomoAdamState<P>& state, const P& params, const E& extra) const {
    const double b1 = options.b1, b2 = options.b2;
    const double rate = learning_rate(state.count), shrink = 1 + rate * options.weight_decay;
    state.count = safe_increment(state.count);
    const auto t = static_cast<double>(state.count);
    const double bias1 = 1 - std::pow(b1, t), bias2 = 1 - std::pow(b2, t);
    state.barf = b1 * state.barf + (1 - b1) * detail::plain(detail::value_of_extra(extra));
    state.gamma = b1 * state.gamma + (1 - b1) * detail::plain(detail::dot(extra, updates, params));
    double along = 0, squares = 0;
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u, auto&& m, auto&& v, const auto& p) {
          const auto in = [&](double x) { return detail::in_scalar_of(u, x); };
          m = in(b1)*m + in(1 - b1) * u;
          v = in(b2)*v + in(1 - b2) * (u * u);
          u = m / (in(options.eps) + detail::sqrt_of(v / in(bias2)));
          along += detail::plain(detail::sum_of(m * p));
          squares += detail::plain(detail::sum_of(m * u));
        },
        updates, state.exp_avg, state.exp_avg_sq, params);
    if (options.adapt_lower_bound) {
      const double cap = shrink * (state.barf - state.gamma) + along;
      if (cap < shrink * bias1 * state.lb) state.lb = std::max(cap / (2 * bias1 * shrink), options.lower_bound);
    }
    const double gap = std::max(shrink * (state.barf - bias1 * state.lb - state.gamma) + along, 0.0);
    const double tau = std::min(rate / bias1, gap / squares);
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u, const auto& p) {
          u = detail::in_scalar_of(u, -rate * options.weight_decay / shrink) * p - detail::in_scalar_of(u, tau) * u;
        },
        updates, params);
    if (options.adapt_lower_bound) {
      state.lb = std::max((state.barf + along - state.gamma - 0.5 * tau * squares) / bias1, options.lower_bound);
    }
  }
};

/// MoMo-Adam: Adam whose step is cut by what the loss allows. It emits the final update and needs `with_value(loss)`.
template <class LearningRate = double>
auto momo_adam(LearningRate learning_rate = 0.01, MomoAdamOptions options = {}) {
  detail::check_decay("momo_adam", "b1", options.b1);
  detail::check_decay("momo_adam", "b2", options.b2);
  detail::check_not_negative("momo_adam", "eps", options.eps);
  detail::check_not_negative("momo_adam", "weight_decay", options.weight_decay);
  detail::check_learning_rate("momo_adam", learning_rate);
  return GradientTransformation<MomoAdam>{{std::move(learning_rate), options}};
}

}  // namespace grove::optim::contrib
