// Families of generalized linear models: the negative log-likelihood of an observation by its linear predictor.
#pragma once

#include <cmath>

#include "../../autodiff/operations/elementwise/detail/special_functions.hpp"

namespace grove::models::detail {

/// A negative log-likelihood and its derivatives by the linear predictor η and by ln(dispersion).
struct LikelihoodTerms {
  double value, slope, curvature;
  double extra_slope = 0, extra_curvature = 0, mixed = 0;
};

inline bool is_count(double y) { return y >= 0 && y == std::floor(y); }

/// Labels 0 or 1 with log-odds η.   ln(1 + exp η) - y·η
struct BinomialFamily {
  static constexpr bool has_dispersion = false;
  static constexpr auto responses = "labels that are 0 or 1";
  static bool accepts(double y) { return y == 0 || y == 1; }
  /// The η of observations whose mean is that.
  static double start(double mean) { return std::log(mean / (1 - mean)); }
  static LikelihoodTerms terms(double eta, double y, double /*dispersion*/) {
    const double tail = std::exp(-std::abs(eta)), p = (eta >= 0 ? 1 : tail) / (1 + tail);
    return {std::fmax(eta, 0.0) + std::log1p(tail) - y * eta, p - y, tail / ((1 + tail) * (1 + tail))};
  }
  /// The least value that terms have for y.
  static double saturated(double /*y*/, double /*dispersion*/) { return 0; }
};

/// Counts with mean μ = exp η.   μ - y·η + ln y!
struct PoissonFamily {
  static constexpr bool has_dispersion = false;
  static constexpr auto responses = "counts 0, 1, 2, …";
  static bool accepts(double y) { return is_count(y); }
  static double start(double mean) { return std::log(mean); }
  static LikelihoodTerms terms(double eta, double y, double /*dispersion*/) {
    const double mu = std::exp(eta);
    return {mu - y * eta + grove::detail::special::lgamma(y + 1), mu - y, mu};
  }
  static double saturated(double y, double dispersion) { return y > 0 ? terms(std::log(y), y, dispersion).value : 0.0; }
};

/// Counts with mean μ = exp η and variance μ + α·μ², α the dispersion (NB2).  With r = 1/α:
///   -ln Γ(y + r) + ln Γ(r) + ln y! - y ln μ + (y + r) ln(μ + r) - r ln r
struct NegativeBinomialFamily {
  static constexpr bool has_dispersion = true;
  static constexpr auto responses = PoissonFamily::responses;
  static bool accepts(double y) { return is_count(y); }
  static double start(double mean) { return std::log(mean); }
  static LikelihoodTerms terms(double eta, double y, double dispersion) {
    const double mu = std::exp(eta), r = 1 / dispersion, sum = mu + r;
    const Differences gamma = differences(y, r);
    const double logarithm = std::log1p(mu / r);
    const double by_r = gamma.first - logarithm + (mu - y) / sum;  // of the log-likelihood, as the next two
    const double by_r_twice = gamma.second + mu / (r * sum) + (y - mu) / (sum * sum);
    const double by_eta_and_r = mu * (y - mu) / (sum * sum);
    return {
        .value = grove::detail::special::lgamma(y + 1) - gamma.value - y * (eta - std::log(r)) + (y + r) * logarithm,
        .slope = r * (mu - y) / sum,
        .curvature = (y + r) * mu * r / (sum * sum),
        .extra_slope = r * by_r,
        .extra_curvature = -r * r * by_r_twice - r * by_r,
        .mixed = r * by_eta_and_r};
  }
  static double saturated(double y, double dispersion) { return y > 0 ? terms(std::log(y), y, dispersion).value : 0.0; }

 private:
  struct Differences {
    double value, first, second;
  };
  /// ln Γ(y + r) - ln Γ(r) and its derivatives by r; of small counts as sums, which cancel nothing where r is large.
  static Differences differences(double y, double r) {
    namespace special = grove::detail::special;
    if (y > 64)
      return {special::lgamma(y + r) - special::lgamma(r), special::digamma(y + r) - special::digamma(r),
              special::polygamma(1, y + r) - special::polygamma(1, r)};
    Differences sum{0, 0, 0};
    for (double j = 0; j < y; ++j) {
      sum.value += std::log(r + j);
      sum.first += 1 / (r + j);
      sum.second -= 1 / ((r + j) * (r + j));
    }
    return sum;
  }
};

}  // namespace grove::models::detail
