// Step sizes from the distance that each leaf has covered.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "../protocol/detail/leafwise.hpp"
#include "../protocol/transformation.hpp"

namespace grove::optim {

/// For each leaf the largest distance from the start and the sum of squared gradient norms; the start.
template <class P>
struct ScaleByDistanceOverGradientsState {
  std::vector<detail::accumulator_t<P>> max_dist;             ///< the largest distance from the start, of each leaf
  std::vector<detail::accumulator_t<P>> grad_sum_of_squares;  ///< of each leaf
  P init_params;                                              ///< the params at the start

  template <class Params>
  void check_fits(const Params& params) const {
    detail::check_entries(max_dist.size(), params);
    detail::check_entries(grad_sum_of_squares.size(), params);
    detail::check_trees(params, init_params);
  }
};

/// Options of `scale_by_distance_over_gradients`.
struct ScaleByDistanceOverGradients {
  static constexpr detail::Harm harm = detail::Harm::never;
  static constexpr bool needs_params = true;

  double reps_rel = 1e-6;     ///< first distance, relative to 1 + ‖p‖, > 0
  double eps = 1e-8;          ///< added to the sum of squares, ≥ 0
  double global_scale = 1.0;  ///< factor of all steps

  template <class P>
  ScaleByDistanceOverGradientsState<P> init(const P& params) const {
    auto distances = detail::leaf_numbers(params, 0);
    std::size_t leaf = 0;
    tree::for_each([&](const auto& p) { distances[leaf++] = reps_rel * (1 + detail::norm_of(p)); }, params);
    return {std::move(distances), detail::leaf_numbers(params, 0), params};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, ScaleByDistanceOverGradientsState<P>& state, const P& params, const E& extra) const {
    using A = detail::accumulator_t<P>;
    detail::for_each_leaf(
        extra,
        [&](std::size_t leaf, auto&& u, const auto& p, const auto& start) {
          using std::sqrt;
          A &distance = state.max_dist[leaf], &squares = state.grad_sum_of_squares[leaf];
          distance = detail::max_scalar(distance, A(sqrt(detail::sum_of((p - start) * (p - start)))));
          squares = squares + A(detail::squared_norm_of(u));
          const A factor = A(global_scale * (distance / sqrt(squares + eps)));
          u = detail::in_scalar_of(u, factor) * u;
        },
        updates, params, state.init_params);
  }
};

/// Layer-wise distance over gradients (LDoG): each leaf is scaled by its largest distance from the start over the root
/// of the sum of its squared gradient norms.
///
///   d ← max(d, ‖p - p0‖), at first reps_rel·(1 + ‖p0‖)    G ← G + ‖g‖²    u = global_scale · d / sqrt(G + eps) · g
///
/// The sign stays: put scale(-1) after it. `contrib::dog` does the same with the whole tree.
/// Throws: HyperparameterError unless reps_rel is positive and eps not negative.
/// Source: Ivgi et al. 2023, https://arxiv.org/abs/2302.12022
inline auto scale_by_distance_over_gradients(ScaleByDistanceOverGradients options = {}) {
  detail::check_positive("scale_by_distance_over_gradients", "reps_rel", options.reps_rel);
  detail::check_not_negative("scale_by_distance_over_gradients", "eps", options.eps);
  return GradientTransformation<ScaleByDistanceOverGradients>{options};
}

}  // namespace grove::optim
