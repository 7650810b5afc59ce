// A panel's axes, legend, lines and text as a layout of plotly.js.
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
#include <type_traits>
#include <vector>

#include "../figure.hpp"
#include "figure_script.hpp"
#include "json.hpp"
#include "layers.hpp"
#include "page_trace.hpp"
#include "trace_areas.hpp"
#include "trace_lines.hpp"

namespace grove::models::detail {

/// All that a panel shows.
inline Traces traces_of(const Panel& panel) {
  Traces traces{.extents = extents_of(panel), .next_colour = panel.series.size()};
  if (!is_empty(panel.contours))
    for (const double end : {panel.contours.x.front(), panel.contours.x.back()}) traces.extents.x.add(end);
  if (panel.diagonal) add_diagonal(traces);
  std::size_t bars = 0;
  for_each_layer(panel, [&](const auto& layer) {
    using Layer = std::remove_cvref_t<decltype(layer)>;
    if constexpr (std::is_same_v<Layer, Bars>) {
      trace(layer, traces, bars++, panel.bars.size());
    } else if constexpr (!std::is_same_v<Layer, Label>) {
      if (std::is_same_v<Layer, Series> && &layer == static_cast<const void*>(panel.series.data()))
        traces.next_colour = 0;
      trace(layer, traces);
    }
  });
  return traces;
}

/// Both limits, which a logarithmic axis takes as exponents; empty where the data chooses one.
inline std::string json_range(const Limits& limits, bool log) {
  if (!std::isfinite(limits.low) || !std::isfinite(limits.high)) return "";
  const auto end = [log](double v) { return json_number(log ? std::log10(v) : v); };
  return "[" + end(limits.low) + "," + end(limits.high) + "]";
}
inline std::string json_title(const std::string& text) { return "{\"text\":" + json_label(text) + "}"; }

struct Axis {
  std::string label = {};
  bool log = false;
  std::string range = {};
  std::vector<std::string> names = {};
  std::string scale_of = {};  ///< the axis whose units are as long
  bool reversed = false;
};
inline std::string json_axis(const Axis& axis, bool grid) {
  const bool named = !axis.names.empty();
  return json_object({{"title", json_title(axis.label)},
                      {"type", quoted(axis.log ? "log" : "linear")},
                      {"range", axis.range},
                      {"autorange", axis.reversed && axis.range.empty() ? quoted("reversed") : ""},
                      {"showgrid", flag(grid)},
                      {"gridcolor", quoted("#e2e2e2")},
                      {"zeroline", "false"},
                      {"ticks", quoted("outside")},
                      {"exponentformat", quoted("power")},
                      {"tickvals", named ? json_numbers(places({}, axis.names.size())) : ""},
                      {"ticktext", named ? json_list(axis.names, json_label) : ""},
                      {"scaleanchor", axis.scale_of.empty() ? "" : json_string(axis.scale_of)},
                      {"constrain", axis.scale_of.empty() ? "" : quoted("domain")}});
}

inline std::string json_legend(Legend legend) {
  if (legend == Legend::inside) return "{\"x\":1,\"xanchor\":\"right\",\"y\":1,\"bgcolor\":\"rgba(255,255,255,0.7)\"}";
  return "{\"orientation\":\"h\",\"y\":-0.22,\"x\":0.5,\"xanchor\":\"center\"}";
}

inline std::string json_annotations(const Panel& panel) {
  return json_list(panel.labels, [&](const Label& l) {
    const auto place = [](double v, bool log) { return json_number(log ? std::log10(v) : v); };
    const char* const x = l.side == "right" ? "left" : l.side == "left" ? "right" : "center";
    const char* const y = l.side == "above" ? "bottom" : l.side == "below" ? "top" : "middle";
    const std::string colour = colour_of(l.colour.empty() ? "black" : l.colour, 0);
    return json_object({{"text", json_label(l.text)},
                        {"x", place(l.x, panel.log_x)},
                        {"y", place(l.y, panel.log_y)},
                        {"z", in_space(panel) ? place(l.z, panel.log_z) : ""},
                        {"showarrow", "false"},
                        {"xanchor", quoted(x)},
                        {"yanchor", quoted(y)},
                        {"font", "{\"color\":" + json_string(colour) + "}"}});
  });
}

/// Where gnuplot's view looks from.
inline std::string json_camera(const View& view) {
  const double elevation = view.elevation * std::numbers::pi / 180,
               around = (view.azimuth - 90) * std::numbers::pi / 180;
  const double distance = 1.9;
  return "{\"eye\":" +
         json_object({{"x", json_number(distance * std::sin(elevation) * std::cos(around))},
                      {"y", json_number(distance * std::sin(elevation) * std::sin(around))},
                      {"z", json_number(distance * std::cos(elevation))}}) +
         "}";
}
inline std::string json_scene(const Panel& panel) {
  return json_object(
      {{"xaxis", json_axis({panel.x_label, panel.log_x, json_range(panel.x_limits, panel.log_x)}, panel.grid)},
       {"yaxis", json_axis({panel.y_label, panel.log_y, json_range(panel.y_limits, panel.log_y)}, panel.grid)},
       {"zaxis", json_axis({panel.z_label, panel.log_z, json_range(panel.z_limits, panel.log_z)}, panel.grid)},
       {"annotations", json_annotations(panel)},
       {"aspectmode", quoted("cube")},
       {"camera", json_camera(panel.view)}});
}
/// Where an axis of a panel ends: at its limits, or at those of what fills the panel.
inline std::string json_x_range(const Panel& panel) {
  if (is_empty(panel.contours)) return json_range(panel.x_limits, panel.log_x);
  return json_range(or_axis(panel.x_limits, panel.contours.x), panel.log_x);
}
inline std::string json_y_range(const Panel& panel) {
  if (is_empty(panel.contours)) return json_range(panel.y_limits, panel.log_y);
  return json_range(or_axis(panel.y_limits, panel.contours.y), panel.log_y);
}

inline std::string layout_of(const Panel& panel, const Figure& figure, const Traces& traces) {
  const bool space = in_space(panel), image = !is_empty(panel.image);
  const auto& x_names = image || panel.bars.empty() ? panel.image.column_names : panel.bars[0].names;
  std::string x_axis, y_axis;
  if (!space) {
    x_axis = json_axis({panel.x_label, panel.log_x, json_x_range(panel), x_names}, panel.grid && !image);
    y_axis = json_axis(
        {panel.y_label, panel.log_y, json_y_range(panel), panel.image.row_names, panel.equal_aspect ? "x" : "", image},
        panel.grid && !image);
  }
  return json_object(
      {{"title", json_object({{"text", json_label(panel.title)}, {"x", "0.03"}, {"xanchor", quoted("left")}})},
       {"xaxis", x_axis},
       {"yaxis", y_axis},
       {"scene", space ? json_scene(panel) : ""},
       {"width", json_number(figure.panel_width)},
       {"height", json_number(figure.height)},
       {"margin", "{\"l\":60,\"r\":20,\"t\":40,\"b\":50}"},
       {"showlegend", flag(panel.legend != Legend::off)},
       {"legend", json_legend(panel.legend)},
       {"barmode", quoted("overlay")},
       {"plot_bgcolor", quoted("#ffffff")},
       {"paper_bgcolor", quoted("#ffffff")},
       {"shapes", json_list(traces.shapes, [](const std::string& shape) { return shape; })},
       {"annotations", space ? "" : json_annotations(panel)},
       {"uirevision", "1"}});
}

}  // namespace grove::models::detail
