// Surfaces and paths in three dimensions.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "box.hpp"
#include "contours.hpp"
#include "look.hpp"

namespace grove::models {

/// A function of two variables as a surface: z(i, j) is its height over (x[j], y[i]). A panel with one is drawn in
/// three dimensions. Values that are not finite leave holes.
struct Surface {
  std::string title = {};              ///< of the colour bar
  std::vector<double> x = {};          ///< of the columns of z
  std::vector<double> y = {};          ///< of the rows of z
  Eigen::MatrixXd z = {};              ///< heights, a row for each y
  ColourMap map = ColourMap::viridis;  ///< from heights to colours
  Limits limits = {};                  ///< of the colours
  bool bar = false;                    ///< beside it, what the colours mean
};

/// A path in three dimensions. A value that is not finite breaks the line.
struct SpacePath {
  std::string title = {};       ///< in the legend
  std::vector<double> x = {};   ///< of each point
  std::vector<double> y = {};   ///< of each point
  std::vector<double> z = {};   ///< of each point
  std::string style = "lines";  ///< lines, points, linespoints
  Look look = {};               ///< how it is drawn
  bool head = false;            ///< a marker at the last point
};

/// Where a panel in three dimensions is looked at from, in degrees.
struct View {
  double elevation = 55;  ///< from 0, straight from above, to 180
  double azimuth = 30;    ///< around the z axis
};

/// The surface of `f`, which takes an Eigen::Vector2d, over a grid of `steps`×`steps` points.
/// Throws: grove::ShapeError if there are fewer than 2 steps.
template <class F>
Surface surface_of(const F& f, const Box& box, int steps = 41) {
  Contours grid = contours_of(f, box, steps);
  return {"", std::move(grid.x), std::move(grid.y), std::move(grid.z)};
}

/// A path of the plane lifted onto the surface of `f`.
template <class F>
SpacePath path_on(const F& f, std::string title, std::vector<double> x, std::vector<double> y) {
  SpacePath path{.title = std::move(title)};
  for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) path.z.push_back(f(Eigen::Vector2d(x[i], y[i])));
  path.x = std::move(x);
  path.y = std::move(y);
  return path;
}

}  // namespace grove::models
