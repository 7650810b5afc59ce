// Helpers of links that look at whole leaves: sums over a leaf, and loops that skip masked leaves.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../../autodiff/tree/tree.hpp"
#include "../../numerics/detail/check.hpp"
#include "../../numerics/detail/math.hpp"
#include "../extra.hpp"

namespace grove::optim::detail {

/// A view with elements, not a single number.
template <class View>
concept HasElements = requires(const View& view) {
  view.rows();
  view.cols();
};

/// Calls f(number of the leaf, views...) for every leaf that takes part.
template <class E, class F, class T, class... Rest>
void for_each_leaf(const E& extra, F&& f, T&& t, Rest&&... rest) {
  std::size_t number = 0;
  tree::for_each(
      [&](auto&&... views) {
        const std::size_t leaf = number++;
        if (admits(extra, leaf)) f(leaf, views...);
      },
      t, rest...);
}

template <class View>
auto sum_of(const View& x) {
  if constexpr (HasElements<View>) {
    using S = std::remove_cvref_t<decltype(x.sum())>;
    return S(x.sum());
  } else {
    return x;
  }
}

/// Σ x²
template <class View>
auto squared_norm_of(const View& x) {
  if constexpr (HasElements<View>) {
    return detail::sum_of(x * x);
  } else {
    return view_scalar_t<View>(x * x);
  }
}

/// The largest magnitude of plain numbers; NaN if there is one.
template <class View>
auto largest_of(const View& x) {
  using S = view_scalar_t<View>;
  if constexpr (HasElements<View>) {
    if (x.size() == 0) return S(0);
    return S((x != x).any() ? std::numeric_limits<S>::quiet_NaN() : x.abs().maxCoeff());
  } else {
    return S(std::abs(x));
  }
}

/// sqrt(Σ x²), also where the squares of plain numbers overflow.
template <class View>
auto norm_of(const View& x) {
  using std::sqrt;
  auto norm = sqrt(squared_norm_of(x));
  if constexpr (std::is_floating_point_v<view_scalar_t<View>>) {
    if (std::isinf(norm)) {
      const auto largest = largest_of(x);
      if (std::isfinite(largest)) norm = largest * sqrt(squared_norm_of(x / largest));
    }
  }
  return norm;
}

/// Number of elements.
template <class View>
double count_of(const View& x) {
  if constexpr (HasElements<View>) {
    return static_cast<double>(x.rows() * x.cols());
  } else {
    return 1;
  }
}

/// sqrt(mean x²)
template <class View>
auto rms_of(const View& x) {
  using std::sqrt;
  auto rms = sqrt(squared_norm_of(x) / in_scalar_of(x, count_of(x)));
  if constexpr (std::is_floating_point_v<view_scalar_t<View>>) {
    if (std::isinf(rms)) rms = norm_of(x) / sqrt(in_scalar_of(x, count_of(x)));
  }
  return rms;
}

/// Σ x·y over a leaf.
template <class A, class B>
auto dot_of(const A& x, const B& y) {
  if constexpr (HasElements<A>) {
    return detail::sum_of(x * y);
  } else {
    return view_scalar_t<A>(x * y);
  }
}

template <class Scalar>
Scalar max_scalar(const Scalar& a, const Scalar& b) {
  return plain(b) > plain(a) || std::isnan(plain(b)) ? b : a;
}

template <class Scalar>
Scalar min_scalar(const Scalar& a, const Scalar& b) {
  return plain(b) < plain(a) || std::isnan(plain(b)) ? b : a;
}

/// The scalar in which a whole tree is summed up.
template <class T>
using accumulator_t = tree::scalar_t<std::remove_cvref_t<T>>;

/// Σ t² over the leaves that take part.
template <class E, class T>
auto squared_norm(const E& extra, const T& t) {
  accumulator_t<T> sum(0);
  for_each_leaf(
      extra, [&](std::size_t, const auto& x) { sum = sum + static_cast<accumulator_t<T>>(squared_norm_of(x)); }, t);
  return sum;
}

/// Σ t·s over the leaves that take part.
template <class E, class T, class U>
auto dot(const E& extra, const T& t, const U& s) {
  accumulator_t<T> sum(0);
  for_each_leaf(
      extra,
      [&](std::size_t, const auto& x, const auto& y) { sum = sum + static_cast<accumulator_t<T>>(dot_of(x, y)); }, t,
      s);
  return sum;
}

/// A number for each leaf, in the order of the leaves.
template <class P>
std::vector<accumulator_t<P>> leaf_numbers(const P& params, double value) {
  return std::vector<accumulator_t<P>>(static_cast<std::size_t>(tree::leaf_count(params)), accumulator_t<P>(value));
}

}  // namespace grove::optim::detail
