// Linear regression of a quantile.
#pragma once

#include <Eigen/Core>
#include <Eigen/LU>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "../../optim/least_squares/detail/student_t.hpp"
#include "../../optim/numerics/detail/check.hpp"
#include "../data/split.hpp"
#include "../linear_regression.hpp"
#include "detail/regression_data.hpp"
#include "detail/unit_columns.hpp"
#include "fitted.hpp"

namespace grove::models {

/// Options of `fit_quantile`.
struct QuantileOptions {
  std::vector<std::string> names = {};  ///< of the columns of x
  double quantile = 0.5;                ///< in (0, 1)
};

namespace detail {

/// The hyperplane through as many observations as it has coefficients that minimises Σ ρ(y - z·c), with
/// ρ(r) = q·r for r > 0 and (q - 1)·r below: from one such plane to the next, each time along the edge on which one
/// observation is left, as far as the sum falls (Barrodale & Roberts 1973).
template <class S>
class QuantilePlane {
 public:
  QuantilePlane(const Eigen::MatrixX<S>& z, const Eigen::VectorXd& y, double q) : z_(z), y_(y), q_(q) {
    // Observations on one plane more than there are coefficients would let the search go in circles; moved by so
    // little, each differently, no two planes cost the same. The result is computed from y itself.
    std::uint64_t random = 1;
    const double little = 1e-11 * y.cwiseAbs().maxCoeff();
    for (double& v : y_) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      v += little * static_cast<double>(random >> 40U) * 0x1p-24;
    }
    const Eigen::ColPivHouseholderQR<Eigen::MatrixX<S>> qr(z.transpose());
    for (Eigen::Index k = 0; k < z.cols(); ++k) basis_.push_back(qr.colsPermutation().indices()(k));
    is_basic_.assign(static_cast<std::size_t>(y.size()), false);
    for (const Eigen::Index i : basis_) is_basic_[static_cast<std::size_t>(i)] = true;
    while (steps_ < 100 * (z.rows() + z.cols()) && !(is_optimal_ = step())) ++steps_;
  }

  Eigen::VectorX<S> through(const Eigen::VectorXd& y) const {
    return select_rows(z_, basis_).partialPivLu().solve(select_rows(y, basis_));
  }
  bool is_optimal() const { return is_optimal_; }
  Eigen::Index steps() const { return steps_; }

 private:
  /// Moves to a better plane; true if there is none.
  bool step() {
    const Eigen::MatrixX<S> inverse = select_rows(z_, basis_).inverse();
    const Eigen::VectorX<S> residuals = y_ - z_ * (inverse * select_rows(y_, basis_));
    Eigen::VectorX<S> slopes(y_.size());
    for (Eigen::Index i = 0; i < y_.size(); ++i)
      slopes(i) = is_basic_[static_cast<std::size_t>(i)] ? S(0) : (residuals(i) > 0 ? q_ : q_ - 1);
    // What the slopes of the basic observations would have to be; their range is [q - 1, q].
    const Eigen::VectorX<S> needed = -(inverse.transpose() * (z_.transpose() * slopes));
    Eigen::Index leaving = 0;
    const S excess = (needed.array() - q_).max(q_ - 1 - needed.array()).maxCoeff(&leaving);
    if (!(excess > 1e-10)) return true;
    const S side = needed(leaving) > q_ ? 1 : -1;  // of the plane on which the leaving observation comes to lie
    const Eigen::VectorX<S> change = z_ * (inverse.col(leaving) * -side);
    std::vector<std::pair<S, Eigen::Index>> crossed;
    for (Eigen::Index i = 0; i < y_.size(); ++i) {
      const S at = residuals(i) / change(i);
      if (!is_basic_[static_cast<std::size_t>(i)] && at > 0 && std::isfinite(at)) crossed.emplace_back(at, i);
    }
    std::sort(crossed.begin(), crossed.end());
    S slope = -excess;
    for (const auto& [at, i] : crossed) {
      slope += std::abs(change(i));
      if (slope < 0 && i != crossed.back().second) continue;
      Eigen::Index& place = basis_[static_cast<std::size_t>(leaving)];
      is_basic_[static_cast<std::size_t>(place)] = false;
      is_basic_[static_cast<std::size_t>(i)] = true;
      place = i;
      return false;
    }
    return true;
  }

