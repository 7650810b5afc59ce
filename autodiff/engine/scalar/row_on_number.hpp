// One row (formula, value, slope) applied to one number: a float, a dual or a variable, at any depth of nesting.
#pragma once

#include <type_traits>

#include "arithmetic.hpp"
#include "dual.hpp"

namespace grove::detail {

/// The floating type at the bottom of a number, or of an Eigen array of numbers.
template <class X>
struct real_of {
  using type = typename real_of<typename X::Scalar>::type;
};
template <class X>
requires std::is_arithmetic_v<X>
struct real_of<X> {
  using type = std::conditional_t<std::is_integral_v<X>, double, X>;
};
template <class S, int N, bool Forward>
struct real_of<Dual<S, N, Forward>> : real_of<S> {};
template <class X>
using real_t = typename real_of<std::remove_cvref_t<X>>::type;

/// The number c in the precision of x, which may be an array.
template <class X>
constexpr real_t<X> constant(const X&, double c) {
  return static_cast<real_t<X>>(c);
}

template <class S, int N, bool Forward>
bool has_tangent(const Dual<S, N, Forward>& x) {
  for (int k = 0; k < N; ++k) {
    if (!is_exact_zero(x.tangent[k])) return true;
  }
  return false;
}

/// True if the chain rule with this slope needs no look at the tangents: zero times it is zero.
template <class S>
constexpr bool is_tame(const S& slope) {
  if constexpr (std::is_floating_point_v<S>) {
    return slope - slope == S(0);
  } else {
    return false;
  }
}

/// True for numbers that watch what is done to them (find_nonfinite): they take a row as one operation.
template <class S>
inline constexpr bool is_observed = false;

// A row's `value` sees floating numbers only; duals and variables get there by the chain rule. So a formula with
// branches needs no care for derivatives, and its slope is the row's `slope` in every mode and order.
template <class S, class Row>
S number_value(const Row& row, const S& a) {
  if constexpr (is_observed<S>) {
    return S::applied(row, a);
  } else if constexpr (is_dual<S>) {
    using T = bare<decltype(a.value)>;
    const T y = number_value<T>(row, a.value);
    S r(y);
    scale_lanes_guarded(r.tangent, T(row.slope(a.value, y)), a.tangent);
    return r;
  } else if constexpr (is_var<S>) {
    using T = typename S::Scalar;
    const T y = number_value<T>(row, a.value());
    return VarAccess::unary<false>(a, y, T(row.slope(a.value(), y)));
  } else {
    return S(row.value(a));
  }
}
template <class S, class Row>
S number_value(const Row& row, const S& a, const S& b) {
  if constexpr (is_observed<S>) {
    return S::applied(row, a, b);
  } else if constexpr (is_dual<S>) {
    using T = bare<decltype(a.value)>;
    const T y = number_value<T>(row, a.value, b.value);
    T sa(row.slope_a(a.value, b.value, y)), sb(row.slope_b(a.value, b.value, y));
    if (!is_tame(sa) && !has_tangent(a)) sa = T(0);
    if (!is_tame(sb) && !has_tangent(b)) sb = T(0);
    return S::chain(y, sa, a, sb, b);
  } else if constexpr (is_var<S>) {
    using T = typename S::Scalar;
    const T y = number_value<T>(row, a.value(), b.value());
    return VarAccess::binary<false, false>(a, b, y, T(row.slope_a(a.value(), b.value(), y)),
                                           T(row.slope_b(a.value(), b.value(), y)));
  } else {
    return S(row.value(a, b));
  }
}

}  // namespace grove::detail
