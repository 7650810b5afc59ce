// Logistic regression: the probability of one of two classes.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"
#include "metrics.hpp"

namespace grove::models {

/// P(label = 1) = 1 / (1 + exp(-(x·weight + bias))).
template <class T = double>
struct LogisticRegression {
  grove::Vector<T> weight;  ///< one for each column of x
  T bias;                   ///< the log-odds where x is 0

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

  /// The accuracy: the share of labels, 0 or 1, of which the more probable is right.
  /// Throws: grove::ShapeError unless there is a label for each row, grove::DataError if there is none.
  template <class X>
  double score(const X& x, const Eigen::VectorXd& labels) const {
    return accuracy(labels, Eigen::VectorXd((Eigen::ArrayXd(logits(x)) > 0).template cast<double>()));
  }
};

/// `log_loss`, of a model or of probabilities.
struct LogLoss {
  /// Mean negative log-likelihood of labels that are 0 or 1:  mean(softplus(z) - label·z), z the log-odds. It stays
  /// finite however sure and wrong the model is.  Throws: ShapeError unless there is a label for each row.
  template <class Model, class X, class Y>
  auto operator()(const Model& model, const X& x, const Y& labels) const {
    const auto z = model.logits(x);
    grove::detail::check_same_shape("log_loss", z.rows(), z.cols(), labels.rows(), labels.cols());
    return mean(softplus(z) - labels.array() * z);
  }

  /// A metric: mean(-ln P(label)) of labels that are 0 or 1 and the probabilities of 1; infinite if one is sure and
  /// wrong.  Throws: ShapeError unless there are as many, DataError if there are none or one is outside of [0, 1].
  double operator()(const Eigen::VectorXd& labels, const Eigen::VectorXd& probabilities) const {
    detail::check_pairs("log_loss", labels, probabilities);
    double sum = 0;
    for (Eigen::Index i = 0; i < labels.size(); ++i) {
      check_probability(i, probabilities[i]);
      if (labels[i] != 0 && labels[i] != 1)
        throw DataError(grove::detail::fill("log_loss: label {} is {}, labels are 0 or 1", {i, labels[i]}));
      sum -= labels[i] == 1 ? std::log(probabilities[i]) : std::log1p(-probabilities[i]);
    }
    return sum / static_cast<double>(labels.size());
  }

  /// The same of classes and their probabilities, a row for each label and a column for each class.
  double operator()(const std::vector<int>& labels, const Eigen::MatrixXd& probabilities) const {
    detail::check_pairs("log_loss", labels, Eigen::VectorXd::Zero(probabilities.rows()));
    double sum = 0;
    for (std::size_t k = 0; k < labels.size(); ++k) {
      const auto i = static_cast<Eigen::Index>(k);
      if (labels[k] < 0 || labels[k] >= probabilities.cols())
        throw DataError(grove::detail::fill("log_loss: label {} of observation {} is not one of {} classes",
                                            {labels[k], i, probabilities.cols()}));
      check_probability(i, probabilities(i, labels[k]));
      sum -= std::log(probabilities(i, labels[k]));
    }
    return sum / static_cast<double>(labels.size());
  }

 private:
  static void check_probability(Eigen::Index i, double p) {
    if (!(p >= 0 && p <= 1))
      throw DataError(grove::detail::fill("log_loss: probability {} is {}, outside of [0, 1]", {i, p}));
  }
};

/// The loss of a LogisticRegression, `log_loss(model, x, labels)`, and the metric, `log_loss(labels, probabilities)`.
inline constexpr LogLoss log_loss{};

}  // namespace grove::models
