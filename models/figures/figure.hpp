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
  std::string title = {};
  std::string x_label = {};
  std::string y_label = {};
  std::string z_label = {};
  bool log_x = false;
  bool log_y = false;
  bool log_z = false;
  bool diagonal = false;  ///< draw y = x, for predicted against observed
  Limits x_limits = {};
  Limits y_limits = {};
  Limits z_limits = {};
  bool grid = true;
  bool equal_aspect = false;  ///< a unit of x is as long as one of y
  Legend legend = Legend::outside;
  View view = {};  ///< in three dimensions
  std::vector<Series> series = {};
  Contours contours = {};
  HeatMap heat_map = {};
  MatrixImage image = {};
  std::vector<Band> bands = {};
  std::vector<Bars> bars = {};
  std::vector<Histogram> histograms = {};
  std::vector<ErrorBars> error_bars = {};
  std::vector<Arrows> arrows = {};
  std::vector<Trajectories> trajectories = {};
  std::vector<Surface> surfaces = {};
  std::vector<SpacePath> space_paths = {};
  std::vector<HorizontalLine> horizontal_lines = {};
  std::vector<VerticalLine> vertical_lines = {};
  std::vector<Label> labels = {};
};

/// Panels in a grid, row by row.
struct Figure {
  std::vector<Panel> panels = {};
  std::string title = {};
  int panel_width = 520;  ///< pixels
  int height = 420;       ///< pixels, of one row of panels
  int columns = 0;        ///< panels in a row; 0: all side by side
};

}  // namespace grove::models
