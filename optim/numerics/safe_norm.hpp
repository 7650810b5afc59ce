// Norms that are bounded below and have a derivative everywhere.
#pragma once

#include "autodiff/autodiff.hpp"
#include "optim/numerics/detail/check.hpp"

namespace grove::optim {

/// max(‖x‖, min_norm) of a number, a vector, a matrix (its Frobenius norm), or each row of `x.rowwise()`; the
/// derivative is 0 where the norm is at most `min_norm`, so also at 0. Throws: HyperparameterError if min_norm is
/// negative.
template <class X>
auto safe_norm(const X& x, double min_norm) {
  detail::check_not_negative("safe_norm", "min_norm", min_norm);
  const auto norm = [&] {
    if constexpr (requires { grove::norm(x); }) {
      return grove::norm(x);
    } else {
      return grove::abs(x);
    }
  }();
  return grove::where(norm > min_norm, norm, min_norm);
}

/// max(√mean x², min_rms) in the same manner.
/// Throws: HyperparameterError if min_rms is negative.
template <class X>
auto safe_root_mean_squares(const X& x, double min_rms) {
  detail::check_not_negative("safe_root_mean_squares", "min_rms", min_rms);
  if constexpr (requires { x.size(); }) {
    const double root = std::sqrt(static_cast<double>(x.size()));
    const auto rms = grove::norm(x) / root;
    return grove::where(rms > min_rms, rms, min_rms);
  } else {
    return safe_norm(x, min_rms);
  }
}

}  // namespace grove::optim
