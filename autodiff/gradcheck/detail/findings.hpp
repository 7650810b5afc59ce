// What a check has measured so far, leaf by leaf, and how that becomes a report.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "checker.hpp"
#include "judge.hpp"

namespace grove::detail::check {

// One comparison: of an entry, or (entry = -1) of a direction in a leaf, or (leaf = -1) of one over several leaves.
struct Comparison {
  std::int64_t leaf = -1;
  std::int64_t entry = -1;
  double analytic = 0;
  Judgement judgement;
  double slope = not_a_number;
  const char* direction = "";

  // How far it misses its tolerance.
  double miss() const {
    const double ratio = std::abs(analytic - judgement.numeric.value) / judgement.tolerance;
    return std::isnan(ratio) ? infinity : ratio;
  }
};

// Failures first, entries before directions, and among equals the one that misses its tolerance most.
inline bool is_worse(const Comparison& a, const Comparison& b) {
  if (a.judgement.verdict != b.judgement.verdict) return a.judgement.verdict > b.judgement.verdict;
  if ((a.entry >= 0) != (b.entry >= 0)) return a.entry >= 0;
  return a.miss() > b.miss();
}

struct Findings {
  Eigen::VectorXd analytic;
  Eigen::VectorXd numeric;  // NaN where an entry was not measured by itself
  std::vector<Comparison> comparisons;
  std::vector<GradcheckVerdict> verdicts;  // of the leaves
  std::vector<GradcheckVerdict> entry_verdicts;
  std::vector<std::string> hints;

  explicit Findings(const FlatProblem& problem)
      : numeric(filled(problem.params.size(), not_a_number)),
        verdicts(problem.leaves.size(), GradcheckVerdict::ok),
        entry_verdicts(static_cast<std::size_t>(problem.params.size()), GradcheckVerdict::ok) {}

  void worsen(std::size_t leaf, GradcheckVerdict verdict) { verdicts[leaf] = std::max(verdicts[leaf], verdict); }

