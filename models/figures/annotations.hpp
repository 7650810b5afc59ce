// Lines across a panel, and text in it.
#pragma once

#include <string>

#include "look.hpp"

namespace grove::models {

/// A line across the whole panel at a height y.
struct HorizontalLine {
  std::string title = {};
  double y = 0;
  Look look = {};
};

/// A line across the whole panel at a place x.
struct VerticalLine {
  std::string title = {};
  double x = 0;
  Look look = {};
};

/// Text in a panel, over all else.
struct Label {
  std::string text = {};
  double x = 0;
  double y = 0;
  double z = 0;                ///< in panels of three dimensions
  std::string side = "right";  ///< of the point: right, left, center, or above, below
  std::string colour = {};     ///< as in Look; empty: black
};

}  // namespace grove::models
