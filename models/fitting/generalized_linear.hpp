// Fits of generalized linear regressions: logistic, Poisson, negative binomial.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../../optim/numerics/detail/check.hpp"
#include "../detail/count_score.hpp"
#include "../logistic_regression.hpp"
#include "../negative_binomial_regression.hpp"
#include "../poisson_regression.hpp"
#include "detail/newton.hpp"
#include "detail/regression_data.hpp"
#include "detail/unit_columns.hpp"
#include "fitted.hpp"
#include "regression_options.hpp"

namespace grove::models {
namespace detail {

/// The negative log-likelihood of a family by the coefficients of some columns and, last, ln(dispersion) if the family
/// has one; with the penalty.
template <class S, class Family>
struct Likelihood {
  const Eigen::MatrixX<S>& z;
  const Eigen::VectorXd& y;
  const Eigen::VectorXd& weights;
  const Eigen::VectorXd& offset;
  Eigen::VectorX<S> penalty;  ///< of each coefficient

  Curved<S> operator()(const Eigen::VectorX<S>& params) const {
    const Eigen::Index k = z.cols();
    const S dispersion = Family::has_dispersion ? std::exp(params(params.size() - 1)) : S(0);
    const Eigen::VectorX<S> eta = z * params.head(k) + offset;
    Eigen::VectorX<S> slopes(y.size()), curvatures(y.size()), mixed = Eigen::VectorX<S>::Zero(y.size());
    Curved<S> sum{0, Eigen::VectorX<S>::Zero(params.size()), Eigen::MatrixX<S>::Zero(params.size(), params.size())};
    const auto last = params.size() - 1;
    for (Eigen::Index i = 0; i < y.size(); ++i) {
      const LikelihoodTerms terms = Family::terms(eta(i), y[i], dispersion);
      sum.value += weights[i] > 0 ? weights[i] * terms.value : 0.0;
      slopes(i) = weights[i] * terms.slope;
      curvatures(i) = weights[i] * terms.curvature;
      mixed(i) = weights[i] * terms.mixed;
      if (!Family::has_dispersion) continue;
      sum.gradient(last) += weights[i] * terms.extra_slope;
      sum.hessian(last, last) += weights[i] * terms.extra_curvature;
    }
    sum.value += params.head(k).cwiseAbs2().dot(penalty) / 2;
    sum.gradient.head(k) = z.transpose() * slopes + penalty.cwiseProduct(params.head(k));
    sum.hessian.topLeftCorner(k, k) = z.transpose() * curvatures.asDiagonal() * z;
    sum.hessian.diagonal().head(k) += penalty;
    if (Family::has_dispersion) {
      sum.hessian.col(last).head(k) = z.transpose() * mixed;
      sum.hessian.row(last).head(k) = sum.hessian.col(last).head(k).transpose();
    }
    return sum;
  }
};

/// Where the params of a family are, and what is known of them.
template <class S>
struct GeneralizedSolution {
  Eigen::VectorX<S> params;  ///< weights, bias, and the dispersion if there is one
  Eigen::MatrixX<S> covariance;
  optim::FitSummary measures;
  bool converged;
};

/// The maximum for the columns z, from the constant that the mean of y needs.
template <class S, class Family>
NewtonEnd<S> maximize_likelihood(const Likelihood<S, Family>& likelihood) {
  const Eigen::Index k = likelihood.z.cols();
  Eigen::VectorX<S> start = Eigen::VectorX<S>::Zero(k + (Family::has_dispersion ? 1 : 0));
  const double total = likelihood.weights.sum();
  start(k - 1) =
      Family::start(likelihood.weights.dot(likelihood.y) / total) - likelihood.weights.dot(likelihood.offset) / total;
  return minimize_newton<S>(likelihood, start);
}

template <class S, class Family>
GeneralizedSolution<S> fit_generalized(const Eigen::MatrixX<S>& x, const Eigen::VectorXd& y,
                                       const RegressionOptions& options) {
  constexpr auto who = "fit";
  check_xy(who, x, y);
  check_responses<Family>(who, y);
  optim::detail::check_rate(who, "l2", options.l2);
  const Eigen::VectorXd weights = weights_of_rows(who, options.weights, x.rows());
  const Eigen::VectorXd offset = for_each_row(who, "offset", options.offset, x.rows(), 0);
  const double mean = weights.dot(y) / weights.sum();
  if (!std::isfinite(Family::start(mean)))
    throw DataError(fill("{}: every y is {}, so no finite bias is the best", {who, mean}));

  const Eigen::Index k = x.cols();
  const UnitColumns<S> columns(x, weights);
  if (options.l2 == 0) columns.check_rank(who, weights);
  Likelihood<S, Family> likelihood{columns.z, y, weights, offset, Eigen::VectorX<S>::Zero(k + 1)};
  likelihood.penalty.head(k) = options.l2 * columns.unit.cwiseAbs2().cwiseInverse();
  const NewtonEnd<S> end = maximize_likelihood(likelihood);

  const auto count = end.x.size();
  Eigen::MatrixX<S> back = Eigen::MatrixX<S>::Identity(count, count);
  back.topLeftCorner(k + 1, k + 1) = columns.back;
  GeneralizedSolution<S> solution{back * end.x, {}, {}, end.converged};
  const S dispersion = Family::has_dispersion ? std::exp(end.x(count - 1)) : S(0);
  if (Family::has_dispersion) {
    solution.params(count - 1) = dispersion;
    back(count - 1, count - 1) = dispersion;
  }
  solution.covariance = back * inverse_hessian<S>(end.at.hessian) * back.transpose();

  optim::FitSummary& measures = solution.measures;
  measures.statistic = "z";
  measures.residuals = static_cast<std::int64_t>(std::llround(weights.sum()));
  measures.degrees_of_freedom = measures.residuals - count;
  measures.end = fill("{} Newton steps", {end.steps});
  double saturated = 0;
  for (Eigen::Index i = 0; i < y.size(); ++i) saturated += weights[i] * Family::saturated(y[i], dispersion);
  const double value = end.at.value - end.x.head(k + 1).cwiseAbs2().dot(likelihood.penalty) / 2;
  measures.log_likelihood = -value;
  measures.deviance = 2 * (value - saturated);
  const Eigen::MatrixX<S> ones = Eigen::MatrixX<S>::Ones(y.size(), 1);
  const NewtonEnd<S> constant =
      maximize_likelihood(Likelihood<S, Family>{ones, y, weights, offset, Eigen::VectorX<S>::Zero(1)});
  measures.null_log_likelihood = -constant.at.value;
  if (!Family::has_dispersion) measures.null_deviance = 2 * (constant.at.value - saturated);
  if (options.l2 > 0) {
    measures.end += fill(", with the penalty l2 = {}", {options.l2});
  } else {
    measures.aic = 2 * value + 2 * static_cast<double>(count);
    measures.bic = 2 * value + std::log(weights.sum()) * static_cast<double>(count);
  }
  if (measures.deviance < 1e-6 && options.l2 == 0 && !Family::has_dispersion) {
    solution.converged = false;
    measures.warnings.push_back("the model fits every observation: its params grow without end; give a penalty l2");
  }
  if (Family::has_dispersion && dispersion * mean < 1e-6) {
    solution.converged = false;
    measures.warnings.push_back("the counts vary no more than Poisson's: the dispersion is 0; fit a PoissonRegression");
  }
  return solution;
}

/// What a fit returns: the params as a model, behind the weights those that `others` names.
template <class Family, class X, class MakeModel>
auto fitted_model(const Eigen::MatrixBase<X>& x, const Eigen::VectorXd& y, const RegressionOptions& options,
                  const std::vector<std::string>& others, const MakeModel& make) {
  auto solution = fit_generalized<double_for<X>, Family>(x.template cast<double>(), y, options);
  return Fitted<decltype(make(solution.params, x.cols()))>{.params = make(solution.params, x.cols()),
                                                           .names = param_names("fit", options.names, x.cols(), others),
                                                           .covariance = std::move(solution.covariance),
                                                           .measures = std::move(solution.measures),
                                                           .converged = solution.converged};
}

}  // namespace detail

/// Logistic regression by maximum likelihood, from labels that are 0 or 1; Newton's method, O(n·k²) a step.
///
///   const auto fitted = models::fit(models::LogisticRegression<>{}, x, labels, {.names = design.names});
///
/// The covariance is the inverse of the Hessian of the negative log-likelihood (and penalty), the statistic z. Classes
/// that a plane separates have no finite params: the fit says so and has not converged.
/// Throws: grove::ShapeError unless x, y, weights and offset have as many rows and there is a name for each column;
/// grove::DataError if a value is not finite, y holds something else or one value only, a weight is negative, or
/// columns depend on each other (without a penalty); grove::HyperparameterError if l2 is negative. Source: McCullagh &
/// Nelder 1989, Generalized Linear Models.
template <class X>
Fitted<LogisticRegression<>> fit(const LogisticRegression<>&, const Eigen::MatrixBase<X>& x,
                                 const Eigen::VectorXd& labels, const RegressionOptions& options = {}) {
  return detail::fitted_model<detail::BinomialFamily>(x, labels, options, {"bias"}, [](const auto& p, Eigen::Index k) {
    return LogisticRegression<>{p.head(k), p(k)};
  });
}

/// Poisson regression of counts, in the same way. `offset` is ln(exposure).
template <class X>
Fitted<PoissonRegression<>> fit(const PoissonRegression<>&, const Eigen::MatrixBase<X>& x,
                                const Eigen::VectorXd& counts, const RegressionOptions& options = {}) {
  return detail::fitted_model<detail::PoissonFamily>(x, counts, options, {"bias"}, [](const auto& p, Eigen::Index k) {
    return PoissonRegression<>{p.head(k), p(k)};
  });
}

/// Negative binomial regression of counts, in the same way; the dispersion is fitted together with weight and bias.
/// Counts that vary less than Poisson's have no finite maximum in ln(dispersion): such a fit has not converged.
template <class X>
Fitted<NegativeBinomialRegression<>> fit(const NegativeBinomialRegression<>&, const Eigen::MatrixBase<X>& x,
                                         const Eigen::VectorXd& counts, const RegressionOptions& options = {}) {
  return detail::fitted_model<detail::NegativeBinomialFamily>(
      x, counts, options, {"bias", "dispersion"}, [](const auto& p, Eigen::Index k) {
        return NegativeBinomialRegression<>{p.head(k), p(k), p(k + 1)};
      });
}

}  // namespace grove::models
