// A vector combined with every row or every column of a matrix, and products with diagonal matrices.
#pragma once

#include "../../engine/array/directional.hpp"
#include "../../engine/fusion/operators.hpp"

namespace grove {
namespace detail {

template <class D>
using directional_operand = bare<decltype(directional_traits<bare<D>>::operand(std::declval<const bare<D>&>()))>;

/// x.rowwise() or x.colwise() with a vector, at least one of them active. (Two Eigen operands are Eigen's own.)
template <class D, class V>
concept BroadcastOperands = DirectionalOperand<D> && Dense<V> &&
    (directional_traits<bare<D>>::active || ActiveDense<V> ||
     (is_eigen_of_vars<bare<V>> && is_plain_eigen<directional_operand<D>>));

/// Combines v with each row (or column) of x, in one node. Slices run along the storage order of x: v itself enters
/// where it lies along them, else one element of v for each slice, so that inner loops are contiguous either way.
template <bool ByRows, class S, class Row, class X, class V>
struct Broadcast {
  using Plain = with_scalar<typename X::PlainObject, S>;
  static constexpr bool row_major = plain_traits<Plain>::row_major;
  static constexpr bool along = ByRows == row_major;

  Row row;
  X x;
  V v;

  Active<Plain> operator()() const {
    const Index n = ByRows ? x.cols() : x.rows();
    if (v.rows() * v.cols() != n) [[unlikely]]
      throw_shapes(ByRows ? "rowwise" : "colwise", x.rows(), x.cols(), v.rows(), v.cols());
    const auto y = allocate<Plain>(x.rows(), x.cols(), x.is_active() || v.is_active());
    auto value = writable_array(y);
    for_each_slice(
        [&](Index k, const auto& xk, const auto& vk) { slice<row_major>(value, k) = array_value<S>(row, xk, vk); });
    if (y.is_active()) {
      record(y, [self = *this, y](auto&) {
        if (current_tape<S>->guards_zero_cotangents) {
          self.template pull_back<true>(y);
        } else {
          self.template pull_back<false>(y);
        }
      });
    }
    return y;
  }

 private:
  template <bool Guarded>
  void pull_back(const Active<Plain>& y) const {
    const auto values = y.array_map();
    const auto bars = y.adjoint_array();
    for_each_slice([&](Index k, const auto& xk, const auto& vk) {
      const auto yk = slice<row_major>(values, k);
      const auto y_bar = slice<row_major>(bars, k);
      if constexpr (X::has_adjoint) {
        auto x_bar = x.adjoint_array();
        if (x.is_active()) slice<row_major>(x_bar, k) += times<Guarded>(y_bar, array_slope<0, S>(row, xk, vk, yk));
      }
      if constexpr (V::has_adjoint) {
        if (v.is_active()) add_to_vector(k, times<Guarded>(y_bar, array_slope<1, S>(row, xk, vk, yk)));
      }
    });
  }

  template <class Body>
  void for_each_slice(const Body& body) const {
    const auto block = x.template primal<as_array<Plain>>(x.rows(), x.cols());
    const auto line = v.template primal<as_array<typename V::PlainObject>>(v.rows(), v.cols());
    const Index slices = row_major ? x.rows() : x.cols();
    for (Index k = 0; k < slices; ++k) {
      const auto xk = slice<row_major>(block, k);
      if constexpr (along) {
        body(k, xk, oriented(line));
      } else {
        using Like = bare<decltype(xk)>;
        body(k, xk, Like::Constant(xk.rows(), xk.cols(), S(line.coeff(k))));
      }
    }
  }

  template <class C>
  void add_to_vector(Index k, const C& c) const {
    auto v_bar = v.adjoint_array();
    if constexpr (along) {
      v_bar += oriented(c);
    } else {
      v_bar.coeffRef(k) += c.sum();
    }
  }

