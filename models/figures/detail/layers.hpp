// What a panel shows, one after the other.
#pragma once

#include <cstddef>

#include "../figure.hpp"

namespace grove::models::detail {

inline bool is_empty(const Contours& c) { return c.z.size() == 0 && c.x.empty() && c.y.empty(); }
inline bool is_empty(const HeatMap& h) { return h.z.size() == 0 && h.x.empty() && h.y.empty(); }
inline bool is_empty(const MatrixImage& i) { return i.values.size() == 0; }

/// Calls f(layer) for all that a panel shows, in the order in which it is drawn: the one list of kinds. `P` is a Panel,
/// constant or not.
template <class P, class F>
void for_each_layer(P& panel, const F& f) {
  const auto each = [&f](auto& layers) {
    for (auto& layer : layers) f(layer);
  };
  if (!is_empty(panel.heat_map)) f(panel.heat_map);
  if (!is_empty(panel.image)) f(panel.image);
  if (!is_empty(panel.contours)) f(panel.contours);
  each(panel.surfaces);
  each(panel.bands);
  each(panel.bars);
  each(panel.histograms);
  each(panel.arrows);
  each(panel.trajectories);
  each(panel.horizontal_lines);
  each(panel.vertical_lines);
  each(panel.error_bars);
  each(panel.series);
  each(panel.space_paths);
  each(panel.labels);
}

inline bool in_space(const Panel& panel) { return !panel.surfaces.empty() || !panel.space_paths.empty(); }
inline bool shows_nothing(const Panel& panel) {
  std::size_t layers = 0;
  for_each_layer(panel, [&](const auto&) { ++layers; });
  return layers == 0;
}

}  // namespace grove::models::detail
