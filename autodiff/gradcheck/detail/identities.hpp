// Identities between derivative functions: no finite differences, so no step that could be at fault.
#pragma once

#include "directions.hpp"

namespace grove::detail::check {

// Two ways to the same number; `magnitude` is the size of the terms it is summed from.
struct Identity {
  const char* name;
  double left = 0;
  double right = 0;
  double magnitude = 0;
};

inline double dot_product(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  double sum = 0;
  for (Eigen::Index k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

inline double magnitude_of_dot(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  double sum = 0;
  for (Eigen::Index k = 0; k < a.size(); ++k) sum += std::abs(a[k] * b[k]);
  return sum;
}

// The entry at which left and factor·right differ most.
inline Identity vector_identity(const char* name, const Eigen::VectorXd& left, double factor,
                                const Eigen::VectorXd& right) {
  Identity worst{name};
  for (Eigen::Index k = 0; k < left.size(); ++k)
    if (!(std::abs(left[k] - factor * right[k]) <= std::abs(worst.left - worst.right)))
      worst = {name, left[k], factor * right[k]};
  worst.magnitude = std::max(largest_finite(left, 0, left.size()), largest_finite(right, 0, right.size()));
  return worst;
}

// What holds passes silently; what does not becomes the first row of the report.
inline void require_identities(GradcheckReport& report, const FlatProblem& problem,
                               const std::vector<Identity>& identities, int max_rows) {
  bool single = problem.single_value;
  for (const auto& leaf : problem.leaves) single = single || leaf.single;
  for (const Identity& each : identities) {
    const double tolerance = (single ? 1e-3 : 1e-10) * each.magnitude;
    // Sums that overflow say nothing; entries that are not finite have been reported one by one.
    if (!std::isfinite(each.magnitude) || std::abs(each.left - each.right) <= tolerance) continue;
    GradcheckRow row;
    row.path = "params";
    row.index = std::string(": ") + each.name;
    row.analytic = each.left;
    row.numeric = each.right;
    row.absolute_error = std::abs(each.left - each.right);
    row.relative_error = relative_error(each.left, each.right);
    row.tolerance = tolerance;
    row.verdict = std::isfinite(each.left) ? GradcheckVerdict::wrong : GradcheckVerdict::non_finite;
    row.note = "analytic and numeric are the two sides of this identity; no finite difference is involved";
    const bool summarized = !report.ok();
    report.verdict = std::max(report.verdict, row.verdict);
    report.rows.insert(report.rows.begin(), std::move(row));
    if (!summarized) report.summary = summarize(problem, report);
  }
  report.rows.resize(std::min(report.rows.size(), static_cast<std::size_t>(max_rows)));
}

// A direction to multiply second derivatives with: normal numbers times the size of each parameter, exact in the type
// of its leaf.
inline Eigen::VectorXd random_tangent(const FlatProblem& problem, const GradcheckOptions& options,
                                      std::uint64_t stream) {
  const Checker checker(problem, options);
  SplitMix random(options.seed + 0x9e3779b97f4a7c15u * stream);
  Eigen::VectorXd tangent = random_direction(checker, whole(checker), false, false, random);
  for (std::size_t i = 0; i < checker.leaf_count(); ++i)
    for (Eigen::Index k = range_of(checker.leaf(i)).begin; k < range_of(checker.leaf(i)).end; ++k)
      tangent[k] = checker.rounded(i, tangent[k]);
  return tangent;
}

// Slopes of f(x+td) - f(x) - t⟨g,d⟩ - t²⟨d,Hd⟩/2 for the f that `problem` belongs to; 3 if g and H are right.
inline std::vector<double> second_taylor_slopes(const FlatProblem& problem, const GradcheckOptions& options,
                                                const Eigen::VectorXd& direction, double slope, double curvature) {
  Checker checker(problem, options);
  checker.move_to(problem.params, problem.value(problem.params));
  const Line line = checker.direction_line(direction, std::abs(slope));
  return taylor_slopes(line, slope, 1, curvature);
}

}  // namespace grove::detail::check
