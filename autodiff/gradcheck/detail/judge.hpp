// Compares one analytic slope with the function it claims to belong to.
#pragma once

#include <string>
#include <vector>

#include "autodiff/gradcheck/detail/columns.hpp"
#include "autodiff/gradcheck/detail/finite_difference.hpp"
#include "autodiff/gradcheck/options.hpp"
#include "autodiff/gradcheck/report.hpp"

namespace grove::detail::check {

// Tolerances for one leaf.
struct Yardstick {
  double rtol = 0;
  double atol = 0;
  double resolution = 0;  // an estimated error below this is as good as none

  double tolerance(double analytic, const NumericDerivative& numeric) const {
    return atol + rtol * largest_magnitude({analytic, numeric.value}) + 3 * numeric.error;
  }
  // Whether the numeric derivative is sharp enough for agreement to mean something.
  bool resolves(double analytic, const NumericDerivative& numeric) const {
    const double relative = std::min(100 * rtol, 0.05) * largest_magnitude({analytic, numeric.value});
    return numeric.found() && 3 * numeric.error <= std::max(relative, resolution);
  }
  bool agrees(double analytic, const NumericDerivative& numeric) const {
    return numeric.found() && std::abs(analytic - numeric.value) <= tolerance(analytic, numeric);
  }
};

struct Judgement {
  GradcheckVerdict verdict = GradcheckVerdict::ok;
  NumericDerivative numeric;
  double tolerance = not_a_number;
  double left = not_a_number;
  double right = not_a_number;
  std::string note;
};

inline NumericDerivative difference(DifferenceMethod method, const Line& line, double h) {
  switch (method) {
    case DifferenceMethod::central:
      return central_difference(line, h);
    case DifferenceMethod::central4:
      return fourth_order_difference(line, h).derivative;
    case DifferenceMethod::sweep:
      return sweep(line, h);
    case DifferenceMethod::richardson:
      return richardson(line, h);
  }
  return {};
}

// The best that sweeps at several scales can do; stops at the first that is sharp enough.
inline NumericDerivative sweep_scales(const Line& line, const std::vector<double>& scales, double analytic,
                                      const Yardstick& yardstick) {
  NumericDerivative best;
  for (double scale : scales) {
    const NumericDerivative candidate = sweep(line, scale);
    if (candidate.error < best.error) best = candidate;
    if (yardstick.resolves(analytic, best)) break;
  }
  return best;
}

struct Sides {
  OneSided left, right;

