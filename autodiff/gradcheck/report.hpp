// What a gradient check found: a verdict, the worst entries, a summary of each leaf, hints.
#pragma once

#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "../detail/fmt.hpp"
#include "../detail/message.hpp"

namespace grove {

/// The outcome for an entry, a leaf or a whole check, from best to worst.
enum class GradcheckVerdict {
  ok,
  unused,              ///< the value does not depend on this leaf and its gradient is zero
  inconclusive_noise,  ///< undecided: rounding, noise or an oscillation in the value hides the derivative
  non_smooth,          ///< left and right slopes differ or the value jumps, so there is no derivative to compare with
  non_finite,          ///< the gradient is NaN or infinite, or no finite value was found around the point
  wrong,               ///< analytic and numeric derivative disagree
  structure,           ///< the gradient does not have the shape of the parameters
  nondeterministic,    ///< two calls with the same input gave different results
};

/// The enumerator's own name.
inline std::string_view to_string(GradcheckVerdict verdict);

/// True for `wrong`, `structure`, `nondeterministic` and `non_finite`.
constexpr bool is_failure(GradcheckVerdict verdict) { return verdict >= GradcheckVerdict::non_finite; }

/// One compared derivative.
struct GradcheckRow {
  /// What stands for "not known".
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();

  std::string output;       ///< of a Jacobian: which result, as `residuals(3)`; empty for a gradient
  std::string path;         ///< leaf, as `layers[1].weight`; `params` for parameters that are a single leaf
  std::string index;        ///< `(3,7)` in a matrix, `(3)` in a vector, empty for a scalar, or a direction in words
  std::int64_t leaf = -1;   ///< position of the leaf in `GradcheckReport::leaves`, -1 for a direction over several
  std::int64_t entry = -1;  ///< position in the leaf, column by column, -1 for a direction
  double analytic = none;   ///< the derivative under test
  double numeric = none;    ///< its finite difference
  double absolute_error = none;  ///< |analytic - numeric|
  double relative_error = none;  ///< absolute error over the larger magnitude
  double tolerance = none;       ///< absolute error that would have passed, were `numeric` sharp enough
  double numeric_error = none;   ///< estimated error of `numeric`
  double step = none;            ///< step of the finite difference
  double slope = none;           ///< order of the Taylor remainder: 2 for a right gradient, 1 for a wrong one
  double left = none;            ///< slope from below, where the point is not smooth
  double right = none;           ///< slope from above, where the point is not smooth
  GradcheckVerdict verdict = GradcheckVerdict::ok;  ///< what was found
  std::string note;                                 ///< what else was seen

  /// What was compared: `layers[1].weight(3,7)`, of a Jacobian `d residuals(3) / d layers[1].weight(3,7)`.
  std::string name() const {
    return output.empty() ? path + index : detail::fill("d {} / d {}{}", {output, path, index});
  }
};

/// Summary of one leaf.
struct GradcheckLeaf {
  std::string path;                                 ///< the leaf's path
  std::int64_t rows = 0;                            ///< of the leaf
  std::int64_t cols = 0;                            ///< of the leaf
  std::int64_t checked = 0;                         ///< entries compared one by one
  std::int64_t wrong = 0;                           ///< of those, how many failed
  double gradient_norm = 0;                         ///< largest magnitude in the leaf's gradient
  double max_absolute_error = 0;                    ///< the largest of its entries
  double max_relative_error = 0;                    ///< the largest of its entries
  GradcheckVerdict verdict = GradcheckVerdict::ok;  ///< the worst of its entries
};

/// The result of a check. Prints as a table with `<<` and fmt; the same content as data with `to_json`.
struct GradcheckReport {
  GradcheckVerdict verdict = GradcheckVerdict::ok;  ///< the worst of the leaves
  std::string summary;                              ///< one sentence: the verdict, and the worst path and index
  std::vector<GradcheckRow> rows;                   ///< worst first
  std::vector<GradcheckLeaf> leaves;                ///< one for each leaf of the params
  std::vector<std::string> hints;     ///< patterns in the errors: "all entries off by factor 2", "transposed" …
  std::vector<double> taylor_slopes;  ///< along a random direction, from large to small steps
  int taylor_order = 2;               ///< what they are if all is right; a wrong derivative makes them fall by one
  std::string method;                 ///< in words
  double value = 0;                   ///< f(params)
  std::int64_t evaluations = 0;       ///< of the value
  std::int64_t gradients = 0;         ///< evaluations of the gradient
  std::uint64_t seed = 0;             ///< that of the directions, to repeat the check

  /// True unless the verdict is a failure: `unused`, `non_smooth` and `inconclusive_noise` pass.
  bool ok() const { return !is_failure(verdict); }
  /// Whether nothing is wrong, as ok().
  explicit operator bool() const { return ok(); }
};

/// The table: worst entry, rows, leaves, hints, cost.
inline std::string to_string(const GradcheckReport& report);

/// Everything in the report as one JSON object; numbers that are not finite become null.
inline std::string to_json(const GradcheckReport& report);

/// Prints the table.
inline std::ostream& operator<<(std::ostream& out, const GradcheckReport& report) { return out << to_string(report); }

}  // namespace grove

template <>
struct fmt::formatter<grove::GradcheckReport> : grove::detail::TextFormatter {
  template <class Context>
  auto format(const grove::GradcheckReport& report, Context& context) const {
    return write(grove::to_string(report), context);
  }
};

#include "detail/print.hpp"
