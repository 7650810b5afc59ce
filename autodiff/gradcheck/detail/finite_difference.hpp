// Numeric derivatives of a function of one variable, each with an estimate of its own error.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>

namespace grove::detail::check {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinity = std::numeric_limits<double>::infinity();

// A value at a displacement; `t` is the displacement that floating point really reached.
struct Probe {
  double t = 0;
  double value = not_a_number;
};

// A function around 0, and how far its values can be trusted.
struct Line {
  std::function<Probe(double)> at;
  double origin = 0;        // the value at 0
  double epsilon = 0;       // relative precision of the values
  double displacement = 0;  // magnitude, in units of the value, on which rounding of the displacements acts

  double noise(double largest_value) const {
    return std::max(1.5 * epsilon * (std::abs(largest_value) + displacement),
                    std::numeric_limits<double>::denorm_min());
  }
};

struct NumericDerivative {
  double value = not_a_number;
  double error = infinity;  // estimated
  double step = 0;
  double bend = 0;       // slope to the right minus slope to the left, over the step
  bool crooked = false;  // the bend does not vanish with the step: a kink
  double jump_left = 0;  // by what the value changes at once on this side
  double jump_right = 0;
  double hidden = infinity;  // slope above which the changes that look like noise may be the function itself
  double coarse_value = not_a_number, coarse_error = infinity;  // what steps see that smaller ones contradict

  bool found() const { return std::isfinite(value) && std::isfinite(error); }
};

inline double largest_magnitude(std::initializer_list<double> values) {
  double largest = 0;
  for (double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

// The values on both sides of 0. All is computed from differences to the origin, so that large values do not overflow,
// and from the distances that were really moved, which rounding makes a little different on the two sides.
struct Pair {
  double step = 0;
  double right = not_a_number, left = not_a_number;  // slopes to the two sides
  double slope = not_a_number;                       // of the parabola through the three points, at 0
  double width = 0;
  double noise = 0;
  double right_change = 0, left_change = 0;
  bool moved = false;
  bool flat = false;

  // Twice the second-order term, and what is left of it after subtracting that of a wider pair is noise.
  double even() const { return (right - left) * width / 2; }
};

inline Pair probe_pair(const Line& line, double h) {
  const Probe r = line.at(h), l = line.at(-h);
  Pair pair;
  pair.step = h;
  pair.moved = r.t != 0 && l.t != 0;
  pair.width = r.t - l.t;
  pair.right_change = r.value - line.origin;
  pair.left_change = l.value - line.origin;
  pair.right = pair.right_change / r.t;
  pair.left = pair.left_change / l.t;
  pair.slope = (pair.left * r.t - pair.right * l.t) / pair.width;
  pair.noise = line.noise(largest_magnitude({r.value, l.value}));
  pair.flat = pair.right_change == 0 && pair.left_change == 0;
  return pair;
}

inline double square_of_ratio(const Pair& wide, const Pair& narrow) {
  return (wide.width / narrow.width) * (wide.width / narrow.width);
}

// Two second-order slopes extrapolated to fourth order.
inline double extrapolated(const Pair& wide, const Pair& narrow) {
  return narrow.slope + (narrow.slope - wide.slope) / (square_of_ratio(wide, narrow) - 1);
}

inline NumericDerivative central_difference(const Line& line, double h) {
  const Pair pair = probe_pair(line, h);
  return {pair.slope, pair.noise / h, h, pair.right - pair.left};
}

inline NumericDerivative fourth_order_difference(const Line& line, double h) {
  const Pair narrow = probe_pair(line, h), wide = probe_pair(line, 2 * h);
  return {extrapolated(wide, narrow), std::max(narrow.noise, wide.noise) / h, h, narrow.right - narrow.left};
}

// Ridders' extrapolation of central differences, steps shrinking by 1.4 from 0.1·scale; the claimed error never falls
// below the noise.
inline NumericDerivative richardson(const Line& line, double scale) {
  constexpr std::size_t levels = 10;
  constexpr double shrink = 1.4;
  std::array<double, levels> previous{}, current{};
  NumericDerivative best;
  double h = scale / 10;
  for (std::size_t i = 0; i < levels; ++i, h /= shrink, previous = current) {
    const NumericDerivative plain = central_difference(line, h);
    current[0] = plain.value;
    double factor = shrink * shrink;
    for (std::size_t j = 1; j <= i; ++j, factor *= shrink * shrink) {
      current[j] = (current[j - 1] * factor - previous[j - 1]) / (factor - 1);
      const double change = std::max(std::abs(current[j] - current[j - 1]), std::abs(current[j] - previous[j - 1]));
      // Extrapolation cannot know less noise than the differences it is made of.
      const double error = std::max(change, 2 * plain.error);
      if (std::isfinite(current[j]) && error < best.error) best = {current[j], error, h, plain.bend};
    }
  }
  return best;
}

// The slope on one side (side = ±1): parabola through 0, h and 2h, at eight steps; `unbounded` if it keeps growing as
// the step shrinks.
struct OneSided {
  NumericDerivative slope;
  bool unbounded = false;

  bool sharp() const { return slope.found() && slope.error <= 1e-3 * std::abs(slope.value); }
};

inline OneSided one_sided_slope(const Line& line, double scale, double side) {
  OneSided result;
  double previous = not_a_number, h = scale;
  int growing = 0;
  for (int k = 1; k <= 8; ++k) {
    h /= 10;
    const Probe near = line.at(side * h), far = line.at(2 * side * h);
    const double rise = near.value - line.origin;
    const double to_near = rise / near.t, to_far = (far.value - line.origin) / far.t;
    const double value = (to_near * far.t - to_far * near.t) / (far.t - near.t);
    const double noise = line.noise(largest_magnitude({line.origin, near.value, far.value}));
    const double change = std::abs(value - previous);
    const NumericDerivative candidate{value, std::max(change, 4 * noise / h), h};
    if (candidate.found() && std::isfinite(change) && candidate.error < result.slope.error) result.slope = candidate;
    // A vertical tangent, as opposed to noise: the rise itself stands far above the rounding of the values.
    const bool grew = std::abs(value) > 2 * std::abs(previous) && std::abs(rise) > 1000 * noise;
    growing = grew ? growing + 1 : 0;
    previous = value;
  }
  result.unbounded = growing >= 5;
  return result;
}

}  // namespace grove::detail::check
