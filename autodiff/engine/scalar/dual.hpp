// Forward-mode numbers: a value with N tangents, pushed through every primitive.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <limits>
#include <ostream>
#include <type_traits>

#include "../tape/tape_scalar.hpp"
#include "batched.hpp"
#include "levels.hpp"
#include "number_traits.hpp"
#include "tangent_lanes.hpp"

namespace grove {

namespace detail {

template <class T>
inline constexpr bool is_dual = false;
template <class S, int N, bool Forward>
inline constexpr bool is_dual<Dual<S, N, Forward>> = true;
template <class T>
inline constexpr int lanes_of_dual = 0;
template <class S, int N, bool Forward>
inline constexpr int lanes_of_dual<Dual<S, N, Forward>> = N;
template <class S, int N>
inline constexpr bool is_recordable<Dual<S, N, true>> = false;

}  // namespace detail

/// A value and its derivatives along N directions ("lanes"). Usable as an Eigen scalar; S may be any scalar, also
/// another Dual.
///
/// Seed a variable with `Dual<double>(x, 1.0)` and read `f(x).tangent[0]`, or let `jvp` do it. Cost: one evaluation of
/// f with about 1 + N times the arithmetic; up to about eight inputs this beats every tape. `Forward` marks the numbers
/// of purely forward derivatives (`jvp`, `jacfwd`): no tape ever records on them, so their variables cost nothing.
template <class S, int N, bool Forward>
struct Dual {
  // The tangents first: a copy in vector registers then meets them as they were stored.
  typename detail::tangent_lanes<S, N>::type tangent{};
  S value{};

  constexpr Dual() = default;
  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr Dual(T v) : value(static_cast<S>(v)) {}  // NOLINT: numbers are constants
  constexpr Dual(const S& v)                         // NOLINT
      requires(!std::is_arithmetic_v<S>)
      : value(v) {}
  template <class T>
  requires(detail::is_enclosing<T, S> && !std::is_arithmetic_v<T>) constexpr Dual(const T& v)
      : value(v) {}  // NOLINT: so are those of an enclosing level
  /// A variable: tangent 1 in lane `lane`.
  constexpr Dual(const S& v, const S& t, int lane = 0) : value(v) { detail::set_lane(tangent, lane, t); }

  /// The image of `x` under a function with this value and slope there (the chain rule).
  static constexpr Dual chain(const S& value, const S& slope, const Dual& x) {
    Dual r;
    r.value = value;
    detail::scale_lanes(r.tangent, slope, x.tangent);
    return r;
  }
  static constexpr Dual chain(const S& value, const S& da, const Dual& a, const S& db, const Dual& b) {
    Dual r;
    r.value = value;
    detail::combine_lanes(r.tangent, da, a.tangent, db, b.tangent);
    return r;
  }

  /// x with another value. (Member by member: what g++ copies as a whole it keeps in memory.)
  static constexpr Dual with_tangent_of(const Dual& x, const S& value) {
    Dual r;
    r.value = value;
    detail::copy_lanes(r.tangent, x.tangent);
    return r;
  }

  constexpr Dual& operator+=(const Dual& b) {
    value += b.value;
    detail::sum_lanes(tangent, tangent, b.tangent);
    return *this;
  }
  constexpr Dual& operator-=(const Dual& b) {
    value -= b.value;
    detail::difference_lanes(tangent, tangent, b.tangent);
    return *this;
  }
  constexpr Dual& operator*=(const Dual& b) { return *this = *this * b; }
  constexpr Dual& operator/=(const Dual& b) { return *this = *this / b; }

  friend constexpr Dual operator+(const Dual& a) { return a; }
  friend constexpr Dual operator-(const Dual& a) { return chain(S(-a.value), S(-1), a); }
  friend constexpr Dual operator+(const Dual& a, const Dual& b) {
    Dual r;
    r.value = a.value + b.value;
    detail::sum_lanes(r.tangent, a.tangent, b.tangent);
    return r;
  }
  friend constexpr Dual operator-(const Dual& a, const Dual& b) {
    Dual r;
    r.value = a.value - b.value;
    detail::difference_lanes(r.tangent, a.tangent, b.tangent);
    return r;
  }
  friend constexpr Dual operator*(const Dual& a, const Dual& b) {
    return chain(a.value * b.value, b.value, a, a.value, b);
  }

