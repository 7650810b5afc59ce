// The lines of a fit's summary.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../../../autodiff/detail/message.hpp"
#include "../../protocol/mask.hpp"
#include "../summary.hpp"
#include "student_t.hpp"

namespace grove::optim::detail {

/// The name of each number of a tree: the path of its leaf, with its place in a leaf that is a matrix or a vector.
template <class P>
std::vector<std::string> element_names(const P& params) {
  std::vector<std::string> names;
  for_each_shape(
      [&](const tree::Path& path, const LeafShape& shape) {
        const std::string base = path.empty() ? "params" : path.string();
        for (Eigen::Index j = 0; j < shape.cols; ++j) {
          for (Eigen::Index i = 0; i < shape.rows; ++i) {
            if (shape.rank == 0) {
              names.push_back(base);
            } else if (shape.rank == 1) {
              names.push_back(fill("{}({})", {base, i + j}));
            } else {
              names.push_back(fill("{}({}, {})", {base, i, j}));
            }
          }
        }
      },
      params);
  return names;
}

/// A line for each param; the intervals are by Student's t with `freedom`, by the normal distribution if that is
/// infinite. An `exact` fit has no t and p: they are quotients of rounding errors.
inline std::vector<FitRow> fit_rows(const std::vector<std::string>& names, const Eigen::VectorXd& estimates,
                                    const Eigen::VectorXd& errors, double freedom, double level, bool exact) {
  const double reach = freedom > 0 ? two_sided_quantile(1 - level, freedom) : std::numeric_limits<double>::quiet_NaN();
  std::vector<FitRow> rows;
  for (Eigen::Index i = 0; i < errors.size(); ++i) {
    const double estimate = estimates(i), half = reach * errors(i);
    const double t = exact ? std::numeric_limits<double>::quiet_NaN() : estimate / errors(i);
    rows.push_back({.name = names[static_cast<std::size_t>(i)],
                    .estimate = estimate,
                    .error = errors(i),
                    .t = t,
                    .p = two_sided_tail(t, freedom),
                    .low = estimate - half,
                    .high = estimate + half});
  }
  return rows;
}

}  // namespace grove::optim::detail
