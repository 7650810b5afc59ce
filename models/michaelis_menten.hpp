// The rate of an enzyme's reaction.
#pragma once

#include <Eigen/Core>

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"

namespace grove::models {

/// y ≈ maximum·s / (half + s): the rate at the concentration s, of which half the maximum is reached at `half`.
/// Source: Michaelis & Menten 1913.
template <class T = double>
struct MichaelisMenten {
  T maximum;  ///< in the unit of y
  T half;     ///< in the unit of s

  /// Rates at n concentrations.  n → n
  auto operator()(const Eigen::VectorXd& s) const {
    return detail::prediction(maximum * s.array() / (half + s.array()));
  }
};

}  // namespace grove::models
