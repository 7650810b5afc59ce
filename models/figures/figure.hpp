// What a figure shows: panels, and what lies in them.
#pragma once

#include <string>
#include <vector>

#include "annotations.hpp"
#include "arrows.hpp"
#include "band.hpp"
#include "bars.hpp"
#include "box.hpp"
#include "contours.hpp"
#include "heat_map.hpp"
#include "look.hpp"
#include "series.hpp"
#include "surface.hpp"
#include "trajectories.hpp"

namespace grove::models {

/// Where the names of what is drawn stand. Without titles there is no legend.
enum class Legend { outside, inside, off };

/// One pair of axes, or three with `surfaces` or `space_paths`. Drawn from below: heat map, image, contours, bands,
/// bars, histograms, arrows, trajectories, lines, error bars, series, labels.
struct Panel {
  std::string title = {};                             ///< above the panel
  std::string x_label = {};                           ///< below the axis
  std::string y_label = {};                           ///< beside the axis
  std::string z_label = {};                           ///< beside the axis
  bool log_x = false;                                 ///< a logarithmic axis
  bool log_y = false;                                 ///< a logarithmic axis
  bool log_z = false;                                 ///< a logarithmic axis
  bool diagonal = false;                              ///< draw y = x, for predicted against observed
  Limits x_limits = {};                               ///< what of the axis is seen
  Limits y_limits = {};                               ///< what of the axis is seen
  Limits z_limits = {};                               ///< what of the axis is seen
  bool grid = true;                                   ///< lines at the marks of the axes
  bool equal_aspect = false;                          ///< a unit of x is as long as one of y
  Legend legend = Legend::outside;                    ///< where the titles stand
  View view = {};                                     ///< in three dimensions
  std::vector<Series> series = {};                    ///< curves and clouds of points
  Contours contours = {};                             ///< lines of equal height
  HeatMap heat_map = {};                              ///< a surface as colours
  MatrixImage image = {};                             ///< a matrix as colours
  std::vector<Band> bands = {};                       ///< areas between two curves
  std::vector<Bars> bars = {};                        ///< bars beside each other
  std::vector<Histogram> histograms = {};             ///< how often values occur
  std::vector<ErrorBars> error_bars = {};             ///< points with errors
  std::vector<Arrows> arrows = {};                    ///< fields of arrows
  std::vector<Trajectories> trajectories = {};        ///< many paths in the plane
  std::vector<Surface> surfaces = {};                 ///< surfaces in space
  std::vector<SpacePath> space_paths = {};            ///< paths in space
  std::vector<HorizontalLine> horizontal_lines = {};  ///< across the panel
  std::vector<VerticalLine> vertical_lines = {};      ///< from bottom to top
  std::vector<Label> labels = {};                     ///< words at places
};

/// Panels in a grid, row by row.
struct Figure {
  std::vector<Panel> panels = {};  ///< row by row
  std::string title = {};          ///< above all panels
  int panel_width = 520;           ///< pixels
  int height = 420;                ///< pixels, of one row of panels
  int columns = 0;                 ///< panels in a row; 0: all side by side
};

}  // namespace grove::models
