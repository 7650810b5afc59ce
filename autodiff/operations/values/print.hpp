// Printing of variables and active arrays inside a loss: their values, as Eigen and fmt print plain ones.
#pragma once

#include <ostream>

#include "../../detail/fmt.hpp"
#include "value_of.hpp"

namespace grove {
/// Prints the values, as Eigen prints a matrix.
template <detail::ActiveDense X>
std::ostream& operator<<(std::ostream& out, const X& x) {
  return out << value_of(x);
}

}  // namespace grove

/// With the specification of a number: `fmt::print("{:.3f}", x)`.
template <class S>
struct fmt::formatter<grove::Var<S>> : grove::detail::TextFormatter {
  template <class Context>
  auto format(const grove::Var<S>& x, Context& context) const {
    return write(grove::detail::innermost_value(x), context);
  }
};
template <class S, int N, bool Forward>
struct fmt::formatter<grove::Dual<S, N, Forward>> : grove::detail::TextFormatter {
  template <class Context>
  auto format(const grove::Dual<S, N, Forward>& x, Context& context) const {
    return write(grove::detail::innermost_value(x), context);
  }
};
