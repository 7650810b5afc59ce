// The gradient check itself, from the determinism test to the verdict.
#pragma once

#include <cstring>

#include "directions.hpp"
#include "hints.hpp"

namespace grove::detail::check {

inline bool all_zero(const Eigen::VectorXd& x, Range range) {
  for (Eigen::Index k = range.begin; k < range.end; ++k)
    if (x[k] != 0) return false;
  return true;
}

inline bool all_finite(const Eigen::VectorXd& x) {
  for (Eigen::Index k = 0; k < x.size(); ++k)
    if (!std::isfinite(x[k])) return false;
  return true;
}

// Bit equality (so that NaN equals itself), or a relative change within `tolerance` if one is allowed.
inline bool same_result(double a, double b, double tolerance) {
  if (std::memcmp(&a, &b, sizeof a) == 0) return true;
  return tolerance > 0 && std::abs(a - b) <= tolerance * largest_magnitude({a, b});
}

inline Eigen::Index first_difference(const Eigen::VectorXd& a, const Eigen::VectorXd& b, double tolerance) {
  for (Eigen::Index k = 0; k < a.size(); ++k)
    if (!same_result(a[k], b[k], tolerance)) return k;
  return -1;
}

inline std::string entry_name(const FlatProblem& problem, Eigen::Index position) {
  for (const auto& leaf : problem.leaves)
    if (position < leaf.offset + leaf.size()) return leaf.label() + leaf.index(position - leaf.offset);
  return {};
}

// What to do about a value that is not finite.
inline std::string way_to_a_value(const FlatProblem& problem) {
  for (Eigen::Index k = 0; k < problem.params.size(); ++k) {
    if (!std::isfinite(problem.params[k])) return fill("{} is {} there", {entry_name(problem, k), problem.params[k]});
  }
  return "check at another point";
}

// What is wrong with the shape of the gradient, or nothing.
inline std::string structure_error(const FlatProblem& problem, const FlatProblem::Gradient& gradient) {
  const auto& want = problem.leaves;
  const auto& have = gradient.leaves;
  for (std::size_t i = 0; i < std::min(want.size(), have.size()); ++i) {
    if (gradient.same_type && want[i].path != have[i].path)
      return fill("{} in params meets {} in the gradient", {want[i].label(), have[i].label()});
    if (want[i].rows != have[i].rows || want[i].cols != have[i].cols)
      return fill("{} is {}×{} in params and {}×{} in the gradient",
                  {want[i].label(), want[i].rows, want[i].cols, have[i].rows, have[i].cols});
  }
  if (want.size() != have.size()) return fill("params has {} leaves and the gradient {}", {want.size(), have.size()});
  return {};
}

inline GradcheckReport& fail_whole(GradcheckReport& report, const FlatProblem& problem, GradcheckVerdict verdict,
                                   const std::string& why) {
  report.verdict = verdict;
  report.summary = fill("{}: {}: {}", {problem.name, to_string(verdict), why});
  for (auto& leaf : report.leaves) leaf.verdict = std::max(leaf.verdict, verdict);
  return report;
}

class GradcheckRun {
 public:
  GradcheckRun(const FlatProblem& problem, const GradcheckOptions& options)
      : problem_(problem), options_(options), checker_(problem, options), findings_(problem), random_(options.seed) {}

  GradcheckReport run() {
    report_.seed = options_.seed;
    report_.method = method();
    if (repeatable()) {
      mark_unused();
      compare();
      check_nearby();
      check_returned();
      add_slopes();
      add_hints(problem_, findings_);
      if (checker_.exhausted())
        findings_.hints.push_back(
            fill("the budget of {} evaluations ran out; entries without a comparison are not checked",
                 {options_.max_evaluations}));
    }
    conclude(report_, problem_, findings_, options_.max_rows);
    if (report_.verdict == GradcheckVerdict::nondeterministic || report_.verdict == GradcheckVerdict::structure)
      for (auto& leaf : report_.leaves) leaf.verdict = report_.verdict;
    report_.evaluations = checker_.evaluations();
    report_.gradients = checker_.gradients();
    return std::move(report_);
  }

