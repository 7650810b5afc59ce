// A curve or a cloud of points, alone or with error bars.
#pragma once

#include <Eigen/Core>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "../../autodiff/error.hpp"
#include "look.hpp"

namespace grove::models {

/// One curve or cloud of points. An empty `x` means 0, 1, 2, … A value that is not finite breaks the line; a point
/// whose neighbours are both missing is marked.
struct Series {
  std::string title = {};       ///< in the legend
  std::vector<double> x = {};   ///< places, or none for 0, 1, 2, …
  std::vector<double> y = {};   ///< values
  std::string style = "lines";  ///< lines, points, linespoints, dots, impulses, steps
  Look look = {};               ///< how it is drawn
  bool head = false;            ///< a marker at the last point
};

/// Points with a bar from y - below to y + above. An empty `above` means the same as `below`.
struct ErrorBars {
  std::string title = {};          ///< in the legend
  std::vector<double> x = {};      ///< empty: 0, 1, 2, …
  std::vector<double> y = {};      ///< values
  std::vector<double> below = {};  ///< how far the bar goes down
  std::vector<double> above = {};  ///< how far the bar goes up
  Look look = {};                  ///< how they are drawn
};

/// A series from Eigen vectors.  Throws: grove::ShapeError if the lengths differ.
inline Series series(std::string title, const Eigen::VectorXd& x, const Eigen::VectorXd& y,
                     std::string style = "points") {
  if (x.size() != y.size()) throw ShapeError(fmt::format("series: x has {} values, y has {}", x.size(), y.size()));
  return {std::move(title), {x.data(), x.data() + x.size()}, {y.data(), y.data() + y.size()}, std::move(style)};
}

}  // namespace grove::models
