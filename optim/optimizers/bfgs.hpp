// The dense BFGS direction, and the optimizer with a linesearch.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>

#include "../linesearch/zoom.hpp"
#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../transforms/scale.hpp"
#include "detail/curvature.hpp"

namespace grove::optim {

/// Step count, params and updates of the last call, and the approximation of the inverse Hessian over the joined
/// leaves.
template <class P>
struct ScaleByBfgsState {
  std::int64_t count;               ///< steps so far
  P params;                         ///< the last params
  P updates;                        ///< the last updates
  Eigen::MatrixXd inverse_hessian;  ///< its approximation

  /// Of the matrices only those that are like the params, not the inverse Hessian.
  template <class Params>
  void check_fits(const Params& tree_of_params) const {
    detail::check_trees(tree_of_params, params, updates);
  }
};

/// Options of `bfgs`.
struct ScaleByBfgs {
  static constexpr detail::Harm harm = detail::Harm::none;
  static constexpr bool needs_params = true;

  bool scale_init_precond = true;  ///< whether the initial matrix is scaled by the first pair

  template <class P>
  ScaleByBfgsState<P> init(const P& params) const {
    const P zero = detail::zeros_like(params);
    const Eigen::Index n = detail::joined_size(detail::InitMask::current(), params);
    return {0, zero, zero, Eigen::MatrixXd::Identity(n, n)};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, ScaleByBfgsState<P>& state, const P& params, const E& extra) const {
    const Eigen::VectorXd x = detail::joined(extra, params), g = detail::joined(extra, updates);
    if (x.size() != state.inverse_hessian.cols()) {
      throw StructureError(
          detail::fill("bfgs: the params have {} numbers and the state was made for {}; make it with init(params)",
                       {x.size(), state.inverse_hessian.cols()}));
    }
    if (detail::should_forget(extra)) state.count = 0;
    if (state.count == 0) {
      const double norm = g.norm();
      state.inverse_hessian.setIdentity();
      if (scale_init_precond && norm > 1) state.inverse_hessian /= norm;
    } else {
      remember(state, x - detail::joined(extra, state.params), g - detail::joined(extra, state.updates));
    }
    state.params = params;
    state.updates = updates;
    detail::part(extra, Eigen::VectorXd(state.inverse_hessian * g), updates);
    state.count = safe_increment(state.count);
  }

 private:
  template <class S>
  void remember(S& state, const Eigen::VectorXd& s, const Eigen::VectorXd& y) const {
    const double curvature = s.dot(y), squares = y.squaredNorm();
    if (!(curvature > 1e-14 * s.norm() * std::sqrt(squares))) return;  // would not stay positive definite
    Eigen::MatrixXd& h = state.inverse_hessian;
    if (scale_init_precond && state.count == 1)
      h = Eigen::MatrixXd::Identity(h.rows(), h.cols()) * (curvature / squares);
    const Eigen::VectorXd hy = h * y;
    h += (s * s.transpose()) * ((curvature + y.dot(hy)) / (curvature * curvature)) -
         (hy * s.transpose() + s * hy.transpose()) / curvature;
  }
};

/// Multiplies the updates by an approximation of the inverse Hessian that is built from all steps; the sign stays.
/// Pairs of params and gradients along which the loss curves down are left out, so that the matrix stays positive
/// definite. Source: Nocedal & Wright 2006, Algorithm 6.1
inline auto scale_by_bfgs(ScaleByBfgs options = {}) { return GradientTransformation<ScaleByBfgs>{options}; }

/// BFGS with the zoom linesearch: scale_by_bfgs, scale(-1), scale_by_zoom_linesearch. Memory n², n² operations a step;
/// for few numbers, where it needs fewer steps than lbfgs.
///
/// `update` needs with_value, with_grad and with_value_and_grad_fn, which `minimize` passes. The rows of a matrix are
/// one loss to it; of many starts use `minimize_each`.
inline auto bfgs(ScaleByBfgs options = {}) {
  return chain(scale_by_bfgs(options), scale(-1.0),
               scale_by_zoom_linesearch(30, {.initial_guess_strategy = InitialGuess::one}));
}

/// BFGS with a linesearch of one's own, or `identity()` for none.
template <class Linesearch>
auto bfgs(ScaleByBfgs options, const Linesearch& linesearch) {
  return chain(scale_by_bfgs(options), scale(-1.0), linesearch);
}

}  // namespace grove::optim
