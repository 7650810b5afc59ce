// Elementwise powers and roots.
#pragma once

#include "detail/kinks.hpp"
#include "exponential.hpp"

namespace grove {

namespace detail {
struct Square : CheapRow {
  static auto value(const auto& x) { return x * x; }
  static auto slope(const auto& x, const auto&) { return x + x; }
};
}  // namespace detail

/// x².   slope 2x
template <detail::Operand X>
auto square(X&& x) {
  return detail::elementwise(detail::Square{}, std::forward<X>(x));
}

namespace detail {
struct Sqrt : ArrayRow {
  static auto value(const auto& x) {
    using std::sqrt;
    return sqrt(x);
  }
  static auto slope(const auto&, const auto& y) { return 1 / (y + y); }
};
}  // namespace detail

/// √x.   slope 1/(2√x), infinite at 0
template <detail::Operand X>
auto sqrt(X&& x) {
  return detail::elementwise(detail::Sqrt{}, std::forward<X>(x));
}

namespace detail {
struct Cbrt : Row {
  static auto value(const auto& x) {
    using std::cbrt;
    return cbrt(x);
  }
  static auto slope(const auto&, const auto& y) { return 1 / (3 * y * y); }
};
}  // namespace detail

/// ∛x.   slope 1/(3∛x²), infinite at 0
template <detail::Operand X>
auto cbrt(X&& x) {
  return detail::elementwise(detail::Cbrt{}, std::forward<X>(x));
}

namespace detail {
struct Rsqrt : ArrayRow {
  static auto value(const auto& x) {
    using std::sqrt;
    return 1 / sqrt(x);
  }
  static auto slope(const auto& x, const auto& y) { return y / (-2 * x); }
};
}  // namespace detail

/// 1/√x.   slope -1/(2x√x)
template <detail::Operand X>
auto rsqrt(X&& x) {
  return detail::elementwise(detail::Rsqrt{}, std::forward<X>(x));
}

namespace detail {
/// xᵖ for a number p, real or whole.   The slope of x⁰ is 0, also at 0.
template <class P>
struct Power : Row {
  P p;
  explicit Power(P exponent) : p(exponent) {}
  auto value(const auto& x) const {
    using std::pow;
    if (p == 2) return x * x;
    return pow(x, constant(x, static_cast<double>(p)));
  }
  auto slope(const auto& x, const auto&) const {
    const auto factor = constant(x, static_cast<double>(p));
    using Y = decltype(factor * elementwise(Power(p - 1), x));
    return p == 0 ? Y(0) : Y(factor * elementwise(Power(p - 1), x));
  }
};
struct Pow : Row {
  static constexpr const char* name = "pow";
  static auto value(const auto& a, const auto& b) {
    using std::pow;
    return pow(a, b);
  }
  static auto slope_a(const auto& a, const auto& b, const auto&) {
    using S = bare<decltype(a)>;
    return a == 0 && b == 0 ? S(0) : S(b * elementwise(Pow{}, a, b - 1));
  }
  static auto slope_b(const auto& a, const auto& b, const auto& y) {
    using S = bare<decltype(a)>;
    return a == 0 && b >= 0 ? S(0) : S(elementwise(Log{}, a) * y);
  }
};
}  // namespace detail

/// xᵖ.   slopes p xᵖ⁻¹ in x (0 where p is 0), ln x · xᵖ in p (0 where x is 0 and p >= 0)
///
/// A plain p is a constant; a whole number gives powers of negative x without any question of the logarithm.
template <detail::Operand X, detail::Operand P>
auto pow(X&& x, P&& p) {
  using Number = detail::bare<P>;
  if constexpr (std::is_integral_v<Number>) {
    return detail::elementwise(detail::Power<int>(static_cast<int>(p)), std::forward<X>(x));
  } else if constexpr (std::is_floating_point_v<Number> && !std::is_arithmetic_v<detail::bare<X>>) {
    return detail::elementwise(detail::Power<double>(static_cast<double>(p)), std::forward<X>(x));
  } else {
    return detail::elementwise(detail::Pow{}, std::forward<X>(x), std::forward<P>(p));
  }
}

namespace detail {
struct Hypot : Row {
  static constexpr const char* name = "hypot";
  static auto value(const auto& a, const auto& b) {
    using std::hypot;
    return hypot(a, b);
  }
  static auto slope_a(const auto& a, const auto& b, const auto& y) { return y == 0 ? at_origin(a, b) : a / y; }
  static auto slope_b(const auto& a, const auto& b, const auto& y) { return y == 0 ? at_origin(a, b) : b / y; }
  template <class X>
  static X at_origin(const X& a, const X& b) {
    return elementwise(Kink{}, a) + elementwise(Kink{}, b);
  }
};
}  // namespace detail

/// √(a² + b²), without overflow.   slopes a/y, b/y; 0 at the origin, as for norm
template <detail::Operand A, detail::Operand B>
auto hypot(A&& a, B&& b) {
  return detail::elementwise(detail::Hypot{}, std::forward<A>(a), std::forward<B>(b));
}

}  // namespace grove
