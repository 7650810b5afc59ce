// Elementwise exponentials and logarithms, and the logistic function.
#pragma once

#include <numbers>

#include "../../engine/fusion/row.hpp"
#include "detail/scalar_math.hpp"
#include "detail/vector_math.hpp"

namespace grove {

namespace detail {
struct Exp : ArrayRow {
  static void in_place(double* data, std::size_t n) { exp_in_place(data, n); }
  static double value(double x) { return exp_of(x); }
  static auto value(const auto& x) {
    using std::exp;
    return exp(x);
  }
  static auto slope(const auto&, const auto& y) { return y; }
};
}  // namespace detail

/// eˣ.   slope eˣ
template <detail::Operand X>
auto exp(X&& x) {
  return detail::elementwise(detail::Exp{}, std::forward<X>(x));
}

namespace detail {
struct Exp2 : Row {
  static auto value(const auto& x) {
    using std::exp2;
    return exp2(x);
  }
  static auto slope(const auto&, const auto& y) { return y * constant(y, std::numbers::ln2); }
};
}  // namespace detail

/// 2ˣ.   slope ln 2 · 2ˣ
template <detail::Operand X>
auto exp2(X&& x) {
  return detail::elementwise(detail::Exp2{}, std::forward<X>(x));
}

namespace detail {
struct Expm1 : Row {
  static auto value(const auto& x) {
    using std::expm1;
    return expm1(x);
  }
  static auto slope(const auto&, const auto& y) { return y + 1; }
};
}  // namespace detail

/// eˣ - 1, exact for small x.   slope eˣ
template <detail::Operand X>
auto expm1(X&& x) {
  return detail::elementwise(detail::Expm1{}, std::forward<X>(x));
}

namespace detail {
struct Log : ArrayRow {
  static auto value(const auto& x) {
    using std::log;
    return log(x);
  }
  static auto slope(const auto& x, const auto&) { return 1 / x; }
};
}  // namespace detail

/// ln x.   slope 1/x
template <detail::Operand X>
auto log(X&& x) {
  return detail::elementwise(detail::Log{}, std::forward<X>(x));
}

namespace detail {
struct Log2 : Row {
  static auto value(const auto& x) {
    using std::log2;
    return log2(x);
  }
  static auto slope(const auto& x, const auto&) { return 1 / (x * constant(x, std::numbers::ln2)); }
};
}  // namespace detail

/// log₂ x.   slope 1/(x ln 2)
template <detail::Operand X>
auto log2(X&& x) {
  return detail::elementwise(detail::Log2{}, std::forward<X>(x));
}

namespace detail {
struct Log10 : Row {
  static auto value(const auto& x) {
    using std::log10;
    return log10(x);
  }
  static auto slope(const auto& x, const auto&) { return 1 / (x * constant(x, std::numbers::ln10)); }
};
}  // namespace detail

/// log₁₀ x.   slope 1/(x ln 10)
template <detail::Operand X>
auto log10(X&& x) {
  return detail::elementwise(detail::Log10{}, std::forward<X>(x));
}

namespace detail {
struct Log1p : Row {
  static auto value(const auto& x) {
    using std::log1p;
    return log1p(x);
  }
  static auto slope(const auto& x, const auto&) { return 1 / (1 + x); }
};
}  // namespace detail

/// ln(1 + x), exact for small x.   slope 1/(1 + x)
template <detail::Operand X>
auto log1p(X&& x) {
  return detail::elementwise(detail::Log1p{}, std::forward<X>(x));
}

namespace detail {
struct Log1mexp : Row {
  static auto value(const auto& x) {
    using std::exp, std::expm1, std::log, std::log1p;
    return x > -std::numbers::ln2 ? log(-expm1(x)) : log1p(-exp(x));
  }
  static auto slope(const auto& x, const auto&) { return -1 / elementwise(Expm1{}, -x); }
};
}  // namespace detail

/// ln(1 - eˣ) for x <= 0, exact at both ends (Mächler 2012); NaN above.   slope -1/(e⁻ˣ - 1), infinite at 0
template <detail::Operand X>
auto log1mexp(X&& x) {
  return detail::elementwise(detail::Log1mexp{}, std::forward<X>(x));
}

namespace detail {
struct Xlogy : Row {
  static constexpr const char* name = "xlogy";
  static auto value(const auto& a, const auto& b) {
    using std::isnan, std::log;
    return a == 0 && !isnan(b) ? a * 0 : a * log(b);
  }
  static auto slope_a(const auto&, const auto& b, const auto&) { return elementwise(Log{}, b); }
  static auto slope_b(const auto& a, const auto& b, const auto&) {
    using S = bare<decltype(a)>;
    return a == 0 && b == 0 ? S(0) : S(a / b);
  }
};
}  // namespace detail

/// a ln b, and 0 where a is 0, whatever number b is.   slopes ln b, a/b (0 at a = b = 0)
template <detail::Operand A, detail::Operand B>
auto xlogy(A&& a, B&& b) {
  return detail::elementwise(detail::Xlogy{}, std::forward<A>(a), std::forward<B>(b));
}

namespace detail {
struct Logistic : ArrayRow {
  static void in_place(double* data, std::size_t n) { logistic_in_place(data, n); }
  static double value(double x) { return 1 / (1 + exp_of(-x)); }
  static auto value(const auto& x) {
    using std::exp;
    return 1 / (1 + exp(-x));
  }
  static auto slope(const auto&, const auto& y) { return y * (1 - y); }
};
}  // namespace detail

/// 1/(1 + e⁻ˣ).   slope y(1 - y)
template <detail::Operand X>
auto logistic(X&& x) {
  return detail::elementwise(detail::Logistic{}, std::forward<X>(x));
}
/// The same as logistic.
template <detail::Operand X>
auto sigmoid(X&& x) {
  return logistic(std::forward<X>(x));
}

namespace detail {
struct Logaddexp : Row {
  static constexpr const char* name = "logaddexp";
  static auto value(const auto& a, const auto& b) {
    using std::abs, std::exp, std::log1p;
    if (a == b) return a + constant(a, std::numbers::ln2);
    return (a > b ? a : b) + log1p(exp(-abs(a - b)));
  }
  // eᵃ / (eᵃ + eᵇ); equal operands, also infinite ones, share
  static auto share(const auto& a, const auto& b) {
    using std::isfinite;
    using S = bare<decltype(a)>;
    return a == b && !isfinite(a) ? S(constant(a, 0.5)) : S(elementwise(Logistic{}, a - b));
  }
  static auto slope_a(const auto& a, const auto& b, const auto&) { return share(a, b); }
  static auto slope_b(const auto& a, const auto& b, const auto&) { return share(b, a); }
};
}  // namespace detail

/// ln(eᵃ + eᵇ), without overflow.   slopes eᵃ/(eᵃ + eᵇ), eᵇ/(eᵃ + eᵇ)
template <detail::Operand A, detail::Operand B>
auto logaddexp(A&& a, B&& b) {
  return detail::elementwise(detail::Logaddexp{}, std::forward<A>(a), std::forward<B>(b));
}

}  // namespace grove
