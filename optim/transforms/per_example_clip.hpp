// Clipping of the gradient of each example before they are summed up, as private training needs it.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../numerics/detail/check.hpp"
#include "../protocol/detail/leafwise.hpp"

namespace grove::optim {

/// The sum of the clipped gradients, and how many had to be clipped: of the examples, or of each leaf.
template <class P, class Count>
struct ClippedSum {
  P sum;              ///< of the clipped gradients
  Count num_clipped;  ///< how many were longer
};

namespace detail {

/// min(bound / norm, 1), and 1 where that is NaN.
template <class S>
S clip_factor(const S& norm, double bound) {
  const S factor = bound / norm;
  return factor < 1 ? factor : S(1);
}

template <class P>
P first_as_zero(const char* function, const std::vector<P>& grads) {
  if (grads.empty()) throw ShapeError(fill("{}: there is no gradient; one for each example is needed", {function}));
  return tree::zeros_like(grads.front());
}

}  // namespace detail

/// Clips the gradient of each example to the norm `l2_norm_clip` of the whole tree, and sums up.
template <class P>
ClippedSum<P, std::int64_t> per_example_global_norm_clip(const std::vector<P>& grads, double l2_norm_clip) {
  detail::check_positive("per_example_global_norm_clip", "l2_norm_clip", l2_norm_clip);
  ClippedSum<P, std::int64_t> result{detail::first_as_zero("per_example_global_norm_clip", grads), 0};
  for (const P& g : grads) {
    const auto norm = detail::widened(tree::global_norm(g)), factor = detail::clip_factor(norm, l2_norm_clip);
    if (norm > l2_norm_clip) ++result.num_clipped;
    tree::for_each([&](auto&& sum, const auto& x) { sum = sum + detail::in_scalar_of(x, factor) * x; }, result.sum, g);
  }
  return result;
}

/// The same leaf by leaf. The leaves share the norm evenly (`uniform`), or in proportion to the roots of their sizes.
template <class P>
ClippedSum<P, std::vector<std::int64_t>> per_example_layer_norm_clip(const std::vector<P>& grads,
                                                                     double global_l2_norm_clip, bool uniform = true) {
  detail::check_positive("per_example_layer_norm_clip", "global_l2_norm_clip", global_l2_norm_clip);
  P zero = detail::first_as_zero("per_example_layer_norm_clip", grads);
  const auto leaves = static_cast<double>(tree::leaf_count(zero)), size = static_cast<double>(tree::size(zero));
  ClippedSum<P, std::vector<std::int64_t>> result{std::move(zero),
                                                  std::vector<std::int64_t>(static_cast<std::size_t>(leaves), 0)};
  for (const P& g : grads) {
    std::size_t number = 0;
    tree::for_each(
        [&](auto&& sum, const auto& x) {
          const std::size_t leaf = number++;
          const double share = uniform ? 1 / leaves : detail::count_of(x) / size;
          const double bound = global_l2_norm_clip * std::sqrt(share);
          const auto norm = detail::widened(detail::norm_of(x));
          if (norm > bound) ++result.num_clipped[leaf];
          sum = sum + detail::in_scalar_of(x, detail::clip_factor(norm, bound)) * x;
        },
        result.sum, g);
  }
  return result;
}

}  // namespace grove::optim
