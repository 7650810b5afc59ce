// A factor of the gradient that the value does not see.
#pragma once

#include <cmath>

#include "../../autodiff/autodiff.hpp"
#include "detail/check.hpp"
#include "detail/math.hpp"

namespace grove::optim {

/// `inputs` as they are; on the way back their gradient is multiplied by `scale`.
///
///   const auto shared = scale_gradient(p.encoder, 0.1);      // inside a loss: the encoder learns a tenth as fast
///
/// A number, an array or a tree of them; 0 stops the gradient, -1 turns it round. The factor enters every derivative,
/// second ones once. What is not finite gets no gradient. Throws: HyperparameterError if the scale is not finite.
template <class T>
T scale_gradient(const T& inputs, double scale) {
  if (!std::isfinite(scale)) detail::reject("scale_gradient", "scale", "be finite", scale);
  return tree::map(
      [&](const auto& x) {
        const auto value = grove::stop_gradient(x);
        return grove::where(value - value == 0, value + detail::in_scalar_of(x, scale) * (x - value), value);
      },
      inputs);
}

}  // namespace grove::optim
