// Learning rates from the distance that was covered: DoG and DoWG.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/maybe.hpp"
#include "../transforms/add_decayed_weights.hpp"
#include "../transforms/scale.hpp"

namespace grove::optim::detail {

/// ‖a - b‖² over the leaves that take part.
template <class E, class P>
double squared_distance(const E& extra, const P& a, const P& b) {
  double sum = 0;
  for_each_leaf(
      extra, [&](std::size_t, const auto& x, const auto& y) { sum += plain(detail::sum_of((x - y) * (x - y))); }, a, b);
  return sum;
}

template <class E, class U>
void multiply(const E& extra, U& updates, double factor) {
  for_each_leaf(
      extra, [&](std::size_t, auto&& u) { u = in_scalar_of(u, factor) * u; }, updates);
}

}  // namespace grove::optim::detail

namespace grove::optim::contrib {

/// Where the params started, how far they got, and the sum of squared gradient norms.
template <class P>
struct DoGState {
  bool is_init_step;         ///< no step was made yet
  P init_params;             ///< the params at the start
  double max_dist;           ///< the largest distance from them
  double sum_sq_norm_grads;  ///< of all gradients
};

/// What `init_step` of `dog` means: a distance, a distance relative to 1 + ‖p‖, or a learning rate.
enum class DogInitStep { distance, heuristic, learning_rate };

/// Options of `dog`.
struct DogOptions {
  DogInitStep init_step_kind = DogInitStep::heuristic;  ///< what the first step is measured by
  double init_step = 1e-6;                              ///< the first step, > 0
  double eps = 1e-8;                                    ///< added to the sum of squared norms
  ScalarOrSchedule<double> weight_decay = 0.0;          ///< added before the scaling
  Mask mask = true;                                     ///< which leaves decay
};

/// The link behind `dog`.
struct ScaleByDog {
  static constexpr detail::Harm harm = detail::Harm::never;
  static constexpr bool needs_params = true;

  DogInitStep kind;  ///< what init_step means
  double init_step;  ///< the first step
  double eps;        ///< added to the sum

  template <class P>
  DoGState<P> init(const P& params) const {
    return {true, params, kind == DogInitStep::distance ? init_step : 0, 0};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, DoGState<P>& state, const P& params, const E& extra) const {
    if (kind == DogInitStep::heuristic && state.is_init_step) {  // a mask is known only now
      state.max_dist = init_step * (1 + std::sqrt(detail::plain(detail::squared_norm(extra, state.init_params))));
    }
    state.max_dist = std::max(state.max_dist, std::sqrt(detail::squared_distance(extra, params, state.init_params)));
    state.sum_sq_norm_grads += detail::plain(detail::squared_norm(extra, updates));
    const bool given = kind == DogInitStep::learning_rate && state.is_init_step;
    state.is_init_step = false;
    detail::multiply(extra, updates, given ? init_step : state.max_dist / std::sqrt(state.sum_sq_norm_grads + eps));
  }
};

/// DoG: a step of the largest distance from the start over the root of the sum of squared gradient norms.
///
/// Source: Ivgi et al. 2023, https://arxiv.org/abs/2302.12022
template <class LearningRate = double>
auto dog(LearningRate learning_rate = 1.0, DogOptions options = {}) {
  detail::check_positive("dog", "init_step", options.init_step);
  detail::check_not_negative("dog", "eps", options.eps);
  detail::check_learning_rate("dog", learning_rate);
  detail::check_weight_decay("dog", options.weight_decay);
  return chain(add_decayed_weights(options.weight_decay, options.mask),
               GradientTransformation<ScaleByDog>{{options.init_step_kind, options.init_step, options.eps}},
               scale_by_learning_rate(std::move(learning_rate)));
}

/// Where the params started, the weighted sum of squared norms, and the estimated squared distance.
template <class P>
struct DoWGState {
  P init_params;                  ///< the params at the start
  double weighted_sq_norm_grads;  ///< of all gradients, each weighted by the distance of its time
  double estim_sq_dist;           ///< the largest squared distance from the start
};

/// Options of `dowg`.
struct DowgOptions {
  std::optional<double> init_estim_sq_dist{};   ///< squared distance at first; eps if not given
  double eps = 1e-4;                            ///< added to the root
  ScalarOrSchedule<double> weight_decay = 0.0;  ///< added before the scaling
  Mask mask = true;                             ///< which leaves decay
};

/// The link behind `dowg`.
struct ScaleByDowg {
  static constexpr detail::Harm harm = detail::Harm::never;
  static constexpr bool needs_params = true;

  std::optional<double> init_estim_sq_dist;  ///< squared distance at first; eps if not given
  double eps;                                ///< added to the root

  template <class P>
  DoWGState<P> init(const P& params) const {
    return {params, 0, init_estim_sq_dist.value_or(eps)};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, DoWGState<P>& state, const P& params, const E& extra) const {
    state.estim_sq_dist = std::max(state.estim_sq_dist, detail::squared_distance(extra, params, state.init_params));
    state.weighted_sq_norm_grads += state.estim_sq_dist * detail::plain(detail::squared_norm(extra, updates));
    detail::multiply(extra, updates, state.estim_sq_dist / (std::sqrt(state.weighted_sq_norm_grads) + eps));
  }
};

/// DoWG: as DoG, with gradients weighted by the distance.
///
/// Source: Khaled et al. 2023, https://arxiv.org/abs/2305.16284
template <class LearningRate = double>
auto dowg(LearningRate learning_rate = 1.0, DowgOptions options = {}) {
  if (options.init_estim_sq_dist) detail::check_positive("dowg", "init_estim_sq_dist", *options.init_estim_sq_dist);
  detail::check_positive("dowg", "eps", options.eps);
  detail::check_learning_rate("dowg", learning_rate);
  detail::check_weight_decay("dowg", options.weight_decay);
  return chain(add_decayed_weights(options.weight_decay, options.mask),
               GradientTransformation<ScaleByDowg>{{options.init_estim_sq_dist, options.eps}},
               scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim::contrib
