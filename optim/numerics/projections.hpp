// Projections of trees onto sets: the nearest tree that lies in them.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../autodiff/tree/tree.hpp"
#include "detail/check.hpp"
#include "detail/math.hpp"

namespace grove::optim {

/// max(x, 0), element by element.
template <class P>
P projection_non_negative(P params) {
  tree::for_each([](auto&& x) { x = detail::select(x < 0, 0, x); }, params);
  return params;
}

namespace detail {

/// A number as a tree like `params`; a tree as it is.
template <class P, class Bound>
decltype(auto) bound_like(const P& params, const Bound& bound) {
  if constexpr (std::is_arithmetic_v<Bound> && !std::is_arithmetic_v<P>) {
    return tree::map([&](const auto& x) { return in_scalar_of(x, bound); }, params);
  } else {
    return (bound);
  }
}

/// Every bound, or a tree of them, must be below the other.
template <class L, class H>
void check_bounds(const char* function, const L& lower, const H& upper) {
  tree::for_each_with_path(
      [&](const tree::Path& path, const auto& low, const auto& high) {
        const auto broken = !(low <= high);
        bool any = false;
        if constexpr (requires { broken.any(); }) {
          any = broken.any();
        } else {
          any = broken;
        }
        if (any) {
          throw HyperparameterError(fill("{}: lower exceeds upper{}{}, or one of them is NaN",
                                         {function, path.empty() ? "" : " in ", path.string()}));
        }
      },
      lower, upper);
}

}  // namespace detail

/// x clipped to [lower, upper], element by element; NaN stays.
template <class P>
P projection_box(P params, double lower, double upper) {
  if (!(lower <= upper))
    throw HyperparameterError(detail::fill("projection_box: lower = {} exceeds upper = {}", {lower, upper}));
  tree::for_each(
      [&](auto&& x) {
        const auto low = detail::in_scalar_of(x, lower), high = detail::in_scalar_of(x, upper);
        if constexpr (std::is_floating_point_v<detail::view_scalar_t<decltype(x)>>) {
          x = detail::select(x < low, low, detail::select(x > high, high, x));
        } else {  // active arrays are not chosen over numbers; a sign is finite where x is not
          x = detail::select(x < low, 0 * detail::sign_of(x) + low,
                             detail::select(x > high, 0 * detail::sign_of(x) + high, x));
        }
      },
      params);
  return params;
}

/// The same with a bound for each element: trees like the params, or a number for one of them.
///
///   params = projection_box(std::move(params), lower, upper);      // both are `Line`s
///
/// Throws: StructureError if the trees differ; HyperparameterError where a lower bound exceeds the upper one.
template <class P, class L, class H>
requires(!std::is_arithmetic_v<L> || !std::is_arithmetic_v<H>) P
    projection_box(P params, const L& lower, const H& upper) {
  const auto& lows = detail::bound_like(params, lower);
  const auto& highs = detail::bound_like(params, upper);
  tree::check_same_structure("projection_box", params, lows, "params", "lower");
  tree::check_same_structure("projection_box", params, highs, "params", "upper");
  detail::check_bounds("projection_box", lows, highs);
  tree::for_each([](auto&& x, const auto& low,
                    const auto& high) { x = detail::select(x < low, low, detail::select(x > high, high, x)); },
                 params, lows, highs);
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

/// How far the elements lie below the largest one, and the number that, subtracted from these differences, leaves
/// positive parts that sum to `scale`. Differences, since beside numbers beyond 1e16 a scale of 1 is lost.
struct Simplex {
  double largest = 0;
  double threshold = 0;

  Simplex(std::vector<double> values, double scale) {
    if (values.empty()) return;
    largest = values.front();
    for (const double x : values) largest = x > largest || std::isnan(x) ? x : largest;
    if (std::isnan(largest)) {
      threshold = largest;
      return;
    }
    for (double& x : values) x = below(x);
    std::sort(values.begin(), values.end(), std::greater<>());
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += values[i];
      const double candidate = (sum - scale) / static_cast<double>(i + 1);
      if (values[i] <= candidate) break;
      threshold = candidate;
    }
  }

  /// x - largest, and 0 for the largest also where it is infinite.
  double below(double x) const { return x == largest ? 0 : x - largest; }

  /// The projection of an element.
  double operator()(double x) const {
    const double above = below(x) - threshold;
    return above < 0 ? 0 : above;
  }
};

/// x ← f(x), element by element.
template <class View, class F>
void replace_each(View&& x, F f) {
  using S = view_scalar_t<View>;
  if constexpr (std::is_arithmetic_v<std::remove_cvref_t<View>>) {
    x = static_cast<S>(f(static_cast<double>(x)));
  } else {
    x = x.unaryExpr([&](S element) { return static_cast<S>(f(static_cast<double>(element))); });
  }
}

template <class P, class F>
auto values_of(const P& params, F f) {
  const auto flat = tree::flatten(params);
  std::vector<decltype(widened(flat(0)))> values;
  for (Eigen::Index i = 0; i < flat.size(); ++i) values.push_back(f(widened(flat(i))));
  return values;
}

}  // namespace detail

