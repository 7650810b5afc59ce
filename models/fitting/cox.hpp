// Fits of Cox regressions, by the partial likelihood.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "../../optim/numerics/detail/check.hpp"
#include "../cox_regression.hpp"
#include "detail/newton.hpp"
#include "detail/regression_data.hpp"
#include "detail/unit_columns.hpp"
#include "fitted.hpp"

namespace grove::models {

/// How events at the same time share the rows at risk.
enum class Ties {
  efron,   ///< as if each of them came first in its share of the orders: close to exact
  breslow  ///< as if all of them were at risk throughout
};

/// Options of `fit` for a CoxRegression.
struct CoxOptions {
  std::vector<std::string> names = {};  ///< of the columns of x
  Ties ties = Ties::efron;              ///< what is done where several events have one time
  double l2 = 0;  ///< ≥ 0: adds ½·l2·|weight|² to the negative logarithm of the partial likelihood
};

namespace detail {

/// The negative logarithm of the partial likelihood, by one pass from the last time to the first.
template <class S>
struct PartialLikelihood {
  const Eigen::MatrixX<S>& z;
  const Eigen::VectorXd& time;
  const Eigen::VectorXd& event;
  Ties ties;
  Eigen::VectorX<S> penalty;
  std::vector<Eigen::Index> order;  ///< latest first

  /// Sums over rows of their hazards, and of these with the columns once and twice.
  struct Sums {
    S hazard = 0;
    Eigen::VectorX<S> first;
    Eigen::MatrixX<S> second;
    explicit Sums(Eigen::Index k) : first(Eigen::VectorX<S>::Zero(k)), second(Eigen::MatrixX<S>::Zero(k, k)) {}
    void add(S h, const Eigen::VectorX<S>& row) {
      hazard += h;
      first += h * row;
      second.noalias() += h * row * row.transpose();
    }
  };

  Curved<S> operator()(const Eigen::VectorX<S>& params) const {
    const Eigen::Index k = z.cols();
    Eigen::VectorX<S> eta = z * params;
    const S largest = eta.maxCoeff();  // a factor of all hazards, which cancels
    Curved<S> sum{0, Eigen::VectorX<S>::Zero(k), Eigen::MatrixX<S>::Zero(k, k)};
    Sums at_risk(k);
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
      Sums failing(k);
      int failures = 0;
      for (; end < order.size() && time[order[end]] == time[order[begin]]; ++end) {
        const Eigen::VectorX<S> row = z.row(order[end]);
        const S hazard = std::exp(eta(order[end]) - largest);
        at_risk.add(hazard, row);
        if (event[order[end]] != 1) continue;
        ++failures;
        failing.add(hazard, row);
        sum.value -= eta(order[end]) - largest;
        sum.gradient -= row;
      }
      for (int i = 0; i < failures; ++i) {
        const S share = ties == Ties::efron ? static_cast<S>(i) / static_cast<S>(failures) : S(0);
        const S total = at_risk.hazard - share * failing.hazard;
        const Eigen::VectorX<S> mean = (at_risk.first - share * failing.first) / total;
        sum.value += std::log(total);
        sum.gradient += mean;
        sum.hessian += (at_risk.second - share * failing.second) / total - mean * mean.transpose();
      }
    }
    sum.value += params.cwiseAbs2().dot(penalty) / 2;
    sum.gradient += penalty.cwiseProduct(params);
    sum.hessian.diagonal() += penalty;
    return sum;
  }
};

template <class S>
Fitted<CoxRegression<>> fit_cox(const Eigen::MatrixX<S>& x, const Eigen::VectorXd& time, const Eigen::VectorXd& event,
                                const CoxOptions& options) {
  constexpr auto who = "fit";
  check_xy(who, x, time);
  check_xy(who, x, event);
  for (Eigen::Index i = 0; i < event.size(); ++i)
    if (event[i] != 0 && event[i] != 1)
      throw DataError(fill("{}: event holds {} in row {}; it must hold 1, or 0 for censored rows", {who, event[i], i}));
  if (event.sum() == 0) throw DataError(fill("{}: every row is censored", {who}));
  optim::detail::check_rate(who, "l2", options.l2);
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(x.rows());
  const UnitColumns<S> columns(x, ones);
  if (options.l2 == 0) columns.check_rank(who, ones);
  const Eigen::Index k = x.cols();
  const Eigen::MatrixX<S> z = columns.z.leftCols(k);
  PartialLikelihood<S> likelihood{z,
                                  time,
                                  event,
                                  options.ties,
                                  options.l2 * columns.unit.cwiseAbs2().cwiseInverse(),
                                  std::vector<Eigen::Index>(static_cast<std::size_t>(x.rows()))};
  std::iota(likelihood.order.begin(), likelihood.order.end(), Eigen::Index{0});
  std::stable_sort(likelihood.order.begin(), likelihood.order.end(),
                   [&](Eigen::Index a, Eigen::Index b) { return time[a] > time[b]; });
  const NewtonEnd<S> end = minimize_newton<S>(likelihood, Eigen::VectorX<S>::Zero(k));
  const Eigen::VectorX<S> units = columns.unit.cwiseInverse();
  Fitted<CoxRegression<>> fitted{
      .params = {units.cwiseProduct(end.x)},
      .names = param_names(who, options.names, k, {}),
      .covariance = units.asDiagonal() * inverse_hessian<S>(end.at.hessian) * units.asDiagonal(),
      .measures = {},
      .converged = end.converged};
  likelihood.penalty.setZero();
  optim::FitSummary& measures = fitted.measures;
  measures.statistic = "z";
  measures.residuals = x.rows();
  measures.degrees_of_freedom = x.rows() - k;
  measures.log_likelihood = -likelihood(end.x).value;
  measures.null_log_likelihood = -likelihood(Eigen::VectorX<S>::Zero(k)).value;
  if (options.l2 == 0) {
    measures.aic = 2 * static_cast<double>(k) - 2 * measures.log_likelihood;
    if (measures.log_likelihood > -1e-6) {
      fitted.converged = false;
      measures.warnings.push_back("the columns order all events: the weights grow without end; give a penalty l2");
    }
  }
  measures.end = fill("{} events, {} Newton steps", {static_cast<Eigen::Index>(event.sum()), end.steps});
  if (options.l2 > 0) measures.end += fill(", with the penalty l2 = {}", {options.l2});
  return fitted;
}

}  // namespace detail

/// Cox regression: the weights of largest partial likelihood, from a time and an event (1, or 0 where the time is only
/// known to be longer) for each row; Newton's method, O(n·k²) a step.
///
///   const auto fitted = models::fit(models::CoxRegression<>{}, x, time, event, {.names = design.names});
///
/// The covariance is the inverse of the Hessian, the statistic z; the likelihoods are partial ones. Where the order of
/// the events is that of a column no finite weight is the best, and the fit has not converged.
/// Throws: grove::ShapeError unless x, time and event have as many rows and there is a name for each column;
/// grove::DataError if a value is not finite, an event is not 0 or 1, all rows are censored, or columns depend on each
/// other (without a penalty); grove::HyperparameterError if l2 is negative.
/// Source: Cox 1972; Efron 1977, The efficiency of Cox's likelihood function for censored data.
template <class X>
Fitted<CoxRegression<>> fit(const CoxRegression<>&, const Eigen::MatrixBase<X>& x, const Eigen::VectorXd& time,
                            const Eigen::VectorXd& event, const CoxOptions& options = {}) {
  return detail::fit_cox<detail::double_for<X>>(x.template cast<double>(), time, event, options);
}

}  // namespace grove::models
