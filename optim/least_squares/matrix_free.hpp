// Residual functions whose Jacobian is never formed.
#pragma once

#include <utility>

#include "../../autodiff/derivatives/jvp.hpp"
#include "../../autodiff/derivatives/vjp.hpp"

namespace grove::optim {

/// See `matrix_free`.
template <class F>
struct MatrixFree {
  F residuals;  ///< what is to become small

  /// The residuals themselves.
  template <class... Args>
  decltype(auto) operator()(const Args&... args) const {
    return residuals(args...);
  }
};

/// Has `least_squares` use products of the Jacobian with vectors only (`jvp`, `vjp`) and conjugate gradients: for
/// thousands of params and residuals.
///
///   least_squares(matrix_free(residuals), params, {}, x, y);
template <class F>
MatrixFree<F> matrix_free(F residuals) {
  return {std::move(residuals)};
}

}  // namespace grove::optim
