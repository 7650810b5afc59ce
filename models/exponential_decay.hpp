// Exponential decay towards an offset.
#pragma once

#include <Eigen/Core>

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"

namespace grove::models {

/// y ≈ amplitude·exp(-rate·t) + offset.  `rate` has the unit of 1/t.
template <class T = double>
struct ExponentialDecay {
  T amplitude;  ///< the height above the offset at 0
  T rate;       ///< what is lost in a unit of time, relative
  T offset;     ///< what remains in the end

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
    return detail::prediction(amplitude * exp(-rate * t) + offset);
  }
};

}  // namespace grove::models
