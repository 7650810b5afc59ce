// From active to plain: value_of.
#pragma once

#include "../../engine/lifting/numbers_of.hpp"

namespace grove {

/// The plain value of a variable, of an active matrix, or of a tree of such, in plain numbers, Eigen types and trees;
/// what is plain already is copied. For branching, sorting and printing inside a loss; the result is a constant of the
/// derivative being taken, in every mode: under hessian and jvp the tangents are gone as well.
///
/// Inside a nested derivative the numbers are the variables of the enclosing loss, whose derivative passes.
template <class T>
auto value_of(const T& x) {
  const auto number = [](const auto& s) {
    const auto value = detail::value_without_derivative(s);
    if constexpr (detail::is_batched<detail::bare<decltype(value)>>) {
      return value.common();
    } else {
      return value;
    }
  };
  if constexpr (detail::Dense<T>) {
    return detail::Owned(detail::map_numbers(x, number));
  } else {
    return detail::map_numbers(x, number);
  }
}

}  // namespace grove
