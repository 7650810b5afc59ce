// What rows have at kinks, and where there is no value at all.
#pragma once

#include <limits>

#include "../../../engine/fusion/row.hpp"

namespace grove::detail {

/// The number that is none, in the precision of x.
template <class X>
constexpr real_t<X> undefined(const X& x) {
  return constant(x, std::numeric_limits<double>::quiet_NaN());
}

/// The slope 0 that a function like √(x² + y²) has at its kink by convention. Beside it the slope takes all values, so
/// that it has no derivative itself: NaN along each direction in which x moves.
struct Kink : Row {
  static auto value(const auto& x) { return constant(x, 0); }
  static auto slope(const auto& x, const auto&) { return undefined(x); }
};

/// NaN, with a slope of NaN.
struct Undefined : Row {
  static auto value(const auto& x) { return undefined(x); }
  static auto slope(const auto& x, const auto&) { return undefined(x); }
};

}  // namespace grove::detail
