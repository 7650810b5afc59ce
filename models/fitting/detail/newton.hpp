// Newton's method for likelihoods whose first and second derivatives are known in closed form.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <utility>

#include "../../../optim/numerics/detail/positive_definite.hpp"

namespace grove::models::detail {

/// A negative log-likelihood with its derivatives at a point.
template <class S>
struct Curved {
  S value = 0;
  Eigen::VectorX<S> gradient;
  Eigen::MatrixX<S> hessian;
};

template <class S>
struct NewtonEnd {
  Eigen::VectorX<S> x;
  Curved<S> at;  ///< there
  bool converged = false;
  int steps = 0;
};

/// Minimizes f, which returns a `Curved`, by Newton steps that are halved until f falls enough. The step's length is
/// measured in standard errors, √(gᵀH⁻¹g). From 1e-4 of one on, where rounding may hide that f falls, two whole steps
/// lead to the minimum.
template <class S, class F>
NewtonEnd<S> minimize_newton(const F& f, const Eigen::VectorX<S>& start, int max_steps = 200) {
  NewtonEnd<S> end{start, f(start)};
  int whole = 0;
  for (; end.steps < max_steps && std::isfinite(end.at.value); ++end.steps) {
    bool modified = false;
    const Eigen::VectorX<S> step = optim::detail::newton_direction(end.at.hessian, end.at.gradient, 1e-14, &modified);
    const S decrement = step.dot(end.at.gradient);
    if (!(decrement >= 0)) return end;
    const bool is_close = decrement <= 1e-8 && !modified;
    for (S share = 1;; share /= 2) {
      Curved<S> next = f(end.x - share * step);
      if (next.value <= end.at.value - 1e-4 * share * decrement || (is_close && std::isfinite(next.value))) {
        end.x -= share * step;
        end.at = std::move(next);
        break;
      }
      if (share < 1e-12) return end;
    }
    end.converged = is_close && ++whole == 2;
    if (end.converged) return end;
  }
  return end;
}

/// The inverse of a positive definite matrix, infinite on the diagonal where it is not one.
template <class S>
Eigen::MatrixX<S> inverse_hessian(const Eigen::MatrixX<S>& hessian) {
  const Eigen::VectorX<S> unit = hessian.diagonal().cwiseAbs().cwiseSqrt().cwiseMax(std::numeric_limits<S>::min());
  const Eigen::MatrixX<S> scaled = unit.cwiseInverse().asDiagonal() * hessian * unit.cwiseInverse().asDiagonal();
  const Eigen::LLT<Eigen::MatrixX<S>> factor(scaled);
  if (factor.info() != Eigen::Success) {
    Eigen::MatrixX<S> none = Eigen::MatrixX<S>::Constant(unit.size(), unit.size(), std::numeric_limits<S>::quiet_NaN());
    none.diagonal().setConstant(std::numeric_limits<S>::infinity());
    return none;
  }
  const Eigen::MatrixX<S> inverse = factor.solve(Eigen::MatrixX<S>::Identity(unit.size(), unit.size()));
  return unit.cwiseInverse().asDiagonal() * inverse * unit.cwiseInverse().asDiagonal();
}

}  // namespace grove::models::detail
