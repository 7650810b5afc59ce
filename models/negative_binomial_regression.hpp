// Negative binomial regression: counts that vary more than Poisson's.
#pragma once

#include <Eigen/Core>

#include "../autodiff/autodiff.hpp"
#include "detail/count_score.hpp"
#include "detail/prediction.hpp"

namespace grove::models {

/// E(count) = μ = exp(x·weight + bias), with variance μ + dispersion·μ² (NB2).
template <class T = double>
struct NegativeBinomialRegression {
  grove::Vector<T> weight;  ///< one for each column of x
  T bias;                   ///< ln of the mean where x is 0
  T dispersion;             ///< > 0; towards 0 it is Poisson's

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
    return detail::count_score<detail::NegativeBinomialFamily>(y, logarithms(x), dispersion);
  }
};

}  // namespace grove::models
