// Logistic regression: the probability of one of two classes.
#pragma once

#include <Eigen/Core>

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"

namespace grove::models {

/// P(label = 1) = 1 / (1 + exp(-(x·weight + bias))).
template <class T = double>
struct LogisticRegression {
  grove::Vector<T> weight;  ///< one for each column of x
  T bias;

  /// Log-odds.  x: n×k → n.  Throws: grove::ShapeError.
  template <class X>
  auto logits(const X& x) const {
    return detail::prediction(detail::product(x, weight).array() + bias);
  }

  /// Probabilities.  x: n×k → n
  template <class X>
  auto operator()(const X& x) const {
    return logistic(logits(x));
  }
};

/// Mean negative log-likelihood of labels that are 0 or 1:  mean(softplus(z) - label·z), z the log-odds. It stays
/// finite however sure and wrong the model is.
inline constexpr auto log_loss = [](const auto& model, const auto& x, const auto& labels) {
  const auto z = model.logits(x);
  grove::detail::check_same_shape("log_loss", z.rows(), z.cols(), labels.rows(), labels.cols());
  return mean(softplus(z) - labels.array() * z);
};

}  // namespace grove::models
