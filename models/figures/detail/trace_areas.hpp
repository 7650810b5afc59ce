// Heat maps, level lines, images, bars and surfaces as traces of plotly.js.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "draw_areas.hpp"
#include "page_trace.hpp"

namespace grove::models::detail {

inline std::string json_matrix(const Eigen::MatrixXd& z) {
  std::string result = "[";
  for (Eigen::Index i = 0; i < z.rows(); ++i) {
    result += i == 0 ? "[" : ",[";
    for (Eigen::Index j = 0; j < z.cols(); ++j) {
      result += j == 0 ? "" : ",";
      result += json_number(z(i, j));
    }
    result += "]";
  }
  return result + "]";
}
inline std::string json_colours(ColourMap map) {
  const auto colours = colours_of(map);
  std::string result = "[";
  for (std::size_t i = 0; i < colours.size(); ++i) {
    result += i == 0 ? "[" : ",[";
    result +=
        json_number(static_cast<double>(i) / static_cast<double>(colours.size() - 1)) + ",\"" + colours[i] + "\"]";
  }
  return result + "]";
}
inline std::string json_bar(const std::string& title) {
  return "{\"title\":{\"text\":" + json_label(title) + ",\"side\":\"right\"},\"thickness\":14}";
}

inline void trace(const Bars& b, Traces& to, std::size_t g, std::size_t groups) {
  const Style look = to.style(b.look, 1, 0.85);
  const double width = 0.8 / static_cast<double>(groups);
  const double shift = (static_cast<double>(g) - (static_cast<double>(groups) - 1) / 2) * width;
  std::string errors;
  if (!b.errors.empty())
    errors = json_object({{"type", quoted("data")}, {"array", json_numbers(b.errors)}, {"thickness", "1"}});
  std::vector<double> x = places({}, b.values.size());
  for (double& place : x) place += shift;
  to.add({{"type", quoted("bar")},
          {"x", json_numbers(x)},
          {"y", json_numbers(b.values)},
          {"width", json_number(0.92 * width)},
          {"name", json_label(b.title)},
          {"showlegend", in_legend(b.title)},
          {"opacity", json_number(look.opacity)},
          {"marker", json_marker(look)},
          {"error_y", errors}});
}
inline void trace(const Histogram& h, Traces& to) {
  const Style look = to.style(h.look, 1, 0.55);
  const Bins bins = bins_of(h);
  std::vector<double> x;
  for (std::size_t i = 0; i < bins.heights.size(); ++i)
    x.push_back(bins.first + (static_cast<double>(i) + 0.5) * bins.width);
  to.add({{"type", quoted("bar")},
          {"x", json_numbers(x)},
          {"y", json_numbers(bins.heights)},
          {"width", json_number(bins.width)},
          {"name", json_label(h.title)},
          {"showlegend", in_legend(h.title)},
          {"opacity", json_number(look.opacity)},
          {"marker", json_marker(look)}});
}
/// How many levels lie below a value, and what share of the way to the next it has come: a function that rises with the
/// values, so that level lines of whole numbers are the level lines.
inline double level_number(const std::vector<double>& levels, double v) {
  const std::size_t n = levels.size();
  if (n == 1) return v - levels[0];
  const auto above = static_cast<std::size_t>(std::upper_bound(levels.begin(), levels.end(), v) - levels.begin());
  const std::size_t k = std::clamp<std::size_t>(above, 1, n - 1) - 1;
  return static_cast<double>(k) + (v - levels[k]) / (levels[k + 1] - levels[k]);
}

/// plotly.js draws level lines at equal steps only.
inline void trace_levels(const std::vector<double>& x, const std::vector<double>& y, Eigen::MatrixXd z, int count,
                         const char* colour, Traces& to) {
  const std::vector<double> levels = levels_of(z, count);
  if (levels.empty()) return;
  for (Eigen::Index i = 0; i < z.size(); ++i) z.data()[i] = level_number(levels, z.data()[i]);
  const std::string last = json_number(static_cast<double>(levels.size()) - 1);
  to.add({{"type", quoted("contour")},
          {"x", json_numbers(x)},
          {"y", json_numbers(y)},
          {"z", json_matrix(z)},
          {"contours", "{\"coloring\":\"none\",\"start\":0,\"size\":1,\"end\":" + last + "}"},
          {"line", json_object({{"color", quoted(colour)}, {"width", "1"}})},
          {"showscale", "false"},
          {"showlegend", "false"},
          {"hoverinfo", quoted("skip")}});
}
inline void trace(const Contours& c, Traces& to) { trace_levels(c.x, c.y, c.z, c.levels, "#b8c4d0", to); }
inline void trace(const HeatMap& h, Traces& to) {
  Limits limits = colour_limits(h.limits, h.map, h.z);
  Eigen::MatrixXd z = h.z;
  if (h.log) {
    for (Eigen::Index i = 0; i < z.size(); ++i) z.data()[i] = z.data()[i] > 0 ? std::log10(z.data()[i]) : NAN;
    limits = {std::log10(limits.low), std::log10(limits.high)};
  }
  to.add({{"type", quoted("heatmap")},
          {"x", json_numbers(h.x)},
          {"y", json_numbers(h.y)},
          {"z", json_matrix(z)},
          {"colorscale", json_colours(h.map)},
          {"zmin", json_number(limits.low)},
          {"zmax", json_number(limits.high)},
          {"showscale", flag(h.bar)},
          {"colorbar", json_bar(h.log ? "log10 " + h.title : h.title)},
          {"name", json_label(h.title)},
          {"hoverongaps", "false"}});
  if (h.levels > 0) trace_levels(h.x, h.y, h.z, h.levels, "rgba(255,255,255,0.6)", to);
}
inline void trace(const MatrixImage& image, Traces& to) {
  const Limits limits = colour_limits(image.limits, image.map, image.values);
  to.add({{"type", quoted("heatmap")},
          {"z", json_matrix(image.values)},
          {"colorscale", json_colours(image.map)},
          {"zmin", json_number(limits.low)},
          {"zmax", json_number(limits.high)},
          {"showscale", flag(image.bar)},
          {"colorbar", json_bar(image.title)},
          {"name", json_label(image.title)},
          {"hoverongaps", "false"},
          {"texttemplate", image.numbers ? quoted("%{z:.3~g}") : ""}});
}
inline void trace(const Surface& s, Traces& to) {
  const Limits limits = colour_limits(s.limits, s.map, s.z);
  to.add({{"type", quoted("surface")},
          {"x", json_numbers(s.x)},
          {"y", json_numbers(s.y)},
          {"z", json_matrix(s.z)},
          {"colorscale", json_colours(s.map)},
          {"cmin", json_number(limits.low)},
          {"cmax", json_number(limits.high)},
          {"showscale", flag(s.bar)},
          {"opacity", "0.9"},
          {"colorbar", json_bar(s.title)},
          {"name", json_label(s.title)}});
}

}  // namespace grove::models::detail
