// Projections of trees onto sets: the nearest tree that lies in them.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "autodiff/tree/tree.hpp"
#include "optim/numerics/detail/check.hpp"
#include "optim/numerics/detail/math.hpp"

namespace grove::optim {

/// max(x, 0), element by element.
template <class P>
P projection_non_negative(P params) {
  tree::for_each([](auto&& x) { x = detail::select(x < 0, 0, x); }, params);
  return params;
}

/// x clipped to [lower, upper], element by element.
template <class P>
P projection_box(P params, double lower, double upper) {
  if (!(lower <= upper))
    throw HyperparameterError(detail::fill("projection_box: lower = {} exceeds upper = {}", {lower, upper}));
  tree::for_each(
      [&](auto&& x) {
        const auto low = detail::in_scalar_of(x, lower), high = detail::in_scalar_of(x, upper);
        x = detail::select(x < low, 0 * x + low, detail::select(x > high, 0 * x + high, x));
      },
      params);
  return params;
}

/// The box [0, scale].
template <class P>
P projection_hypercube(P params, double scale = 1) {
  return projection_box(std::move(params), 0, scale);
}

/// The box [-scale, scale]: the ball of the largest magnitude.
template <class P>
P projection_linf_ball(P params, double scale = 1) {
  return projection_box(std::move(params), -scale, scale);
}

namespace detail {

/// The number that, subtracted from all values, leaves positive parts that sum to `scale`.
double simplex_threshold(auto values, double scale) {
  std::sort(values.begin(), values.end(), std::greater<>());
  double sum = 0, threshold = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += values[i];
    const double candidate = (sum - scale) / static_cast<double>(i + 1);
    if (values[i] <= candidate) break;
    threshold = candidate;
  }
  return threshold;
}

template <class P, class F>
std::vector<double> values_of(const P& params, F f) {
  const auto flat = tree::flatten(params);
  std::vector<double> values;
  for (Eigen::Index i = 0; i < flat.size(); ++i) values.push_back(f(static_cast<double>(flat(i))));
  return values;
}

}  // namespace detail

/// The simplex: all elements of the tree at least 0, their sum `scale`.
template <class P>
P projection_simplex(P params, double scale = 1) {
  detail::check_positive("projection_simplex", "scale", scale);
  const double threshold = detail::simplex_threshold(detail::values_of(params, [](double x) { return x; }), scale);
  tree::for_each(
      [&](auto&& x) {
        x = x - detail::in_scalar_of(x, threshold);
        x = detail::select(x < 0, 0, x);
      },
      params);
  return params;
}

/// The sphere Σ|x| = scale.
template <class P>
P projection_l1_sphere(P params, double scale = 1) {
  detail::check_positive("projection_l1_sphere", "scale", scale);
  const double threshold =
      detail::simplex_threshold(detail::values_of(params, [](double x) { return std::abs(x); }), scale);
  tree::for_each(
      [&](auto&& x) {
        const auto cut = detail::in_scalar_of(x, threshold);
        x = detail::sign_of(x) * detail::select(detail::abs_of(x) < cut, 0 * x, detail::abs_of(x) - cut);
      },
      params);
  return params;
}

/// The ball Σ|x| ≤ scale.
template <class P>
P projection_l1_ball(P params, double scale = 1) {
  double sum = 0;
  for (double x : detail::values_of(params, [](double value) { return std::abs(value); })) sum += x;
  return sum <= scale ? params : projection_l1_sphere(std::move(params), scale);
}

/// The sphere ‖x‖ = scale; NaN at 0.
template <class P>
P projection_l2_sphere(P params, double scale = 1) {
  const double factor = scale / detail::plain(tree::global_norm(params));
  tree::for_each([&](auto&& x) { x = detail::in_scalar_of(x, factor) * x; }, params);
  return params;
}

/// The ball ‖x‖ ≤ scale.
template <class P>
P projection_l2_ball(P params, double scale = 1) {
  const double norm = detail::plain(tree::global_norm(params));
  return norm <= scale ? params : projection_l2_sphere(std::move(params), scale);
}

namespace detail {

template <class P>
P add_multiple(P x, double factor, const P& a) {
  tree::for_each([&](auto&& u, const auto& v) { u = u + in_scalar_of(u, factor) * v; }, x, a);
  return x;
}

}  // namespace detail

/// The line through 0 and `a`.
template <class P>
P projection_vector(const P& x, const P& a) {
  const double factor = detail::plain(tree::dot(x, a)) / detail::plain(tree::dot(a, a));
  return detail::add_multiple(tree::zeros_like(x), factor, a);
}

/// The hyperplane ⟨x, a⟩ = b.
template <class P>
P projection_hyperplane(const P& x, const P& a, double b) {
  return detail::add_multiple(x, (b - detail::plain(tree::dot(x, a))) / detail::plain(tree::dot(a, a)), a);
}

/// The halfspace ⟨x, a⟩ ≤ b.
template <class P>
P projection_halfspace(const P& x, const P& a, double b) {
  const double factor = (b - detail::plain(tree::dot(x, a))) / detail::plain(tree::dot(a, a));
  return detail::add_multiple(x, std::min(factor, 0.0), a);
}

}  // namespace grove::optim
