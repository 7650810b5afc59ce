// Fits of curves: any model of one variable, by least squares.
#pragma once

#include <Eigen/Core>

#include "../../optim/least_squares/least_squares.hpp"
#include "../detail/prediction.hpp"
#include "detail/gaussian_measures.hpp"
#include "detail/regression_data.hpp"
#include "fitted.hpp"

namespace grove::models {

/// Fits the params of a model, from those given, so that model(x) is close to y: `optim::least_squares` on
/// model(x) - y, with its options (weights, robust losses, bounds, fixed params).
///
///   const auto fitted = models::fit_curve(models::MichaelisMenten<>{100, 0.1}, concentrations, rates);
///
/// The model may be one's own, any tree with a call operator that takes a vector and returns an array. The errors come
/// from the Jacobian of the residuals; log-likelihood, AIC and BIC are those of normal errors and are left out for
/// robust losses.  x, y: n.  Throws: grove::ShapeError unless x, y and the model's values are of one length;
/// grove::DataError if a value is not finite or the model's values at the start are not; and as `least_squares`.
template <class Model>
Fitted<Model> fit_curve(const Model& start, const Eigen::VectorXd& x, const Eigen::VectorXd& y,
                        const optim::LeastSquaresOptions& options = {}) {
  constexpr auto who = "fit_curve";
  detail::check_xy(who, x, y);
  const auto residuals = [](const auto& model, const Eigen::VectorXd& at, const Eigen::VectorXd& seen) {
    const auto values = model(at);
    grove::detail::check_same_shape("fit_curve", values.rows(), values.cols(), seen.rows(), seen.cols());
    return detail::prediction(values.array() - seen.array());
  };
  const auto end = optim::least_squares(residuals, start, options, x, y);
  if (end.reason == optim::LeastSquaresStop::bad_start) throw DataError(detail::fill("{}: {}", {who, end.message}));
  Fitted<Model> fitted{.params = end.params,
                       .names = end.statistics.names,
                       .covariance = end.covariance(),
                       .measures = end.summary(),
                       .converged = end.converged()};
  optim::FitSummary& measures = fitted.measures;
  measures.rows.clear();
  measures.warnings.clear();
  measures.r_squared = end.r_squared(y);
  if (measures.degrees_of_freedom <= 0)
    measures.warnings.push_back("no degrees of freedom are left, so no errors are known");
  if (options.loss.is_linear()) {
    const optim::FitSummary normal =
        detail::gaussian_measures(end.statistics.residuals, y, end.statistics.weights, end.rank);
    measures.log_likelihood = normal.log_likelihood;
    measures.aic = normal.aic;
    measures.bic = normal.bic;
  }
  return fitted;
}

}  // namespace grove::models
