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

  double noise(double largest_value) const { return 1.5 * epsilon * (std::abs(largest_value) + displacement); }
};

struct NumericDerivative {
  double value = not_a_number;
  double error = infinity;  // estimated
  double step = 0;

  bool found() const { return std::isfinite(value) && std::isfinite(error); }
};

inline double largest_magnitude(std::initializer_list<double> values) {
  double largest = 0;
  for (double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

inline NumericDerivative central_difference(const Line& line, double h) {
  const Probe right = line.at(h), left = line.at(-h);
  return {(right.value - left.value) / (right.t - left.t), line.noise(largest_magnitude({left.value, right.value})) / h,
          h};
}

// Fourth order: the central differences at h and 2h, extrapolated. `curvature` is the fourth difference, which for
// small h is pure noise.
struct FourthOrder {
  NumericDerivative derivative;
  double fourth_difference = not_a_number;
};

inline FourthOrder fourth_order_difference(const Line& line, double h) {
  const Probe r1 = line.at(h), l1 = line.at(-h), r2 = line.at(2 * h), l2 = line.at(-2 * h);
  const double inner = (r1.value - l1.value) / (r1.t - l1.t);
  const double outer = (r2.value - l2.value) / (r2.t - l2.t);
  const double noise = line.noise(largest_magnitude({r1.value, l1.value, r2.value, l2.value}));
  return {{(4 * inner - outer) / 3, noise / h, h},
          std::abs(r2.value + l2.value - 4 * (r1.value + l1.value) + 6 * line.origin)};
}

// Noise in the values, from fourth differences at the three smallest steps, where hardly anything else is left of them.
// The median, because one of them may be small by chance, and the one at the largest step may not be noise yet.
template <std::size_t steps>
double measured_noise(const std::array<FourthOrder, steps>& tried) {
  const double a = tried[steps - 3].fourth_difference, b = tried[steps - 2].fourth_difference;
  const double c = tried[steps - 1].fourth_difference;
  const double median = std::max(std::min(a, b), std::min(std::max(a, b), c));
  // 70 is the sum of the squares of the fourth difference's weights.
  return std::isfinite(median) ? median / std::sqrt(70.0) : 0;
}

// Fourth-order differences at scale·10⁻¹ … scale·10⁻⁷ (28 evaluations). A value's error is its distance from the value
// at the step before it, but at least the noise over the step, be that rounding of the values or what the smallest
// steps show.
inline NumericDerivative sweep(const Line& line, double scale) {
  constexpr std::size_t steps = 7;
  std::array<FourthOrder, steps> tried;
  double h = scale;
  for (auto& attempt : tried) attempt = fourth_order_difference(line, h /= 10);
  const double noise = 1.5 * measured_noise(tried);
  NumericDerivative best;
  for (std::size_t k = 1; k < steps; ++k) {
    NumericDerivative candidate = tried[k].derivative;
    const double change = std::abs(candidate.value - tried[k - 1].derivative.value);
    candidate.error = std::max({candidate.error, change, noise / candidate.step});
    if (std::isfinite(change) && candidate.found() && candidate.error < best.error) best = candidate;
  }
  return best;
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
      if (std::isfinite(current[j]) && error < best.error) best = {current[j], error, h};
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
    const double value = (far.t * far.t * (near.value - line.origin) - near.t * near.t * (far.value - line.origin)) /
                         (near.t * far.t * (far.t - near.t));
    const double noise = line.noise(largest_magnitude({line.origin, near.value, far.value}));
    const double change = std::abs(value - previous);
    const NumericDerivative candidate{value, std::max(change, 4 * noise / h), h};
    if (candidate.found() && std::isfinite(change) && candidate.error < result.slope.error) result.slope = candidate;
    // A jump or a vertical tangent, as opposed to noise: the rise itself stands far above the rounding of the values.
    const bool grew = std::abs(value) > 2 * std::abs(previous) && std::abs(near.value - line.origin) > 1000 * noise;
    growing = grew ? growing + 1 : 0;
    previous = value;
  }
  result.unbounded = growing >= 5;
  return result;
}

}  // namespace grove::detail::check
