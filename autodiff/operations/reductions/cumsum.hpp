// Running sums, of a vector or along rows or columns.
#pragma once

#include "autodiff/operations/reductions/detail/along.hpp"

namespace grove {
namespace detail {

/// yₖ = x₀ + … + xₖ.   x̄ₖ += ȳₖ + ȳₖ₊₁ + …
struct CumsumOf {
  static void value(const auto& x, auto&& y) {
    using S = scalar_of<decltype(x)>;
    S sum(0);
    for (Index k = 0; k < x.size(); ++k) y.coeffRef(k) = sum += x.coeff(k);
  }
  static void pullback(const auto&, const auto& y_bar, auto&& x_bar) {
    using S = scalar_of<decltype(y_bar)>;
    S sum(0);
    for (Index k = y_bar.size(); k-- > 0;) x_bar.coeffRef(k) += sum += y_bar.coeff(k);
  }
};

}  // namespace detail

/// The running sum of a vector, x₀, x₀ + x₁, …; of x.rowwise() along each row, of x.colwise() down each column.
template <detail::Reducible X>
auto cumsum(const X& x) {
  if constexpr (detail::Dense<X>) {
    static_assert(X::RowsAtCompileTime == 1 || X::ColsAtCompileTime == 1,
                  "grove: cumsum needs a vector; of a matrix use x.rowwise() or x.colwise()");
  }
  return detail::map_along<detail::CumsumOf>(x);
}

}  // namespace grove
