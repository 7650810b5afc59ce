// Many paths at once.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "../../autodiff/error.hpp"
#include "look.hpp"

namespace grove::models {

/// Many paths, thin and translucent: path k goes through (x(i, k), y(i, k)) for i = 0, 1, … Without a colour each has
/// the next of the palette, or the colour of its entry in `values`. A value that is not finite breaks the path.
struct Trajectories {
  std::string title = {};              ///< in the legend
  Eigen::MatrixXd x = {};              ///< a column for each path, a row for each step
  Eigen::MatrixXd y = {};              ///< a column for each path, a row for each step
  std::vector<double> values = {};     ///< one for each path, for colours: its final loss, say
  ColourMap map = ColourMap::viridis;  ///< from values to colours
  bool starts = true;                  ///< a ring where a path begins
  bool ends = true;                    ///< a dot where it ends
  Look look = {};                      ///< how they are drawn
};

/// The paths of many starts from a recorded path: `path[i]` holds one point a row, as `minimize` records for a batch of
/// starts. Shapes: each is paths×2.  Throws: grove::ShapeError if one is not, or differs from the first.
inline Trajectories trajectories(std::string title, const std::vector<Eigen::MatrixXd>& path) {
  Trajectories result{.title = std::move(title)};
  if (path.empty()) return result;
  const Eigen::Index paths = path[0].rows(), steps = static_cast<Eigen::Index>(path.size());
  result.x.resize(steps, paths);
  result.y.resize(steps, paths);
  for (Eigen::Index i = 0; i < steps; ++i) {
    const Eigen::MatrixXd& points = path[static_cast<std::size_t>(i)];
    if (points.cols() != 2 || points.rows() != paths)
      throw ShapeError(
          fmt::format("trajectories: path[{}] is {}×{}, must be {}×2", i, points.rows(), points.cols(), paths));
    for (Eigen::Index k = 0; k < paths; ++k) {
      result.x(i, k) = points(k, 0);
      result.y(i, k) = points(k, 1);
    }
  }
  return result;
}

/// The paths of many minimizations: `paths[k]` holds the points of one, each of two numbers, as `minimize_each` records
/// them. A path that ends early stays where it ends.  Throws: grove::ShapeError if a path has no points.
inline Trajectories trajectories(std::string title, const std::vector<std::vector<Eigen::Vector2d>>& paths) {
  std::size_t steps = 0;
  for (const auto& path : paths) steps = std::max(steps, path.size());
  Trajectories result{.title = std::move(title)};
  result.x.resize(static_cast<Eigen::Index>(steps), static_cast<Eigen::Index>(paths.size()));
  result.y.resizeLike(result.x);
  for (std::size_t k = 0; k < paths.size(); ++k) {
    if (paths[k].empty()) throw ShapeError(fmt::format("trajectories: path {} has no points", k));
    for (std::size_t i = 0; i < steps; ++i) {
      const Eigen::Vector2d& point = paths[k][std::min(i, paths[k].size() - 1)];
      result.x(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = point[0];
      result.y(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = point[1];
    }
  }
  return result;
}

}  // namespace grove::models
