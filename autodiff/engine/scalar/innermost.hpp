// The plain number that variables, forward-mode numbers and batched ones are made of in the end.
#pragma once

#include <utility>

#include "dual.hpp"
#include "var.hpp"

namespace grove::detail {

/// The numbers that are classes of ours; Eigen's own and the standard's are not.
template <class T>
inline constexpr bool is_number_class = is_var<T> || is_dual<T> || is_batched<T>;

/// The number below variables, tangents and lanes, as branches and comparisons see it: it records nothing. The lanes of
/// a batched number must agree on it.
template <class T>
auto innermost_value(const T& x) {
  if constexpr (is_var<T>) {
    return innermost_value(x.value());
  } else if constexpr (is_dual<T>) {
    return innermost_value(x.value);
  } else if constexpr (is_batched<T>) {
    return x.common();
  } else {
    return x;
  }
}

/// Its size.
template <class T>
auto magnitude(const T& x) {
  const auto value = innermost_value(x);
  return value < 0 ? -value : value;
}
template <class T>
using magnitude_t = decltype(magnitude(std::declval<const T&>()));

}  // namespace grove::detail
