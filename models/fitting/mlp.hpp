// Fits of multilayer perceptrons: numbers or classes, with a penalty, dropout, and rows held back to stop early.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "../../optim/optimizers/adam.hpp"
#include "../mlp_classifier.hpp"
#include "detail/network.hpp"
#include "detail/regression_data.hpp"
#include "fitted_network.hpp"

namespace grove::models {

/// Trains a network to numbers, from its params, by an optimizer: adam(0.01) unless another is given.
/// x: n×inputs, y: n×outputs
///
///   const auto network = models::make_mlp<models::Activation::relu>({4, 32, 1}, 1);
///   const auto fitted = models::fit(network, standardize(x), y, {.held_back = 0.2, .training = {.patience = 50}});
///   fmt::print("{}\n{}\n", fitted.summary(), fitted.score(x_test, y_test));
///
/// Networks learn columns whose deviations are about 1, of y, too: see `fit_standardizer`. Dropout and batches need an
/// optimizer without a linesearch. It has converged if a tolerance was met or the patience is over. The errors are
/// those of the residuals' Jacobian, s²·(JᵀJ + l2)⁻¹ with s² = Σr² / (n·outputs - params).
/// Throws: grove::ShapeError unless network, x and y fit; grove::DataError if a value is not finite;
/// grove::HyperparameterError for options out of range, dropout with threads, or a measure of one's own beside rows
/// held back; and as `minimize`.
template <Activation A, class X, class Optimizer = decltype(optim::adam(0.01))>
FittedNetwork<Mlp<double, A>> fit(const Mlp<double, A>& start, const Eigen::MatrixBase<X>& x, const Eigen::MatrixXd& y,
                                  const MlpOptions& options = {}, const Optimizer& optimizer = optim::adam(0.01)) {
  const Eigen::MatrixXd all = x.template cast<double>();
  detail::check_network(start, all, y.cols(), "columns");
  detail::check_xy("fit", all, y);
  return detail::fit_network<detail::Squares>(start, all, y, options, optimizer);
}

/// The same of classes, from labels 0, 1, …, of which the network has an output each. The model is an `MlpClassifier`,
/// which predicts probabilities; `fitted.params.network` is the network.
///
///   const auto fitted = models::fit(models::make_mlp({64, 32, 10}, 1), x, labels, {.l2 = 1e-3});
///
/// The errors are those of Fisher's information, and need l2 > 0, as the probabilities do not change if one vector is
/// added to the last weights of all classes.
/// Throws: as above; grove::DataError if a label is no output.
template <Activation A, class X, class Optimizer = decltype(optim::adam(0.01))>
FittedNetwork<MlpClassifier<double, A>> fit(const Mlp<double, A>& start, const Eigen::MatrixBase<X>& x,
                                            const std::vector<int>& labels, const MlpOptions& options = {},
                                            const Optimizer& optimizer = optim::adam(0.01)) {
  const Eigen::MatrixXd all = x.template cast<double>();
  const Eigen::Map<const Eigen::VectorXi> y(labels.data(), static_cast<Eigen::Index>(labels.size()));
  detail::check_xy("fit", all, Eigen::VectorXd(y.cast<double>()));
  const Eigen::Index outputs = start.layers.empty() ? 0 : start.layers.back().bias.size();
  detail::check_network(start, all, outputs, "classes");
  if (outputs < 2 || y.minCoeff() < 0 || y.maxCoeff() >= outputs)
    throw DataError(detail::fill("fit: the network has {} outputs, the labels are {} to {}",
                                 {outputs, y.minCoeff(), y.maxCoeff()}));
  if (options.errors && options.l2 == 0)
    throw HyperparameterError("fit: errors of a network of classes need l2 > 0; without, its params are not unique");
  return detail::fit_network<detail::Classes>(MlpClassifier<double, A>{start}, all, labels, options, optimizer);
}

}  // namespace grove::models
