// Running sums, products and extremes, of a vector or along rows or columns.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "detail/along.hpp"

namespace grove {
namespace detail {

/// yₖ = x₀ + … + xₖ.   x̄ₖ += ȳₖ + ȳₖ₊₁ + …
struct CumsumOf {
  static void value(const auto& x, auto&& y) {
    using S = scalar_of<decltype(x)>;
    S sum(0);
    for (Index k = 0; k < x.size(); ++k) y.coeffRef(k) = sum += x.coeff(k);
  }
  static void pullback(const auto&, const auto&, const auto& y_bar, auto&& x_bar) {
    using S = scalar_of<decltype(y_bar)>;
    S sum(0);
    for (Index k = y_bar.size(); k-- > 0;) x_bar.coeffRef(k) += sum += y_bar.coeff(k);
  }
};

/// yₖ = x₀ · … · xₖ.   x̄ₖ += (x₀ · … · xₖ₋₁) · gₖ with gₖ = ȳₖ + xₖ₊₁ gₖ₊₁: no division, so that zeros are like others.
struct CumprodOf {
  static void value(const auto& x, auto&& y) {
    using S = scalar_of<decltype(x)>;
    S product(1);
    for (Index k = 0; k < x.size(); ++k) y.coeffRef(k) = product = product * x.coeff(k);
  }
  static void pullback(const auto& x, const auto& y, const auto& y_bar, auto&& x_bar) {
    using S = scalar_of<decltype(y_bar)>;
    S g(0);
    for (Index k = y_bar.size(); k-- > 0;) {
      g = k + 1 < y_bar.size() ? S(y_bar.coeff(k) + x.coeff(k + 1) * g) : S(y_bar.coeff(k));
      x_bar.coeffRef(k) += k > 0 ? S(y.coeff(k - 1) * g) : g;
    }
  }
};

/// yₖ = the largest (or smallest) of x₀ … xₖ, NaN from the first NaN on. An element that ties with the extreme so far
/// shares with it.
template <bool Largest>
struct CumulativeExtreme {
  static void value(const auto& x, auto&& y) {
    using S = scalar_of<decltype(x)>;
    for (Index k = 0; k < x.size(); ++k) {
      const S now = x.coeff(k);
      if (now != now) {  // tangents too
        y.coeffRef(k) = (k == 0 ? now : S(y.coeff(k - 1) + now)) * S(std::numeric_limits<double>::quiet_NaN());
        continue;
      }
      if (k == 0) {
        y.coeffRef(k) = now;
        continue;
      }
      const S before = y.coeff(k - 1);
      y.coeffRef(k) = before != before || beats(before, now) ? before : before == now ? S((before + now) / 2) : now;
    }
  }
  static void pullback(const auto& x, const auto& y, const auto& y_bar, auto&& x_bar) {
    using S = scalar_of<decltype(y_bar)>;
    S carried(0);
    for (Index k = y_bar.size(); k-- > 0;) {
      carried += y_bar.coeff(k);
      if (y.coeff(k) != y.coeff(k)) carried = carried * S(std::numeric_limits<double>::quiet_NaN());
      if (k == 0) {
        x_bar.coeffRef(0) += carried;
      } else if (x.coeff(k) != x.coeff(k)) {
        x_bar.coeffRef(k) += carried;
      } else if (x.coeff(k) == y.coeff(k - 1)) {
        carried = carried / 2;
        x_bar.coeffRef(k) += carried;
      } else if (!beats(y.coeff(k - 1), x.coeff(k)) && y.coeff(k - 1) == y.coeff(k - 1)) {
        x_bar.coeffRef(k) += carried;
        carried = S(0);
      }
    }
  }

 private:
  static bool beats(const auto& a, const auto& b) { return Largest ? a > b : a < b; }
};

/// Of a vector, or of x.rowwise() or x.colwise().
template <class X>
constexpr void check_runs_along_a_vector() {
  if constexpr (Dense<X>) {
    static_assert(
        X::RowsAtCompileTime == 1 || X::ColsAtCompileTime == 1,
        "grove: cumsum, cumprod, cummax and cummin need a vector; of a matrix use x.rowwise() or x.colwise()");
  }
}

}  // namespace detail

/// The running sum of a vector, x₀, x₀ + x₁, …; of x.rowwise() along each row, of x.colwise() down each column.
template <detail::Reducible X>
auto cumsum(const X& x) {
  detail::check_runs_along_a_vector<X>();
  return detail::map_along<detail::CumsumOf>(x);
}
/// The running product of a vector, x₀, x₀x₁, …, or along rows or columns. Zeros have their derivatives too.
template <detail::Reducible X>
auto cumprod(const X& x) {
  detail::check_runs_along_a_vector<X>();
  return detail::map_along<detail::CumprodOf>(x);
}
/// The largest element so far, or along rows or columns; NaN from the first NaN on. Ties share the slope, as in
/// maximum.
template <detail::Reducible X>
auto cummax(const X& x) {
  detail::check_runs_along_a_vector<X>();
  return detail::map_along<detail::CumulativeExtreme<true>>(x);
}
/// The smallest element so far, or along rows or columns; NaN from the first NaN on.
template <detail::Reducible X>
auto cummin(const X& x) {
  detail::check_runs_along_a_vector<X>();
  return detail::map_along<detail::CumulativeExtreme<false>>(x);
}

}  // namespace grove
