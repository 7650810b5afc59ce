// Arrows: a field of directions, or a path step by step.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "../../autodiff/error.hpp"
#include "box.hpp"
#include "look.hpp"

namespace grove::models {

/// Arrows from (x, y) to (x + dx, y + dy). An arrow with a value that is not finite is left out.
struct Arrows {
  std::string title = {};       ///< in the legend
  std::vector<double> x = {};   ///< where each begins
  std::vector<double> y = {};   ///< where each begins
  std::vector<double> dx = {};  ///< how far each goes
  std::vector<double> dy = {};  ///< how far each goes
  Look look = {};               ///< how they are drawn
};

/// The field of `f`, which maps an Eigen::Vector2d to another, from a grid of `steps`×`steps` points. All arrows are
/// scaled by one number, so that the longest is as long as the way to the next point of the grid; arrows that are not
/// finite are left out of that.  Throws: grove::ShapeError if there are fewer than 2 steps.
///
///   auto downhill = models::arrows_of("downhill", [&](const Eigen::Vector2d& x) { return -grove::grad(loss)(x); },
///   box);
template <class F>
Arrows arrows_of(std::string title, const F& f, const Box& box, int steps = 15) {
  if (steps < 2) throw ShapeError(fmt::format("arrows_of: needs at least 2 steps, got {}", steps));
  Arrows field{.title = std::move(title)};
  const double width = (box.x_high - box.x_low) / (steps - 1), height = (box.y_high - box.y_low) / (steps - 1);
  double longest = 0;  // in units of the grid
  for (int i = 0; i < steps; ++i)
    for (int j = 0; j < steps; ++j) {
      const Eigen::Vector2d from(box.x_low + j * width, box.y_low + i * height), to = f(from);
      field.x.push_back(from[0]);
      field.y.push_back(from[1]);
      field.dx.push_back(to[0]);
      field.dy.push_back(to[1]);
      const double length = std::hypot(to[0] / width, to[1] / height);
      if (std::isfinite(length)) longest = std::max(longest, length);
    }
  for (std::size_t k = 0; longest > 0 && k < field.dx.size(); ++k) {
    field.dx[k] /= longest;
    field.dy[k] /= longest;
  }
  return field;
}

/// A path as arrows, one from each point to the next.  Throws: grove::ShapeError if the lengths differ.
inline Arrows arrows_along(std::string title, const std::vector<double>& x, const std::vector<double>& y) {
  if (x.size() != y.size())
    throw ShapeError(fmt::format("arrows_along: x has {} values, y has {}", x.size(), y.size()));
  Arrows path{.title = std::move(title)};
  for (std::size_t k = 0; k + 1 < x.size(); ++k) {
    path.x.push_back(x[k]);
    path.y.push_back(y[k]);
    path.dx.push_back(x[k + 1] - x[k]);
    path.dy.push_back(y[k + 1] - y[k]);
  }
  return path;
}

}  // namespace grove::models
