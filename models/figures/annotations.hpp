// Lines across a panel, and text in it.
#pragma once

#include <string>

#include "look.hpp"

namespace grove::models {

/// A line across the whole panel at a height y.
struct HorizontalLine {
  std::string title = {};  ///< in the legend
  double y = 0;            ///< where the line is
  Look look = {};          ///< how it is drawn
};

/// A line across the whole panel at a place x.
struct VerticalLine {
  std::string title = {};  ///< in the legend
  double x = 0;            ///< where the line is
  Look look = {};          ///< how it is drawn
};

/// Text in a panel, over all else.
struct Label {
  std::string text = {};       ///< what it says
  double x = 0;                ///< where it stands
  double y = 0;                ///< where it stands
  double z = 0;                ///< in panels of three dimensions
  std::string side = "right";  ///< of the point: right, left, center, or above, below
  std::string colour = {};     ///< as in Look; empty: black
};

}  // namespace grove::models