  // The vector in the direction of a slice, and back: transposing is its own inverse.
  template <class E>
  static auto oriented(const E& line) {
    if constexpr ((V::ColsAtCompileTime != 1) == row_major) {
      return line;
    } else {
      return line.transpose();
    }
  }
};

template <bool ByRows, class S, class Row, class X, class V>
auto broadcast(const Row& row, const X& x, const V& v) {
  static_assert(V::RowsAtCompileTime == 1 || V::ColsAtCompileTime == 1,
                "grove: x.rowwise() and x.colwise() combine with a vector");
  return Broadcast<ByRows, S, Row, X, V>{row, x, v}();
}

template <class Row, class D, class V>
auto broadcast_along(const Row& row, const D& directional, const V& v) {
  using traits = directional_traits<D>;
  const auto& x = traits::operand(directional);
  using S = tape_scalar_t<bare<decltype(x)>, V>;
  return broadcast<traits::by_rows, S>(row, term_of<S>(x), term_of<S>(v));
}

}  // namespace detail

/// `x.rowwise() + v` adds the vector v to every row of x, `x.colwise() + v` to every column; likewise `-`, and `*` and
/// `/` for arrays.  Either of x and v may be plain.  Cost: one pass over x; v is not replicated.
///
/// Throws: ShapeError unless v has as many elements as a row (column) of x.
template <class D, class V>
requires detail::BroadcastOperands<D, V>
auto operator+(const D& x, const V& v) { return detail::broadcast_along(detail::Add{}, x, v); }

/// The same with a difference.
template <class D, class V>
requires detail::BroadcastOperands<D, V>
auto operator-(const D& x, const V& v) { return detail::broadcast_along(detail::Subtract{}, x, v); }

/// The same with a product.
template <class D, class V>
requires detail::BroadcastOperands<D, V>
auto operator*(const D& x, const V& v) {
  static_assert(detail::is_array_kind<detail::directional_operand<D>>,
                "grove: x.rowwise() * v needs an array, as in Eigen; use x.array().rowwise()");
  return detail::broadcast_along(detail::Multiply{}, x, v);
}

/// The same with a quotient.
template <class D, class V>
requires detail::BroadcastOperands<D, V>
auto operator/(const D& x, const V& v) {
  static_assert(detail::is_array_kind<detail::directional_operand<D>>,
                "grove: x.rowwise() / v needs an array, as in Eigen; use x.array().rowwise()");
  return detail::broadcast_along(detail::Divide{}, x, v);
}

// ---- Diagonal matrices ----------------------------------------------------------------------------------------------

namespace detail {

/// What v.asDiagonal() returns: a factor of products that scales rows or columns and is never stored as a matrix.
template <class V>
class Diagonal {
 public:
  explicit Diagonal(const V& v) : v_(v) {}
  const V& diagonal() const { return v_; }
  Index rows() const { return v_.size(); }
  Index cols() const { return v_.size(); }

  /// The dense matrix.
  auto toDenseMatrix() const {
    using S = typename V::S;
    constexpr int n = V::RowsAtCompileTime == 1 ? V::ColsAtCompileTime : V::RowsAtCompileTime;
    const auto y = allocate<plain_t<false, S, n, n, false>>(rows(), cols(), v_.is_active());
    auto value = writable(y);
    value.setZero();
    for (Index k = 0; k < rows(); ++k) value.coeffRef(k, k) = v_.map().coeff(k);
    if (v_.is_active()) {
      record(y, [v = v_](auto& y_bar) {
        auto v_bar = v.adjoint_map();
        for (Index k = 0; k < v.size(); ++k) v_bar.coeffRef(k) += y_bar.coeff(k, k);
      });
    }
    return y;
  }
  template <class Plain>
  operator Active<Plain>() const {
    return Active<Plain>(toDenseMatrix());
  }

 private:
  V v_;
};

template <class T>
inline constexpr bool is_active_diagonal = false;
template <class V>
inline constexpr bool is_active_diagonal<Diagonal<V>> = true;
template <class T>
inline constexpr bool is_plain_diagonal = false;
template <class V>
inline constexpr bool is_plain_diagonal<Eigen::DiagonalWrapper<V>> = true;
template <class T, int N, int Max>
inline constexpr bool is_plain_diagonal<Eigen::DiagonalMatrix<T, N, Max>> = true;

/// A diagonal and a matrix of which at least one is active.
template <class D, class X>
concept DiagonalOperands = (is_active_diagonal<bare<D>> && Dense<X>) || (is_plain_diagonal<bare<D>> && ActiveDense<X>);

template <bool ByRows, class D, class X>
auto scale_slices(const D& diagonal, const X& x) {
  static_assert(!is_array_kind<X>, "grove: a diagonal matrix multiplies matrices, as in Eigen; use .matrix()");
  using V = bare<decltype(diagonal.diagonal())>;
  using S = tape_scalar_t<V, X>;
  if (diagonal.rows() != (ByRows ? x.cols() : x.rows())) [[unlikely]] {
    const Index n = diagonal.rows();
    ByRows ? throw_inner("matmul", x.rows(), x.cols(), n, n) : throw_inner("matmul", n, n, x.rows(), x.cols());
  }
  return broadcast<ByRows, S>(Multiply{}, term_of<S>(x), term_of<S>(diagonal.diagonal()));
}

template <class Derived>
auto DenseOps<Derived>::asDiagonal() const {
  static_assert(rows_static() == 1 || cols_static() == 1, "grove: asDiagonal needs a vector");
  return Diagonal<handle_t<Derived>>(evaluated(self()));
}

}  // namespace detail

/// diag(v) · x scales the rows of x, x · diag(v) its columns.
template <class D, class X>
requires detail::DiagonalOperands<D, X>
auto operator*(const D& diagonal, const X& x) { return detail::scale_slices<false>(diagonal, x); }

/// The product from the right scales columns.
template <class X, class D>
requires detail::DiagonalOperands<D, X>
auto operator*(const X& x, const D& diagonal) { return detail::scale_slices<true>(diagonal, x); }

}  // namespace grove
