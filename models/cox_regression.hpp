// Cox regression: how columns raise or lower a hazard.
#pragma once

#include <Eigen/Core>

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"
#include "metrics.hpp"

namespace grove::models {

/// Proportional hazards: that of a row is exp(x·weight) times a baseline that depends on time alone.
template <class T = double>
struct CoxRegression {
  grove::Vector<T> weight;  ///< one for each column of x: ln of the hazard's factor for one unit

  /// ln of the relative hazards.  x: n×k → n.  Throws: grove::ShapeError.
  template <class X>
  auto logarithms(const X& x) const {
    return detail::prediction(detail::product(x, weight).array());
  }

  /// Hazards relative to a row of zeros.  x: n×k → n
  template <class X>
  auto operator()(const X& x) const {
    return exp(logarithms(x));
  }

  /// Harrell's concordance: of the pairs of which one is known to fail first, the share in which it has the larger
  /// hazard, equal hazards counting half.  O(n²)
  /// Throws: grove::ShapeError unless there are a time and an event (1, or 0 for censored) for each row,
  /// grove::DataError if no pair can be compared.
  template <class X>
  double concordance(const X& x, const Eigen::VectorXd& time, const Eigen::VectorXd& event) const {
    const Eigen::ArrayXd hazard = logarithms(x);
    detail::check_shapes("concordance", time, hazard);
    detail::check_shapes("concordance", event, hazard);
    double pairs = 0, right = 0;
    for (Eigen::Index i = 0; i < time.size(); ++i) {
      for (Eigen::Index j = 0; event[i] == 1 && j < time.size(); ++j) {
        if (!(time[i] < time[j] || (time[i] == time[j] && event[j] == 0))) continue;
        ++pairs;
        right += hazard[i] > hazard[j] ? 1 : (hazard[i] == hazard[j] ? 0.5 : 0);
      }
    }
    if (pairs == 0) throw DataError("concordance: of no two rows one is known to fail first");
    return right / pairs;
  }
};

}  // namespace grove::models
