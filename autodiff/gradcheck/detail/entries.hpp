// Checking a gradient entry by entry.
#pragma once

#include "findings.hpp"

namespace grove::detail::check {

inline Comparison compare_entry(Checker& checker, const Eigen::VectorXd& gradient, std::size_t leaf,
                                Eigen::Index entry) {
  const Eigen::Index position = checker.leaf(leaf).offset + entry;
  Comparison result;
  result.leaf = static_cast<std::int64_t>(leaf);
  result.entry = entry;
  result.analytic = gradient[position];
  if (!std::isfinite(checker.point()[position])) {
    result.judgement.verdict = GradcheckVerdict::non_finite;
    result.judgement.note = fill("the parameter is {}; check at a finite point", {checker.point()[position]});
    return result;
  }
  const Line line = checker.entry_line(leaf, entry);
  const auto precision = [&]() -> Precision {
    const GradientSpread& spread = checker.spread(gradient);
    return {spread.rounding[position], spread.typical[position], checker.epsilon()};
  };
  const double step = checker.first_step(checker.first_scale(leaf, entry));
  result.judgement = Judge(line, result.analytic, {checker.rtol(), checker.options().atol})
                         .decide(checker.scales(leaf, entry), step, checker.options().method, precision);
  return result;
}

inline Comparison& check_entry(Checker& checker, Findings& findings, std::size_t leaf, Eigen::Index entry) {
  Comparison comparison = compare_entry(checker, findings.analytic, leaf, entry);
  const Eigen::Index position = checker.leaf(leaf).offset + entry;
  findings.numeric[position] = comparison.judgement.numeric.value;
  findings.entry_verdicts[static_cast<std::size_t>(position)] = comparison.judgement.verdict;
  findings.worsen(leaf, comparison.judgement.verdict);
  return findings.comparisons.emplace_back(std::move(comparison));
}

inline void check_all_entries(Checker& checker, Findings& findings, std::size_t leaf) {
  for (Eigen::Index entry = 0; entry < checker.leaf(leaf).size() && !checker.exhausted(); ++entry)
    if (std::isnan(findings.numeric[checker.leaf(leaf).offset + entry])) check_entry(checker, findings, leaf, entry);
}

inline void check_some_entries(Checker& checker, Findings& findings, std::size_t leaf, int count, SplitMix& random) {
  const Eigen::Index size = checker.leaf(leaf).size();
  if (size <= count) return check_all_entries(checker, findings, leaf);
  for (int tries = 0, done = 0; done < count && tries < 4 * count && !checker.exhausted(); ++tries) {
    const Eigen::Index entry = random.below(size);
    if (!std::isnan(findings.numeric[checker.leaf(leaf).offset + entry])) continue;
    check_entry(checker, findings, leaf, entry);
    ++done;
  }
}

}  // namespace grove::detail::check
