// Training of networks: what is minimized, and what is said of the result.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../../autodiff/autodiff.hpp"
#include "../../../optim/losses/classification.hpp"
#include "../../../optim/training/minimize.hpp"
#include "../../data/labels.hpp"
#include "../../mlp_classifier.hpp"
#include "../fitted_network.hpp"
#include "newton.hpp"
#include "regression_data.hpp"

namespace grove::models::detail {

template <class T, Activation A>
const Mlp<T, A>& network_of(const Mlp<T, A>& model) {
  return model;
}
template <class T, Activation A>
const Mlp<T, A>& network_of(const MlpClassifier<T, A>& model) {
  return model.network;
}

/// Numbers: half the sum of squares over the outputs, the mean of the rows.
struct Squares {
  static constexpr std::string_view score = "R²";

  static Split split_rows(const Eigen::MatrixXd& y, const SplitOptions& options) { return split(y.rows(), options); }
  static Eigen::MatrixXd select(const Eigen::MatrixXd& y, const Rows& rows) { return select_rows(y, rows); }

  template <class M, class... In>
  static auto outputs(const M& model, In&... in) {
    return model(in...);
  }
  template <class H>
  static auto misfit(const H& outputs, const Eigen::MatrixXd& y) {
    return sum(square(outputs.array() - y.array())) / (2.0 * static_cast<double>(y.rows()));
  }
  /// The information in one row is JᵀJ ÷ the variance of the residuals.
  static Eigen::MatrixXd weights(const Eigen::MatrixXd& outputs) {
    return Eigen::MatrixXd::Identity(outputs.cols(), outputs.cols());
  }
};

/// Classes: the negative log-likelihood, the mean of the rows.
struct Classes {
  static constexpr std::string_view score = "accuracy";

  static Split split_rows(const std::vector<int>& labels, const SplitOptions& options) {
    return stratified_split(labels, options);
  }
  static std::vector<int> select(const std::vector<int>& labels, const Rows& rows) {
    std::vector<int> result;
    for (const Eigen::Index row : rows) result.push_back(labels[static_cast<std::size_t>(row)]);
    return result;
  }

  template <class M, class... In>
  static auto outputs(const M& model, In&... in) {
    return model.logits(in...);
  }
  template <class H>
  static auto misfit(const H& logits, const std::vector<int>& labels) {
    return mean(optim::losses::softmax_cross_entropy_with_integer_labels(logits, labels));
  }
  /// The information in one row is Jᵀ(diag(p) - p pᵀ)J, p the probabilities.
  static Eigen::MatrixXd weights(const Eigen::MatrixXd& logits) {
    const Eigen::VectorXd p = softmax(Eigen::VectorXd(logits.row(0).transpose()));
    return Eigen::MatrixXd(p.asDiagonal()) - p * p.transpose();
  }
};

/// Throws: ShapeError unless the network has layers, which fit each other, and inputs and outputs for the data.
template <Activation A>
void check_network(const Mlp<double, A>& network, const Eigen::MatrixXd& x, Eigen::Index outputs, const char* of_y) {
  if (network.layers.empty()) throw ShapeError("fit: the network has no layers; make_mlp makes some");
  if (network.layers.front().weight.rows() != x.cols())
    throw ShapeError(
        fill("fit: x has {} columns, the network {} inputs", {x.cols(), network.layers.front().weight.rows()}));
  if (network.layers.back().bias.size() != outputs)
    throw ShapeError(
        fill("fit: y has {} {}, the network {} outputs", {outputs, of_y, network.layers.back().bias.size()}));
  network(x.topRows(std::min<Eigen::Index>(1, x.rows())).eval());
}

inline void check_options(const MlpOptions& options) {
  optim::detail::check_rate("fit", "l2", options.l2);
  if (!(options.held_back >= 0 && options.held_back < 1))
    throw HyperparameterError(fill("fit: held_back must lie in [0, 1), got {}", {options.held_back}));
  if (options.held_back > 0 && options.training.measure)
    throw HyperparameterError("fit: rows held back and a measure both say what is best; give one of them");
  if (options.dropout > 0 && options.training.threads)
    throw HyperparameterError("fit: dropout draws in one order, so it is not to be had with threads");
}

/// Σ |weight|² of the layers.
template <class M>
auto weight_squares(const M& model) {
  const auto& network = network_of(model);
  auto total = sum(square(network.layers.front().weight));
  for (std::size_t i = 1; i < network.layers.size(); ++i) total = total + sum(square(network.layers[i].weight));
  return total;
}

/// `linear 4 → 16 → 3, 131 params`.
template <Activation A>
std::string shape_of(const Mlp<double, A>& network) {
  constexpr std::string_view names[] = {"tanh", "relu", "gelu", "silu", "logistic", "softplus"};
  std::string text = network.layers.size() > 1 ? std::string(names[static_cast<std::size_t>(A)]) : "linear";
  text += fill(" {}", {network.layers.front().weight.rows()});
  for (const auto& layer : network.layers) text += fill(" → {}", {layer.bias.size()});
  return text + fill(", {} params", {tree::size(network)});
}

/// The sum over the rows of their information about the params, and the penalty's.
template <class Target, class Model>
Eigen::MatrixXd information(const Model& model, const Eigen::MatrixXd& x, double l2) {
  const Eigen::Index size = tree::size(model);
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(size, size);
  const auto outputs = [](const auto& m, const Eigen::MatrixXd& row) { return Target::outputs(m, row); };
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    const Eigen::MatrixXd row = x.row(i);
    const Eigen::MatrixXd slopes = jacrev(outputs)(model, row);
    sum += slopes.transpose() * Target::weights(Target::outputs(model, row)) * slopes;
  }
  Eigen::Index next = 0;
  for (const auto& layer : network_of(model).layers) {
    sum.diagonal().segment(next, layer.weight.size()).array() += l2;
    next += layer.weight.size() + layer.bias.size();
  }
  return sum;
}

