// A figure that moves: its frames.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "figure.hpp"

namespace grove::models {

/// The number of points of the longest path in a figure: of its series of lines, trajectories and paths in space.
inline std::size_t steps_of(const Figure& figure) {
  std::size_t steps = 0;
  for (const Panel& panel : figure.panels) {
    for (const Series& s : panel.series)
      if (s.style != "points" && s.style != "dots") steps = std::max(steps, s.y.size());
    for (const Trajectories& t : panel.trajectories) steps = std::max(steps, static_cast<std::size_t>(t.x.rows()));
    for (const SpacePath& s : panel.space_paths) steps = std::max(steps, s.x.size());
  }
  return steps;
}

/// A figure whose paths have come as far as a step, counted from 0, with a marker at their heads. Clouds of points and
/// all that is no path stay whole, so do paths that end earlier.
inline Figure until(Figure figure, std::size_t step) {
  const auto cut = [step](std::vector<double>& values) { values.resize(std::min(values.size(), step + 1)); };
  for (Panel& panel : figure.panels) {
    for (Series& s : panel.series)
      if (s.style != "points" && s.style != "dots") {
        cut(s.x);
        cut(s.y);
        s.head = true;
      }
    for (Trajectories& t : panel.trajectories) {
      const Eigen::Index rows = std::min(t.x.rows(), static_cast<Eigen::Index>(step) + 1);
      t.x.conservativeResize(rows, t.x.cols());
      t.y.conservativeResize(std::min(t.y.rows(), rows), t.y.cols());
    }
    for (SpacePath& s : panel.space_paths) {
      for (auto* values : {&s.x, &s.y, &s.z}) cut(*values);
      s.head = true;
    }
  }
  return figure;
}

/// The frames of a figure whose paths grow from their first point to their last, at most `count` of them.
inline std::vector<Figure> growing(const Figure& figure, std::size_t count) {
  const std::size_t steps = steps_of(figure),
                    frames = std::clamp<std::size_t>(steps, 1, std::max<std::size_t>(count, 1));
  std::vector<Figure> result;
  for (std::size_t k = 0; k < frames; ++k) {
    const double share = frames > 1 ? static_cast<double>(k) / static_cast<double>(frames - 1) : 1;
    const double last = steps > 0 ? static_cast<double>(steps - 1) : 0;
    result.push_back(until(figure, static_cast<std::size_t>(std::lround(share * last))));
  }
  return result;
}

}  // namespace grove::models
