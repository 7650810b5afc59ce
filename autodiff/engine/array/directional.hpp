// Arrays seen by rows or by columns: what x.rowwise() and x.colwise() return.
#pragma once

#include <Eigen/Core>

#include "entries.hpp"
#include "kinds.hpp"

namespace grove::detail {

/// Rows (or columns) of x, one at a time: what x.rowwise() and x.colwise() return.
template <class X, bool ByRows>
class Directional {
 public:
  explicit Directional(const X& x) : x_(x) {}
  const X& operand() const { return x_; }

  auto sum() const;
  auto mean() const;
  auto prod() const;
  auto minCoeff() const;
  auto maxCoeff() const;
  auto squaredNorm() const;
  auto norm() const;
  template <int P>
  auto lpNorm() const;
  // reverse.hpp
  auto reverse() const;
  auto replicate(Index times) const;
  auto normalized() const;

  /// One row (column) after the other: `for (const auto& row : x.rowwise())`.
  auto begin() const { return EntryIterator<X, SliceAt<ByRows>>(x_, 0); }
  auto end() const { return EntryIterator<X, SliceAt<ByRows>>(x_, ByRows ? x_.rows() : x_.cols()); }

 private:
  X x_;
};

template <class T>
inline constexpr bool is_directional = false;
template <class X, bool ByRows>
inline constexpr bool is_directional<Directional<X, ByRows>> = true;

/// x.rowwise() or x.colwise() of an active array or of an Eigen one.
template <class T>
struct directional_traits {
  static constexpr bool valid = false;
};
template <class X, bool ByRows>
struct directional_traits<Directional<X, ByRows>> {
  static constexpr bool valid = true, by_rows = ByRows, active = true;
  static const auto& operand(const Directional<X, ByRows>& d) { return d.operand(); }
};
template <class X, int Direction>
struct directional_traits<Eigen::VectorwiseOp<X, Direction>> {
  static constexpr bool valid = true, by_rows = Direction == int(Eigen::Horizontal), active = false;
  static const auto& operand(const Eigen::VectorwiseOp<X, Direction>& d) { return d._expression(); }
};
template <class T>
concept DirectionalOperand = directional_traits<bare<T>>::valid;

template <bool ByRows, class Block>
auto slice(Block&& block, Index k) {
  if constexpr (ByRows) {
    return block.row(k);
  } else {
    return block.col(k);
  }
}

template <class Plain, bool ByRows>
using reduced = resized<Plain, ByRows ? plain_traits<Plain>::rows : 1, ByRows ? 1 : plain_traits<Plain>::cols>;

}  // namespace grove::detail