 private:
  bool directional() const {
    if (options_.coverage == GradcheckCoverage::automatic) return problem_.params.size() > options_.full_limit;
    return options_.coverage == GradcheckCoverage::directional;
  }

  std::string method() const {
    constexpr const char* names[] = {"central", "fourth-order central", "swept", "Richardson-extrapolated"};
    const char* coverage = directional()                                     ? "along random directions"
                           : options_.coverage == GradcheckCoverage::sampled ? "of sampled entries"
                                                                             : "of every entry";
    return fill("{} differences {}", {names[static_cast<int>(options_.method)], coverage});
  }

  bool fail(GradcheckVerdict verdict, const std::string& why) {
    fail_whole(report_, problem_, verdict, why);
    return false;
  }

  bool same(double a, double b) const { return same_result(a, b, options_.nondet_tol); }

  // Value and gradient twice, and against each other.
  bool repeatable() {
    using enum GradcheckVerdict;
    const Eigen::VectorXd& x = checker_.point();
    const double value = checker_.value(x), again = checker_.value(x);
    report_.value = value;
    if (!same(value, again))
      return fail(nondeterministic, fill("two calls with the same params gave the values {} and {}; draw random "
                                         "numbers outside of the loss and pass them in",
                                         {value, again}));
    auto first = checker_.gradient(x);
    const std::string misfit = structure_error(problem_, first);
    if (!misfit.empty()) return fail(structure, misfit);
    findings_.analytic = std::move(first.entries);
    if (!std::isfinite(value)) {
      for (std::size_t i = 0; i < checker_.leaf_count(); ++i) findings_.worsen(i, non_finite);
      return fail(non_finite, fill("the value at params is {}; {}", {value, way_to_a_value(problem_)}));
    }
    if (!std::isnan(first.value) && !same(value, first.value))
      return fail(nondeterministic,
                  fill("the value is {} by itself and {} where the gradient is taken", {value, first.value}));
    checker_.move_to(x, value);
    return same_gradient(checker_.gradient(x), "two calls with the same params gave");
  }

  bool same_gradient(const FlatProblem::Gradient& again, const char* what) {
    const std::string misfit = structure_error(problem_, again);
    if (!misfit.empty()) return fail(GradcheckVerdict::structure, misfit);
    const Eigen::Index k = first_difference(findings_.analytic, again.entries, options_.nondet_tol);
    if (k < 0) return true;
    return fail(GradcheckVerdict::nondeterministic,
                fill("{}: {} the gradients {} and {}; does it keep or add to values of an earlier call?",
                     {entry_name(problem_, k), what, findings_.analytic[k], again.entries[k]}));
  }

  void compare() {
    if (directional()) return check_directions(checker_, findings_, random_);
    for (std::size_t i = 0; i < checker_.leaf_count(); ++i) {
      if (findings_.verdicts[i] == GradcheckVerdict::unused) continue;
      if (options_.coverage == GradcheckCoverage::sampled)
        check_some_entries(checker_, findings_, i, options_.samples, random_);
      else
        check_all_entries(checker_, findings_, i);
    }
  }

  // A leaf is unused if its gradient is zero and no change of it, small or large, changes the value.
  void mark_unused() {
    for (std::size_t i = 0; i < checker_.leaf_count(); ++i) {
      const Range range = range_of(checker_.leaf(i));
      const bool zero = range.size() > 0 && all_zero(findings_.analytic, range);
      if (!zero) continue;
      const Eigen::VectorXd direction = random_direction(checker_, range, false, false, random_);
      const Line line = checker_.direction_line(direction, 0);
      bool moves = false;
      for (double t : {0.1, -0.1, 1e-3}) {
        const double value = line.at(t).value;
        moves = moves || (std::isfinite(value) && value != line.origin);
      }
      if (!moves) findings_.verdicts[i] = GradcheckVerdict::unused;
    }
  }