  // A constant has no tangents to compute with.
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend constexpr Dual operator+(const Dual& a, T b) { return with_tangent_of(a, S(a.value + static_cast<S>(b))); }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend constexpr Dual operator+(T a, const Dual& b) { return b + a; }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend constexpr Dual operator-(const Dual& a, T b) { return with_tangent_of(a, S(a.value - static_cast<S>(b))); }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend constexpr Dual operator-(T a, const Dual& b) {
    Dual r = -b;
    r.value += static_cast<S>(a);
    return r;
  }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend constexpr Dual operator*(const Dual& a, T b) {
    const S c = static_cast<S>(b);
    return chain(a.value * c, c, a);
  }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend constexpr Dual operator*(T a, const Dual& b) {
    const S c = static_cast<S>(a);
    return chain(c * b.value, c, b);
  }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend constexpr Dual operator/(const Dual& a, T b) {
    const S c = static_cast<S>(b);
    return chain(a.value / c, S(S(1) / c), a);
  }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend constexpr Dual operator/(T a, const Dual& b) {
    const S quotient = static_cast<S>(a) / b.value;
    return chain(quotient, S(-quotient / b.value), b);
  }
  friend constexpr Dual operator/(const Dual& a, const Dual& b) {
    const S inverse = S(1) / b.value;
    const S quotient = a.value / b.value;
    return chain(quotient, inverse, a, S(-quotient * inverse), b);
  }

  // Comparisons look at values only, like branches on an ordinary number.
  friend constexpr bool operator==(const Dual& a, const Dual& b) { return a.value == b.value; }
  friend constexpr bool operator!=(const Dual& a, const Dual& b) { return a.value != b.value; }
  friend constexpr bool operator<(const Dual& a, const Dual& b) { return a.value < b.value; }
  friend constexpr bool operator>(const Dual& a, const Dual& b) { return a.value > b.value; }
  friend constexpr bool operator<=(const Dual& a, const Dual& b) { return a.value <= b.value; }
  friend constexpr bool operator>=(const Dual& a, const Dual& b) { return a.value >= b.value; }

  friend bool isfinite(const Dual& x) {
    using std::isfinite;
    return isfinite(x.value);
  }
  friend bool isnan(const Dual& x) {
    using std::isnan;
    return isnan(x.value);
  }
  friend bool isinf(const Dual& x) {
    using std::isinf;
    return isinf(x.value);
  }
  friend std::ostream& operator<<(std::ostream& out, const Dual& x) { return out << x.value; }
};

/// Exactly zero, tangents included.
template <class S, int N, bool Forward>
constexpr bool is_exact_zero(const Dual<S, N, Forward>& x) {
  if (!is_exact_zero(x.value)) return false;
  for (int k = 0; k < N; ++k) {
    if (!is_exact_zero(x.tangent[k])) return false;
  }
  return true;
}

}  // namespace grove

template <class S, int N, bool Forward>
struct Eigen::NumTraits<grove::Dual<S, N, Forward>>
    : grove::detail::NumberTraits<grove::Dual<S, N, Forward>, S, (1 + N) * int(Eigen::NumTraits<S>::ReadCost),
                                  (1 + N) * int(Eigen::NumTraits<S>::AddCost),
                                  (1 + 2 * N) * int(Eigen::NumTraits<S>::MulCost)> {};

template <class S, int N, bool Forward, class T, class Op>
requires grove::detail::is_enclosing<T, grove::Dual<S, N, Forward>>
struct Eigen::ScalarBinaryOpTraits<grove::Dual<S, N, Forward>, T, Op> {
  using ReturnType = grove::Dual<S, N, Forward>;
};
template <class S, int N, bool Forward, class T, class Op>
requires grove::detail::is_enclosing<T, grove::Dual<S, N, Forward>>
struct Eigen::ScalarBinaryOpTraits<T, grove::Dual<S, N, Forward>, Op> {
  using ReturnType = grove::Dual<S, N, Forward>;
};

template <class S, int N, bool Forward>
class std::numeric_limits<grove::Dual<S, N, Forward>>
    : public grove::detail::NumberLimits<grove::Dual<S, N, Forward>, S> {};
