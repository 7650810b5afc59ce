// Elementwise trigonometric and hyperbolic functions.
#pragma once

#include "../../engine/fusion/row.hpp"
#include "detail/scalar_math.hpp"
#include "detail/vector_math.hpp"

namespace grove {

namespace detail {
struct Sin : Row {
  static auto value(const auto& x) {
    using std::sin;
    return sin(x);
  }
  static auto slope(const auto& x, const auto&) {
    using std::cos;
    return cos(x);
  }
};
}  // namespace detail

/// sin x.   slope cos x
template <detail::Operand X>
auto sin(X&& x) {
  return detail::elementwise(detail::Sin{}, std::forward<X>(x));
}

namespace detail {
struct Cos : Row {
  static auto value(const auto& x) {
    using std::cos;
    return cos(x);
  }
  static auto slope(const auto& x, const auto&) {
    using std::sin;
    return -sin(x);
  }
};
}  // namespace detail

/// cos x.   slope -sin x
template <detail::Operand X>
auto cos(X&& x) {
  return detail::elementwise(detail::Cos{}, std::forward<X>(x));
}

namespace detail {
struct Tan : Row {
  static auto value(const auto& x) {
    using std::tan;
    return tan(x);
  }
  static auto slope(const auto&, const auto& y) { return 1 + y * y; }
};
}  // namespace detail

/// tan x.   slope 1 + tan² x
template <detail::Operand X>
auto tan(X&& x) {
  return detail::elementwise(detail::Tan{}, std::forward<X>(x));
}

namespace detail {
struct Asin : Row {
  static auto value(const auto& x) {
    using std::asin;
    return asin(x);
  }
  static auto slope(const auto& x, const auto&) {
    using std::sqrt;
    return 1 / sqrt((1 - x) * (1 + x));
  }
};
}  // namespace detail

/// The angle in [-π/2, π/2] whose sine is x.   slope 1/√(1 - x²), infinite at ±1
template <detail::Operand X>
auto asin(X&& x) {
  return detail::elementwise(detail::Asin{}, std::forward<X>(x));
}

namespace detail {
struct Acos : Row {
  static auto value(const auto& x) {
    using std::acos;
    return acos(x);
  }
  static auto slope(const auto& x, const auto&) {
    using std::sqrt;
    return -1 / sqrt((1 - x) * (1 + x));
  }
};
}  // namespace detail

/// The angle in [0, π] whose cosine is x.   slope -1/√(1 - x²), infinite at ±1
template <detail::Operand X>
auto acos(X&& x) {
  return detail::elementwise(detail::Acos{}, std::forward<X>(x));
}

namespace detail {
struct Atan : Row {
  static auto value(const auto& x) {
    using std::atan;
    return atan(x);
  }
  static auto slope(const auto& x, const auto&) { return 1 / (1 + x * x); }
};
}  // namespace detail

/// The angle in (-π/2, π/2) whose tangent is x.   slope 1/(1 + x²)
template <detail::Operand X>
auto atan(X&& x) {
  return detail::elementwise(detail::Atan{}, std::forward<X>(x));
}

namespace detail {
struct Sinh : Row {
  static auto value(const auto& x) {
    using std::sinh;
    return sinh(x);
  }
  static auto slope(const auto& x, const auto&) {
    using std::cosh;
    return cosh(x);
  }
};
}  // namespace detail

/// sinh x.   slope cosh x
template <detail::Operand X>
auto sinh(X&& x) {
  return detail::elementwise(detail::Sinh{}, std::forward<X>(x));
}

namespace detail {
struct Cosh : Row {
  static auto value(const auto& x) {
    using std::cosh;
    return cosh(x);
  }
  static auto slope(const auto& x, const auto&) {
    using std::sinh;
    return sinh(x);
  }
};
}  // namespace detail

/// cosh x.   slope sinh x
template <detail::Operand X>
auto cosh(X&& x) {
  return detail::elementwise(detail::Cosh{}, std::forward<X>(x));
}

namespace detail {
struct Tanh : Row {
  static constexpr bool slope_on_arrays = true;
  static void in_place(double* data, std::size_t n) { tanh_in_place(data, n); }
  static double value(double x) { return tanh_of(x); }
  static auto value(const auto& x) {
    using std::tanh;
    return tanh(x);
  }
  static auto slope(const auto&, const auto& y) { return (1 - y) * (1 + y); }
};
}  // namespace detail

/// tanh x.   slope 1 - tanh² x
template <detail::Operand X>
auto tanh(X&& x) {
  return detail::elementwise(detail::Tanh{}, std::forward<X>(x));
}

namespace detail {
struct Asinh : Row {
  static auto value(const auto& x) {
    using std::asinh;
    return asinh(x);
  }
  static auto slope(const auto& x, const auto&) {
    using std::sqrt;
    return 1 / sqrt(x * x + 1);
  }
};
}  // namespace detail

/// The inverse of sinh.   slope 1/√(x² + 1)
template <detail::Operand X>
auto asinh(X&& x) {
  return detail::elementwise(detail::Asinh{}, std::forward<X>(x));
}

namespace detail {
struct Acosh : Row {
  static auto value(const auto& x) {
    using std::acosh;
    return acosh(x);
  }
  static auto slope(const auto& x, const auto&) {
    using std::sqrt;
    return 1 / sqrt((x - 1) * (x + 1));
  }
};
}  // namespace detail

/// The inverse of cosh, x >= 1.   slope 1/√(x² - 1), infinite at 1
template <detail::Operand X>
auto acosh(X&& x) {
  return detail::elementwise(detail::Acosh{}, std::forward<X>(x));
}

namespace detail {
struct Atanh : Row {
  static auto value(const auto& x) {
    using std::atanh;
    return atanh(x);
  }
  static auto slope(const auto& x, const auto&) { return 1 / ((1 - x) * (1 + x)); }
};
}  // namespace detail

/// The inverse of tanh, |x| <= 1.   slope 1/(1 - x²), infinite at ±1
template <detail::Operand X>
auto atanh(X&& x) {
  return detail::elementwise(detail::Atanh{}, std::forward<X>(x));
}

namespace detail {
struct Atan2 : Row {
  static constexpr const char* name = "atan2";
  static auto value(const auto& a, const auto& b) {
    using std::atan2;
    return atan2(a, b);
  }
  static auto slope_a(const auto& a, const auto& b, const auto&) { return b / (a * a + b * b); }
  static auto slope_b(const auto& a, const auto& b, const auto&) { return -a / (a * a + b * b); }
};
}  // namespace detail

/// The angle of the point (x, y) in [-π, π].   slopes x/(x² + y²) in y, -y/(x² + y²) in x; NaN at the origin
template <detail::Operand Y, detail::Operand X>
auto atan2(Y&& y, X&& x) {
  return detail::elementwise(detail::Atan2{}, std::forward<Y>(y), std::forward<X>(x));
}

}  // namespace grove
