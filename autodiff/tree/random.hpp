// Random trees.
#pragma once

#include <cmath>
#include <type_traits>
#include <utility>

#include "map.hpp"

namespace grove::tree {

namespace detail {

/// A number in [0, 1) with at least 53 random bits, from any engine of the standard library; cheaper to compile than
/// <random> and, unlike its distributions, the same everywhere.
template <class Engine>
double uniform(Engine& rng) {
  constexpr double range = static_cast<double>(Engine::max() - Engine::min()) + 1;
  double sum = 0;
  double scale = 1;
  do {
    sum += static_cast<double>(rng() - Engine::min()) * scale;
    scale *= range;
  } while (scale < 0x1p53);
  const double u = sum / scale;
  return u < 1 ? u : 0x1.fffffffffffffp-1;
}

/// A standard normal number (Box and Muller).
template <class Engine>
double normal(Engine& rng) {
  constexpr double two_pi = 6.283185307179586;
  const double radius = std::sqrt(-2 * std::log1p(-uniform(rng)));
  return radius * std::cos(two_pi * uniform(rng));
}

}  // namespace detail

/// A tree like `t` whose numbers are calls of `sampler(rng)`, in the order of `flatten`.
///
///   tree::random_like(params, rng, [](auto& engine) { return std::uniform_real_distribution(-1.0, 1.0)(engine); });
template <Pytree T, detail::RandomEngine Engine, class Sampler>
std::remove_cvref_t<T> random_like(T&& t, Engine& rng, const Sampler& sampler) {
  std::remove_cvref_t<T> result = std::forward<T>(t);
  detail::visit_leaves(
      [&]<class L>(L& leaf) {
        using S = typename leaf_traits<L>::Scalar;
        if constexpr (detail::is_eigen<L>) {
          for (Eigen::Index j = 0; j < leaf.cols(); ++j) {
            for (Eigen::Index i = 0; i < leaf.rows(); ++i) leaf(i, j) = static_cast<S>(sampler(rng));
          }
        } else {
          leaf = static_cast<S>(sampler(rng));
        }
      },
      result);
  return result;
}

/// A tree like `t` with independent standard normal numbers, drawn in the order of `flatten`. One seed of one of the
/// engines of `<random>` gives the same numbers on every platform, up to the rounding of log and cos.
template <Pytree T, detail::RandomEngine Engine>
std::remove_cvref_t<T> random_like(T&& t, Engine& rng) {
  return random_like(std::forward<T>(t), rng, [](Engine& engine) { return detail::normal(engine); });
}

}  // namespace grove::tree
