// A band: the spread around a curve.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "../../autodiff/error.hpp"
#include "look.hpp"

namespace grove::models {

/// The area between two curves, and a line in it. Where a side is not finite the band has a gap.
struct Band {
  std::string title = {};           ///< in the legend
  std::vector<double> x = {};       ///< empty: 0, 1, 2, …
  std::vector<double> low = {};     ///< the lower edge
  std::vector<double> high = {};    ///< the upper edge
  std::vector<double> middle = {};  ///< empty: no line
  Look look = {};                   ///< how it is filled
};

/// Mean and spread of several runs, one a column: the line is the mean of each row, the band `deviations` standard
/// deviations (of the sample) to both sides. Shapes: runs is steps×runs.  Throws: grove::ShapeError if it is empty.
inline Band band_of(std::string title, const Eigen::MatrixXd& runs, double deviations = 1) {
  if (runs.size() == 0) throw ShapeError(fmt::format("band_of: runs is {}×{}", runs.rows(), runs.cols()));
  Band band{.title = std::move(title)};
  for (Eigen::Index i = 0; i < runs.rows(); ++i) {
    double sum = 0, squares = 0;
    for (Eigen::Index j = 0; j < runs.cols(); ++j) sum += runs(i, j);
    const double mean = sum / static_cast<double>(runs.cols());
    for (Eigen::Index j = 0; j < runs.cols(); ++j) squares += (runs(i, j) - mean) * (runs(i, j) - mean);
    const double freedom = static_cast<double>(runs.cols() > 1 ? runs.cols() - 1 : 1);
    const double spread = deviations * std::sqrt(squares / freedom);
    band.middle.push_back(mean);
    band.low.push_back(mean - spread);
    band.high.push_back(mean + spread);
  }
  return band;
}

}  // namespace grove::models
