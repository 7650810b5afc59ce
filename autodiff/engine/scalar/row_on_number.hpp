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
template <class S, int N>
struct real_of<Batched<S, N>> : real_of<S> {};
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

/// f of batched numbers: of the lanes as an array where the row is written for those, else lane by lane, so that a
/// formula with branches does not make lanes diverge.
template <class Row, bool OnArrays = Row::cheap || Row::vectorized, class F, class... X>
[[gnu::always_inline]] inline auto batched(const F& f, const X&... x) {
  if constexpr (OnArrays) {
    return on_lanes(f, x...);
  } else {
    return each_lane(f, x...);
  }
}

/// A row's slope (in operand K), in numbers of S; y is its value.
template <int K, class S, class Row>
[[gnu::always_inline]] inline S number_slope(const Row& row, const S& a, const S& y) {
  static_assert(K == 0);
  if constexpr (is_batched<S>) {
    constexpr bool on_arrays = Row::cheap || Row::vectorized || requires { Row::slope_on_arrays; };
    return batched<Row, on_arrays>([&row](const auto& u, const auto& v) { return row.slope(u, v); }, a, y);
  } else {
    return S(row.slope(a, y));
  }
}
template <int K, class S, class Row>
[[gnu::always_inline]] inline S number_slope(const Row& row, const S& a, const S& b, const S& y) {
  if constexpr (is_batched<S>) {
    const auto slope = [&row](const auto& u, const auto& v, const auto& w) {
      if constexpr (K == 0) {
        return row.slope_a(u, v, w);
      } else {
        return row.slope_b(u, v, w);
      }
    };
    return batched<Row>(slope, a, b, y);
  } else if constexpr (K == 0) {
    return S(row.slope_a(a, b, y));
  } else {
    return S(row.slope_b(a, b, y));
  }
}
/// The same for a row's value.
template <class Row, class S, int N, class... Rest>
[[gnu::always_inline]] inline Batched<S, N> batched_value(const Row& row, const Batched<S, N>& a, const Rest&... rest) {
  if constexpr (sizeof...(Rest) == 0 && std::is_same_v<S, double> &&
                requires(double* data) { Row::in_place(data, std::size_t{N}); }) {
    double numbers[N];
    store_lanes(numbers, a.lanes);
    Row::in_place(numbers, N);
    return Batched<S, N>(load_lanes<S, N>(numbers));
  } else {
    return batched<Row>([&row](const auto&... x) { return row.value(x...); }, a, rest...);
  }
}

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
    scale_lanes_guarded(r.tangent, number_slope<0, T>(row, a.value, y), a.tangent);
    return r;
  } else if constexpr (is_var<S>) {
    using T = typename S::Scalar;
    const T y = number_value<T>(row, a.value());
    return VarAccess::unary<false>(a, y, number_slope<0, T>(row, a.value(), y));
  } else if constexpr (is_batched<S>) {
    return batched_value(row, a);
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
    T sa = number_slope<0, T>(row, a.value, b.value, y), sb = number_slope<1, T>(row, a.value, b.value, y);
    if (!is_tame(sa) && !has_tangent(a)) sa = T(0);
    if (!is_tame(sb) && !has_tangent(b)) sb = T(0);
    return S::chain(y, sa, a, sb, b);
  } else if constexpr (is_var<S>) {
    using T = typename S::Scalar;
    const T y = number_value<T>(row, a.value(), b.value());
    return VarAccess::binary<false, false>(a, b, y, number_slope<0, T>(row, a.value(), b.value(), y),
                                           number_slope<1, T>(row, a.value(), b.value(), y));
  } else if constexpr (is_batched<S>) {
    return batched_value(row, a, b);
  } else {
    return S(row.value(a, b));
  }
}

}  // namespace grove::detail
