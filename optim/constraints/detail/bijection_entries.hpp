// How bijections read their arguments, plain and active alike.
#pragma once

#include <Eigen/Core>
#include <type_traits>

#include "../../../autodiff/error.hpp"
#include "../../../autodiff/operations/operations.hpp"
#include "../../../autodiff/tree/tree.hpp"
#include "../../numerics/detail/check.hpp"
#include "../../protocol/detail/leafwise.hpp"

namespace grove::optim::bijections {

namespace detail {

namespace od = grove::optim::detail;

/// f of each element of an array, or of a number.
template <class F, class X>
auto each(const F& f, const X& x) {
  if constexpr (od::HasElements<X>) {
    return grove::map(f, x);
  } else {
    return f(x);
  }
}

/// Σ f(element)
template <class F, class X>
auto sum_of_each(const F& f, const X& x) {
  if constexpr (od::HasElements<X>) {
    return grove::sum(grove::map(f, x));
  } else {
    return f(x);
  }
}

template <class X>
using number_t = tree::scalar_t<std::remove_cvref_t<X>>;
template <class T>
using Column = Eigen::Matrix<T, Eigen::Dynamic, 1>;
template <class T>
using Square = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// The entries of a column, a row or a matrix with one of them, as numbers that can be read many times.
template <class X>
Column<number_t<X>> entries(const char* name, const X& x) {
  static_assert(od::HasElements<X>, "a bijection of vectors needs a vector");
  if (x.cols() != 1 && x.rows() != 1 && x.size() != 0) {
    throw ShapeError(
        od::fill("{}: the unconstrained numbers must be one column, got {}×{}", {name, x.rows(), x.cols()}));
  }
  return tree::flatten(x);
}

/// The entries of a matrix with as many rows as columns.
template <class X>
Square<number_t<X>> square_entries(const char* name, const X& x) {
  static_assert(od::HasElements<X>, "a bijection onto matrices needs a matrix");
  if (x.rows() != x.cols()) {
    throw ShapeError(od::fill("{}: inverse: the matrix must be square, got {}×{}", {name, x.rows(), x.cols()}));
  }
  return tree::flatten(x).reshaped(x.rows(), x.cols());
}

/// n, if `entries` is n (n + 1) / 2. Throws: ShapeError otherwise.
inline Eigen::Index triangle_side(const char* name, Eigen::Index entries, bool with_diagonal = true) {
  Eigen::Index n = 0;
  while (n * (n + 1) / 2 < entries) ++n;
  if (n * (n + 1) / 2 == entries) return n;
  throw ShapeError(od::fill("{}: {} unconstrained numbers fill no triangle; there must be n (n {} 1) / 2",
                            {name, entries, with_diagonal ? "+" : "-"}));
}

template <class T>
[[noreturn]] void throw_outside(const char* name, const T& y, const char* set) {
  throw Error(od::fill("{}: inverse: {} is not {}", {name, od::plain(y), set}));
}

}  // namespace detail

}  // namespace grove::optim::bijections
