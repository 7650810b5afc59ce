// What a figure shows: panels, curves, level lines.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "../../autodiff/error.hpp"
#include "box.hpp"

namespace grove::models {

/// One curve or cloud of points. An empty `x` means 0, 1, 2, … A value that is not finite breaks the line; a point
/// whose neighbours are both missing is marked.
struct Series {
  std::string title = {};
  std::vector<double> x = {};
  std::vector<double> y = {};
  std::string style = "lines";  ///< gnuplot's: lines, points, linespoints, dots, impulses, steps
};

/// Level lines of a function of two variables, drawn under a panel's series: z(i, j) belongs to (x[j], y[i]). Values
/// that are not finite leave holes.
struct Contours {
  std::vector<double> x = {};
  std::vector<double> y = {};
  Eigen::MatrixXd z = {};
  int levels = 20;
};

/// One pair of axes.
struct Panel {
  std::string title = {};
  std::string x_label = {};
  std::string y_label = {};
  bool log_y = false;
  bool diagonal = false;  ///< draw y = x, for predicted against observed
  std::vector<Series> series = {};
  Contours contours = {};
};

/// Panels side by side.
struct Figure {
  std::vector<Panel> panels = {};
  std::string title = {};
  int panel_width = 520;  ///< pixels
  int height = 420;       ///< pixels
};

/// A series from Eigen vectors.  Throws: grove::ShapeError if the lengths differ.
inline Series series(std::string title, const Eigen::VectorXd& x, const Eigen::VectorXd& y,
                     std::string style = "points") {
  if (x.size() != y.size()) throw ShapeError(fmt::format("series: x has {} values, y has {}", x.size(), y.size()));
  return {std::move(title), {x.data(), x.data() + x.size()}, {y.data(), y.data() + y.size()}, std::move(style)};
}

/// Level lines of `f`, which takes an Eigen::Vector2d, from a grid of `steps`×`steps` points.
/// Throws: grove::ShapeError if there are fewer than 2 steps.
template <class F>
Contours contours_of(const F& f, const Box& box, int steps = 101, int levels = 20) {
  if (steps < 2) throw ShapeError(fmt::format("contours_of: needs at least 2 steps, got {}", steps));
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(steps, box.x_low, box.x_high);
  const Eigen::VectorXd y = Eigen::VectorXd::LinSpaced(steps, box.y_low, box.y_high);
  Contours result{{x.data(), x.data() + steps}, {y.data(), y.data() + steps}, Eigen::MatrixXd(steps, steps), levels};
  for (Eigen::Index i = 0; i < steps; ++i)
    for (Eigen::Index j = 0; j < steps; ++j) result.z(i, j) = f(Eigen::Vector2d(x[j], y[i]));
  return result;
}

}  // namespace grove::models
