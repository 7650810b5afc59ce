// One number of a whole tree: sum, largest, smallest, and norms other than the Euclidean one.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "../error.hpp"
#include "arithmetic.hpp"
#include "detail/text.hpp"

namespace grove::tree {

namespace detail {

// Of numbers and of variables.
template <class S>
bool is_nan(const S& x) {
  using std::isnan;
  return isnan(x);
}
template <class S>
S magnitude(const S& x) {
  using std::abs;
  return abs(x);
}

/// f(f(f(init, x1), x2), …) over all numbers of a tree.
template <class S, class F, class T>
S fold_numbers(S init, const F& f, const T& t) {
  for_each(
      [&](const auto& x) {
        if constexpr (!requires { x.rows(); }) {
          init = f(init, static_cast<S>(x));
        } else {
          for (Eigen::Index j = 0; j < x.cols(); ++j) {
            for (Eigen::Index i = 0; i < x.rows(); ++i) init = f(init, static_cast<S>(x(i, j)));
          }
        }
      },
      t);
  return init;
}

}  // namespace detail

/// Σ t over all leaves; 0 if there are none.
template <Pytree T>
scalar_t<T> sum(const T& t) {
  scalar_t<T> total = 0;
  for_each([&](const auto& x) { total += detail::sum_of(x); }, t);
  return total;
}

/// The largest number; -inf if there is none, NaN if one is.
template <Pytree T>
scalar_t<T> max(const T& t) {
  using S = scalar_t<T>;
  return detail::fold_numbers(
      -std::numeric_limits<S>::infinity(), [](S a, S b) { return a > b || detail::is_nan(a) ? a : b; }, t);
}

/// The smallest number; inf if there is none, NaN if one is.
template <Pytree T>
scalar_t<T> min(const T& t) {
  using S = scalar_t<T>;
  return detail::fold_numbers(
      std::numeric_limits<S>::infinity(), [](S a, S b) { return a < b || detail::is_nan(a) ? a : b; }, t);
}

/// The norm of order 1 (Σ|t|), 2 (`global_norm`) or infinity (the largest magnitude; 0 if there is no number).
/// Throws: HyperparameterError for other orders.
template <Pytree T>
scalar_t<T> norm(const T& t, double order) {
  using S = scalar_t<T>;
  if (order == 1)
    return detail::fold_numbers(
        S(0), [](S total, S x) { return total + detail::magnitude(x); }, t);
  if (order == 2) return global_norm(t);
  if (order != std::numeric_limits<double>::infinity()) {
    throw HyperparameterError(detail::fill("tree::norm: order must be 1, 2 or infinity, got {}", {order}));
  }
  return detail::fold_numbers(
      S(0),
      [](S largest, S x) {
        return largest > detail::magnitude(x) || detail::is_nan(largest) ? largest : detail::magnitude(x);
      },
      t);
}

}  // namespace grove::tree
