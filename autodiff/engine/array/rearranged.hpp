// Arrays whose elements are elements of another one, or zero.
#pragma once

#include "record.hpp"

namespace grove::detail {

/// The place of an element.
struct Position {
  Index row, col;
};
inline constexpr Position nowhere{-1, -1};

/// yᵢⱼ = x at the position source(i, j), or 0 for `nowhere`.   x̄ at that position += ȳᵢⱼ
template <class Plain, class X, class Source>
Active<Plain> rearranged(const X& x, Index rows, Index cols, const Source& source) {
  using S = typename plain_traits<Plain>::Scalar;
  const auto y = allocate<Plain>(rows, cols, x.is_active());
  const auto each_element = [source, rows, cols](const auto& f) {
    for (Index j = 0; j < cols; ++j) {
      for (Index i = 0; i < rows; ++i) f(i, j, source(i, j));
    }
  };
  auto values = writable(y);
  each_element([&, from = x.map()](Index i, Index j, Position p) {
    values.coeffRef(i, j) = p.row < 0 ? S(0) : S(from.coeff(p.row, p.col));
  });
  if (y.is_active()) {
    record(y, [x, each_element](auto& y_bar) {
      auto x_bar = x.adjoint_map();
      each_element([&](Index i, Index j, Position p) {
        if (p.row >= 0) x_bar.coeffRef(p.row, p.col) += y_bar.coeff(i, j);
      });
    });
  }
  return y;
}

}  // namespace grove::detail
