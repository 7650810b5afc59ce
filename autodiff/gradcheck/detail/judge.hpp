// Compares one analytic slope with the function it claims to belong to.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "../options.hpp"
#include "../report.hpp"
#include "columns.hpp"
#include "finite_difference.hpp"
#include "sweep.hpp"

namespace grove::detail::check {

// How the analytic slope itself is known: its own rounding, and its size a tenth of the parameters away.
struct Precision {
  double rounding = 0;
  double typical = 0;
  double epsilon = 0;  // of the values

  // What changes more is no rounding, but a kink in the function.
  bool is_rounding() const { return rounding <= std::sqrt(epsilon) * typical; }
};

// Tolerances for one comparison.
struct Yardstick {
  double rtol = 0;
  double atol = 0;
  double resolution = 0;  // an estimated error below this is as good as none
  double rounding = 0;    // of the analytic slope
  double vanishing = 0;   // what a slope about to vanish is small beside

  double tolerance(double analytic, const NumericDerivative& numeric) const {
    return atol + rtol * largest_magnitude({analytic, numeric.value}) + 3 * numeric.error + 10 * rounding;
  }
  // Whether the numeric derivative is sharp enough for agreement to mean something: to twice the promised 100·rtol.
  bool resolves(double analytic, const NumericDerivative& numeric) const {
    const double size = largest_magnitude({analytic, numeric.value});
    const double near_zero = size < 0.01 * vanishing ? rtol * vanishing : 0;
    return numeric.found() && 3 * numeric.error <= std::max({std::min(50 * rtol, 0.05) * size, near_zero, resolution});
  }
  bool agrees(double analytic, const NumericDerivative& numeric) const {
    return numeric.found() && std::abs(analytic - numeric.value) <= tolerance(analytic, numeric);
  }
  bool passes(double analytic, const NumericDerivative& numeric) const {
    return agrees(analytic, numeric) && resolves(analytic, numeric);
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
      return fourth_order_difference(line, h);
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
  Sweep all(line);
  NumericDerivative best;
  for (double scale : scales) {
    all.add(scale);
    best = all.best();
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

inline std::string describe_jump(const NumericDerivative& swept) {
  const bool left = swept.jump_left != 0;
  return fill("the value jumps by {} just {} the point: it is not continuous there; move the point",
              {brief(left ? swept.jump_left : swept.jump_right), left ? "below" : "above"});
}

inline std::string describe_kink(const Sides& sides, double analytic) {
  if (sides.left.unbounded || sides.right.unbounded)
    return "the slope grows without bound as the step shrinks: a vertical tangent or a fast oscillation";
  const auto [low, high] = std::minmax(sides.left.slope.value, sides.right.slope.value);
  const bool between = analytic >= low - std::abs(low) * 1e-6 && analytic <= high + std::abs(high) * 1e-6;
  return fill("left slope {}, right slope {}, analytic {} them; move the point by more than {}",
              {brief(sides.left.slope.value), brief(sides.right.slope.value), between ? "between" : "not between",
               number(std::max(sides.left.slope.step, sides.right.slope.step), "{:.1g}")});
}

// The judgement of one slope, in the order in which doubts are dealt with.
class Judge {
 public:
  Judge(const Line& line, double analytic, const Yardstick& yardstick)
      : line_(line), analytic_(analytic), yardstick_(yardstick) {}

  // `scales` are the sizes of change to try, the most likely first; `first_step` is for the cheap first look.
  // `precision` is asked only where that look is not enough.
  Judgement decide(const std::vector<double>& scales, double first_step, DifferenceMethod method,
                   const std::function<Precision()>& precision) {
    using enum GradcheckVerdict;
    result_.numeric = difference(method, line_, first_step);
    if (!std::isfinite(analytic_)) return finish(non_finite);
    if (passes() && is_straight(result_.numeric)) return finish(ok);
    // A parameter that the value does not use, in a leaf that it does.
    if (analytic_ == 0 && is_flat({first_step, 0.1 * scales.front()})) return finish(ok);

    const Precision known = precision();
    if (known.is_rounding()) yardstick_.rounding = known.rounding;
    yardstick_.vanishing = known.typical;
    return decide_closely(scales, known);
  }

 private:
  Judgement decide_closely(const std::vector<double>& scales, const Precision& known) {
    using enum GradcheckVerdict;
    const NumericDerivative swept = sweep_scales(line_, scales, analytic_, yardstick_);
    if (swept.found()) result_.numeric = swept;
    if (swept.jump_left != 0 || swept.jump_right != 0) {
      result_.note = describe_jump(swept);
      return finish(non_smooth);
    }
    // Exactly zero at the best step is no accident of rounding, however small the zero that was expected.
    const bool both_zero = swept.value == 0 && analytic_ == 0;
    if (swept.found() && !swept.crooked && (passes() || both_zero)) return finish(ok);
    if (std::abs(analytic_) > swept.hidden && !yardstick_.agrees(analytic_, swept))
      return undecided(fill("below steps of {} the value changes faster than differences can follow",
                            {number(swept.step, "{:.1g}")}));
    if (!swept.crooked && yardstick_.resolves(analytic_, swept)) return disagree(known);

    const Sides sides = best_sides(line_, scales);
    if (!swept.found() && sides.sharper().found()) {
      result_.numeric = sides.sharper();
      result_.note = "one-sided difference";
    }
    if (sides.differ()) {
      result_.left = sides.left.slope.value;
      result_.right = sides.right.slope.value;
      result_.note = describe_kink(sides, analytic_);
      return finish(non_smooth);
    }
    if (!result_.numeric.found()) {
      result_.note = "no finite value around the point";
      return finish(non_finite);
    }
    if (passes()) return finish(ok);
    const bool sharp = yardstick_.resolves(analytic_, result_.numeric) ||
                       std::abs(analytic_ - result_.numeric.value) > 10 * (result_.numeric.error + yardstick_.rounding);
    if (sharp && !yardstick_.agrees(analytic_, result_.numeric)) return disagree(known);
    return undecided(fill("the numeric derivative is only known to ±{}", {number(result_.numeric.error, "{:.1e}")}));
  }

  // The slopes differ: because the gradient jumps where the parameters change in their last digit, because it is that
  // of the function without its noise, or because it is wrong.
  Judgement disagree(const Precision& known) {
    const NumericDerivative coarse{result_.numeric.coarse_value, result_.numeric.coarse_error};
    const bool clear = 3 * coarse.error <= 0.05 * largest_magnitude({analytic_, coarse.value});
    if (clear && yardstick_.agrees(analytic_, coarse))
      return undecided(fill("slope {} by larger steps, {} by smaller ones: noise, or a fine oscillation",
                            {brief(coarse.value), brief(result_.numeric.value)}));
    if (std::abs(analytic_ - result_.numeric.value) > 10 * known.rounding) return finish(GradcheckVerdict::wrong);
    return undecided(fill("the gradient itself changes by {} when the parameters change in their last digit",
                          {number(known.rounding, "{:.1e}")}));
  }

  bool passes() const { return yardstick_.passes(analytic_, result_.numeric); }

  // A kink right at the point would show as a bend; so does a strong curvature, which then needs a closer look.
  bool is_straight(const NumericDerivative& numeric) const {
    return !numeric.crooked && std::abs(numeric.bend) <= 0.01 * largest_magnitude({analytic_, numeric.value});
  }

  bool is_flat(std::initializer_list<double> steps) const {
    for (const double step : steps)
      if (const Pair pair = probe_pair(line_, step); !pair.moved || !pair.flat) return false;
    return true;
  }

  Judgement finish(GradcheckVerdict verdict) {
    result_.verdict = verdict;
    result_.tolerance = yardstick_.tolerance(analytic_, result_.numeric);
    return result_;
  }

  Judgement undecided(std::string note) {
    result_.note = std::move(note);
    return finish(GradcheckVerdict::inconclusive_noise);
  }

  const Line& line_;
  double analytic_;
  Yardstick yardstick_;
  Judgement result_;
};

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
