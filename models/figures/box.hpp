// A part of the plane.
#pragma once

namespace grove::models {

/// The part of the plane that level lines are drawn over, in the units of the two axes.
struct Box {
  double x_low, x_high, y_low, y_high;
};

}  // namespace grove::models