  bool sharp() const { return left.sharp() && right.sharp(); }
  bool differ() const {
    if (left.unbounded || right.unbounded) return true;
    const NumericDerivative &l = left.slope, &r = right.slope;
    if (!l.found() || !r.found()) return false;
    return std::abs(l.value - r.value) > 10 * (l.error + r.error) + 1e-6 * largest_magnitude({l.value, r.value});
  }
  // Both know the slope right at the point, and it is not the one that central differences across it see.
  bool contradict(const NumericDerivative& central) const {
    const NumericDerivative& local = sharper();
    return left.slope.found() && right.slope.found() && central.found() &&
           std::abs(local.value - central.value) > 10 * (local.error + central.error);
  }
  const NumericDerivative& sharper() const { return left.slope.error < right.slope.error ? left.slope : right.slope; }
};

// What grows without bound at one scale may be an ordinary slope at another.
inline void keep_better(OneSided& best, const OneSided& candidate, bool first) {
  best.unbounded = candidate.unbounded && (first || best.unbounded);
  if (candidate.slope.error < best.slope.error) best.slope = candidate.slope;
}

inline Sides best_sides(const Line& line, const std::vector<double>& scales) {
  Sides best;
  for (double scale : scales) {
    const bool first = scale == scales.front();
    keep_better(best.left, one_sided_slope(line, scale, -1), first);
    keep_better(best.right, one_sided_slope(line, scale, 1), first);
    if (best.sharp()) break;
  }
  return best;
}

inline std::string brief(double x) { return number(x, "{:.6g}"); }

inline std::string describe_kink(const Sides& sides, double analytic) {
  if (sides.left.unbounded || sides.right.unbounded)
    return "the slope grows without bound as the step shrinks: a jump or a vertical tangent; move the point";
  const auto [low, high] = std::minmax(sides.left.slope.value, sides.right.slope.value);
  const bool between = analytic >= low - std::abs(low) * 1e-6 && analytic <= high + std::abs(high) * 1e-6;
  return fill("left slope {}, right slope {}, analytic {} them; move the point by more than {}",
              {brief(sides.left.slope.value), brief(sides.right.slope.value), between ? "between" : "not between",
               number(std::max(sides.left.slope.step, sides.right.slope.step), "{:.1g}")});
}

// `scales` are the sizes of change to try, the most likely first; `first_step` is for the cheap first look.
inline Judgement judge(const Line& line, double analytic, const std::vector<double>& scales, double first_step,
                       DifferenceMethod method, const Yardstick& yardstick) {
  using enum GradcheckVerdict;
  Judgement result;
  const auto finish = [&](GradcheckVerdict verdict) {
    result.verdict = verdict;
    result.tolerance = yardstick.tolerance(analytic, result.numeric);
    return result;
  };
  const auto passes = [&] {
    return yardstick.agrees(analytic, result.numeric) && yardstick.resolves(analytic, result.numeric);
  };
  result.numeric = difference(method, line, first_step);
  if (!std::isfinite(analytic)) return finish(non_finite);
  if (passes()) return finish(ok);

  const NumericDerivative swept = sweep_scales(line, scales, analytic, yardstick);
  if (swept.found()) result.numeric = swept;
  // Exactly zero at the best step is no accident of rounding, however small the zero that was expected.
  const bool both_zero = swept.found() && swept.value == 0 && analytic == 0;
  if (swept.found() && (passes() || both_zero)) return finish(ok);

  const Sides sides = best_sides(line, scales);
  if (!swept.found() && sides.sharper().found()) {
    result.numeric = sides.sharper();
    result.note = "one-sided difference";
  }
  if (sides.differ()) {
    result.left = sides.left.slope.value;
    result.right = sides.right.slope.value;
    result.note = describe_kink(sides, analytic);
    return finish(non_smooth);
  }
  if (sides.contradict(result.numeric)) {
    result.note =
        fill("slope {} at the point, {} across ±{}: there is a kink nearby",
             {brief(sides.sharper().value), brief(result.numeric.value), number(2 * result.numeric.step, "{:.1g}")});
    result.numeric = sides.sharper();
    if (yardstick.agrees(analytic, result.numeric)) return finish(non_smooth);
  }
  if (!result.numeric.found()) {
    result.note = "no finite value around the point";
    return finish(non_finite);
  }
  if (passes()) return finish(ok);
  const bool sharp = yardstick.resolves(analytic, result.numeric) ||
                     std::abs(analytic - result.numeric.value) > 10 * result.numeric.error;
  if (sharp && !yardstick.agrees(analytic, result.numeric)) return finish(wrong);
  result.note = fill("the numeric derivative is only known to ±{}", {number(result.numeric.error, "{:.1e}")});
  return finish(inconclusive_noise);
}

// The order at which |f(t) - f(0) - t·slope - t²·curvature/2| falls with t, from large to small steps. Empty when the
// remainder drowns in noise at once, as for a linear function.
inline std::vector<double> taylor_slopes(const Line& line, double slope, double scale, double curvature = 0) {
  std::vector<double> slopes;
  double previous = not_a_number, previous_t = 0;
  for (double t = scale / 10; t > scale * 1e-8; t /= 10) {
    const Probe probe = line.at(t);
    const double remainder = std::abs(probe.value - line.origin - probe.t * (slope + probe.t * curvature / 2));
    const double noise = line.noise(largest_magnitude({line.origin, probe.value}));
    if (!(remainder > 50 * noise)) break;
    if (std::isfinite(previous)) slopes.push_back(std::log(previous / remainder) / std::log(previous_t / probe.t));
    previous = remainder;
    previous_t = probe.t;
  }
  return slopes;
}

}  // namespace grove::detail::check
