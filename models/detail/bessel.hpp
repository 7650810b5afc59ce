// The modified Bessel function I₀ as von Mises' density needs it: its logarithm, scaled, and the ratio I₁/I₀.
#pragma once

#include <cmath>
#include <limits>
#include <numbers>

#include "../../autodiff/engine/fusion/row.hpp"

namespace grove::models::detail {

/// I₀(x) and I₁(x), x >= 0, times a common factor, with ln(e⁻ˣ I₀(x)). Up to 20 by the power series, whose terms are
/// all positive, from there by the asymptotic one, whose smallest term is about e⁻²ˣ. Source: DLMF 10.25.2, 10.40.1.
struct ScaledBessel {
  double i0 = 1, i1 = 1, log_i0e = 0;

  explicit ScaledBessel(double x) {
    if (!(x >= 0)) {
      i0 = i1 = log_i0e = std::numeric_limits<double>::quiet_NaN();
      return;
    }
    double a = 1, b = 1;
    if (x <= 20) {
      const double quarter = x * x / 4;
      for (int k = 1; a > 1e-18 * i0; ++k) {
        i0 += a *= quarter / (double(k) * k);
        i1 += b *= quarter / (double(k) * (k + 1));
      }
      i1 *= x / 2;
      log_i0e = std::log(i0) - x;
    } else {
      for (int k = 1; k < 40 && std::abs(b) > 1e-18; ++k) {
        const double odd = double(2 * k - 1) * (2 * k - 1);
        i0 += a *= odd / (8 * x * k);
        i1 += b *= (odd - 4) / (8 * x * k);
      }
      log_i0e = std::log(i0) - 0.5 * std::log(2 * std::numbers::pi * x);
    }
  }
};

/// I₁(x)/I₀(x), x >= 0; NaN below.   slope 1 - y/x - y²
struct BesselRatio : grove::detail::Row {
  template <class T>
  static T value(const T& x) {
    const ScaledBessel bessel(static_cast<double>(x));
    return static_cast<T>(bessel.i1 / bessel.i0);
  }
  static auto slope(const auto& x, const auto& y) { return 1 - y / x - y * y; }
};

/// ln(e⁻ˣ I₀(x)), x >= 0; NaN below.   slope I₁(x)/I₀(x) - 1
struct LogI0e : grove::detail::Row {
  template <class T>
  static T value(const T& x) {
    return static_cast<T>(ScaledBessel(static_cast<double>(x)).log_i0e);
  }
  static auto slope(const auto& x, const auto&) { return grove::detail::elementwise(BesselRatio{}, x) - 1; }
};

}  // namespace grove::models::detail
