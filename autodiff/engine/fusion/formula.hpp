// A row applied to its operands, not evaluated: what expressions are made of, and what their pullbacks keep.
#pragma once

#include <tuple>
#include <type_traits>

#include "../scalar/row_on_number.hpp"
#include "terms.hpp"

namespace grove::detail {

/// A row's value on Eigen arrays: directly where the row is written for arrays, else element by element.
template <class S, class Row>
inline constexpr bool runs_on_arrays = Row::cheap || (Row::vectorized && std::is_floating_point_v<S>);

template <class S, class Row>
inline constexpr bool slope_runs_on_arrays = runs_on_arrays<S, Row>;
template <class S, class Row>
requires requires { Row::slope_on_arrays; }
inline constexpr bool slope_runs_on_arrays<S, Row> = std::is_floating_point_v<S>;

template <class S, class Row, class A>
auto array_value(const Row& row, const A& a) {
  if constexpr (runs_on_arrays<S, Row>) {
    return row.value(a);
  } else {
    return a.unaryExpr([row](const S& x) { return number_value<S>(row, x); });
  }
}
template <class S, class Row, class A, class B>
auto array_value(const Row& row, const A& a, const B& b) {
  if constexpr (runs_on_arrays<S, Row>) {
    return row.value(a, b);
  } else {
    return a.binaryExpr(b, [row](const S& x, const S& y) { return number_value<S>(row, x, y); });
  }
}

template <class S, class Row, class A, class Y>
auto array_slope(const Row& row, const A& a, const Y& y) {
  if constexpr (slope_runs_on_arrays<S, Row>) {
    return row.slope(a, y);
  } else {
    return a.binaryExpr(y, [row](const S& x, const S& v) { return number_slope<0, S>(row, x, v); });
  }
}
template <int K, class S, class Row, class A, class B, class Y>
auto array_slope(const Row& row, const A& a, const B& b, const Y& y) {
  if constexpr (runs_on_arrays<S, Row>) {
    if constexpr (K == 0) return row.slope_a(a, b, y);
    if constexpr (K == 1) return row.slope_b(a, b, y);
  } else {
    const auto f = [row](const S& s, const S& t, const S& v) { return number_slope<K, S>(row, s, t, v); };
    return Eigen::CwiseTernaryOp<decltype(f), const A, const B, const Y>(a, b, y, f);
  }
}

/// A row and its operands. Trivially copyable. (How it is evaluated: detail/walk.hpp.)
template <class Row, class Plain, class... Terms>
struct Formula {
  using S = typename plain_traits<Plain>::Scalar;
  using PlainObject = Plain;
  static constexpr int RowsAtCompileTime = plain_traits<Plain>::rows;
  static constexpr int ColsAtCompileTime = plain_traits<Plain>::cols;
  static constexpr bool row_major = plain_traits<Plain>::row_major;
  static constexpr bool is_array = plain_traits<Plain>::is_array;
  static constexpr int leaves = (0 + ... + Terms::leaves);
  static constexpr bool has_adjoint = (false || ... || Terms::has_adjoint);

  [[no_unique_address]] Row row;
  std::tuple<Terms...> terms;

  Index rows() const {
    if constexpr (requires { Row::rows(terms); }) {
      return Row::rows(terms);
    } else {
      return first_array().rows();
    }
  }
  Index cols() const {
    if constexpr (requires { Row::cols(terms); }) {
      return Row::cols(terms);
    } else {
      return first_array().cols();
    }
  }
  bool is_active() const {
    return std::apply([](const auto&... term) { return (false || ... || term.is_active()); }, terms);
  }
  const auto& first_array() const {
    if constexpr (requires { std::get<0>(terms).rows(); }) {
      return std::get<0>(terms);
    } else {
      return std::get<1>(terms);
    }
  }
};

}  // namespace grove::detail
