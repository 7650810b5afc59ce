// Multinomial logistic regression: the probabilities of several classes.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"
#include "metrics.hpp"

namespace grove::models {

/// P(class j) = softmax(x·weight + bias)ⱼ.
template <class T = double>
struct MultinomialRegression {
  grove::Matrix<T> weight;   ///< columns of x × classes
  grove::RowVector<T> bias;  ///< classes

  /// x: n×k → n×classes.  Throws: grove::ShapeError.
  template <class X>
  auto logits(const X& x) const {
    return detail::prediction(detail::add_to_rows(detail::product(x, weight), bias));
  }

  /// Probabilities.  x: n×k → n×classes, each row sums to 1
  template <class X>
  auto operator()(const X& x) const {
    return softmax(logits(x).rowwise());
  }

  /// The most probable class of each row.
  template <class X>
  std::vector<int> classes(const X& x) const {
    return detail::largest_of_rows(logits(x));
  }

  /// The accuracy.  Throws: grove::ShapeError unless there is a label for each row, grove::DataError if there is none.
  template <class X>
  double score(const X& x, const std::vector<int>& labels) const {
    return accuracy(labels, classes(x));
  }
};

}  // namespace grove::models
