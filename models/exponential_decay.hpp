// Exponential decay towards an offset.
#pragma once

#include <Eigen/Core>

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"

namespace grove::models {

/// y ≈ amplitude·exp(-rate·t) + offset.  `rate` has the unit of 1/t.
template <class T = double>
struct ExponentialDecay {
  T amplitude;
  T rate;
  T offset;

  /// Values at n times.  n → n
  auto operator()(const Eigen::VectorXd& t) const {
    return detail::prediction(amplitude * exp(-rate * t.array()) + offset);
  }
};

}  // namespace grove::models
