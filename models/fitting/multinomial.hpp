// Fits of multinomial logistic regressions.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../../optim/numerics/detail/check.hpp"
#include "../multinomial_regression.hpp"
#include "detail/newton.hpp"
#include "detail/regression_data.hpp"
#include "detail/unit_columns.hpp"
#include "fitted.hpp"
#include "regression_options.hpp"

namespace grove::models {
namespace detail {

/// The negative log-likelihood of classes by the coefficients of those that are free, class by class. Without a penalty
/// the first class is the reference, whose coefficients are 0. With one all are free, and the sum of the biases, of
/// which nothing depends, is held at 0 by a term ½(Σ bias)²/classes.
template <class S>
struct MultinomialLikelihood {
  const Eigen::MatrixX<S>& z;
  const std::vector<int>& labels;
  const Eigen::VectorXd& weights;
  Eigen::Index classes;
  Eigen::VectorX<S> penalty;  ///< of the coefficients of a class; all 0 for none
  bool penalized;

  Eigen::Index first() const { return penalized ? 0 : 1; }

  Curved<S> operator()(const Eigen::VectorX<S>& params) const {
    const Eigen::Index n = z.rows(), k = z.cols(), free = classes - first();
    const auto coefficients = params.reshaped(k, free);
    Eigen::MatrixX<S> p = Eigen::MatrixX<S>::Zero(n, classes);
    p.rightCols(free) = z * coefficients;
    Curved<S> sum{0, {}, Eigen::MatrixX<S>(k * free, k * free)};
    for (Eigen::Index i = 0; i < n; ++i) {
      const S largest = p.row(i).maxCoeff(), of_label = p(i, labels[static_cast<std::size_t>(i)]);
      p.row(i) = (p.row(i).array() - largest).exp();
      const S total = p.row(i).sum();
      sum.value += weights[i] * (largest + std::log(total) - of_label);
      p.row(i) /= total;
    }
    Eigen::MatrixX<S> slopes = p;
    for (Eigen::Index i = 0; i < n; ++i) slopes(i, labels[static_cast<std::size_t>(i)]) -= 1;
    Eigen::MatrixX<S> gradient = z.transpose() * weights.asDiagonal() * slopes.rightCols(free);
    gradient += penalty.asDiagonal() * coefficients;
    for (Eigen::Index c = 0; c < free; ++c) {
      for (Eigen::Index d = 0; d <= c; ++d) {
        const auto pc = p.col(c + first()).array(), pd = p.col(d + first()).array();
        const Eigen::VectorX<S> curvature = weights.array() * pc * (S(c == d ? 1 : 0) - pd);
        const Eigen::MatrixX<S> block = z.transpose() * curvature.asDiagonal() * z;
        sum.hessian.block(c * k, d * k, k, k) = block;
        sum.hessian.block(d * k, c * k, k, k) = block;
      }
    }
    sum.hessian.diagonal() += penalty.replicate(free, 1);
    sum.value += (penalty.asDiagonal() * coefficients.cwiseAbs2()).sum() / 2;
    if (penalized) {
      const S biases = coefficients.row(k - 1).sum(), share = S(1) / static_cast<S>(classes);
      sum.value += share * biases * biases / 2;
      gradient.row(k - 1).array() += share * biases;
      for (Eigen::Index c = 0; c < free; ++c)
        for (Eigen::Index d = 0; d < free; ++d) sum.hessian(c * k + k - 1, d * k + k - 1) += share;
    }
    sum.gradient = gradient.reshaped();
    return sum;
  }
};

/// How much weight each class has.  Throws: grove::DataError if a label is no class or a class has none.
inline Eigen::VectorXd weights_of_classes(const char* who, const std::vector<int>& labels,
                                          const Eigen::VectorXd& weights, Eigen::Index asked) {
  const int largest = *std::max_element(labels.begin(), labels.end());
  const Eigen::Index classes = std::max<Eigen::Index>(asked, largest + 1);
  if (*std::min_element(labels.begin(), labels.end()) < 0 || (asked > 0 && classes > asked))
    throw DataError(fill("{}: labels must lie in [0, {}), got {} to {}",
                         {who, asked > 0 ? asked : classes, *std::min_element(labels.begin(), labels.end()), largest}));
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(classes);
  for (std::size_t i = 0; i < labels.size(); ++i) counts[labels[i]] += weights[static_cast<Eigen::Index>(i)];
  for (Eigen::Index c = 0; c < classes; ++c)
    if (counts[c] == 0) throw DataError(fill("{}: no row is of class {} of {}", {who, c, classes}));
  if (classes < 2) throw DataError(fill("{}: every label is 0; at least two classes are needed", {who}));
  return counts;
}

template <class S>
Fitted<MultinomialRegression<>> fit_multinomial(const Eigen::MatrixX<S>& x, const std::vector<int>& labels,
                                                const RegressionOptions& options, Eigen::Index asked) {
  constexpr auto who = "fit";
  const Eigen::Map<const Eigen::VectorXi> y(labels.data(), static_cast<Eigen::Index>(labels.size()));
  check_xy(who, x, Eigen::VectorXd(y.cast<double>()));
  optim::detail::check_rate(who, "l2", options.l2);
  if (options.offset.size() != 0) throw DataError(fill("{}: a multinomial regression has no offset", {who}));
  const Eigen::VectorXd weights = weights_of_rows(who, options.weights, x.rows());
  const Eigen::VectorXd counts = weights_of_classes(who, labels, weights, asked);
  const bool penalized = options.l2 > 0;
  const UnitColumns<S> columns(x, weights);
  if (!penalized) columns.check_rank(who, weights);

  const Eigen::Index k = x.cols(), classes = counts.size();
  MultinomialLikelihood<S> likelihood{columns.z, labels, weights, classes, Eigen::VectorX<S>::Zero(k + 1), penalized};
  likelihood.penalty.head(k) = options.l2 * columns.unit.cwiseAbs2().cwiseInverse();
  const Eigen::Index first = likelihood.first(), free = classes - first;
  const NewtonEnd<S> end = minimize_newton<S>(likelihood, Eigen::VectorX<S>::Zero((k + 1) * free));

  const OutputPlaces place{k, classes};
  Fitted<MultinomialRegression<>> fitted{
      .params = {Eigen::MatrixXd::Zero(k, classes), Eigen::RowVectorXd::Zero(classes)},
      .names = output_names(who, options.names, place),
      .covariance = Eigen::MatrixXd::Zero(place.size(), place.size()),
      .measures = {},
      .converged = end.converged};
  const Eigen::MatrixX<S> found = columns.back * end.x.reshaped(k + 1, free);
  fitted.params.weight.rightCols(free) = found.topRows(k);
  fitted.params.bias.tail(free) = found.row(k);
  Eigen::MatrixX<S> inverse = inverse_hessian<S>(end.at.hessian);
  if (penalized) {  // the sum of the biases is fixed: it has no variance
    for (Eigen::Index c = 0; c < free; ++c)
      for (Eigen::Index d = 0; d < free; ++d)
        inverse(c * (k + 1) + k, d * (k + 1) + k) -= S(1) / static_cast<S>(classes);
  }
  for (Eigen::Index c = 0; c < free; ++c) {
    for (Eigen::Index d = 0; d < free; ++d) {
      const Eigen::MatrixX<S> block =
          columns.back * inverse.block(c * (k + 1), d * (k + 1), k + 1, k + 1) * columns.back.transpose();
      for (Eigen::Index i = 0; i <= k; ++i)
        for (Eigen::Index j = 0; j <= k; ++j) fitted.covariance(place(i, c + first), place(j, d + first)) = block(i, j);
    }
  }

  optim::FitSummary& measures = fitted.measures;
  const auto count = static_cast<double>((k + 1) * (classes - 1));
  measures.statistic = "z";
  measures.residuals = static_cast<std::int64_t>(std::llround(weights.sum()));
  measures.degrees_of_freedom = measures.residuals - static_cast<std::int64_t>(count);
  measures.end = fill("{} Newton steps", {end.steps});
  if (penalized) measures.end += fill(", with the penalty l2 = {}", {options.l2});
  likelihood.penalty.setZero();
  measures.log_likelihood = -likelihood(end.x).value;
  measures.null_log_likelihood = (counts.array() * (counts.array() / counts.sum()).log()).sum();
  measures.deviance = -2 * measures.log_likelihood;
  measures.null_deviance = -2 * measures.null_log_likelihood;
  if (!penalized) {
    measures.aic = 2 * count + measures.deviance;
    measures.bic = std::log(counts.sum()) * count + measures.deviance;
    if (measures.deviance < 1e-6) {
      fitted.converged = false;
      measures.warnings.push_back("the model fits every observation: its params grow without end; give a penalty l2");
    }
  }
  return fitted;
}

}  // namespace detail

/// Multinomial logistic regression by maximum likelihood, from labels 0, 1, …; Newton's method, O(n·k²·classes²) a
/// step. A model of some columns already says how many classes there are, else the largest label does.
///
/// Without a penalty the first class is the reference: its params are 0 and fixed, the others are log-odds against it.
/// With `l2` all classes have params; their biases sum to 0.
/// Throws: grove::ShapeError unless x, labels and weights have as many rows and there is a name for each column;
/// grove::DataError if a value is not finite, a class has no row, a weight is negative, an offset is given, or columns
/// depend on each other (without a penalty); grove::HyperparameterError if l2 is negative.
template <class X>
Fitted<MultinomialRegression<>> fit(const MultinomialRegression<>& model, const Eigen::MatrixBase<X>& x,
                                    const std::vector<int>& labels, const RegressionOptions& options = {}) {
  return detail::fit_multinomial<detail::double_for<X>>(x.template cast<double>(), labels, options, model.bias.size());
}

}  // namespace grove::models
