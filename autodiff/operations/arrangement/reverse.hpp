// Arrays in reverse order, and Eigen's other rearrangements by rows and columns.
#pragma once

#include "../../engine/array/rearranged.hpp"
#include "../reductions/reductions.hpp"
#include "broadcast.hpp"

namespace grove {
namespace detail {

template <bool Rows, bool Cols, class X>
auto reversed(const X& x) {
  const Index rows = x.rows(), cols = x.cols();
  return rearranged<with_scalar<typename X::PlainObject, typename X::S>>(x, rows, cols, [=](Index i, Index j) {
    return Position{Rows ? rows - 1 - i : i, Cols ? cols - 1 - j : j};
  });
}

}  // namespace detail

/// The elements from last to first: of a vector, of a matrix in both directions, or along `x.rowwise()` or
/// `x.colwise()`.
template <detail::Reducible X>
auto reverse(const X& x) {
  if constexpr (!detail::DirectionalOperand<X>) {
    if constexpr (detail::ActiveDense<X>) {
      return detail::reversed<true, true>(detail::evaluated(x));
    } else {
      return detail::owned(x.reverse());
    }
  } else if constexpr (detail::directional_traits<X>::active) {
    constexpr bool by_rows = detail::directional_traits<X>::by_rows;
    return detail::reversed<!by_rows, by_rows>(x.operand());
  } else {
    return detail::owned(x.reverse());
  }
}

// ---- Members --------------------------------------------------------------------------------------------------------

namespace detail {

template <class Derived>
auto DenseOps<Derived>::reverse() const {
  return grove::reverse(self());
}
template <class X, bool ByRows>
auto Directional<X, ByRows>::reverse() const {
  return grove::reverse(*this);
}
template <class X, bool ByRows>
auto Directional<X, ByRows>::replicate(Index times) const {
  return ByRows ? x_.replicate(1, times) : x_.replicate(times, 1);
}
template <class X, bool ByRows>
auto Directional<X, ByRows>::normalized() const {
  const auto norms = norm().array();
  if constexpr (ByRows) {
    return (x_.array().colwise() / norms).matrix();
  } else {
    return (x_.array().rowwise() / norms).matrix();
  }
}

}  // namespace detail
}  // namespace grove
