// Elementwise signs, steps, bounds and remainders: functions with kinks.
#pragma once

#include "detail/kinks.hpp"

namespace grove {

namespace detail {
struct Sign : StepRow {
  static auto value(const auto& x) {
    const auto one = constant(x, 1);
    return x > 0 ? one : (x < 0 ? -one : x);
  }
};
}  // namespace detail

/// -1, 0 or 1; NaN for NaN.   slope 0
template <detail::Operand X>
auto sign(X&& x) {
  return detail::elementwise(detail::Sign{}, std::forward<X>(x));
}

namespace detail {
struct Abs : Row {
  static auto value(const auto& x) {
    using std::abs;
    return abs(x);
  }
  static auto slope(const auto& x, const auto&) { return elementwise(Sign{}, x); }
};
}  // namespace detail

/// |x|.   slope sign x, 0 at 0
template <detail::Operand X>
auto abs(X&& x) {
  return detail::elementwise(detail::Abs{}, std::forward<X>(x));
}
/// abs by its other name in `<cmath>`, for numbers.
template <class X>
requires(detail::is_number<X> || detail::is_var<X>) auto fabs(const X& x) { return grove::abs(x); }

namespace detail {
struct Floor : StepRow {
  static auto value(const auto& x) {
    using std::floor;
    return floor(x);
  }
};
}  // namespace detail

/// The largest whole number <= x.   slope 0
template <detail::Operand X>
auto floor(X&& x) {
  return detail::elementwise(detail::Floor{}, std::forward<X>(x));
}

namespace detail {
struct Ceil : StepRow {
  static auto value(const auto& x) {
    using std::ceil;
    return ceil(x);
  }
};
}  // namespace detail

/// The smallest whole number >= x.   slope 0
template <detail::Operand X>
auto ceil(X&& x) {
  return detail::elementwise(detail::Ceil{}, std::forward<X>(x));
}

namespace detail {
struct Round : StepRow {
  static auto value(const auto& x) {
    using std::round;
    return round(x);
  }
};
}  // namespace detail

/// The nearest whole number, halves away from zero.   slope 0
template <detail::Operand X>
auto round(X&& x) {
  return detail::elementwise(detail::Round{}, std::forward<X>(x));
}

namespace detail {
struct Rint : StepRow {
  static auto value(const auto& x) {
    using std::rint;
    return rint(x);
  }
};
}  // namespace detail

/// The nearest whole number, the even one of two.   slope 0
template <detail::Operand X>
auto rint(X&& x) {
  return detail::elementwise(detail::Rint{}, std::forward<X>(x));
}
/// rint by its other name.
template <detail::Operand X>
auto nearbyint(X&& x) {
  return grove::rint(std::forward<X>(x));
}

namespace detail {
struct Trunc : StepRow {
  static auto value(const auto& x) {
    using std::trunc;
    return trunc(x);
  }
};
}  // namespace detail

/// The whole number next to x towards zero.   slope 0
template <detail::Operand X>
auto trunc(X&& x) {
  return detail::elementwise(detail::Trunc{}, std::forward<X>(x));
}

namespace detail {
/// 1 for the operand chosen, 0 for the other, 1/2 for equal ones, NaN if one is NaN.
template <class A, class B>
auto share_of_larger(const A& a, const B& b) {
  return a > b ? constant(a, 1) : (a < b ? constant(a, 0) : (a == b ? constant(a, 0.5) : undefined(a)));
}
struct Maximum : Row {
  static constexpr const char* name = "maximum";
  static auto value(const auto& a, const auto& b) { return a > b ? a : (b >= a ? b : a + b); }
  static auto slope_a(const auto& a, const auto& b, const auto&) { return share_of_larger(a, b); }
  static auto slope_b(const auto& a, const auto& b, const auto&) { return share_of_larger(b, a); }
};
struct Minimum : Row {
  static constexpr const char* name = "minimum";
  static auto value(const auto& a, const auto& b) { return a < b ? a : (b <= a ? b : a + b); }
  static auto slope_a(const auto& a, const auto& b, const auto&) { return share_of_larger(b, a); }
  static auto slope_b(const auto& a, const auto& b, const auto&) { return share_of_larger(a, b); }
};
}  // namespace detail

/// The larger of a and b; NaN, slopes too, if one is.   slope 1 for it, 0 for the other; equal ones share half
template <detail::Operand A, detail::Operand B>
auto maximum(A&& a, B&& b) {
  return detail::elementwise(detail::Maximum{}, std::forward<A>(a), std::forward<B>(b));
}
/// The smaller of a and b; NaN, slopes too, if one is.   slope 1 for it, 0 for the other; equal ones share half
template <detail::Operand A, detail::Operand B>
auto minimum(A&& a, B&& b) {
  return detail::elementwise(detail::Minimum{}, std::forward<A>(a), std::forward<B>(b));
}
/// The same as maximum(a, b); max(x) of one array is its largest element.
template <detail::Operand A, detail::Operand B>
auto max(A&& a, B&& b) {
  return maximum(std::forward<A>(a), std::forward<B>(b));
}
/// The same as minimum(a, b); min(x) of one array is its smallest element.
template <detail::Operand A, detail::Operand B>
auto min(A&& a, B&& b) {
  return minimum(std::forward<A>(a), std::forward<B>(b));
}
/// x, but at least `low` and at most `high`: minimum(maximum(x, low), high), slopes and ties included.
template <detail::Operand X, detail::Operand Low, detail::Operand High>
auto clamp(X&& x, Low&& low, High&& high) {
  return minimum(maximum(std::forward<X>(x), std::forward<Low>(low)), std::forward<High>(high));
}

namespace detail {
struct Fmod : Row {
  static constexpr const char* name = "fmod";
  static auto value(const auto& a, const auto& b) {
    using std::fmod;
    return fmod(a, b);
  }
  static auto slope_a(const auto& a, const auto&, const auto& y) { return y == y ? constant(a, 1) : undefined(a); }
  static auto slope_b(const auto& a, const auto& b, const auto& y) { return elementwise(Round{}, (y - a) / b); }
};
}  // namespace detail

/// The remainder of a / b, with the sign of a.   slopes 1, -trunc(a/b); the jumps are not seen
template <detail::Operand A, detail::Operand B>
auto fmod(A&& a, B&& b) {
  return detail::elementwise(detail::Fmod{}, std::forward<A>(a), std::forward<B>(b));
}

namespace detail {
struct Remainder : Row {
  static constexpr const char* name = "remainder";
  static auto value(const auto& a, const auto& b) {
    using std::remainder;
    return remainder(a, b);
  }
  static auto slope_a(const auto& a, const auto& b, const auto& y) { return Fmod::slope_a(a, b, y); }
  static auto slope_b(const auto& a, const auto& b, const auto& y) { return Fmod::slope_b(a, b, y); }
};
}  // namespace detail

/// a - n·b with n the whole number nearest to a/b, the even one of two.   slopes 1, -n; the jumps are not seen
template <detail::Operand A, detail::Operand B>
auto remainder(A&& a, B&& b) {
  return detail::elementwise(detail::Remainder{}, std::forward<A>(a), std::forward<B>(b));
}

}  // namespace grove
