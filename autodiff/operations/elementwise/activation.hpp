// Elementwise activation functions of neural networks and logistic models.
#pragma once

#include "detail/kinks.hpp"
#include "special.hpp"

namespace grove {

namespace detail {
struct Softplus : Row {
  static auto value(const auto& x) {
    using std::abs, std::exp, std::log1p;
    return (x < 0 ? constant(x, 0) : x) + log1p(exp(-abs(x)));
  }
  static auto slope(const auto& x, const auto&) { return elementwise(Logistic{}, x); }
};
struct LogSigmoid : Row {
  static auto value(const auto& x) { return -Softplus::value(-x); }
  static auto slope(const auto& x, const auto&) { return elementwise(Logistic{}, -x); }
};
}  // namespace detail

/// ln(1 + eˣ), without overflow.   slope logistic x
template <detail::Operand X>
auto softplus(X&& x) {
  return detail::elementwise(detail::Softplus{}, std::forward<X>(x));
}
/// ln logistic x = -softplus(-x).   slope logistic(-x)
template <detail::Operand X>
auto log_sigmoid(X&& x) {
  return detail::elementwise(detail::LogSigmoid{}, std::forward<X>(x));
}

namespace detail {
struct SoftplusInverse : Row {
  static auto value(const auto& y) { return y == y + 1 ? y : y + Log1mexp::value(-y); }
  static auto slope(const auto& y, const auto&) { return -1 / elementwise(Expm1{}, -y); }
};
}  // namespace detail

/// The x of which softplus is y > 0, ln(eʸ - 1) without overflow: where positive params start.   slope 1/(1 - e⁻ʸ)
template <detail::Operand Y>
auto softplus_inverse(Y&& y) {
  return detail::elementwise(detail::SoftplusInverse{}, std::forward<Y>(y));
}

namespace detail {
struct Relu : Row {
  static auto value(const auto& x) { return x <= 0 ? constant(x, 0) : x; }
  static auto slope(const auto& x, const auto&) {
    return x > 0 ? constant(x, 1) : (x <= 0 ? constant(x, 0) : undefined(x));
  }
};
}  // namespace detail

/// x where it is positive, else 0; NaN for NaN.   slope 1 or 0, 0 at 0, NaN for NaN
template <detail::Operand X>
auto relu(X&& x) {
  return detail::elementwise(detail::Relu{}, std::forward<X>(x));
}

namespace detail {
struct LeakyRelu : Row {
  double leak;
  explicit LeakyRelu(double negative_slope) : leak(negative_slope) {}
  auto value(const auto& x) const { return x >= 0 ? x : constant(x, leak) * x; }
  auto slope(const auto& x, const auto&) const {
    return x >= 0 ? constant(x, 1) : (x < 0 ? constant(x, leak) : undefined(x));
  }
};
/// scale · (x where it is positive, else alpha (eˣ - 1))
struct ScaledElu : Row {
  double alpha, scale;
  ScaledElu(double a, double s) : alpha(a), scale(s) {}
  auto value(const auto& x) const {
    using std::expm1;
    return x > 0 ? constant(x, scale) * x : constant(x, scale * alpha) * expm1(x);
  }
  auto slope(const auto& x, const auto& y) const {
    using S = bare<decltype(y)>;
    return x > 0 ? S(constant(x, scale)) : S(y + constant(x, scale * alpha));
  }
};
}  // namespace detail

/// x, times `negative_slope` where it is negative.   slope 1 at 0
template <detail::Operand X>
auto leaky_relu(X&& x, double negative_slope = 0.01) {
  return detail::elementwise(detail::LeakyRelu(negative_slope), std::forward<X>(x));
}
/// x where it is positive, else alpha (eˣ - 1).   slope alpha at 0
template <detail::Operand X>
auto elu(X&& x, double alpha = 1) {
  return detail::elementwise(detail::ScaledElu(alpha, 1), std::forward<X>(x));
}
/// 1.0507 · elu(x, 1.6733), which keeps mean 0 and variance 1.
/// Source: Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
template <detail::Operand X>
auto selu(X&& x) {
  constexpr double alpha = 1.6732632423543772, scale = 1.0507009873554805;
  return detail::elementwise(detail::ScaledElu(alpha, scale), std::forward<X>(x));
}

namespace detail {
struct Silu : Row {
  static auto value(const auto& x) {
    using std::exp;
    return x / (1 + exp(-x));
  }
  static auto slope(const auto& x, const auto& y) {
    const auto s = elementwise(Logistic{}, x);
    return s + y * (1 - s);
  }
};
}  // namespace detail

/// x · logistic x (swish).   slope s + y(1 - s), s = logistic x
template <detail::Operand X>
auto silu(X&& x) {
  return detail::elementwise(detail::Silu{}, std::forward<X>(x));
}

/// The two published forms of gelu: with the normal distribution function, or its approximation by tanh.
enum class Gelu { tanh, exact };

namespace detail {
/// x Φ(x), Φ the normal distribution function
struct GeluExact : Row {
  static auto value(const auto& x) {
    using std::erfc;
    return x / 2 * erfc(-x * constant(x, std::numbers::sqrt2 / 2));
  }
  static auto slope(const auto& x, const auto&) {
    const auto phi = elementwise(Erfc{}, -x * constant(x, std::numbers::sqrt2 / 2)) / 2;
    return phi + x * elementwise(Exp{}, -x * x / 2) * constant(x, std::numbers::inv_sqrtpi / std::numbers::sqrt2);
  }
};
/// x logistic(2u), u = √(2/π) (x + 0.044715 x³), which is x (1 + tanh u) / 2
struct GeluTanh : Row {
  static constexpr double root = std::numbers::sqrt2 * std::numbers::inv_sqrtpi, cubic = 0.044715;
  static auto twice_u(const auto& x) { return x * (constant(x, 2 * root) + x * x * constant(x, 2 * root * cubic)); }
  static auto value(const auto& x) { return x * Logistic::value(twice_u(x)); }
  static auto slope(const auto& x, const auto&) {
    const auto s = elementwise(Logistic{}, twice_u(x));
    return s + x * s * (1 - s) * (constant(x, 2 * root) + x * x * constant(x, 6 * root * cubic));
  }
};
}  // namespace detail

/// x Φ(x), Φ the normal distribution function, by default approximated with tanh as in JAX.
///
///   tanh:  x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))       exact:  x/2 · erfc(-x/√2)
///
/// Source: Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415
template <Gelu Form = Gelu::tanh, detail::Operand X>
auto gelu(X&& x) {
  if constexpr (Form == Gelu::exact) {
    return detail::elementwise(detail::GeluExact{}, std::forward<X>(x));
  } else {
    return detail::elementwise(detail::GeluTanh{}, std::forward<X>(x));
  }
}

}  // namespace grove
