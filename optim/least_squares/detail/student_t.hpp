// Student's t distribution by the incomplete beta function: tails for p values, quantiles for intervals.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "../../../autodiff/operations/elementwise/detail/special_functions.hpp"

namespace grove::optim::detail {

/// The continued fraction of I_x(a, b), by Lentz's method; converges fast for x < (a + 1)/(a + b + 2).
inline double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  const auto away_from_zero = [](double y) { return std::abs(y) < tiny ? tiny : y; };
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), fraction = d;
  for (int m = 1; m <= 20000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    const double change = d * c;
    fraction *= change;
    if (std::abs(change - 1) <= std::numeric_limits<double>::epsilon()) break;
  }
  return fraction;
}

/// ln Γ(a + ½) - ln Γ(a), without the cancellation of large a.
inline double log_gamma_ratio(double a) {
  using grove::detail::special::lgamma;
  if (a < 30) return lgamma(a + 0.5) - lgamma(a);
  const double square = 1 / (a * a);
  return 0.5 * std::log(a) - (1.0 / 8 - square * (1.0 / 192 - square / 640)) / a;
}

/// P(|T| > |t|) for T with `freedom` degrees of freedom, infinite for the normal distribution: the incomplete beta
/// function I_x(freedom/2, ½) at x = freedom/(freedom + t²).
inline double two_sided_tail(double t, double freedom) {
  if (std::isnan(t) || !(freedom > 0)) return std::numeric_limits<double>::quiet_NaN();
  if (std::isinf(t)) return 0;
  if (std::isinf(freedom)) return std::erfc(std::abs(t) / std::sqrt(2.0));
  const double a = freedom / 2, ratio = t * t / freedom, x = 1 / (1 + ratio), rest = ratio / (1 + ratio);
  if (rest == 0) return 1;
  const double root_of_pi = 1.772453850905516;
  const double front = std::exp(log_gamma_ratio(a) - a * std::log1p(ratio)) * std::sqrt(rest) / root_of_pi;
  if (x < (a + 1) / (a + 2.5)) return front * beta_fraction(a, 0.5, x) / a;
  return 1 - 2 * front * beta_fraction(0.5, a, rest);
}

/// The t > 0 with P(|T| > t) = tail, 0 < tail < 1.
inline double two_sided_quantile(double tail, double freedom) {
  if (!(freedom > 0)) return std::numeric_limits<double>::quiet_NaN();
  double low = 0, high = 1;
  while (two_sided_tail(high, freedom) > tail && high < 1e300) {
    low = high;
    high *= 2;
  }
  for (int i = 0; i < 200 && high - low > 4 * std::numeric_limits<double>::epsilon() * high; ++i) {
    const double middle = low + (high - low) / 2;
    (two_sided_tail(middle, freedom) > tail ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

}  // namespace grove::optim::detail