  // A gradient that keeps something from an earlier call can be right at the first point and wrong at the next.
  void check_nearby() {
    if (!options_.check_nearby || is_failure(findings_.worst()) || checker_.exhausted()) return;
    const Eigen::VectorXd offset = random_direction(checker_, whole(checker_), true, true, random_);
    Eigen::VectorXd nearby = checker_.point();
    for (std::size_t i = 0; i < checker_.leaf_count(); ++i)
      for (Eigen::Index k = range_of(checker_.leaf(i)).begin; k < range_of(checker_.leaf(i)).end; ++k)
        if (const double moved = checker_.rounded(i, nearby[k] + 0.01 * offset[k]); checker_.inside(i, moved))
          nearby[k] = moved;
    const double value = probe_value(checker_, nearby);
    if (!std::isfinite(value)) return;
    const auto gradient = checker_.gradient(nearby);
    if (!structure_error(problem_, gradient).empty() || !all_finite(gradient.entries)) return;
    checker_.move_to(nearby, value);
    const Eigen::VectorXd direction = random_direction(checker_, whole(checker_), false, true, random_);
    const Comparison along = compare_direction(checker_, gradient.entries, direction);
    const bool wrong = along.judgement.verdict == GradcheckVerdict::wrong;
    if (wrong)
      blame_nearby(gradient.entries,
                   bisect(checker_, gradient.entries, direction, whole(checker_), along.judgement.numeric.step));
    checker_.move_to(problem_.params, report_.value);
  }

  // The entry that is wrong nearby; if it is wrong at params too, where the directions missed it, it is reported there.
  void blame_nearby(const Eigen::VectorXd& gradient, Eigen::Index position) {
    const std::size_t leaf = leaf_at(checker_, position);
    const Eigen::Index entry = position - checker_.leaf(leaf).offset;
    Comparison nearby = compare_entry(checker_, gradient, leaf, entry);
    if (nearby.judgement.verdict != GradcheckVerdict::wrong) return;
    checker_.move_to(problem_.params, report_.value);
    if (check_entry(checker_, findings_, leaf, entry).judgement.verdict == GradcheckVerdict::wrong) return;
    nearby.judgement.note = "at a point 1 % away from params";
    findings_.worsen(leaf, GradcheckVerdict::wrong);
    findings_.comparisons.push_back(std::move(nearby));
    findings_.hints.push_back(
        checker_.leaf(leaf).label() +
        ": right at params but wrong 1 % away from it: does the gradient keep values of an earlier call?");
  }

  void check_returned() {
    if (is_failure(findings_.worst())) return;
    same_gradient(checker_.gradient(problem_.params), "after calls at other points the same params gave");
  }

  void add_slopes() {
    const Eigen::VectorXd direction = random_direction(checker_, whole(checker_), false, false, random_);
    const DirectionalSlope along = slope_along(checker_, findings_.analytic, direction);
    report_.taylor_slopes = taylor_slopes(checker_.direction_line(direction, along.sensitivity), along.analytic, 1);
    auto& all = findings_.comparisons;
    const std::size_t shown = worst_first(all, options_.max_rows);
    for (std::size_t i = 0; i < shown; ++i) {
      if (all[i].judgement.verdict != GradcheckVerdict::wrong || all[i].entry < 0) continue;
      const auto leaf = static_cast<std::size_t>(all[i].leaf);
      const auto slopes = taylor_slopes(checker_.entry_line(leaf, all[i].entry), all[i].analytic,
                                        checker_.scales(leaf, all[i].entry).front());
      if (!slopes.empty()) all[i].slope = slopes.back();
    }
  }

  const FlatProblem& problem_;
  const GradcheckOptions& options_;
  Checker checker_;
  Findings findings_;
  SplitMix random_;
  GradcheckReport report_;
};

inline GradcheckReport run_gradcheck(const FlatProblem& problem, const GradcheckOptions& options) {
  return GradcheckRun(problem, options).run();
}

}  // namespace grove::detail::check
