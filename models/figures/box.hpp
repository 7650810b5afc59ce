// A part of the plane.
#pragma once

namespace grove::models {

/// The part of the plane that level lines are drawn over, in the units of the two axes.
struct Box {
  double x_low;   ///< the left edge
  double x_high;  ///< the right edge
  double y_low;   ///< the lower edge
  double y_high;  ///< the upper edge
};

}  // namespace grove::models
