// Elementwise special functions: error functions, gamma functions.
#pragma once

#if __has_include(<unsupported/Eigen/SpecialFunctions>)
#include <unsupported/Eigen/SpecialFunctions>  // erf, lgamma … as members of plain arrays
#endif

#include <numbers>

#include "detail/special_functions.hpp"
#include "exponential.hpp"

namespace grove {

namespace detail {
struct Erf : Row {
  static auto value(const auto& x) {
    using std::erf;
    return erf(x);
  }
  static auto slope(const auto& x, const auto&) {
    return elementwise(Exp{}, -x * x) * constant(x, 2 * std::numbers::inv_sqrtpi);
  }
};
}  // namespace detail

/// The error function.   slope 2/√π · e^(-x²)
template <detail::Operand X>
auto erf(X&& x) {
  return detail::elementwise(detail::Erf{}, std::forward<X>(x));
}

namespace detail {
struct Erfc : Row {
  static auto value(const auto& x) {
    using std::erfc;
    return erfc(x);
  }
  static auto slope(const auto& x, const auto&) {
    return elementwise(Exp{}, -x * x) * constant(x, -2 * std::numbers::inv_sqrtpi);
  }
};
}  // namespace detail

/// 1 - erf x, exact for large x.   slope -2/√π · e^(-x²)
template <detail::Operand X>
auto erfc(X&& x) {
  return detail::elementwise(detail::Erfc{}, std::forward<X>(x));
}

namespace detail {
/// The n-th derivative of erfcx, by its own formula: 2x·erfcx(x) - 2/√π cancels where x is large.
struct ErfcxDerivative : Row {
  int n;
  explicit ErfcxDerivative(int order) : n(order) {}
  auto value(const auto& x) const { return special::erfcx_derivative(n, x); }
  auto slope(const auto& x, const auto&) const { return elementwise(ErfcxDerivative(n + 1), x); }
};
struct Erfcx : Row {
  static auto value(const auto& x) { return special::erfcx(x); }
  static auto slope(const auto& x, const auto&) { return elementwise(ErfcxDerivative(1), x); }
};
}  // namespace detail

/// e^(x²) erfc x, which neither overflows nor vanishes for large x.   slope 2x·erfcx x - 2/√π
template <detail::Operand X>
auto erfcx(X&& x) {
  return detail::elementwise(detail::Erfcx{}, std::forward<X>(x));
}

namespace detail {
struct Polygamma : Row {
  int n;
  explicit Polygamma(int order) : n(order) {}
  auto value(const auto& x) const { return special::polygamma(n, x); }
  auto slope(const auto& x, const auto&) const { return elementwise(Polygamma(n + 1), x); }
};
}  // namespace detail

/// ψ⁽ⁿ⁾(x), the n-th derivative of digamma, n <= 40; at 0, -1, -2, … inf for odd n and NaN for even n; NaN for any
/// other n.   slope ψ⁽ⁿ⁺¹⁾(x)
template <detail::Operand X>
auto polygamma(int n, X&& x) {
  return detail::elementwise(detail::Polygamma(n), std::forward<X>(x));
}

namespace detail {
struct Digamma : Row {
  static auto value(const auto& x) { return special::digamma(x); }
  static auto slope(const auto& x, const auto&) { return elementwise(Polygamma(1), x); }
};
}  // namespace detail

/// ψ(x) = d/dx ln Γ(x); NaN at 0, -1, -2, ….   slope ψ′(x)
template <detail::Operand X>
auto digamma(X&& x) {
  return detail::elementwise(detail::Digamma{}, std::forward<X>(x));
}

namespace detail {
struct Lgamma : Row {
  static auto value(const auto& x) { return special::lgamma(x); }
  static auto slope(const auto& x, const auto&) { return elementwise(Digamma{}, x); }
};
}  // namespace detail

/// ln|Γ(x)|; infinite at 0, -1, -2, ….   slope ψ(x)
template <detail::Operand X>
auto lgamma(X&& x) {
  return detail::elementwise(detail::Lgamma{}, std::forward<X>(x));
}

namespace detail {
struct Tgamma : Row {
  static auto value(const auto& x) {
    using std::tgamma;
    return tgamma(x);
  }
  static auto slope(const auto& x, const auto& y) { return y * elementwise(Digamma{}, x); }
};
}  // namespace detail

/// Γ(x).   slope Γ(x) ψ(x)
template <detail::Operand X>
auto tgamma(X&& x) {
  return detail::elementwise(detail::Tgamma{}, std::forward<X>(x));
}

}  // namespace grove
