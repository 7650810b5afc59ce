// The search for a step on a line: first an interval that holds one, then zooming in. Knows nothing of trees.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "linesearch.hpp"

namespace grove::optim::detail {

/// Step size, loss and slope at a point of the line.
struct LinePoint {
  double rate;
  double value;
  double slope;
};

struct ZoomSettings {
  std::int64_t max_steps;
  std::optional<double> max_rate;
  double tol;
  double increase_factor;
  double slope_rtol;
  double curv_rtol;
  std::optional<double> approx_dec_rtol;
  double stepsize_precision;
};

struct ZoomResult {
  LinePoint point;
  bool is_last_trial;  ///< whether `point` is the point evaluated last, whose gradient is not stored yet
  std::int64_t steps;
  double decrease_error;
  double curvature_error;
  bool failed;  ///< whether no step was found that lowers the loss
};

/// The minimiser of the cubic through low (value and slope), high and reference.
inline double cubic_minimizer(const LinePoint& low, const LinePoint& high, const LinePoint& reference) {
  const double c = low.slope, db = high.rate - low.rate, dc = reference.rate - low.rate;
  const double denominator = (db * dc) * (db * dc) * (db - dc);
  const double r1 = high.value - low.value - c * db, r2 = reference.value - low.value - c * dc;
  const double a = (dc * dc * r1 - db * db * r2) / denominator;
  const double b = (-dc * dc * dc * r1 + db * db * db * r2) / denominator;
  return low.rate + (-b + std::sqrt(b * b - 3 * a * c)) / (3 * a);
}

/// The minimiser of the parabola through low (value and slope) and high.
inline double quadratic_minimizer(const LinePoint& low, const LinePoint& high) {
  const double db = high.rate - low.rate;
  const double b = (high.value - low.value - low.slope * db) / (db * db);
  return low.rate - low.slope / (2 * b);
}

/// One search. `evaluate(rate)` gives a LinePoint; `keep()` is called when the point evaluated last became the safe
/// one.
template <class Evaluate, class Keep>
class ZoomSearch {
 public:
  ZoomSearch(const LinePoint& start, const ZoomSettings& settings, Evaluate evaluate, Keep keep)
      : start_(start), safe_(start), settings_(settings), evaluate_(evaluate), keep_(keep) {}

  ZoomResult run(double guess) {
    find_interval(guess);
    while (!done_ && !failed_) zoom_in();
    if (!done_ && safe_.rate == 0 && start_.slope < 0) shorten();
    // A step that decreases the loss is safer than the last trial, if there is one.
    const bool safe = !done_ && (safe_.rate > 0 || std::isinf(decrease_error_));
    const LinePoint& found = safe ? safe_ : trial_;
    const bool no_way_down = start_.slope == 0 || (!done_ && safe_.rate == 0);
    const bool failed = no_way_down && !(found.value < start_.value);
    return {found, !safe && !trial_is_kept_, steps_, decrease_error_, curvature_error_, failed};
  }

 private:
  void try_at(double rate) {
    trial_ = evaluate_(rate);
    shortest_ = std::min(shortest_, rate);
    trial_is_kept_ = false;
    ++steps_;
    double miss = trial_.value - start_.value - settings_.slope_rtol * rate * start_.slope;
    if (settings_.approx_dec_rtol) {
      const double by_slope = trial_.slope - (2 * settings_.slope_rtol - 1) * start_.slope;
      const double by_value = trial_.value - start_.value - *settings_.approx_dec_rtol * std::abs(start_.value);
      miss = minimum(miss, maximum(by_slope, by_value));
    }
    decrease_error_ = positive_part(miss);
    curvature_error_ = positive_part(std::abs(trial_.slope) - settings_.curv_rtol * std::abs(start_.slope));
    done_ = std::max(decrease_error_, curvature_error_) <= settings_.tol;
  }

  void make_safe() {
    safe_ = trial_;
    keep_();
    trial_is_kept_ = true;
  }

  void find_interval(double guess) {
    LinePoint previous = start_;
    while (true) {
      const bool first = steps_ == 0;
      double rate = first ? guess : settings_.increase_factor * previous.rate;
      const bool capped = settings_.max_rate && rate >= *settings_.max_rate;
      if (capped) rate = *settings_.max_rate;
      try_at(rate);
      if (decrease_error_ <= settings_.tol) make_safe();
      const bool high = decrease_error_ > 0 || (trial_.value >= previous.value && !first);
      const bool low = trial_.slope >= 0 && !high;
      low_ = low ? trial_ : previous;
      high_ = low ? previous : trial_;
      reference_ = low_;
      const bool found = high || low || done_;
      if (!done_ && capped && !found) done_ = true;
      failed_ = !done_ && steps_ >= settings_.max_steps;
      if (found || done_ || failed_) return;
      previous = trial_;
    }
  }

  void zoom_in() {
    const double length = std::abs(high_.rate - low_.rate);
    try_at(candidate(length));
    if (decrease_error_ <= settings_.tol && trial_.value < safe_.value) make_safe();
    if (decrease_error_ > 0 || trial_.value >= low_.value) {
      reference_ = high_;
      high_ = trial_;
    } else {
      const LinePoint old_low = low_;
      const bool turned = trial_.slope * (high_.rate - low_.rate) >= 0;
      reference_ = turned ? high_ : old_low;
      if (turned) high_ = old_low;
      low_ = trial_;
    }
    failed_ = !done_ && (steps_ >= settings_.max_steps || (length <= settings_.stepsize_precision && safe_.rate > 0));
  }

  /// A search that met nothing lower goes on with ever shorter steps, until they change nothing.
  void shorten() {
    for (std::int64_t left = 20; left > 0 && !done_ && safe_.rate == 0; --left) {
      try_at(shortest_ / 10);
      if (trial_.value < start_.value) make_safe();
      if (trial_.value == start_.value) return;
    }
  }

  /// Where to look next: well inside the interval, by interpolation if it can be had.
  double candidate(double length) const {
    const double left = std::min(low_.rate, high_.rate), right = std::max(low_.rate, high_.rate);
    const double cubic = cubic_minimizer(low_, high_, reference_);
    if (cubic > left + 0.2 * length && cubic < right - 0.2 * length) return cubic;
    const double quadratic = quadratic_minimizer(low_, high_);
    if (quadratic > left + 0.1 * length && quadratic < right - 0.1 * length) return quadratic;
    return (low_.rate + high_.rate) / 2;
  }

  /// NaN on either side gives NaN.
  static double minimum(double a, double b) { return std::isnan(a) || std::isnan(b) ? a + b : std::min(a, b); }
  static double maximum(double a, double b) { return std::isnan(a) || std::isnan(b) ? a + b : std::max(a, b); }

  LinePoint start_, safe_, trial_{}, low_{}, high_{}, reference_{};
  const ZoomSettings& settings_;
  Evaluate evaluate_;
  Keep keep_;
  bool trial_is_kept_ = false, done_ = false, failed_ = false;
  std::int64_t steps_ = 0;
  double decrease_error_ = 0, curvature_error_ = 0;
  double shortest_ = std::numeric_limits<double>::infinity();
};

template <class Evaluate, class Keep>
ZoomResult zoom(const LinePoint& start, double guess, const ZoomSettings& settings, Evaluate evaluate, Keep keep) {
  return ZoomSearch<Evaluate, Keep>(start, settings, evaluate, keep).run(guess);
}

}  // namespace grove::optim::detail
