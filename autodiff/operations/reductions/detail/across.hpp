// Slices that do not lie together in memory, such as the rows of a matrix stored by columns: all of them at once, so
// that inner loops run over what does lie together.
#pragma once

#include <algorithm>
#include <array>
#include <limits>

#include "../../../engine/array/directional.hpp"
#include "../../elementwise/detail/vector_math.hpp"

namespace grove::detail {

/// True if the rows (or columns) of an active array lie across its order in memory.
template <bool ByRows, class X>
inline constexpr bool slices_across = ByRows != bare<X>::row_major;

/// The block, turned such that its slices are its rows.
template <bool ByRows, class Block>
auto in_rows(Block&& block) {
  if constexpr (ByRows) {
    return block.topRows(block.rows());
  } else {
    return block.transpose();
  }
}

/// The n numbers of a result that was just allocated, or of its adjoint.
template <class S>
auto column_at(const S* data, Index n) {
  return Eigen::Map<Eigen::Array<S, Eigen::Dynamic, 1>>(const_cast<S*>(data), n);
}

/// f(first, n, a, b) for some rows at a time, few enough to stay in the cache; a and b are columns to work with.
template <class F>
void in_groups_of_rows(Index rows, const F& f) {
  constexpr Index most = 128;
  alignas(64) std::array<double, most> a, b;
  for (Index i = 0; i < rows; i += most) {
    const Index n = std::min(most, rows - i);
    f(i, n, column_at(a.data(), n), column_at(b.data(), n));
  }
}

/// For each of n rows of x from i on: its largest element m, p = e^(x - m), whose columns lie together, and Σ p.
template <class X, class P, class Column>
void exponentials_of_rows(const X& x, P& p, Index i, Index n, Column& largest, Column& sum) {
  largest.setConstant(-std::numeric_limits<double>::infinity());
  for (Index j = 0; j < x.cols(); ++j) {
    for (Index k = 0; k < n; ++k) {
      const double element = x.coeff(i + k, j);
      largest[k] = element > largest[k] || element != element ? element : largest[k];
    }
  }
  sum.setZero();
  for (Index j = 0; j < x.cols(); ++j) {
    auto column = p.col(j).segment(i, n);
    column = x.col(j).segment(i, n) - largest;
    exp_in_place(column.data(), static_cast<std::size_t>(n));
    sum += column;
  }
}

}  // namespace grove::detail
