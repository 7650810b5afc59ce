// Trees as vectors: sums, products, norms.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

#include "flatten.hpp"
#include "map.hpp"

namespace grove::tree {

namespace detail {

/// Sum of the elements of a view.
template <class V>
auto sum_of(const V& view) {
  if constexpr (requires { view.sum(); }) {
    return view.sum();
  } else {
    return view;
  }
}

/// `factor` in the scalar type of the view, so that a double can scale a tree of floats.
template <class V, class S>
constexpr auto factor_for(const V&, const S& factor) {
  if constexpr (std::is_arithmetic_v<S> && std::is_arithmetic_v<V>) {
    return static_cast<V>(factor);
  } else if constexpr (std::is_arithmetic_v<S> && requires { requires std::is_arithmetic_v<typename V::Scalar>; }) {
    return static_cast<typename V::Scalar>(factor);
  } else {
    return factor;
  }
}

constexpr bool all_of(bool same) { return same; }
template <class V>
bool all_of(const V& view) {
  return view.all();
}

template <class V>
bool is_finite(const V& view) {
  using std::isfinite;
  if constexpr (!requires { view.rows(); }) {
    return isfinite(view);
  } else if constexpr (std::floating_point<typename V::Scalar>) {
    return view.isFinite().all();
  } else {
    bool finite = true;
    for (Eigen::Index j = 0; j < view.cols(); ++j) {
      for (Eigen::Index i = 0; i < view.rows(); ++i) finite = finite && isfinite(view(i, j));
    }
    return finite;
  }
}

/// The plain value of a number or a variable.
template <class S>
double plain_double(const S& x) {
  if constexpr (std::is_arithmetic_v<S>) {
    return static_cast<double>(x);
  } else {
    return plain_double(value_of(x));
  }
}

template <class V>
auto largest_magnitude(const V& view) {
  if constexpr (std::floating_point<V>) {
    return std::abs(view);
  } else {
    return view.size() == 0 ? typename V::Scalar(0) : view.abs().maxCoeff();
  }
}

/// global_norm with the leaves scaled by the largest magnitude.
template <class T>
scalar_t<T> scaled_norm(const T& t) {
  using S = scalar_t<T>;
  S largest = 0;
  for_each([&](const auto& x) { largest = std::max<S>(largest, largest_magnitude(x)); }, t);
  if (largest == 0 || !std::isfinite(largest)) return largest;
  S total = 0;
  for_each(
      [&](const auto& x) {
        const auto scaled = x / factor_for(x, largest);
        total += sum_of(scaled * scaled);
      },
      t);
  return largest * std::sqrt(total);
}

}  // namespace detail

/// a + b. A temporary `a` gives its storage, here and below.
template <Pytree T, class U>
std::remove_cvref_t<T> add(T&& a, const U& b) {
  return detail::map_as(
      "tree::add", [](const auto& x, const auto& y) { return x + y; }, std::forward<T>(a), b);
}

/// a - b.
template <Pytree T, class U>
std::remove_cvref_t<T> sub(T&& a, const U& b) {
  return detail::map_as(
      "tree::sub", [](const auto& x, const auto& y) { return x - y; }, std::forward<T>(a), b);
}

/// a · b, element by element.
template <Pytree T, class U>
std::remove_cvref_t<T> mul(T&& a, const U& b) {
  return detail::map_as(
      "tree::mul", [](const auto& x, const auto& y) { return x * y; }, std::forward<T>(a), b);
}

/// a / b, element by element.
template <Pytree T, class U>
std::remove_cvref_t<T> div(T&& a, const U& b) {
  return detail::map_as(
      "tree::div", [](const auto& x, const auto& y) { return x / y; }, std::forward<T>(a), b);
}

/// factor · t.
template <class S, Pytree T>
std::remove_cvref_t<T> scale(const S& factor, T&& t) {
  return map([&](const auto& x) { return detail::factor_for(x, factor) * x; }, std::forward<T>(t));
}

/// min(max(t, lowest), highest), element by element; infinity for no bound. NaN stays.
template <Pytree T>
std::remove_cvref_t<T> clip(T&& t, double lowest, double highest) {
  return map(
      [&](const auto& x) {
        const auto low = detail::factor_for(x, lowest), high = detail::factor_for(x, highest);
        if constexpr (!requires { x.rows(); }) {
          using S = std::remove_cvref_t<decltype(x)>;
          return x < low ? S(low) : (high < x ? S(high) : x);
        } else {
          return (x < low).select(low, (x > high).select(high, x));
        }
      },
      std::forward<T>(t));
}

/// alpha · x + y, of the type of `y`, whose storage it takes if `y` is a temporary: `p = tree::axpy(-0.1, g,
/// std::move(p))`.
template <class S, class U, Pytree T>
std::remove_cvref_t<T> axpy(const S& alpha, const U& x, T&& y) {
  return detail::map_as(
      "tree::axpy", [&](const auto& yi, const auto& xi) { return detail::factor_for(xi, alpha) * xi + yi; },
      std::forward<T>(y), x);
}

/// Σ a·b over all leaves.
template <Pytree T, Pytree U>
scalar_t<T> dot(const T& a, const U& b) {
  scalar_t<T> total = 0;
  detail::for_each_as(
      "tree::dot", [&](const auto& x, const auto& y) { total += detail::sum_of(x * y); }, a, b);
  return total;
}

/// Σ t² over all leaves.
template <Pytree T>
scalar_t<T> squared_norm(const T& t) {
  return dot(t, t);
}

/// sqrt(Σ t²) over all leaves. The sum of squares is taken as it is where it is accurate (then this is the square root
/// of `squared_norm`), else again with the leaves scaled by their largest magnitude, so that nothing overflows or
/// underflows on the way. NaN if a number is NaN, else infinite if one is.
template <Pytree T>
scalar_t<T> global_norm(const T& t) {
  using std::sqrt;
  using S = scalar_t<T>;
  const S total = squared_norm(t);
  if constexpr (std::floating_point<S>) {
    constexpr S smallest = std::numeric_limits<S>::min() / std::numeric_limits<S>::epsilon();
    if (total < smallest || total > std::numeric_limits<S>::max()) return detail::scaled_norm(t);
  }
  return sqrt(total);
}

/// All numbers are finite.
template <Pytree T>
bool all_finite(const T& t) {
  bool finite = true;
  for_each([&](const auto& x) { finite = finite && detail::is_finite(x); }, t);
  return finite;
}

/// All numbers are equal in the sense of ==; false also if the structures differ, in nodes, shapes, or what is carried
/// along.
template <Pytree T, Pytree U>
bool equal(const T& a, const U& b) {
  if (!same_structure(a, b)) return false;
  bool same = true;
  for_each([&](const auto& x, const auto& y) { same = same && detail::all_of(x == y); }, a, b);
  return same;
}

/// How close `allclose` wants numbers to be: |a - b| ≤ atol + rtol·|b|.
struct Closeness {
  double rtol = 1e-5;      ///< relative to the second tree
  double atol = 1e-8;      ///< absolute
  bool equal_nan = false;  ///< whether NaN is close to NaN
};

/// All numbers are close; equal infinities are. False also if the structures differ, in nodes or shapes.
template <Pytree T, Pytree U>
bool allclose(const T& a, const U& b, const Closeness& how = {}) {
  if (!detail::agree<detail::Level::shapes>(a, b)) return false;
  const auto close = [&how](double x, double y) {
    if (std::isnan(x) || std::isnan(y)) return how.equal_nan && std::isnan(x) && std::isnan(y);
    return x == y || (std::isfinite(y) && std::abs(x - y) <= how.atol + how.rtol * std::abs(y));
  };
  bool all = true;
  for_each(
      [&](const auto& x, const auto& y) {
        if constexpr (!requires { x.rows(); }) {
          all = all && close(detail::plain_double(x), detail::plain_double(y));
        } else {
          for (Eigen::Index j = 0; j < x.cols(); ++j) {
            for (Eigen::Index i = 0; i < x.rows(); ++i)
              all = all && close(detail::plain_double(x(i, j)), detail::plain_double(y(i, j)));
          }
        }
      },
      a, b);
  return all;
}

/// The numbers of `t` in the types of the leaves of `like`, which has the same structure: floats from doubles, say.
template <Pytree T, Pytree U>
std::remove_cvref_t<U> cast_like(const T& t, U&& like) {
  return map([](const auto&, const auto& x) { return x; }, std::forward<U>(like), t);
}

}  // namespace grove::tree
