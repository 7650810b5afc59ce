// Heat maps, level lines, images, bars and surfaces as gnuplot draws them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../bars.hpp"
#include "../contours.hpp"
#include "../heat_map.hpp"
#include "../surface.hpp"
#include "drawing.hpp"

namespace grove::models::detail {

/// Where the cells of a grid end: half way to the neighbours, on a logarithmic axis as it is seen.
inline std::vector<double> edges_of(const std::vector<double>& centres, bool log = false) {
  const std::size_t n = centres.size();
  const auto from = [log](double c) { return log ? std::log(c) : c; };
  const auto to = [log](double c) { return log ? std::exp(c) : c; };
  if (n == 1) return {centres[0] - 0.5, centres[0] + 0.5};
  const auto beyond = [&](double end, double inner) { return to(from(end) + (from(end) - from(inner)) / 2); };
  std::vector<double> edges{beyond(centres[0], centres[1])};
  for (std::size_t i = 1; i < n; ++i) edges.push_back(to((from(centres[i - 1]) + from(centres[i])) / 2));
  edges.push_back(beyond(centres[n - 1], centres[n - 2]));
  return edges;
}
inline bool is_even(const std::vector<double>& axis) {
  for (std::size_t i = 2; i < axis.size(); ++i) {
    const double step = axis[1] - axis[0], here = axis[i] - axis[i - 1];
    if (std::abs(here - step) > 1e-6 * std::abs(step)) return false;
  }
  return axis.size() > 1;
}

/// x, y, value, and for grids that are not even the corners of the cell.
inline std::string cell_rows(const HeatMap& h, bool corners, bool log_x, bool log_y) {
  const auto xs = edges_of(h.x, log_x), ys = edges_of(h.y, log_y);
  std::string rows;
  for (std::size_t i = 0; i < h.y.size(); ++i, rows += "\n")
    for (std::size_t j = 0; j < h.x.size(); ++j) {
      const double z = h.z(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
      const double shown = h.log && !(z > 0) ? NAN : z;
      if (!corners)
        rows += row({h.x[j], h.y[i], shown});
      else if (std::isfinite(shown))
        rows += row({h.x[j], h.y[i], std::min(xs[j], xs[j + 1]), std::max(xs[j], xs[j + 1]), std::min(ys[i], ys[i + 1]),
                     std::max(ys[i], ys[i + 1]), shown});
    }
  return rows;
}

inline void draw(const HeatMap& h, Drawing& to, bool log_x, bool log_y) {
  if (!h.z.array().isFinite().any()) return;
  const bool corners = log_x || log_y || !is_even(h.x) || !is_even(h.y);
  to.settings +=
      palette_commands(h.map, colour_limits(h.limits, h.map, h.z), h.bar, h.title) + (h.log ? "set logscale cb\n" : "");
  to.add({corners ? "using 1:2:3:4:5:6:7 with boxxyerror fs solid noborder lc palette" : "using 1:2:3 with image", "",
          corners ? "x y x_low x_high y_low y_high value" : "x y value", cell_rows(h, corners, log_x, log_y)});
  if (h.levels > 0)
    to.add({"with lines lc rgb '#60ffffff' lw 0.8", "", "x y z", grid_rows(h), level_list(h.z, h.levels)});
}

inline void draw(const Contours& c, Drawing& to) {
  if (c.z.array().isFinite().any())
    to.add({"with lines lc rgb '#b8c4d0' lw 1", "", "x y z", grid_rows(c), level_list(c.z, c.levels)});
}

/// Names that would run into each other.
inline bool are_long(const std::vector<std::string>& names) {
  std::size_t characters = 0;
  for (const std::string& name : names) characters += name.size() + 2;
  return characters > 60;
}
/// Tics with names at 0, 1, 2, …, upright where they need it.
inline std::string named_tics(const char* axis, const std::vector<std::string>& names, bool upright = false) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    list += i == 0 ? "" : ", ";
    list += gnuplot_label(names[i]) + " " + number(static_cast<double>(i));
  }
  return std::string("set ") + axis + "tics (" + list + ")" + (upright ? " rotate by 90 right" : " norotate") + "\n";
}

