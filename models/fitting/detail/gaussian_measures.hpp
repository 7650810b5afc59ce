// How good a fit by squares is.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <numbers>

#include "../../../optim/least_squares/summary.hpp"

namespace grove::models::detail {

/// Measures of a linear fit with that many coefficients an output; the residuals have a column for each output. The
/// likelihood is that of one output, of normal errors whose variance is fitted too. (A template, so that the products
/// are compiled for those only who fit.)
template <class R, class Y>
optim::FitSummary gaussian_measures(const R& residuals, const Y& y, const Eigen::VectorXd& weights,
                                    Eigen::Index coefficients) {
  optim::FitSummary measures;
  const auto n = static_cast<double>((weights.array() > 0).count());
  const auto outputs = static_cast<double>(y.cols());
  const Eigen::RowVectorXd left = weights.transpose() * residuals.cwiseAbs2();
  const Eigen::RowVectorXd mean = weights.transpose() * y / weights.sum();
  const Eigen::RowVectorXd total = weights.transpose() * (y.rowwise() - mean).cwiseAbs2();
  measures.residuals = static_cast<std::int64_t>(n * outputs);
  measures.degrees_of_freedom = static_cast<std::int64_t>(n) - coefficients;
  const auto freedom = static_cast<double>(measures.degrees_of_freedom);
  measures.residual_standard_error =
      freedom > 0 ? std::sqrt(left.sum() / (freedom * outputs)) : std::numeric_limits<double>::quiet_NaN();
  if (total.minCoeff() > 0) measures.r_squared = (1 - left.array() / total.array()).mean();
  measures.cost = left.sum() / 2;
  measures.exact = freedom > 0 && left.sum() <= 1e-29 * (weights.transpose() * y.cwiseAbs2()).sum();
  measures.end = "solved in closed form";
  if (!(freedom > 0)) measures.warnings.push_back("no degrees of freedom are left, so no errors are known");
  if (y.cols() > 1) return measures;
  const double logarithms = (weights.array() > 0).select(weights.array(), 1.0).log().sum();
  measures.log_likelihood = -n / 2 * (std::log(2 * std::numbers::pi * left.sum() / n) + 1) + logarithms / 2;
  measures.aic = 2 * static_cast<double>(coefficients) - 2 * measures.log_likelihood;
  measures.bic = std::log(n) * static_cast<double>(coefficients) - 2 * measures.log_likelihood;
  return measures;
}

}  // namespace grove::models::detail
