// How something is drawn: colour, width, opacity, marker, dashes.
#pragma once

#include <cmath>
#include <optional>
#include <string>

namespace grove::models {

/// How a line, a cloud of points or an area is drawn. What is not given is what suits the kind: colours then come one
/// after the other from a palette that colour-blind people can tell apart, later with other dashes and markers.
struct Look {
  std::string colour = {};                 ///< "#rrggbb", or blue orange green red pink sky yellow black grey white
  std::optional<double> width = {};        ///< of lines, in points
  std::optional<double> opacity = {};      ///< from 0, which is not seen, to 1
  std::string marker = {};                 ///< circle ring square triangle diamond cross plus star
  std::optional<double> marker_size = {};  ///< 1 is as high as a small letter
  bool dashed = false;                     ///< lines are broken
};

/// The part of an axis that is shown. A side that is not finite is chosen by the data.
struct Limits {
  double low = NAN;   ///< the lower end; chosen by the data if NaN
  double high = NAN;  ///< the upper end; chosen by the data if NaN
};

/// Colours for values. All three stay apart for colour-blind eyes and get lighter in one direction, so that they can be
/// printed in grey; `diverging` has its white at zero, for values with a sign.
enum class ColourMap { viridis, diverging, grey };

}  // namespace grove::models
