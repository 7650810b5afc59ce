// Fits of linear regressions: weights, a ridge penalty, one output or several.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "../../optim/numerics/detail/check.hpp"
#include "../dense_layer.hpp"
#include "../linear_regression.hpp"
#include "detail/gaussian_measures.hpp"
#include "detail/regression_data.hpp"
#include "fitted.hpp"
#include "regression_options.hpp"

namespace grove::models {
namespace detail {

/// The weight and bias of each output, and what is known of them.
template <class S>
struct LinearSolution {
  Eigen::MatrixX<S> weight;   ///< columns × outputs
  Eigen::RowVectorX<S> bias;  ///< outputs
  Eigen::MatrixX<S> inverse;  ///< of the Hessian of half the squares by (weight, bias) of an output
  Eigen::MatrixX<S> noise;    ///< covariance of the outputs' residuals
  optim::FitSummary measures = {};
};

/// By a QR factorization of the centred columns, with a row for each penalized number below them. (A template for the
/// reason given at ScaledQr.)
template <class S>
LinearSolution<S> solve_linear(const Eigen::MatrixX<S>& x, const Eigen::MatrixX<S>& y,
                               const RegressionOptions& options) {
  constexpr auto who = "fit";
  check_xy(who, x, y);
  optim::detail::check_rate(who, "l2", options.l2);
  const Eigen::VectorXd weights = weights_of_rows(who, options.weights, x.rows());
  const Eigen::MatrixX<S> target = y.colwise() - for_each_row(who, "offset", options.offset, x.rows(), 0);
  const Eigen::Index n = x.rows(), k = x.cols(), penalized = options.l2 > 0 ? k : 0;
  const Eigen::RowVectorX<S> mean = weights.transpose() * x / weights.sum();
  const Eigen::VectorX<S> roots = weights.cwiseSqrt();
  Eigen::MatrixX<S> a = Eigen::MatrixX<S>::Zero(n + penalized, k + 1);
  a.topLeftCorner(n, k) = roots.asDiagonal() * (x.rowwise() - mean);
  a.col(k).head(n) = roots;
  a.bottomLeftCorner(penalized, k).diagonal().setConstant(std::sqrt(options.l2));
  Eigen::MatrixX<S> b = Eigen::MatrixX<S>::Zero(n + penalized, y.cols());
  b.topRows(n) = roots.asDiagonal() * target;

  const ScaledQr<Eigen::MatrixX<S>> qr(who, a);
  const Eigen::MatrixX<S> c = qr.solve(b);
  LinearSolution<S> solution{c.topRows(k), c.row(k) - mean * c.topRows(k), {}, {}};
  // From the centred columns back: the bias is c - mean·weight.
  Eigen::MatrixX<S> back = Eigen::MatrixX<S>::Identity(k + 1, k + 1);
  back.bottomLeftCorner(1, k) = -mean;
  solution.inverse = back * qr.inverse_gram() * back.transpose();
  const Eigen::MatrixX<S> residuals = target - ((x * solution.weight).rowwise() + solution.bias);
  solution.measures = gaussian_measures(residuals, target, weights, k + 1);
  const auto freedom = static_cast<double>(solution.measures.degrees_of_freedom);
  solution.noise = residuals.transpose() * weights.asDiagonal() * residuals /
                   (freedom > 0 ? freedom : std::numeric_limits<double>::quiet_NaN());
  if (options.l2 > 0) {
    solution.measures.end = fill("solved in closed form, with the penalty l2 = {}", {options.l2});
    solution.measures.log_likelihood = solution.measures.aic = solution.measures.bic =
        std::numeric_limits<double>::quiet_NaN();
  }
  return solution;
}

}  // namespace detail

/// Linear regression by least squares, weighted and with a ridge penalty if the options say so. The covariance is
/// s²·(XᵀWX + l2)⁻¹ with s² = Σ w r² / (n - k - 1).  x: n×k, y: n.  O(n·k²)
///
///   const auto fitted = models::fit(models::LinearRegression<>{}, design.x, y, {.names = design.names});
///
/// Throws: grove::ShapeError unless x, y, weights and offset have as many rows and there is a name for each column;
/// grove::DataError if a value is not finite, a weight negative, or the columns (the bias included) do not have one
/// solution; grove::HyperparameterError if l2 is negative.
template <class X>
Fitted<LinearRegression<>> fit(const LinearRegression<>&, const Eigen::MatrixBase<X>& x, const Eigen::VectorXd& y,
                               const RegressionOptions& options = {}) {
  auto solution = detail::solve_linear<detail::double_for<X>>(x.template cast<double>(), y, options);
  return {.params = {solution.weight.col(0), solution.bias(0)},
          .names = detail::param_names("fit", options.names, x.cols(), {"bias"}),
          .covariance = solution.noise(0, 0) * solution.inverse,
          .measures = std::move(solution.measures)};
}

/// The same with several outputs: each is a regression of its own, their errors are correlated as their residuals are.
/// x: n×k, y: n×m.  The names are `weight(i, j)` and `bias(j)`, with `name -> j` for the columns that have a name.
template <class X>
Fitted<DenseLayer<>> fit(const DenseLayer<>&, const Eigen::MatrixBase<X>& x, const Eigen::MatrixXd& y,
                         const RegressionOptions& options = {}) {
  auto solution = detail::solve_linear<detail::double_for<X>>(x.template cast<double>(), y, options);
  const Eigen::Index k = x.cols(), m = y.cols();
  const detail::OutputPlaces place{k, m};
  Fitted<DenseLayer<>> fitted{.params = {solution.weight, solution.bias},
                              .names = detail::output_names("fit", options.names, place),
                              .covariance = Eigen::MatrixXd(place.size(), place.size()),
                              .measures = std::move(solution.measures)};
  for (Eigen::Index j = 0; j < m; ++j)
    for (Eigen::Index q = 0; q < m; ++q)
      for (Eigen::Index i = 0; i <= k; ++i)
        for (Eigen::Index p = 0; p <= k; ++p)
          fitted.covariance(place(i, j), place(p, q)) = solution.noise(j, q) * solution.inverse(i, p);
  return fitted;
}

}  // namespace grove::models