/// The smallest value that is finite.
inline double smallest(const Eigen::MatrixXd& values) {
  double result = INFINITY;
  for (Eigen::Index i = 0; i < values.size(); ++i)
    if (std::isfinite(values.data()[i])) result = std::min(result, values.data()[i]);
  return result;
}
/// Dark text on light colours, and the other way round.
inline std::string ink_on(unsigned rgb) {
  const double light = 0.3 * (rgb >> 16) + 0.59 * (rgb >> 8 & 0xff) + 0.11 * (rgb & 0xff);
  return light > 130 ? "#222222" : "#ffffff";
}
inline std::string numbers_in(const MatrixImage& image, const Limits& limits) {
  const double low = std::isfinite(limits.low) ? limits.low : smallest(image.values);
  const double high = std::isfinite(limits.high) ? limits.high : -smallest(-image.values);
  std::string result;
  for (Eigen::Index i = 0; i < image.values.rows(); ++i)
    for (Eigen::Index j = 0; j < image.values.cols(); ++j) {
      const double v = image.values(i, j), share = high > low ? (v - low) / (high - low) : 0.5;
      if (!std::isfinite(v)) continue;
      result += "set label " + gnuplot_label(fmt::format("{:.3g}", v)) + " at " + number(static_cast<double>(j)) + "," +
                number(static_cast<double>(i)) + " center front textcolor rgb '" + ink_on(colour_at(image.map, share)) +
                "'\n";
    }
  return result;
}

inline void draw(const MatrixImage& image, Drawing& to) {
  const Limits limits = colour_limits(image.limits, image.map, image.values);
  to.settings += palette_commands(image.map, limits, image.bar, image.title);
  if (!image.column_names.empty()) to.settings += named_tics("x", image.column_names, are_long(image.column_names));
  if (!image.row_names.empty()) to.settings += named_tics("y", image.row_names);
  if (image.numbers) to.settings += numbers_in(image, limits);
  std::string cells;
  for (Eigen::Index i = 0; i < image.values.rows(); ++i, cells += "\n")
    for (Eigen::Index j = 0; j < image.values.cols(); ++j) {
      const double x = static_cast<double>(j), y = static_cast<double>(i), v = image.values(i, j);
      if (std::isfinite(v)) cells += row({x, y, x - 0.5, x + 0.5, y - 0.5, y + 0.5, v});
    }
  to.add({"using 1:2:3:4:5:6:7 with boxxyerror fs solid noborder lc palette", "",
          "column row x_low x_high y_low y_high value", cells});
}

/// The bars of the panel's group `g` out of `groups`.
inline void draw(const Bars& b, Drawing& to, std::size_t g, std::size_t groups) {
  const Style look = to.style(b.look, 1, 0.85);
  const double width = 0.8 / static_cast<double>(groups);
  const double shift = (static_cast<double>(g) - (static_cast<double>(groups) - 1) / 2) * width;
  std::string rows;
  for (std::size_t i = 0; i < b.values.size(); ++i) {
    const double error = b.errors.empty() ? 0 : b.errors[i];
    rows += row({static_cast<double>(i) + shift, b.values[i], b.values[i] - error, b.values[i] + error});
  }
  if (g == 0 && !b.names.empty()) to.settings += named_tics("x", b.names, are_long(b.names));
  to.add({"using 1:2:(" + number(0.92 * width) + ") with boxes" + look.ink() + " fs solid noborder", b.title,
          "position value low high", rows});
  if (!b.errors.empty())
    to.add({with_error_bars + std::string(" lc rgb '#333333' lw 1"), "", "", "", "", to.items.size()});
}

inline void draw(const Histogram& h, Drawing& to) {
  const Style look = to.style(h.look, 1, 0.55);
  const Bins bins = bins_of(h);
  std::string rows;
  for (std::size_t i = 0; i < bins.heights.size(); ++i)
    rows += row({bins.first + (static_cast<double>(i) + 0.5) * bins.width, bins.heights[i]});
  to.add({"using 1:2:(" + number(bins.width) + ") with boxes" + look.ink() + " fs solid noborder", h.title,
          "centre height", rows});
}

inline void draw(const Surface& s, Drawing& to) {
  if (!s.z.array().isFinite().any()) return;
  to.settings += palette_commands(s.map, colour_limits(s.limits, s.map, s.z), s.bar, s.title);
  to.add({"using 1:2:3 with pm3d", "", "x y z", grid_rows(s)});
}
inline void draw(const SpacePath& s, Drawing& to) {
  const Style look = to.style(s.look, 2);
  std::string rows, last;
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    rows += row({s.x[i], s.y[i], s.z[i]});
    if (all_finite({s.x[i], s.y[i], s.z[i]})) last = row({s.x[i], s.y[i], s.z[i]});
  }
  std::string clause = "using 1:2:3 with " + s.style;
  clause += s.style == "points" ? look.ink() + look.dot() : look.pen() + (s.style == "lines" ? "" : look.dot());
  to.add({std::move(clause), s.title, "x y z", rows});
  if (s.head) to.add({"using 1:2:3 with points" + look.ink() + look.dot(2), "", "x y z", last});
}

}  // namespace grove::models::detail
