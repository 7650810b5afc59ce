// What an elementwise primitive is made of: a row with its value and slope, and how it may be applied.
//
//   struct Tanh : Row {
//     static auto value(const auto& x) { using std::tanh; return tanh(x); }
//     static auto slope(const auto&, const auto& y) { return (1 - y) * (1 + y); }
//   };
//   template <detail::Operand X> auto tanh(X&& x) { return detail::elementwise(detail::Tanh{}, std::forward<X>(x)); }
//
// `value` sees floating numbers only (or Eigen arrays of them, for an ArrayRow). `slope` gets x and y = value(x) in
// numbers of any kind and is written in operations that have slopes themselves, so it nests to any order. Rows of two
// operands have slope_a(a, b, y), slope_b(a, b, y) and a name for error messages. Rows may hold state.
// A row applied element by element may have `in_place(double*, n)`, a faster way for arrays of doubles, and the mark
// `slope_on_arrays`, if its slope alone is written for arrays.
#pragma once

#include <cmath>
#include <limits>

#include "apply_row.hpp"

namespace grove::detail {

/// Applied element by element.
struct Row {
  static constexpr bool cheap = false;
  static constexpr bool vectorized = false;
};
/// Its formulas also hold for whole Eigen arrays.
struct ArrayRow {
  static constexpr bool cheap = false;
  static constexpr bool vectorized = true;
};
/// The same, and it stays unevaluated until its consumer needs it.
struct CheapRow {
  static constexpr bool cheap = true;
  static constexpr bool vectorized = true;
};

/// A row whose slope is zero wherever it exists; NaN for NaN.
struct StepRow : Row {
  static auto slope(const auto& x, const auto&) {
    return constant(x, x == x ? 0 : std::numeric_limits<double>::quiet_NaN());
  }
};

}  // namespace grove::detail