/// The summary without its rows.
template <class Target, class Model, class Y>
optim::FitSummary network_measures(const FittedNetwork<Model>& fitted, const Eigen::MatrixXd& x, const Y& y,
                                   const Eigen::MatrixXd& held, const Y& held_target, const MlpOptions& options) {
  const auto count = static_cast<double>(tree::size(fitted.params));
  const Eigen::MatrixXd outputs = Target::outputs(fitted.params, x);
  const double misfit = static_cast<double>(x.rows()) * static_cast<double>(Target::misfit(outputs, y));
  const Eigen::Index values = std::is_same_v<Target, Squares> ? outputs.size() : x.rows();
  const double score = fitted.score(x, y);
  optim::FitSummary measures;
  measures.statistic = "z";
  measures.residuals = values;
  measures.degrees_of_freedom = values - static_cast<std::int64_t>(count);
  measures.log_likelihood = -misfit;
  if constexpr (std::is_same_v<Target, Squares>) {
    const auto n = static_cast<double>(values);
    measures.log_likelihood = -n / 2 * (std::log(2 * std::numbers::pi * 2 * misfit / n) + 1);
    measures.r_squared = score;
  } else {
    measures.deviance = 2 * misfit;
  }
  if (options.errors && options.l2 == 0) {
    measures.aic = 2 * count - 2 * measures.log_likelihood;
    measures.bic = std::log(static_cast<double>(x.rows())) * count - 2 * measures.log_likelihood;
  }
  measures.end = fill("{}\n{} steps, {}", {shape_of(network_of(fitted.params)), fitted.training.steps,
                                           optim::to_string(fitted.training.reason)});
  measures.end += fill("\n{} {} on {} rows", {Target::score, grove::detail::number(score, "{:.4f}"), x.rows()});
  if (held.rows() > 0)
    measures.end +=
        fill(", {} on {} held back", {grove::detail::number(fitted.score(held, held_target), "{:.4f}"), held.rows()});
  return measures;
}

/// The inverse of the information, of numbers times the variance of the residuals. Of classes nothing depends on the
/// sum of the last biases, which is held fixed.
template <class Target, class Model, class Y>
void add_errors(FittedNetwork<Model>& fitted, const Eigen::MatrixXd& x, const Y& y, double l2) {
  Eigen::MatrixXd sum = information<Target>(fitted.params, x, l2);
  optim::FitSummary& measures = fitted.measures;
  if constexpr (std::is_same_v<Target, Classes>) {
    const Eigen::Index classes = network_of(fitted.params).layers.back().bias.size();
    const double share = 1 / static_cast<double>(classes);
    sum.bottomRightCorner(classes, classes).array() += share;
    fitted.covariance = inverse_hessian<double>(sum);
    fitted.covariance.bottomRightCorner(classes, classes).array() -= share;
  } else {
    const auto freedom = static_cast<double>(measures.degrees_of_freedom);
    if (!(freedom > 0)) measures.warnings.push_back("no degrees of freedom are left, so no errors are known");
    measures.statistic = "t";
    measures.cost = (fitted.params(x) - y).squaredNorm() / 2;
    const double variance = freedom > 0 ? 2 * measures.cost / freedom : std::numeric_limits<double>::quiet_NaN();
    measures.residual_standard_error = std::sqrt(variance);
    fitted.covariance = variance * inverse_hessian<double>(sum);
  }
}

/// Trains, and says how good the result is.
template <class Target, class Model, class Y, class Optimizer>
FittedNetwork<Model> fit_network(const Model& start, const Eigen::MatrixXd& x, const Y& y, const MlpOptions& options,
                                 const Optimizer& optimizer) {
  check_options(options);
  Dropout dropout(options.dropout, options.seed);
  FittedNetwork<Model> fitted;
  if (options.held_back > 0) {
    fitted.rows = Target::split_rows(y, {.test_fraction = options.held_back, .seed = options.seed});
  } else {
    fitted.rows.train.resize(static_cast<std::size_t>(x.rows()));
    std::iota(fitted.rows.train.begin(), fitted.rows.train.end(), Eigen::Index{0});
  }
  const Eigen::MatrixXd seen = select_rows(x, fitted.rows.train), held = select_rows(x, fitted.rows.test);
  const Y target = Target::select(y, fitted.rows.train), held_target = Target::select(y, fitted.rows.test);

  optim::MinimizeOptions training = options.training;
  if (options.held_back > 0) {
    training.keep_best = true;
    training.measure = [&](const Model& model) {
      return static_cast<double>(Target::misfit(Target::outputs(model, held), held_target));
    };
  }
  const double penalty = options.l2 / (2 * static_cast<double>(seen.rows()));
  const auto loss = [&](const auto& model, const Eigen::MatrixXd& in, const Y& out) {
    auto value = options.dropout > 0 ? Target::misfit(Target::outputs(model, in, dropout), out)
                                     : Target::misfit(Target::outputs(model, in), out);
    if (penalty > 0) value = value + penalty * weight_squares(model);
    return value;
  };
  fitted.training = optim::minimize(loss, start, optimizer, training, seen, target);
  fitted.params = fitted.training.params;
  fitted.converged = fitted.training.converged() || fitted.training.reason == optim::StopReason::no_improvement;
  fitted.names = optim::detail::element_names(fitted.params);
  fitted.measures = network_measures<Target>(fitted, seen, target, held, held_target, options);
  if (options.errors) add_errors<Target>(fitted, seen, target, options.l2);
  return fitted;
}

}  // namespace grove::models::detail
