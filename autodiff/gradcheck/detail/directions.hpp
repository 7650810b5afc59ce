// Checking a gradient along random directions: the cost does not grow with the number of parameters. A failure is
// bisected to an index.
#pragma once

#include "entries.hpp"

namespace grove::detail::check {

// Entries of the flat vector, from `begin` to before `end`.
struct Range {
  Eigen::Index begin = 0;
  Eigen::Index end = 0;
  Eigen::Index size() const { return end - begin; }
};

inline Range whole(const Checker& checker) { return {0, checker.point().size()}; }
inline Range range_of(const FlatLeaf& leaf) { return {leaf.offset, leaf.offset + leaf.size()}; }

// An entry that is tiny beside its leaf would hardly move by its own magnitude; it moves as its neighbours do unless
// `relative` forbids it.
inline double direction_scale(const Checker& checker, std::size_t leaf, Eigen::Index entry, bool relative) {
  const double own = checker.scales(leaf, entry).front(), common = checker.first_scale(leaf, entry);
  return relative || own > 1e-3 * common ? own : common;
}

// Normal or ±1 numbers times the scale of each entry, pointing inwards where a bound is near; zero outside `range`.
inline Eigen::VectorXd random_direction(const Checker& checker, Range range, bool signs, bool relative,
                                        SplitMix& random) {
  Eigen::VectorXd direction = filled(checker.point().size(), 0);
  for (std::size_t i = 0; i < checker.leaf_count(); ++i) {
    const Range own = range_of(checker.leaf(i));
    for (Eigen::Index k = std::max(own.begin, range.begin); k < std::min(own.end, range.end); ++k) {
      const double magnitude = direction_scale(checker, i, k - own.begin, relative);
      double change = magnitude * (signs ? random.sign() : random.normal());
      const double margin = 2 * checker.relative_step(std::abs(change));
      if (checker.point()[k] - margin < checker.bounds(i).lower) change = std::abs(change);
      if (checker.point()[k] + margin > checker.bounds(i).upper) change = -std::abs(change);
      direction[k] = std::isfinite(checker.point()[k]) ? change : 0;
    }
  }
  return direction;
}

struct DirectionalSlope {
  double analytic = 0;     // ⟨gradient, direction⟩
  double magnitude = 0;    // ‖gradient ∘ direction‖, what the sum is made of
  double sensitivity = 0;  // ‖gradient ∘ params‖
};

// The Euclidean norm of a ∘ b, over the entries that b moves.
inline double norm_of_product(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  double norm = 0;
  for (Eigen::Index k = 0; k < a.size(); ++k)
    if (b[k] != 0) norm = std::hypot(norm, a[k] * b[k]);
  return norm;
}

inline DirectionalSlope slope_along(const Checker& checker, const Eigen::VectorXd& gradient,
                                    const Eigen::VectorXd& direction) {
  DirectionalSlope result;
  for (Eigen::Index k = 0; k < direction.size(); ++k) {
    if (direction[k] == 0) continue;
    result.analytic += gradient[k] * direction[k];
    result.sensitivity = std::hypot(result.sensitivity, gradient[k] * checker.point()[k]);
  }
  result.magnitude = norm_of_product(gradient, direction);
  return result;
}

// A direction adds up many entries, so its tolerance goes by all of them: a small one is not seen in it.
inline Comparison compare_direction(Checker& checker, const Eigen::VectorXd& gradient,
                                    const Eigen::VectorXd& direction) {
  const DirectionalSlope slope = slope_along(checker, gradient, direction);
  const Line line = checker.direction_line(direction, slope.sensitivity);
  const double atol = checker.options().atol, rtol = checker.rtol();
  const auto precision = [&]() -> Precision {
    const GradientSpread& spread = checker.spread(gradient);
    return {norm_of_product(spread.rounding, direction), norm_of_product(spread.typical, direction), checker.epsilon()};
  };
  const Yardstick stick{rtol, atol > 0 ? atol : 1e-3 * rtol * slope.magnitude, rtol * slope.magnitude};
  Comparison result;
  result.analytic = slope.analytic;
  result.direction = " along a random direction";
  result.judgement =
      Judge(line, slope.analytic, stick).decide({1.0}, checker.relative_step(1.0), checker.options().method, precision);
  return result;
}

// How far numeric and analytic slopes differ when only `range` moves; infinite when no value was found.
inline double discrepancy(Checker& checker, const Eigen::VectorXd& gradient, const Eigen::VectorXd& direction,
                          Range range, double step) {
  Eigen::VectorXd part = filled(direction.size(), 0);
  for (Eigen::Index k = range.begin; k < range.end; ++k) part[k] = direction[k];
  const DirectionalSlope slope = slope_along(checker, gradient, part);
  const Line line = checker.direction_line(part, slope.sensitivity);
  const double miss = std::abs(fourth_order_difference(line, step).value - slope.analytic);
  return std::isnan(miss) ? infinity : miss;
}

// Halves the range again and again, keeping the half that disagrees more. `step` is the one that showed the
// disagreement best.
inline Eigen::Index bisect(Checker& checker, const Eigen::VectorXd& gradient, const Eigen::VectorXd& direction,
                           Range range, double step) {
  while (range.size() > 1) {
    const Eigen::Index middle = range.begin + range.size() / 2;
    const Range lower{range.begin, middle}, upper{middle, range.end};
    const double below = discrepancy(checker, gradient, direction, lower, step);
    range = below >= discrepancy(checker, gradient, direction, upper, step) ? lower : upper;
  }
  return range.begin;
}

inline std::size_t leaf_at(const Checker& checker, Eigen::Index position) {
  std::size_t i = 0;
  while (position >= range_of(checker.leaf(i)).end) ++i;
  return i;
}

// Names an entry for a direction that failed, and looks at a few of its neighbours for the hints. An entry that is
// right after all means that the direction crossed kinks or noise, as directions through many entries do.
inline bool confirm(Checker& checker, Findings& findings, Comparison& comparison, const Eigen::VectorXd& direction,
                    Range range, SplitMix& random) {
  const NumericDerivative& numeric = comparison.judgement.numeric;
  const double step = numeric.found() && numeric.step > 0 ? numeric.step : checker.relative_step(1);
  const Eigen::Index position = bisect(checker, findings.analytic, direction, range, step);
  const std::size_t leaf = leaf_at(checker, position);
  const Eigen::Index entry = position - checker.leaf(leaf).offset;
  if (std::isnan(findings.numeric[position])) check_entry(checker, findings, leaf, entry);
  if (is_failure(findings.entry_verdicts[static_cast<std::size_t>(position)])) {
    check_some_entries(checker, findings, leaf, 8, random);
    return true;
  }
  if (comparison.judgement.verdict != GradcheckVerdict::wrong) return true;
  comparison.judgement.verdict = GradcheckVerdict::inconclusive_noise;
  comparison.judgement.note = fill("bisection leads to {}{}, which is right by itself: kinks or noise along the way?",
                                   {checker.leaf(leaf).label(), checker.leaf(leaf).index(entry)});
  return false;
}

// Compares along a direction in `range`; true if a failure was confirmed.
inline bool check_along(Checker& checker, Findings& findings, Range range, const Eigen::VectorXd& direction,
                        Comparison comparison, SplitMix& random) {
  const bool failed =
      is_failure(comparison.judgement.verdict) && confirm(checker, findings, comparison, direction, range, random);
  if (range.size() < checker.point().size() || checker.leaf_count() == 1)
    comparison.leaf = static_cast<std::int64_t>(leaf_at(checker, range.begin));
  if (comparison.leaf >= 0) findings.worsen(static_cast<std::size_t>(comparison.leaf), comparison.judgement.verdict);
  findings.comparisons.push_back(std::move(comparison));
  return failed;
}

inline bool check_direction(Checker& checker, Findings& findings, Range range, bool signs, SplitMix& random) {
  Eigen::VectorXd direction = random_direction(checker, range, signs, false, random);
  Comparison comparison = compare_direction(checker, findings.analytic, direction);
  if (comparison.judgement.verdict == GradcheckVerdict::non_finite && std::isfinite(comparison.analytic)) {
    direction = random_direction(checker, range, signs, true, random);
    comparison = compare_direction(checker, findings.analytic, direction);
  }
  return check_along(checker, findings, range, direction, std::move(comparison), random);
}

// Small entries are not seen beside large ones, so entries of each size, a thousandfold wide, get a direction of their
// own; those that are zero go with the smallest.
inline bool check_sizes(Checker& checker, Findings& findings, SplitMix& random) {
  constexpr double width = 1e-3, least = 1e-15;
  const Eigen::VectorXd all = random_direction(checker, whole(checker), true, false, random);
  Eigen::VectorXd share = filled(all.size(), 0);
  for (Eigen::Index k = 0; k < all.size(); ++k) share[k] = std::abs(findings.analytic[k] * all[k]);
  const double largest = largest_finite(share, 0, share.size());
  for (double top = largest; top > least * largest && !checker.exhausted(); top *= width) {
    const bool last = !(top * width > least * largest);
    Eigen::VectorXd direction = filled(all.size(), 0);
    Eigen::Index inside = 0;
    for (Eigen::Index k = 0; k < all.size(); ++k) {
      if (share[k] > top || (share[k] <= top * width && !last)) continue;
      direction[k] = all[k];
      ++inside;
    }
    if (inside == 0 || inside == all.size()) continue;
    if (check_along(checker, findings, whole(checker), direction,
                    compare_direction(checker, findings.analytic, direction), random))
      return true;
  }
  return false;
}

// A direction in each leaf, then some over the whole tree. Leaves of a few entries are checked entry by entry.
inline void check_directions(Checker& checker, Findings& findings, SplitMix& random) {
  constexpr Eigen::Index few = 8;
  constexpr std::size_t many_leaves = 500;
  const bool by_leaf = checker.leaf_count() > 1 && checker.leaf_count() <= many_leaves;
  for (std::size_t i = 0; by_leaf && i < checker.leaf_count() && !checker.exhausted(); ++i) {
    if (checker.leaf(i).size() == 0 || findings.verdicts[i] == GradcheckVerdict::unused) continue;
    if (checker.leaf(i).size() <= few)
      check_all_entries(checker, findings, i);
    else
      check_direction(checker, findings, range_of(checker.leaf(i)), i % 2 == 1, random);
  }
  for (int k = 0; k < std::max(checker.options().directions, 4) && !checker.exhausted(); ++k)
    if (check_direction(checker, findings, whole(checker), k % 2 == 1, random)) return;
  check_sizes(checker, findings, random);
}

}  // namespace grove::detail::check
