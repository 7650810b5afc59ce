// Central differences of a loss, for comparison with the tape. (The full checker is autodiff/gradcheck/gradcheck.hpp;
// tests of what it is built on must not use it.)
#pragma once

#include <cmath>

#include "autodiff/derivatives/grad.hpp"

namespace grove::test {

/// The central difference of `loss` for each scalar of `params`, in the order of tree::flatten.
template <class F, class P, class... Args>
Eigen::VectorXd numeric_gradient(const F& loss, const P& params, const Args&... args) {
  const Eigen::VectorXd x = tree::flatten(params);
  Eigen::VectorXd slopes(x.size());
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    const double h = 6e-6 * std::max(1.0, std::abs(x[k]));
    Eigen::VectorXd right = x, left = x;
    right[k] += h;
    left[k] -= h;
    slopes[k] = (evaluate(loss, tree::unflatten(right, params), args...) -
                 evaluate(loss, tree::unflatten(left, params), args...)) /
                (right[k] - left[k]);
  }
  return slopes;
}

/// The largest deviation of the tape's gradient from central differences, relative to the larger of 1 and the gradient.
template <class F, class P, class... Args>
double gradient_error(const F& loss, const P& params, const Args&... args) {
  const Eigen::VectorXd numeric = numeric_gradient(loss, params, args...);
  const Eigen::VectorXd exact = tree::flatten(grad(loss)(params, args...));
  if (!exact.allFinite()) return std::numeric_limits<double>::infinity();
  return exact.size() == 0 ? 0.0
                           : (exact - numeric).cwiseAbs().maxCoeff() / std::max(1.0, numeric.cwiseAbs().maxCoeff());
}

}  // namespace grove::test
