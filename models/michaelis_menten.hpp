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
  auto operator()(const Eigen::VectorXd& s) const { return at(s.array()); }
  /// The rate at a concentration, plain or active.
  template <grove::detail::Number X>
  auto operator()(const X& s) const {
    return at(s);
  }

 private:
  template <class X>
  auto at(const X& s) const {
    return detail::prediction(maximum * s / (half + s));
  }
};

}  // namespace grove::models