  const Eigen::MatrixX<S>& z_;
  Eigen::VectorX<S> y_;
  double q_;
  Rows basis_;
  std::vector<bool> is_basic_;
  Eigen::Index steps_ = 0;
  bool is_optimal_ = false;
};

/// The x below which a normal number lies with probability p.
inline double normal_quantile(double p) {
  if (p == 0.5) return 0;
  const double infinite = std::numeric_limits<double>::infinity();
  return p > 0.5 ? optim::detail::two_sided_quantile(2 * (1 - p), infinite)
                 : -optim::detail::two_sided_quantile(2 * p, infinite);
}

/// The half width over which the density of residuals at the quantile is estimated (Hall & Sheather 1988).
inline double quantile_bandwidth(double n, double q, double spread) {
  const double z = normal_quantile(q), density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
  const double h = std::cbrt(1 / n) * std::pow(normal_quantile(0.975), 2.0 / 3) *
                   std::cbrt(1.5 * density * density / (2 * z * z + 1));
  const double within = std::fmin(h, 0.999 * std::fmin(q, 1 - q));
  return spread * (normal_quantile(q + within) - normal_quantile(q - within));
}

/// The value below which that share of some numbers lies, between two of them by interpolation.
inline double empirical_quantile(Eigen::VectorXd numbers, double share) {
  std::sort(numbers.begin(), numbers.end());
  const double place = share * static_cast<double>(numbers.size() - 1);
  const auto below = static_cast<Eigen::Index>(place);
  const auto above = std::min(below + 1, numbers.size() - 1);
  return numbers[below] + (place - static_cast<double>(below)) * (numbers[above] - numbers[below]);
}

template <class S>
Fitted<LinearRegression<>> fit_quantile(const Eigen::MatrixX<S>& x, const Eigen::VectorXd& y,
                                        const QuantileOptions& options) {
  constexpr auto who = "fit_quantile";
  check_xy(who, x, y);
  const double q = options.quantile;
  optim::detail::check_open_fraction(who, "quantile", q);
  const Eigen::Index n = x.rows(), k = x.cols();
  const UnitColumns<S> columns(x, Eigen::VectorXd::Ones(n));
  const ScaledQr<Eigen::MatrixX<S>> qr(who, columns.z);
  const QuantilePlane<S> plane(columns.z, y, q);
  const Eigen::VectorX<S> c = plane.through(y), params = columns.back * c;
  const Eigen::VectorX<S> residuals = y - columns.z * c;

  const double deviation = std::sqrt((y.array() - y.mean()).square().mean());
  const double quartiles = empirical_quantile(residuals, 0.75) - empirical_quantile(residuals, 0.25);
  const double h = quantile_bandwidth(static_cast<double>(n), q, std::fmin(deviation, quartiles / 1.34));
  double density = 0;
  for (const double r : residuals) density += std::fmax(0.0, 0.75 * (1 - r * r / (h * h)));
  density /= static_cast<double>(n) * h;
  const double rounding = 1e-12 * y.cwiseAbs().maxCoeff();  // of the residuals on the plane
  const Eigen::VectorX<S> spread =
      residuals.unaryExpr([&](S r) { return std::pow((r > rounding ? q : 1 - q) / density, 2); });
  const Eigen::MatrixX<S> inverse = qr.inverse_gram();
  const Eigen::MatrixX<S> middle = columns.z.transpose() * spread.asDiagonal() * columns.z;
  Fitted<LinearRegression<>> fitted{.params = {params.head(k), params(k)},
                                    .names = param_names(who, options.names, k, {"bias"}),
                                    .covariance = columns.back * inverse * middle * inverse * columns.back.transpose(),
                                    .measures = {},
                                    .converged = plane.is_optimal()};
  if (!(density > 0)) {  // half of the residuals and more are zero
    fitted.covariance.setConstant(std::numeric_limits<double>::quiet_NaN());
    fitted.covariance.diagonal().setConstant(std::numeric_limits<double>::infinity());
  }
  optim::FitSummary& measures = fitted.measures;
  measures.residuals = n;
  measures.degrees_of_freedom = n - k - 1;
  measures.cost = (residuals.array() > 0).select(q * residuals, (q - 1) * residuals).sum();
  measures.residual_standard_error =
      std::sqrt(residuals.squaredNorm() / static_cast<double>(std::max<Eigen::Index>(n - k - 1, 0)));
  measures.end = fill("quantile {}, exact after {} exchanges", {q, plane.steps()});
  return fitted;
}

}  // namespace detail

/// Linear regression of a quantile of y, the median unless told otherwise: minimises Σ (y - ŷ)·(q - [y < ŷ]), exactly,
/// by the simplex method.  x: n×k, y: n.  O(n·k) an exchange.
///
///   const auto upper = models::fit_quantile(x, y, {.quantile = 0.9});
///
/// The covariance is Powell's, robust against spreads that depend on x, with an Epanechnikov kernel of Hall &
/// Sheather's bandwidth; the statistic t. Where several planes are the best, one of them is returned. Throws:
/// grove::ShapeError unless x and y have as many rows and there is a name for each column; grove::DataError if a value
/// is not finite or the columns (the bias included) depend on each other; grove::HyperparameterError unless the
/// quantile lies in (0, 1).  Source: Koenker 2005, Quantile Regression, chapters 3.4 and 6.
template <class X>
Fitted<LinearRegression<>> fit_quantile(const Eigen::MatrixBase<X>& x, const Eigen::VectorXd& y,
                                        const QuantileOptions& options = {}) {
  return detail::fit_quantile<detail::double_for<X>>(x.template cast<double>(), y, options);
}

}  // namespace grove::models