namespace detail {

/// The params of a loss, in variables: what is computed from them keeps its derivative.
template <class P>
inline constexpr bool is_active_tree = !std::is_floating_point_v<tree::scalar_t<P>>;

/// The variable that, subtracted from all, leaves positive parts that sum to `scale`.
template <class S>
S active_threshold(std::vector<S> values, double scale) {
  std::sort(values.begin(), values.end(), std::greater<>());
  S sum = 0, threshold = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += values[i];
    const S candidate = (sum - scale) / static_cast<double>(i + 1);
    if (values[i] <= candidate) break;
    threshold = candidate;
  }
  return threshold;
}

}  // namespace detail

/// The simplex: all elements of the tree at least 0, their sum `scale`. Elements that are infinite share it.
template <class P>
P projection_simplex(P params, double scale = 1) {
  detail::check_positive("projection_simplex", "scale", scale);
  if constexpr (detail::is_active_tree<P>) {
    const auto threshold = detail::active_threshold(detail::values_of(params, [](const auto& x) { return x; }), scale);
    tree::for_each(
        [&](auto&& x) {
          x = x - threshold;
          x = detail::select(x < 0, 0, x);
        },
        params);
  } else {
    const detail::Simplex simplex(detail::values_of(params, [](double x) { return x; }), scale);
    tree::for_each([&](auto&& x) { detail::replace_each(x, simplex); }, params);
  }
  return params;
}

/// The sphere Σ|x| = scale.
template <class P>
P projection_l1_sphere(P params, double scale = 1) {
  detail::check_positive("projection_l1_sphere", "scale", scale);
  if constexpr (detail::is_active_tree<P>) {
    const auto cut =
        detail::active_threshold(detail::values_of(params, [](const auto& x) { return detail::abs_of(x); }), scale);
    tree::for_each(
        [&](auto&& x) {
          x = detail::sign_of(x) * detail::select(detail::abs_of(x) < cut, 0 * x, detail::abs_of(x) - cut);
        },
        params);
  } else {
    const detail::Simplex simplex(detail::values_of(params, [](double x) { return std::abs(x); }), scale);
    tree::for_each(
        [&](auto&& x) { detail::replace_each(x, [&](double e) { return detail::sign_of(e) * simplex(std::abs(e)); }); },
        params);
  }
  return params;
}

/// The ball Σ|x| ≤ scale.
template <class P>
P projection_l1_ball(P params, double scale = 1) {
  double sum = 0;
  for (const auto& x : detail::values_of(params, [](const auto& value) { return detail::abs_of(value); }))
    sum += detail::plain(x);
  return sum <= scale ? params : projection_l1_sphere(std::move(params), scale);
}

/// The sphere ‖x‖ = scale; NaN at 0.
template <class P>
P projection_l2_sphere(P params, double scale = 1) {
  if constexpr (detail::is_active_tree<P>) {
    const auto factor = scale / tree::global_norm(params);
    tree::for_each([&](auto&& x) { x = factor * x; }, params);
    return params;
  } else {
    using Limits = std::numeric_limits<tree::scalar_t<P>>;
    double largest = 1, norm = detail::plain(tree::global_norm(params));
    // Of finite numbers, perhaps, whose squares overflow or vanish.
    if (std::isinf(norm) || norm < std::sqrt(double{Limits::min()}) / double{Limits::epsilon()}) {
      largest = 0;
      for (double x : detail::values_of(params, [](double value) { return std::abs(value); })) {
        largest = std::max(largest, x);
      }
      double squares = 0;
      for (double x : detail::values_of(params, [&](double value) { return value / largest; })) squares += x * x;
      norm = std::sqrt(squares);
    }
    tree::for_each([&](auto&& x) { detail::replace_each(x, [&](double e) { return e / largest * (scale / norm); }); },
                   params);
    return params;
  }
}

/// The ball ‖x‖ ≤ scale.
template <class P>
P projection_l2_ball(P params, double scale = 1) {
  const double norm = detail::plain(tree::global_norm(params));
  return norm <= scale ? params : projection_l2_sphere(std::move(params), scale);
}

namespace detail {

template <class A, class B>
auto inner_product(const A& a, const B& b) {
  return widened(tree::dot(a, b));
}

template <class P, class S, class A>
P add_multiple(P x, const S& factor, const A& a) {
  tree::for_each([&](auto&& u, const auto& v) { u = u + in_scalar_of(u, factor) * v; }, x, a);
  return x;
}

}  // namespace detail

/// The line through 0 and `a`.
template <class P, class A>
P projection_vector(const P& x, const A& a) {
  const auto factor = detail::inner_product(x, a) / detail::inner_product(a, a);
  return detail::add_multiple(tree::zeros_like(x), factor, a);
}

/// The hyperplane ⟨x, a⟩ = b.
template <class P, class A>
P projection_hyperplane(const P& x, const A& a, double b) {
  const auto factor = (b - detail::inner_product(x, a)) / detail::inner_product(a, a);
  return detail::add_multiple(x, factor, a);
}

/// The halfspace ⟨x, a⟩ ≤ b.
template <class P, class A>
P projection_halfspace(const P& x, const A& a, double b) {
  const auto factor = (b - detail::inner_product(x, a)) / detail::inner_product(a, a);
  return detail::add_multiple(x, detail::select(factor > 0, 0, factor), a);
}

}  // namespace grove::optim
