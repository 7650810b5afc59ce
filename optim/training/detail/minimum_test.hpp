// Whether a place where the loss hardly changes is a minimum, told by a few more gradients.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <type_traits>

#include "../../../autodiff/tree/tree.hpp"

namespace grove::optim::detail {

/// What is to be expected of a step against the gradient, in units of each parameter's own size.
struct Outlook {
  bool known;        ///< whether the gradient is finite, here and a little further
  double slope;      ///< of the loss along the step
  double curvature;  ///< of the loss along the step
  double step;       ///< to where the slope would vanish; at most 1 is less than the params
  double gain;       ///< by which the loss would fall on the way

  /// The loss curves up and the step is next to nothing: what is left is rounding.
  bool is_minimum(double epsilon) const {
    return known && (step == 0 || (curvature > 0 && step <= std::sqrt(std::sqrt(epsilon))));
  }
  /// What there is to be won is lost in the rounding of the loss.
  bool is_flat(double rounding) const { return known && (curvature > 0 ? gain : slope) <= rounding; }
  /// The loss curves down, or there is more than this to be won, or a way longer than this to go.
  bool is_plateau(double worthwhile_gain, double worthwhile_step) const {
    return known && step != 0 && (curvature <= 0 || gain > worthwhile_gain || step > worthwhile_step);
  }
};

/// The numbers of params of type P in double, by a type that depends on P: compiled where it is used.
template <class P>
using Numbers = Eigen::Array<std::conditional_t<true, double, P>, Eigen::Dynamic, 1>;

/// The unit of an entry is its magnitude, here or at the start. Entries that have not moved since are left out (a mask
/// may hold them), unless none has; then zeros have the unit of the largest.
template <class Array>
Array units_of(const Array& start, const Array& here) {
  const Array size = start.abs().max(here.abs());
  const Array moved = (start == here).select(0.0, size);
  if ((moved > 0).any()) return moved;
  const double largest = size.size() > 0 ? size.maxCoeff() : 0;
  return (size > 0).select(size, largest > 0 ? largest : 1.0);
}

/// Looks ahead from `params`; `gradient_at(params, gradient)` writes the gradient and returns the loss.
template <class P, class GradientAt>
Outlook look_ahead(const P& start, const P& params, double epsilon, const GradientAt& gradient_at) {
  constexpr Outlook unknown{false, 0, 0, 0, 0};
  P gradient = tree::zeros_like(params);
  const auto finite_at = [&](const P& at) {
    return std::isfinite(gradient_at(at, gradient)) && tree::all_finite(gradient);
  };
  const auto flat = [](const P& t) -> Numbers<P> { return tree::flatten(t).template cast<double>(); };
  if (!finite_at(params)) return unknown;
  const Numbers<P> here = flat(params), slopes = flat(gradient), unit = units_of(flat(start), here);
  const double slope = (unit * slopes).matrix().stableNorm();
  if (slope == 0) return {true, 0, 0, 0, 0};
  // One third of the digits: far enough for the gradient to change, near enough for its change to be linear.
  const Numbers<P> wanted = here - unit * (unit * slopes / slope) * std::cbrt(epsilon);
  const P there = tree::unflatten(wanted.template cast<tree::scalar_t<P>>().matrix().eval(), params);
  if (!finite_at(there)) return unknown;
  const Numbers<P> move = flat(there) - here;
  const double squares = (unit > 0).select(move / unit, 0.0).square().sum();
  if (squares == 0) return unknown;
  const double curvature = (move * (flat(gradient) - slopes)).sum() / squares;
  return {true, slope, curvature, slope / curvature, slope / curvature * slope / 2};
}

/// Whether there is an entry along which the loss curves down, or would have to go on for more than next to nothing
/// until its slope vanishes: a flat part that one gradient does not tell from a minimum, because the slopes elsewhere,
/// small as they are, are larger. It costs a gradient for each entry that has a slope; of trees with more than 32
/// nothing is said.
template <class P, class GradientAt>
bool has_open_end(const P& start, const P& params, double epsilon, const GradientAt& gradient_at) {
  P gradient = tree::zeros_like(params);
  const auto flat = [](const P& t) -> Numbers<P> { return tree::flatten(t).template cast<double>(); };
  gradient_at(params, gradient);
  const Numbers<P> here = flat(params), slopes = flat(gradient), unit = units_of(flat(start), here);
  if (here.size() > 32) return false;
  for (Eigen::Index i = 0; i < here.size(); ++i) {
    if (unit(i) == 0 || slopes(i) == 0) continue;
    Numbers<P> wanted = here;
    wanted(i) -= (slopes(i) > 0 ? 1 : -1) * unit(i) * std::cbrt(epsilon);
    const P there = tree::unflatten(wanted.template cast<tree::scalar_t<P>>().matrix().eval(), params);
    const double move = flat(there)(i) - here(i);
    if (!std::isfinite(gradient_at(there, gradient)) || !tree::all_finite(gradient) || move == 0) continue;
    const double curvature = (flat(gradient)(i) - slopes(i)) / move;
    if (!(std::abs(slopes(i)) <= curvature * unit(i) * std::sqrt(std::sqrt(epsilon)))) return true;
  }
  return false;
}

}  // namespace grove::optim::detail
