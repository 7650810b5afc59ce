// Checking a gradient entry by entry.
#pragma once

#include "autodiff/gradcheck/detail/findings.hpp"

namespace grove::detail::check {

inline Yardstick yardstick(const Checker& checker, double magnitude) {
  const double atol = checker.options().atol;
  return {checker.rtol(), atol > 0 ? atol : 1e-3 * checker.rtol() * magnitude, checker.rtol() * magnitude};
}

inline Comparison compare_entry(Checker& checker, const Eigen::VectorXd& gradient, std::size_t leaf,
                                Eigen::Index entry) {
  const FlatLeaf& shape = checker.leaf(leaf);
  const double analytic = gradient[shape.offset + entry];
  const Yardstick stick = yardstick(checker, largest_finite(gradient, shape.offset, shape.size()));
  const std::vector<double> scales = checker.scales(leaf, entry);
  const double step = checker.first_step(checker.first_scale(leaf, entry));
  const Line line = checker.entry_line(leaf, entry);
  Comparison result;
  result.leaf = static_cast<std::int64_t>(leaf);
  result.entry = entry;
  result.analytic = analytic;
  result.judgement = judge(line, analytic, scales, step, checker.options().method, stick);
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
