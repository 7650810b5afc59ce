// Poisson regression: counts whose mean is the exponential of a linear combination.
#pragma once

#include <Eigen/Core>

#include "../autodiff/autodiff.hpp"
#include "detail/count_score.hpp"
#include "detail/prediction.hpp"

namespace grove::models {

/// E(count) = exp(x·weight + bias), and so is the variance.
template <class T = double>
struct PoissonRegression {
  grove::Vector<T> weight;  ///< one for each column of x
  T bias;                   ///< ln of the mean where x is 0

  /// ln of the means.  x: n×k → n.  Throws: grove::ShapeError.
  template <class X>
  auto logarithms(const X& x) const {
    return detail::prediction(detail::product(x, weight).array() + bias);
  }

  /// Means.  x: n×k → n
  template <class X>
  auto operator()(const X& x) const {
    return exp(logarithms(x));
  }

  /// The share of the deviance that the model explains, 1 - D(y, model(x)) / D(y, ȳ).
  /// Throws: grove::ShapeError; grove::DataError if y holds no counts.
  template <class X>
  double score(const X& x, const Eigen::VectorXd& y) const {
    return detail::count_score<detail::PoissonFamily>(y, logarithms(x), 0);
  }
};

}  // namespace grove::models
