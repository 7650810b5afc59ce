// Bars with names, and histograms.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "../../autodiff/error.hpp"
#include "look.hpp"

namespace grove::models {

/// One bar for each name. Several in one panel stand side by side and share the names of the first.
struct Bars {
  std::string title = {};               ///< in the legend
  std::vector<std::string> names = {};  ///< below each bar
  std::vector<double> values = {};      ///< how high each is
  std::vector<double> errors = {};      ///< empty: no error bars
  Look look = {};                       ///< how they are filled
};

/// How often values fall into bins of equal width. Values that are not finite are not counted.
struct Histogram {
  std::string title = {};           ///< in the legend
  std::vector<double> values = {};  ///< what is counted
  int bins = 0;                     ///< 0: by Freedman and Diaconis
  bool density = false;             ///< heights such that the areas sum to 1
  Look look = {};                   ///< how they are filled
};

/// The heights of a histogram, and where its bins begin.
struct Bins {
  double first = 0;                  ///< where the first bin begins
  double width = 1;                  ///< of each
  std::vector<double> heights = {};  ///< counts in each
};

namespace detail {

/// Twice the interquartile range over the cube root of the count.
inline double freedman_diaconis(const std::vector<double>& sorted) {
  const std::size_t n = sorted.size();
  return 2 * (sorted[3 * n / 4] - sorted[n / 4]) / std::cbrt(static_cast<double>(n));
}
inline std::size_t bins_for(const std::vector<double>& sorted) {
  const double range = sorted.back() - sorted.front(), width = freedman_diaconis(sorted);
  if (!(range > 0)) return 1;
  const double sturges = std::ceil(std::log2(static_cast<double>(sorted.size()))) + 1;
  return static_cast<std::size_t>(std::clamp(width > 0 ? std::ceil(range / width) : sturges, 1.0, 200.0));
}

}  // namespace detail

/// Counts a histogram's values; the last bin holds its upper end.  Throws: grove::ShapeError if bins is negative.
inline Bins bins_of(const Histogram& histogram) {
  if (histogram.bins < 0) throw ShapeError(fmt::format("bins_of: bins must not be negative, got {}", histogram.bins));
  std::vector<double> sorted;
  for (const double v : histogram.values)
    if (std::isfinite(v)) sorted.push_back(v);
  if (sorted.empty()) return {};
  std::sort(sorted.begin(), sorted.end());
  const std::size_t count = histogram.bins > 0 ? static_cast<std::size_t>(histogram.bins) : detail::bins_for(sorted);
  const double low = sorted.front(), range = sorted.back() - low;
  Bins result{low, range > 0 ? range / static_cast<double>(count) : 1.0, std::vector<double>(count)};
  if (!(range > 0)) result.first = low - 0.5 * static_cast<double>(count);
  for (const double v : sorted) {
    const double bin = std::floor((v - result.first) / result.width);
    result.heights[std::min(static_cast<std::size_t>(std::max(bin, 0.0)), count - 1)] += 1;
  }
  if (histogram.density)
    for (double& height : result.heights) height /= static_cast<double>(sorted.size()) * result.width;
  return result;
}

}  // namespace grove::models
