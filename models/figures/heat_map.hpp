// A function of two variables as colours.
#pragma once

#include <Eigen/Core>
#include <string>
#include <utility>
#include <vector>

#include "box.hpp"
#include "contours.hpp"
#include "look.hpp"

namespace grove::models {

/// Values on a grid as colours, with a colour bar: z(i, j) belongs to (x[j], y[i]). Values that are not finite leave
/// holes. It lies under all else of a panel.
struct HeatMap {
  std::string title = {};              ///< of the colour bar
  std::vector<double> x = {};          ///< of the columns of z
  std::vector<double> y = {};          ///< of the rows of z
  Eigen::MatrixXd z = {};              ///< values, a row for each y
  int levels = 0;                      ///< so many level lines over it
  ColourMap map = ColourMap::viridis;  ///< from numbers to colours
  Limits limits = {};                  ///< of the colours
  bool log = false;                    ///< colours by the logarithm; values that are not positive are holes
  bool bar = true;                     ///< beside it, what the colours mean
};

/// A heat map of `f`, which takes an Eigen::Vector2d, from a grid of `steps`×`steps` points.
///
///   models::Panel panel{.heat_map = models::heat_map_of("loss", wells, wells.box())};
///
/// Throws: grove::ShapeError if there are fewer than 2 steps.
template <class F>
HeatMap heat_map_of(std::string title, const F& f, const Box& box, int steps = 101, int levels = 0) {
  Contours grid = contours_of(f, box, steps);
  return {std::move(title), std::move(grid.x), std::move(grid.y), std::move(grid.z), levels};
}

/// A matrix as an image: the first row on top, one square an entry.
struct MatrixImage {
  std::string title = {};                      ///< of the colour bar
  Eigen::MatrixXd values = {};                 ///< a row of it is a row of the picture
  std::vector<std::string> row_names = {};     ///< empty: numbers from 0
  std::vector<std::string> column_names = {};  ///< empty: numbers from 0
  bool numbers = false;                        ///< write each value into its square
  ColourMap map = ColourMap::viridis;          ///< from numbers to colours
  Limits limits = {};                          ///< of the colours
  bool bar = true;                             ///< beside it, what the colours mean
};

}  // namespace grove::models
