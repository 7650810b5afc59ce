// How far what a panel shows reaches, so that the axes of many frames can be the same.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "drawing.hpp"
#include "layers.hpp"

namespace grove::models::detail {

/// From the lowest to the highest of the numbers that an axis can show.
struct Extent {
  bool log = false;
  double low = INFINITY;
  double high = -INFINITY;

  void add(double v) {
    if (!std::isfinite(v) || (log && v <= 0)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  void add(const Extent& other) {
    add(other.low);
    add(other.high);
  }
  /// With some room at both ends, unless an end is zero, where bars stand.
  Limits limits() const {
    if (low > high) return {};
    if (log) {
      const double room = high > low ? std::pow(high / low, 0.04) : 2;
      return {low / room, high * room};
    }
    const double room = high > low ? 0.04 * (high - low) : 1;
    return {low == 0 ? 0 : low - room, high == 0 && low < 0 ? 0 : high + room};
  }
};

struct Extents {
  Extent x = {}, y = {}, z = {}, colour = {};

  void add(double px, double py) {
    if (!all_finite({px, py})) return;
    x.add(px);
    y.add(py);
  }
  void add(const Extents& other) {
    x.add(other.x);
    y.add(other.y);
    z.add(other.z);
    colour.add(other.colour);
  }
};

inline void reach(const Series& s, Extents& to) {
  for (std::size_t i = 0; i < s.y.size(); ++i) to.add(at(s.x, i), s.y[i]);
  if (s.style == "impulses") to.y.add(0);
}
inline void reach(const ErrorBars& e, Extents& to) {
  for (std::size_t i = 0; i < e.y.size(); ++i) {
    to.add(at(e.x, i), e.y[i] - e.below[i]);
    to.add(at(e.x, i), e.y[i] + (e.above.empty() ? e.below : e.above)[i]);
  }
}
inline void reach(const Band& b, Extents& to) {
  for (std::size_t i = 0; i < b.low.size(); ++i) {
    to.add(at(b.x, i), b.low[i]);
    to.add(at(b.x, i), b.high[i]);
  }
}
inline void reach(const Bars& b, Extents& to) {
  to.y.add(0);
  for (std::size_t i = 0; i < b.values.size(); ++i) {
    const double error = b.errors.empty() ? 0 : b.errors[i];
    to.y.add(b.values[i] - error);
    to.y.add(b.values[i] + error);
  }
}
inline void reach(const Histogram& h, Extents& to) {
  const Bins bins = bins_of(h);
  to.add(bins.first, 0);
  to.x.add(bins.first + bins.width * static_cast<double>(bins.heights.size()));
  for (const double height : bins.heights) to.y.add(height);
}
inline void reach(const Arrows& a, Extents& to) {
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    to.add(a.x[i], a.y[i]);
    to.add(a.x[i] + a.dx[i], a.y[i] + a.dy[i]);
  }
}
inline void reach(const Trajectories& t, Extents& to) {
  for (Eigen::Index i = 0; i < t.x.size(); ++i) to.add(t.x.data()[i], t.y.data()[i]);
}
inline void reach(const HeatMap& h, Extents& to) {
  to.colour.log = h.log;
  for (Eigen::Index i = 0; i < h.z.size(); ++i) to.colour.add(h.z.data()[i]);
}
inline void reach(const MatrixImage& image, Extents& to) {
  for (Eigen::Index i = 0; i < image.values.size(); ++i) to.colour.add(image.values.data()[i]);
}
inline void reach(const Surface& s, Extents& to) {
  for (const double x : s.x) to.x.add(x);
  for (const double y : s.y) to.y.add(y);
  for (Eigen::Index i = 0; i < s.z.size(); ++i) {
    to.z.add(s.z.data()[i]);
    to.colour.add(s.z.data()[i]);
  }
}
inline void reach(const SpacePath& s, Extents& to) {
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    to.add(s.x[i], s.y[i]);
    to.z.add(s.z[i]);
  }
}
inline void reach(const HorizontalLine& l, Extents& to) { to.y.add(l.y); }
inline void reach(const VerticalLine& l, Extents& to) { to.x.add(l.x); }
inline void reach(const Contours& /*their axes are the panel's*/, Extents& /*to*/) {}
inline void reach(const Label& l, Extents& to) { to.add(l.x, l.y); }

inline Extents extents_of(const Panel& panel) {
  Extents result{.x = {panel.log_x}, .y = {panel.log_y}, .z = {panel.log_z}};
  for_each_layer(panel, [&](const auto& layer) { reach(layer, result); });
  return result;
}

inline void fill(Limits& limits, const Limits& with) {
  if (!std::isfinite(limits.low)) limits.low = with.low;
  if (!std::isfinite(limits.high)) limits.high = with.high;
}
inline void fill_colours(Limits& limits, ColourMap map, const Extent& colour) {
  if (colour.low > colour.high) return;
  const double largest = std::max(std::abs(colour.low), std::abs(colour.high));
  fill(limits, map == ColourMap::diverging ? Limits{-largest, largest} : Limits{colour.low, colour.high});
}

/// Gives a panel limits where it has none. Grids and bars say themselves where a panel ends.
inline void fix_limits(Panel& panel, const Extents& extents) {
  const bool has_grid = !is_empty(panel.heat_map) || !is_empty(panel.image) || !is_empty(panel.contours);
  if (!has_grid && panel.bars.empty()) fill(panel.x_limits, extents.x.limits());
  if (!has_grid) fill(panel.y_limits, extents.y.limits());
  if (in_space(panel)) fill(panel.z_limits, extents.z.limits());
  fill_colours(panel.heat_map.limits, panel.heat_map.map, extents.colour);
  fill_colours(panel.image.limits, panel.image.map, extents.colour);
  for (Surface& s : panel.surfaces) fill_colours(s.limits, s.map, extents.colour);
}

/// Gives all frames the same axes and colours.
inline void fix_axes(std::vector<Figure>& frames) {
  if (frames.empty()) return;
  for (std::size_t p = 0; p < frames[0].panels.size(); ++p) {
    Extents all = extents_of(frames[0].panels[p]);
    for (const Figure& frame : frames) all.add(extents_of(frame.panels[p]));
    for (Figure& frame : frames) fix_limits(frame.panels[p], all);
  }
}

}  // namespace grove::models::detail
