// Robust linear regression by Huber's M-estimate.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "../../optim/least_squares/detail/statistics.hpp"
#include "../../optim/numerics/detail/check.hpp"
#include "../linear_regression.hpp"
#include "detail/regression_data.hpp"
#include "detail/unit_columns.hpp"
#include "fitted.hpp"

namespace grove::models {

/// Options of `fit_huber`.
struct HuberOptions {
  std::vector<std::string> names = {};  ///< of the columns of x
  double threshold = 1.345;  ///< > 0: residuals beyond so many scales count linearly; 1.345 is 95 % efficient
  int max_steps = 1000;      ///< weighted fits at most
};

namespace detail {

/// The deviation of normal numbers of that median magnitude.
inline double scale_of(const Eigen::VectorXd& residuals) {
  std::vector<double> magnitudes(static_cast<std::size_t>(residuals.size()));
  for (std::size_t i = 0; i < magnitudes.size(); ++i) magnitudes[i] = std::abs(residuals[static_cast<Eigen::Index>(i)]);
  const auto middle = magnitudes.begin() + static_cast<std::ptrdiff_t>(magnitudes.size() / 2);
  std::nth_element(magnitudes.begin(), middle, magnitudes.end());
  double median = *middle;
  if (magnitudes.size() % 2 == 0) median = (median + *std::max_element(magnitudes.begin(), middle)) / 2;
  return median / 0.67448975019608171;
}

template <class S>
Fitted<LinearRegression<>> fit_huber(const Eigen::MatrixX<S>& x, const Eigen::VectorXd& y,
                                     const HuberOptions& options) {
  constexpr auto who = "fit_huber";
  check_xy(who, x, y);
  optim::detail::check_positive(who, "threshold", options.threshold);
  const Eigen::Index n = x.rows(), k = x.cols();
  const UnitColumns<S> columns(x, Eigen::VectorXd::Ones(n));
  const ScaledQr<Eigen::MatrixX<S>> plain(who, columns.z);
  Eigen::VectorX<S> c = plain.solve(y);
  Eigen::VectorX<S> residuals = y - columns.z * c;
  double scale = scale_of(residuals);
  const double rounding = 1e-14 * y.cwiseAbs().maxCoeff();
  bool converged = scale <= rounding;
  int steps = 0;
  for (; !converged && steps < options.max_steps; ++steps) {
    const Eigen::VectorX<S> roots =
        residuals.unaryExpr([&](S r) { return std::sqrt(std::fmin(1.0, options.threshold * scale / std::abs(r))); });
    const Eigen::MatrixX<S> weighted = roots.asDiagonal() * columns.z;
    c = ScaledQr<Eigen::MatrixX<S>>(who, weighted).solve(roots.cwiseProduct(y));
    const Eigen::VectorX<S> now = y - columns.z * c;
    const double change = (now - residuals).cwiseAbs().maxCoeff();
    residuals = now;
    scale = scale_of(residuals);
    converged = change <= 1e-12 * scale || scale <= rounding;
  }

  optim::detail::FitStatistics statistics;
  statistics.residuals = residuals;
  statistics.weights = Eigen::VectorXd::Ones(n);
  if (scale > 0) statistics.loss = optim::huber(options.threshold * scale);
  const double factor = optim::detail::variance_factor<S>(statistics, k + 1);
  const Eigen::VectorX<S> params = columns.back * c;
  Fitted<LinearRegression<>> fitted{
      .params = {params.head(k), params(k)},
      .names = param_names(who, options.names, k, {"bias"}),
      .covariance = factor * columns.back * plain.inverse_gram() * columns.back.transpose(),
      .measures = {},
      .converged = converged};
  fitted.measures.statistic = "z";
  fitted.measures.residuals = n;
  fitted.measures.degrees_of_freedom = n - k - 1;
  fitted.measures.residual_standard_error = scale;
  fitted.measures.end = fill("{} weighted fits, scale {}", {steps, grove::detail::number(scale, "{:.6g}")});
  return fitted;
}

}  // namespace detail

/// Linear regression in which outliers count less: Σ s²·ρ(r/s) with Huber's ρ (squares up to `threshold`, linear
/// beyond), the scale s being the median |r| over 0.6745, fitted together by weighted least squares. x: n×k, y: n.
///
/// The covariance is Huber's, K²·(Σψ²/(n-k-1))·s²/(mean ψ')²·(XᵀX)⁻¹; `measures.residual_standard_error` is s.
/// Throws: grove::ShapeError unless x and y have as many rows and there is a name for each column; grove::DataError if
/// a value is not finite or the columns (the bias included) depend on each other; grove::HyperparameterError if the
/// threshold is not positive.  Source: Huber 1981, Robust Statistics, sections 7.6 and 7.8.
template <class X>
Fitted<LinearRegression<>> fit_huber(const Eigen::MatrixBase<X>& x, const Eigen::VectorXd& y,
                                     const HuberOptions& options = {}) {
  return detail::fit_huber<detail::double_for<X>>(x.template cast<double>(), y, options);
}

}  // namespace grove::models