  GradcheckVerdict worst() const {
    GradcheckVerdict result = GradcheckVerdict::ok;
    for (const auto verdict : verdicts) result = std::max(result, verdict);
    for (const auto& each : comparisons) result = std::max(result, each.judgement.verdict);
    return result;
  }
};

inline double relative_error(double analytic, double numeric) {
  const double larger = largest_magnitude({analytic, numeric});
  return larger == 0 ? 0 : std::abs(analytic - numeric) / larger;
}

inline GradcheckRow make_row(const FlatProblem& problem, const Comparison& comparison) {
  const Judgement& found = comparison.judgement;
  GradcheckRow row;
  row.leaf = comparison.leaf;
  row.entry = comparison.entry;
  row.path = "params";
  row.index = comparison.direction;
  if (comparison.leaf >= 0) {
    const FlatLeaf& leaf = problem.leaves[static_cast<std::size_t>(comparison.leaf)];
    row.path = leaf.label();
    if (comparison.entry >= 0) row.index = leaf.index(comparison.entry);
  }
  row.analytic = comparison.analytic;
  row.numeric = found.numeric.value;
  row.absolute_error = std::abs(comparison.analytic - found.numeric.value);
  row.relative_error = relative_error(comparison.analytic, found.numeric.value);
  row.tolerance = found.tolerance;
  row.numeric_error = found.numeric.error;
  row.step = found.numeric.step;
  row.slope = comparison.slope;
  row.left = found.left;
  row.right = found.right;
  row.verdict = found.verdict;
  row.note = found.note;
  return row;
}

inline GradcheckLeaf summarize_leaf(const FlatProblem& problem, const Findings& findings, std::size_t i) {
  const FlatLeaf& leaf = problem.leaves[i];
  GradcheckLeaf summary;
  summary.path = leaf.label();
  summary.rows = leaf.rows;
  summary.cols = leaf.cols;
  summary.verdict = findings.verdicts[i];
  for (Eigen::Index k = leaf.offset; k < leaf.offset + leaf.size(); ++k) {
    const double analytic = findings.analytic.size() > 0 ? findings.analytic[k] : 0, numeric = findings.numeric[k];
    summary.gradient_norm = std::max(summary.gradient_norm, std::abs(analytic));
    const bool failed = is_failure(findings.entry_verdicts[static_cast<std::size_t>(k)]);
    if (failed) ++summary.wrong;
    if (failed || !std::isnan(numeric)) ++summary.checked;
    if (std::isnan(numeric)) continue;
    summary.max_absolute_error = std::max(summary.max_absolute_error, std::abs(analytic - numeric));
    summary.max_relative_error = std::max(summary.max_relative_error, relative_error(analytic, numeric));
  }
  return summary;
}

inline std::string summarize(const FlatProblem& problem, const GradcheckReport& report) {
  std::int64_t entries = 0, checked = 0, bad = 0, bad_leaves = 0;
  for (const auto& leaf : report.leaves) {
    entries += leaf.rows * leaf.cols;
    checked += leaf.checked;
    bad += leaf.wrong;
    bad_leaves += is_failure(leaf.verdict) ? 1 : 0;
  }
  if (report.ok()) {
    double worst = 0;
    for (const auto& leaf : report.leaves)
      if (leaf.verdict == GradcheckVerdict::ok) worst = std::max(worst, leaf.max_relative_error);
    for (const auto& row : report.rows)
      if (row.verdict == GradcheckVerdict::ok && row.entry < 0) worst = std::max(worst, row.relative_error);
    return fill(
        "{}: {}: {} of {} entries in {} leaves compared, worst relative error {}",
        {problem.name, to_string(report.verdict), checked, entries, report.leaves.size(), number(worst, "{:.1e}")});
  }
  const GradcheckRow& worst = report.rows.front();
  if (worst.verdict == GradcheckVerdict::non_finite && !worst.note.empty())
    return fill("{}: {}: {}: {}; {} of {} entries compared and {} of {} leaves fail",
                {problem.name, worst.name(), to_string(worst.verdict), worst.note, bad, checked, bad_leaves,
                 report.leaves.size()});
  return fill(
      "{}: {}: {}: analytic {}, numeric {}, relative error {}; {} of {} entries compared and {} of {} leaves fail",
      {problem.name, worst.name(), to_string(worst.verdict), number(worst.analytic, "{:.8g}"),
       number(worst.numeric, "{:.8g}"), number(worst.relative_error, "{:.1e}"), bad, checked, bad_leaves,
       report.leaves.size()});
}

// Moves the worst comparisons to the front, worst first. (A sort of all would be compiled into every program.)
inline std::size_t worst_first(std::vector<Comparison>& all, int count) {
  const std::size_t wanted = std::min(all.size(), static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < wanted; ++i) {
    std::size_t worst = i;
    for (std::size_t k = i + 1; k < all.size(); ++k)
      if (is_worse(all[k], all[worst])) worst = k;
    if (worst != i) std::swap(all[i], all[worst]);
  }
  return wanted;
}

// Fills the report's rows, leaves and summary.
inline void conclude(GradcheckReport& report, const FlatProblem& problem, Findings& findings, int max_rows) {
  // The summary speaks of the first row, so one is made even if none is wanted.
  const std::size_t wanted = worst_first(findings.comparisons, std::max(max_rows, 1));
  for (std::size_t i = 0; i < wanted; ++i) report.rows.push_back(make_row(problem, findings.comparisons[i]));
  for (std::size_t i = 0; i < problem.leaves.size(); ++i) report.leaves.push_back(summarize_leaf(problem, findings, i));
  report.verdict = std::max(report.verdict, findings.worst());
  report.hints = std::move(findings.hints);
  if (report.summary.empty()) report.summary = summarize(problem, report);
  report.rows.resize(std::min(report.rows.size(), static_cast<std::size_t>(max_rows)));
}

}  // namespace grove::detail::check
