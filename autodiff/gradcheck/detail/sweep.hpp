// The slope that differences at many steps agree upon.
#pragma once

#include <utility>
#include <vector>

#include "finite_difference.hpp"

namespace grove::detail::check {

// Differences at steps from one or more scales down to where rounding takes over, √10 apart, and the slope that they
// agree upon.
class Sweep {
 public:
  explicit Sweep(const Line& line) : line_(line) {}

  // Steps scale … 10⁻⁷·scale, and smaller ones for as long as the value does more there than rounding explains: it may
  // oscillate, or be noisy.
  void add(double scale) {
    constexpr int usual = 15, most = 41;
    const std::size_t before = pairs_.size();
    int settled = 0;
    for (int k = 0; k < most && (k < usual || settled < 4); ++k) {
      const Pair pair = probe_pair(line_, scale * std::pow(10, -k / 2.0));
      // Displacements of a few units in the last place are too coarse to compare.
      if (!pair.moved || (k > 0 && std::abs(square_of_ratio(pairs_.back(), pair) - 10) > 2)) break;
      pairs_.push_back(pair);
      const bool quiet = pairs_.size() >= before + 3 && !(unexplained(&pairs_.back()) > 30 * pair.noise);
      settled = quiet ? settled + 1 : 0;
    }
    // By step, the widest first. (std::sort would be compiled into every program.)
    for (std::size_t k = before; k < pairs_.size(); ++k)
      for (std::size_t i = k; i > 0 && pairs_[i - 1].step < pairs_[i].step; --i) std::swap(pairs_[i - 1], pairs_[i]);
  }

  NumericDerivative best() const {
    const std::size_t count = informative();
    if (count == 0) return {};
    const double noise = measured_noise(count);
    const auto error_of_noise = [&](std::size_t k) { return std::max(pairs_[k].noise, noise) / pairs_[k].step; };
    std::vector<double> slopes(count, not_a_number);
    for (std::size_t k = 1; k < count; ++k) slopes[k] = extrapolated(pairs_[k - 1], pairs_[k]);
    NumericDerivative best;
    for (std::size_t k = 2; k < count; ++k) {
      const double change = std::abs(slopes[k] - slopes[k - 1]), before = std::abs(slopes[k - 1] - slopes[k - 2]);
      if (!std::isfinite(change)) continue;
      // A fourth-order slope changes a hundred times less with each step, so these claims are cautious.
      const double truncation = std::isfinite(before) ? std::max(change, before / 30) : 3 * change;
      // Where hardly any smaller step could contradict it, a slope is trusted less.
      const double error = std::max(error_of_noise(k), truncation) * (k + 3 < count ? 1 : 10);
      if (error < best.coarse_error) {
        best.coarse_value = slopes[k];
        best.coarse_error = error;
      }
      if (error < best.error && !is_contradicted(slopes, k, error, error_of_noise)) {
        best.value = slopes[k];
        best.error = error;
        best.step = pairs_[k].step;
      }
    }
    double variation = 0;
    for (const Pair& pair : pairs_)
      for (const double change : {std::abs(pair.right_change), std::abs(pair.left_change)})
        if (std::isfinite(change)) variation = std::max(variation, change);
    best.crooked = is_crooked(count, 0) || is_crooked(count, noise);
    best.jump_left = jump(count, &Pair::left_change, variation);
    best.jump_right = jump(count, &Pair::right_change, variation);
    if (noise > 100 * pairs_[count - 1].noise && noise > 1e-4 * variation)
      best.hidden = std::max(0.01 * noise / pairs_[count - 1].step, 10 * std::abs(best.value));
    return best;
  }

 private:
  // The change of the value that neither slope nor curvature of the two wider pairs before it explains: what is left of
  // its second difference, or of its slope.
  static double unexplained(const Pair* narrow) {
    const Pair &wide = narrow[-1], &wider = narrow[-2];
    const double q = square_of_ratio(wide, *narrow);
    const double even = (wide.even() / q - narrow->even()) / std::sqrt(2 + 2 / (q * q) + (2 - 2 / q) * (2 - 2 / q));
    const double odd = (extrapolated(wide, *narrow) - extrapolated(wider, wide)) * narrow->step;
    return largest_magnitude({even, odd});
  }

