// Whether a place where the loss hardly changes is a minimum, told by one more gradient.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "../../../autodiff/tree/tree.hpp"

namespace grove::optim::detail {

/// What is to be expected of a step against the gradient, in units of each parameter's own size.
struct Outlook {
  bool known;        ///< whether the gradient is finite, here and a little further
  double curvature;  ///< of the loss along the step
  double step;       ///< to where the slope would vanish; at most 1 is less than the params
  double gain;       ///< by which the loss would fall on the way

  /// The loss curves up and the step is next to nothing: what is left is rounding.
  bool is_minimum(double epsilon) const {
    return known && (step == 0 || (curvature > 0 && step <= std::sqrt(std::sqrt(epsilon))));
  }
  /// The loss curves down, or there is more than this to be won, or a way longer than this to go.
  bool is_plateau(double worthwhile_gain, double worthwhile_step) const {
    return known && step != 0 && (curvature <= 0 || gain > worthwhile_gain || step > worthwhile_step);
  }
};

/// The unit of an entry is its magnitude, here or at the start. Entries that have not moved since are left out (a mask
/// may hold them), unless none has.
inline Eigen::ArrayXd units_of(const Eigen::ArrayXd& start, const Eigen::ArrayXd& here) {
  const Eigen::ArrayXd size = start.abs().max(here.abs());
  const Eigen::ArrayXd moved = (start == here).select(0.0, size);
  if ((moved > 0).any()) return moved;
  return (size > 0).any() ? size : Eigen::ArrayXd::Ones(size.size());
}

/// Looks ahead from `params`; `gradient_at(params, gradient)` writes the gradient and returns the loss.
template <class P, class GradientAt>
Outlook look_ahead(const P& start, const P& params, double epsilon, const GradientAt& gradient_at) {
  constexpr Outlook unknown{false, 0, 0, 0};
  P gradient = tree::zeros_like(params);
  const auto finite_at = [&](const P& at) {
    return std::isfinite(gradient_at(at, gradient)) && tree::all_finite(gradient);
  };
  const auto flat = [](const P& t) -> Eigen::ArrayXd { return tree::flatten(t).template cast<double>(); };
  if (!finite_at(params)) return unknown;
  const Eigen::ArrayXd here = flat(params), slopes = flat(gradient), unit = units_of(flat(start), here);
  const double slope = (unit * slopes).matrix().stableNorm();
  if (slope == 0) return {true, 0, 0, 0};
  // One third of the digits: far enough for the gradient to change, near enough for its change to be linear.
  const Eigen::ArrayXd wanted = here - unit * (unit * slopes / slope) * std::cbrt(epsilon);
  const P there = tree::unflatten(wanted.cast<tree::scalar_t<P>>().matrix().eval(), params);
  if (!finite_at(there)) return unknown;
  const Eigen::ArrayXd move = flat(there) - here;
  const double squares = (unit > 0).select(move / unit, 0.0).square().sum();
  if (squares == 0) return unknown;
  const double curvature = (move * (flat(gradient) - slopes)).sum() / squares;
  return {true, curvature, slope / curvature, slope / curvature * slope / 2};
}

}  // namespace grove::optim::detail
