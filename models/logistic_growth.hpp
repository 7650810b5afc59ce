// Growth towards a capacity.
#pragma once

#include <Eigen/Core>

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"

namespace grove::models {

/// y ≈ capacity / (1 + exp(-rate·(t - midpoint))): half the capacity is reached at `midpoint`. Source: Verhulst 1838.
template <class T = double>
struct LogisticGrowth {
  T capacity;  ///< what it grows to
  T rate;      ///< in the unit of 1/t
  T midpoint;  ///< in the unit of t

  /// Values at n times.  n → n
  auto operator()(const Eigen::VectorXd& t) const { return at(t.array()); }
  /// The value at a time, plain or active.
  template <grove::detail::Number X>
  auto operator()(const X& t) const {
    return at(t);
  }

 private:
  template <class X>
  auto at(const X& t) const {
    return detail::prediction(capacity * logistic(rate * (t - midpoint)));
  }
};

}  // namespace grove::models
