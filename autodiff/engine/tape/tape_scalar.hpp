// What a tape asks of its scalar: an exact zero, leave to record, and the partials 1 and -1.
#pragma once

#include <type_traits>

namespace grove {

/// True where a cotangent sends nothing: exact zero in every component (a Dual with a tangent is not zero).
template <class S>
requires std::is_floating_point_v<S>
constexpr bool is_exact_zero(const S& s) { return s == S(0); }

namespace detail {

/// True for the factors that are no ordinary ones, by one comparison.
template <class S>
constexpr bool is_zero_or_infinite(const S& s) {
  if constexpr (std::is_floating_point_v<S>) {
    return s * S(0.5) == s;
  } else {
    return is_exact_zero(s);
  }
}

/// False for numbers on which no tape records: variables of such a scalar are always constants.
template <class S>
inline constexpr bool is_recordable = true;

/// The partials 1 and -1, as types: scaling by them costs nothing, or a change of sign.
struct One {
  template <class S>
  constexpr operator S() const {
    return S(1);
  }
};
struct MinusOne {
  template <class S>
  constexpr operator S() const {
    return S(-1);
  }
};

}  // namespace detail
}  // namespace grove
