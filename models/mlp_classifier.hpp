// The probabilities of several classes by a multilayer perceptron.
#pragma once

#include <vector>

#include "detail/prediction.hpp"
#include "metrics.hpp"
#include "mlp.hpp"

namespace grove::models {

/// P(class j) = softmax(network(x))ⱼ: what `fit(network, x, labels)` finds.
template <class T = double, Activation A = Activation::tanh>
struct MlpClassifier {
  Mlp<T, A> network;  ///< an output for each class

  /// x: n×inputs → n×classes; with a Dropout some of the hidden values are left out.  Throws: grove::ShapeError.
  template <class X, class... D>
  auto logits(const X& x, D&... dropout) const {
    return network(x, dropout...);
  }

  /// Probabilities.  x: n×inputs → n×classes, each row sums to 1
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
