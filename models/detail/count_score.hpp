// The share of the deviance of counts that a model explains.
#pragma once

#include <Eigen/Core>
#include <cmath>

#include "../metrics.hpp"
#include "families.hpp"

namespace grove::models::detail {

/// Throws: grove::DataError at the first response that the family does not have.
template <class Family>
void check_responses(const char* who, const Eigen::VectorXd& y) {
  for (Eigen::Index i = 0; i < y.size(); ++i) {
    if (!Family::accepts(y[i]))
      throw DataError(
          grove::detail::fill("{}: y holds {} in row {}; it must hold {}", {who, y[i], i, Family::responses}));
  }
}

/// 1 - D(y, exp(logarithms)) / D(y, ȳ); 1 or 0 if all counts are equal.
template <class Family>
double count_score(const Eigen::VectorXd& y, const Eigen::ArrayXd& logarithms, double dispersion) {
  check_shapes("score", y, logarithms);
  check_responses<Family>("score", y);
  const double constant = std::log(y.mean());
  double left = 0, total = 0;
  for (Eigen::Index i = 0; i < y.size(); ++i) {
    const double least = Family::saturated(y[i], dispersion);
    left += Family::terms(logarithms[i], y[i], dispersion).value - least;
    if (y.mean() > 0) total += Family::terms(constant, y[i], dispersion).value - least;
  }
  return total > 0 ? 1 - left / total : (left > 0 ? 0.0 : 1.0);
}

}  // namespace grove::models::detail