  // What two smaller steps contradict with one voice is an average over something finer, such as an oscillation.
  template <class ErrorOfNoise>
  static bool is_contradicted(const std::vector<double>& slopes, std::size_t k, double error,
                              const ErrorOfNoise& error_of_noise) {
    const auto contradicts = [&](std::size_t j) {
      return std::abs(slopes[k] - slopes[j]) > 3 * error + 5 * error_of_noise(j);
    };
    for (std::size_t j = k + 2; j < slopes.size(); ++j)
      if (contradicts(j) && contradicts(j - 1) &&
          std::abs(slopes[j] - slopes[j - 1]) < 0.3 * std::abs(slopes[k] - slopes[j]))
        return true;
    return false;
  }

  // Steps too small for the value to change at all say nothing, unless it never changes.
  std::size_t informative() const {
    std::size_t count = pairs_.size();
    while (count > 0 && pairs_[count - 1].flat) --count;
    return count == 0 ? pairs_.size() : count;
  }

  // What second differences leave unexplained falls a hundredfold with each step for as long as it is the function's
  // own, so the steps below the last such fall show noise: the second largest, because at tiny steps much of it
  // cancels. Where the next smaller step does not change the value, its smallest change is the grain of its rounding.
  double measured_noise(std::size_t count) const {
    double largest = 0, second = 0;
    int seen = 0;
    for (std::size_t k = count; k-- > 2;) {
      const double found = unexplained(&pairs_[k]);
      if (!(found > 0) || !std::isfinite(found)) continue;
      if (seen >= 5 && found > 30 * std::max(largest, pairs_[k].noise)) break;
      second = std::max(second, std::min(largest, found));
      largest = std::max(largest, found);
      ++seen;
    }
    const double noise = seen < 5 ? 0 : 1.5 * second;
    if (count == pairs_.size() || pairs_[count].step < 0.1 * pairs_[count - 1].step) return noise;
    double grain = infinity;
    for (const Pair& pair : pairs_)
      for (const double change : {std::abs(pair.right_change), std::abs(pair.left_change)})
        if (change > 0) grain = std::min(grain, change);
    return std::max(noise, grain / 2);
  }

  // By what the value changes on one side however small the step; a grain of rounding is no jump.
  double jump(std::size_t count, double Pair::*side, double variation) const {
    constexpr std::size_t last = 4;
    if (count < last) return 0;
    const double smallest = pairs_[count - 1].*side;
    const double least = std::sqrt(line_.epsilon) * variation;
    for (std::size_t k = count - last; k < count; ++k)
      if (!(std::abs(pairs_[k].*side - smallest) <= 0.05 * std::abs(smallest) &&
            std::abs(smallest) > std::max(least, 1000 * pairs_[k].noise)))
        return 0;
    return smallest;
  }

  // Whether the four smallest steps at which the bend stands above rounding and noise show about the same bend, or one
  // that grows as that of a root.
  bool is_crooked(std::size_t count, double noise) const {
    double smaller = 0;
    int alike = 0;
    for (std::size_t k = count; k-- > 0;) {
      const double bend = pairs_[k].right - pairs_[k].left;
      const bool clear = std::abs(bend) * pairs_[k].step > 50 * std::max(pairs_[k].noise, noise);
      if (!clear || !std::isfinite(bend)) continue;
      if (smaller != 0 && !(smaller / bend > 0.75 && smaller / bend < 2)) return false;
      if (++alike == 4) return true;
      smaller = bend;
    }
    return false;
  }

  const Line& line_;
  std::vector<Pair> pairs_;
};

inline NumericDerivative sweep(const Line& line, double scale) {
  Sweep all(line);
  all.add(scale);
  return all.best();
}

}  // namespace grove::detail::check
