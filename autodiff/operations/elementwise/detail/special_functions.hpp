// Special functions of plain numbers that the standard library lacks: erfcx, digamma, polygamma.
//
// Coefficients are Chebyshev interpolants, computed with 50 digits and rewritten in powers; float goes through double.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <limits>
#include <numbers>

namespace grove::detail::special {

template <std::size_t N>
constexpr double polynomial(const std::array<double, N>& c, double t) {
  double sum = 0;
  for (std::size_t k = N; k-- > 0;) sum = sum * t + c[k];
  return sum;
}

/// (1 + 2x) e^(x²) erfc(x) in t = (x - 4) / (x + 4), x >= 0; relative error 4e-19
inline constexpr std::array<double, 27> erfcx_coefficients = {
    1.2329951186255525,      -0.1396211168405625,    0.015379652102620041,    0.06809705425469035,
    -0.10103906603632503,    0.093732834998439513,   -0.066330365811648503,   0.037167515535911412,
    -0.016197734065952531,   0.0050319699928109255,  -0.00075777321953522929, -0.0001992567764579197,
    0.00015062130746391776,  -2.4398942309069806e-5, -1.1220753452725425e-5,  5.7092012122263517e-6,
    2.9090629683714268e-7,   -8.2491274349645719e-7, 7.8934396347614201e-8,   1.1009041560728303e-7,
    -2.1917128684776732e-8,  -1.470518755238763e-8,  3.9799082099353337e-9,   1.7887492189077537e-9,
    -5.4779631540379303e-10, -1.37212432109558e-10,  4.3357446968801277e-11};

inline double erfcx_of_double(double x) {
  if (x < 0) {
    // x² is split, or its rounding error would be magnified by the exponential.
    const double square = x * x;
    const double rest = std::fma(x, x, -square);
    return x < -27 ? std::numeric_limits<double>::infinity() : 2 * std::exp(square) * (1 + rest) - erfcx_of_double(-x);
  }
  if (x > 1e8) return std::numbers::inv_sqrtpi / x;
  return polynomial(erfcx_coefficients, (x - 4) / (x + 4)) / (1 + 2 * x);
}

/// The n-th derivative of erfcx, n >= 1: w₁ = 2x w₀ - 2/√π, wₙ₊₁ = 2x wₙ + 2n wₙ₋₁. Where that cancels (x large), the
/// ratios rₙ = wₙ / wₙ₋₁ = -2n / (2x - rₙ₊₁) are found from a large n downwards.
inline double erfcx_derivative_of_double(int n, double x) {
  if (!(x < std::numeric_limits<double>::infinity())) return 0 * (1 / x);
  double before = erfcx_of_double(x);
  if (x < 1) {
    double w = 2 * x * before - 2 * std::numbers::inv_sqrtpi;
    for (int k = 1; k < n; ++k) {
      const double next = 2 * x * w + 2 * k * before;
      before = w;
      w = next;
    }
    return w;
  }
  const int terms = n + 10 + static_cast<int>(180 / (x * x));
  double ratio = x - std::sqrt(x * x + 2 * terms);
  double product = before;
  for (int k = terms; k >= 1; --k) {
    ratio = -2 * k / (2 * x - ratio);
    if (k <= n) product *= ratio;
  }
  return product;
}

/// ψ(x) / (x - x₀) on [1, 2] in t = 2x - 3, where x₀ is the root of ψ; relative error 3e-18
inline constexpr std::array<double, 23> digamma_coefficients = {
    0.95105587603183288,    -0.2118137106407303,     0.060135621060196746,   -0.018550615381735114,
    0.0059367952783056489,  -0.0019350666648590098,  0.00063688803032572004, -0.00021074841140458637,
    6.9950188739505062e-5,  -2.3258242394452571e-5,  7.7412322235040566e-6,  -2.5780943630530802e-6,
    8.5891273530333797e-7,  -2.8631527584693402e-7,  9.5420509726889069e-8,  -3.1630202689553338e-8,
    1.0542687624027994e-8,  -3.7075072647122388e-9,  1.2358072433984832e-9,  -2.7619635330317713e-10,
    9.2064344991779916e-11, -8.4981372301860961e-11, 2.8327066680217588e-11};

/// B₂ₖ, k = 1, 2, …
inline constexpr std::array<double, 12> bernoulli = {
    1.0 / 6, -1.0 / 30,     1.0 / 42,      -1.0 / 30,       5.0 / 66,       -691.0 / 2730,
    7.0 / 6, -3617.0 / 510, 43867.0 / 798, -174611.0 / 330, 854513.0 / 138, -236364091.0 / 2730};

/// x minus the nearest whole number.
inline double fraction_of(double x) { return x - std::round(x); }

/// ψ(x) = d/dx ln Γ(x); NaN at 0, -1, -2, …. Near its negative roots the error is absolute, not relative.
inline double digamma_of_double(double x) {
  if (x <= 0) {
    const double fraction = fraction_of(x);
    if (fraction == 0 || !std::isfinite(x)) return std::numeric_limits<double>::quiet_NaN();
    return digamma_of_double(1 - x) - std::numbers::pi / std::tan(std::numbers::pi * fraction);
  }
  if (x < 1) return digamma_of_double(x + 1) - 1 / x;
  if (x < 10) {
    double sum = 0;
    for (; x > 2; x -= 1) sum += 1 / (x - 1);
    constexpr double root = 1.4616321449683622, rest_of_root = 9.5499954299656977e-17;
    return (x - root - rest_of_root) * polynomial(digamma_coefficients, 2 * x - 3) + sum;
  }
  double sum = 0;
  const double z = 1 / (x * x);
  for (int k = 8; k >= 1; --k) sum = (sum + bernoulli[static_cast<std::size_t>(k - 1)] / (2 * k)) * z;
  return std::log(x) - 0.5 / x - sum;
}

/// (-1)ⁿ⁺¹ ψ⁽ⁿ⁾(x) = n! ζ(n+1, x) for x > 0, n >= 1: shifted upwards, then the asymptotic series.
inline double polygamma_magnitude(int n, double x) {
  double factorial = 1;
  for (int k = 2; k <= n; ++k) factorial *= k;
  double sum = 0;
  for (; x < 12 + n; x += 1) sum += factorial * std::pow(x, -(n + 1));
  const double power = std::pow(x, -n);
  double term = factorial / (2 * n) * power;  // (2k+n-1)! / (2k)! / x^(2k+n), here for k = 1/2 … 12
  double series = factorial / n * power + term * n / x;
  term *= n * (n + 1) / (x * x);
  for (int k = 1; k <= 12; ++k) {
    series += bernoulli[static_cast<std::size_t>(k - 1)] * term;
    term *= (2.0 * k + n) * (2.0 * k + n + 1) / ((2.0 * k + 1) * (2.0 * k + 2) * x * x);
  }
  return sum + series;
}

/// dⁿ/dxⁿ of π cot(πx), by the polynomial in c = cot(πx) that it is: c' = -π(1 + c²).
inline double cotangent_derivative(int n, double x) {
  constexpr int largest = 40;
  std::array<double, largest + 2> p{};
  p[1] = 1;
  const double c = 1 / std::tan(std::numbers::pi * fraction_of(x));
  double scale = std::numbers::pi;
  for (int k = 0; k < n; ++k) {
    std::array<double, largest + 2> q{};
    for (std::size_t i = 1; i < static_cast<std::size_t>(k) + 2; ++i) {
      q[i - 1] -= static_cast<double>(i) * p[i];
      q[i + 1] -= static_cast<double>(i) * p[i];
    }
    p = q;
    scale *= std::numbers::pi;
  }
  return scale * polynomial(p, c);
}

/// ψ⁽ⁿ⁾(x), the n-th derivative of digamma, 0 <= n <= 40. At 0, -1, -2, …: +inf for odd n, else NaN.
inline double polygamma_of_double(int n, double x) {
  constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
  if (n < 0 || n > 40 || std::isnan(x)) return undefined;
  if (n == 0) return digamma_of_double(x);
  const double sign = n % 2 == 0 ? -1 : 1;
  if (x > 0) return std::isinf(x) ? 0 : sign * polygamma_magnitude(n, x);
  if (std::isinf(x)) return undefined;
  if (fraction_of(x) == 0) return n % 2 == 0 ? undefined : std::numeric_limits<double>::infinity();
  // (-1)ⁿ ψ⁽ⁿ⁾(1 - x) - ψ⁽ⁿ⁾(x) = dⁿ/dxⁿ π cot(πx)
  return polygamma_magnitude(n, 1 - x) * -1 - cotangent_derivative(n, x);
}

template <std::floating_point T>
T erfcx(T x) {
  return static_cast<T>(erfcx_of_double(static_cast<double>(x)));
}
template <std::floating_point T>
T erfcx_derivative(int n, T x) {
  return static_cast<T>(erfcx_derivative_of_double(n, static_cast<double>(x)));
}
template <std::floating_point T>
T digamma(T x) {
  return static_cast<T>(digamma_of_double(static_cast<double>(x)));
}
template <std::floating_point T>
T polygamma(int n, T x) {
  return static_cast<T>(polygamma_of_double(n, static_cast<double>(x)));
}

/// ln|Γ(x)|. std::lgamma writes a global, which two threads must not do at once.
template <std::floating_point T>
T lgamma(T x) {
#if defined(__GLIBC__)
  int sign = 0;
  return static_cast<T>(::lgamma_r(static_cast<double>(x), &sign));
#else
  return std::lgamma(x);
#endif
}

}  // namespace grove::detail::special
