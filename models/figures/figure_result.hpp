// What became of a figure.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace grove::models {

/// What `write_figure`, `write_animation` and `write_page` did.
struct FigureResult {
  bool drawn = false;                             ///< false: gnuplot is missing or failed, the data was written instead
  std::vector<std::filesystem::path> files = {};  ///< what now exists
  std::string message = {};                       ///< a sentence for the user
};

}  // namespace grove::models
