// Reuse of the loss and the gradient that a linesearch computed last.
#pragma once

#include <cmath>
#include <optional>

#include "../../autodiff/error.hpp"
#include "backtracking.hpp"
#include "zoom.hpp"

namespace grove::optim {

/// Loss and gradient at `params`: those in the state of the zoom linesearch that led there, or else `f(params, grads)`.
///
///   const double value = value_and_grad_from_state(f, params, std::get<2>(state), grads);
///
/// Not for losses that change from step to step, as with batches.
template <class F, class P>
double value_and_grad_from_state(const F& f, const P& params, const ScaleByZoomLinesearchState<P>& state, P& grads) {
  if (!std::isfinite(state.value)) return f(params, grads);
  grads = state.grad;
  return state.value;
}

/// The same for the backtracking linesearch, which must have been told to keep the gradient.
///
/// Throws: HyperparameterError if it was not.
template <class F, class P>
double value_and_grad_from_state(const F& f, const P& params, const ScaleByBacktrackingLinesearchState<P>& state,
                                 P& grads) {
  if (!state.grad) {
    throw HyperparameterError(
        "value_and_grad_from_state: the state has no gradient; give the linesearch {.store_grad = true}");
  }
  if (!std::isfinite(state.value)) return f(params, grads);
  grads = *state.grad;
  return state.value;
}

}  // namespace grove::optim
