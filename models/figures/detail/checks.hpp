// Can this figure be drawn? Every error names the function, the panel and what is drawn in it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "../../../autodiff/error.hpp"
#include "layers.hpp"
#include "style.hpp"
#include "text.hpp"

namespace grove::models::detail {

using Size = std::pair<const char*, std::size_t>;

/// Where an error is: "write_figure: panel 0: series 'adam'".
struct Where {
  std::string panel;
  std::string at(const char* kind, const std::string& title) const { return panel + ": " + kind + " '" + title + "'"; }
};

/// All parts that are not empty must be as long as the last.
inline void check_sizes(const std::string& where, std::initializer_list<Size> sizes) {
  const std::size_t needed = (sizes.end() - 1)->second;
  std::string all;
  bool wrong = false;
  for (const auto& [name, size] : sizes) {
    if (size == 0 && needed != 0) continue;
    wrong = wrong || size != needed;
    all += all.empty() ? "" : &size == &(sizes.end() - 1)->second ? " and " : ", ";
    all += text_of(size) + " " + name;
  }
  if (wrong) throw ShapeError(where + ": " + all);
}
inline void check_needed(const std::string& where, const Size& part, std::size_t needed) {
  if (part.second != needed)
    throw ShapeError(where + ": " + text_of(part.second) + " " + part.first + " for " + text_of(needed) + " points");
}

inline void check_choice(const std::string& where, const char* what, const std::string& given,
                         std::initializer_list<const char*> choices) {
  std::string all;
  for (const char* choice : choices) {
    if (given == choice) return;
    all += all.empty() ? "" : ", ";
    all += std::string(choice);
  }
  throw DataError(where + ": the " + what + " must be one of " + all + ", got '" + given + "'");
}
inline void check_colour(const std::string& where, const std::string& colour) {
  if (colour.empty() || is_hex_colour(colour) || value_of(colour_names, colour) != nullptr) return;
  throw DataError(where +
                  ": the colour must be '#rrggbb' or one of blue, red, green, pink, orange, sky, black, grey, " +
                  "yellow, white, got '" + colour + "'");
}
inline void check_look(const std::string& where, const Look& look) {
  check_colour(where, look.colour);
  if (!look.marker.empty())
    check_choice(where, "marker", look.marker,
                 {"circle", "ring", "square", "triangle", "diamond", "cross", "plus", "star"});
  const double opacity = look.opacity.value_or(1), width = look.width.value_or(1), size = look.marker_size.value_or(1);
  if (!(opacity >= 0 && opacity <= 1))
    throw DataError(where + ": the opacity must lie in [0, 1], got " + number(opacity));
  if (!(width >= 0) || !std::isfinite(width))
    throw DataError(where + ": the width must not be negative, got " + number(width));
  if (!(size >= 0) || !std::isfinite(size))
    throw DataError(where + ": the marker size must not be negative, got " + number(size));
}
template <class Grid>
void check_grid(const std::string& where, const Grid& g) {
  const auto rows = static_cast<std::size_t>(g.z.rows()), cols = static_cast<std::size_t>(g.z.cols());
  if (g.x.size() != cols || g.y.size() != rows || g.z.size() == 0)
    throw ShapeError(where + " with " + text_of(g.x.size()) + " x and " + text_of(g.y.size()) + " y need z of " +
                     text_of(g.y.size()) + "×" + text_of(g.x.size()) + ", got " + text_of(rows) + "×" + text_of(cols));
  const auto check_axis = [&](const std::vector<double>& axis, const char* name) {
    for (std::size_t i = 0; i < axis.size(); ++i)
      if (!std::isfinite(axis[i]) || (i > 1 && (axis[i] > axis[i - 1]) != (axis[1] > axis[0])) ||
          (i > 0 && axis[i] == axis[i - 1]))
        throw DataError(where + ": " + name + " must rise or fall, got " + number(axis[i]) + " at " + text_of(i));
  };
  check_axis(g.x, "x");
  check_axis(g.y, "y");
}
inline void check_limits(const std::string& where, const Limits& limits, bool log) {
  if (limits.low >= limits.high)
    throw DataError(where + " from " + number(limits.low) + " to " + number(limits.high) + ": the first must be lower");
  if (log && (limits.low <= 0 || limits.high <= 0))
    throw DataError(where + " from " + number(limits.low) + " to " + number(limits.high) +
                    ": on a logarithmic scale both must be positive");
}

inline void check(const Series& s, const Where& where) {
  const std::string here = where.at("series", s.title);
  if (!s.x.empty()) check_sizes(here, {{"x", s.x.size()}, {"y", s.y.size()}});
  check_choice(here, "style", s.style, {"lines", "points", "linespoints", "dots", "impulses", "steps"});
  check_look(here, s.look);
}
inline void check(const ErrorBars& e, const Where& where) {
  const std::string here = where.at("error bars", e.title);
  check_sizes(here, {{"x", e.x.size()}, {"above", e.above.size()}, {"y", e.y.size()}});
  check_needed(here, {"below", e.below.size()}, e.y.size());
  check_look(here, e.look);
}
inline void check(const Band& b, const Where& where) {
  const std::string here = where.at("band", b.title);
  check_sizes(here, {{"x", b.x.size()}, {"middle", b.middle.size()}, {"low", b.low.size()}});
  check_needed(here, {"high", b.high.size()}, b.low.size());
  check_look(here, b.look);
}
inline void check(const Bars& b, const Where& where) {
  const std::string here = where.at("bars", b.title);
  check_sizes(here, {{"names", b.names.size()}, {"errors", b.errors.size()}, {"values", b.values.size()}});
  check_look(here, b.look);
}
inline void check(const Histogram& h, const Where& where) {
  const std::string here = where.at("histogram", h.title);
  if (h.bins < 0) throw ShapeError(here + ": bins must not be negative, got " + number(h.bins));
  check_look(here, h.look);
}
inline void check(const Arrows& a, const Where& where) {
  const std::string here = where.at("arrows", a.title);
  for (const Size& part : {Size{"y", a.y.size()}, Size{"dx", a.dx.size()}, Size{"dy", a.dy.size()}})
    check_needed(here, part, a.x.size());
  check_look(here, a.look);
}
inline void check(const Trajectories& t, const Where& where) {
  const std::string here = where.at("trajectories", t.title);
  if (t.x.rows() != t.y.rows() || t.x.cols() != t.y.cols())
    throw ShapeError(fmt::format("{}: x is {}×{} and y {}×{}", here, t.x.rows(), t.x.cols(), t.y.rows(), t.y.cols()));
  if (!t.values.empty() && t.values.size() != static_cast<std::size_t>(t.x.cols()))
    throw ShapeError(fmt::format("{}: {} values for {} paths", here, t.values.size(), t.x.cols()));
  check_look(here, t.look);
}
inline void check(const SpacePath& s, const Where& where) {
  const std::string here = where.at("path", s.title);
  check_needed(here, {"y", s.y.size()}, s.x.size());
  check_needed(here, {"z", s.z.size()}, s.x.size());
  check_choice(here, "style", s.style, {"lines", "points", "linespoints"});
  check_look(here, s.look);
}
inline void check(const Surface& s, const Where& where) {
  check_grid(where.panel + ": a surface", s);
  check_limits(where.panel + ": colours of the surface", s.limits, false);
}
inline void check(const Contours& c, const Where& where) {
  if (c.levels < 1) throw ShapeError(where.panel + ": contours need at least one level, got " + number(c.levels));
  check_grid(where.panel + ": contours", c);
}
inline void check(const HeatMap& h, const Where& where) {
  check_grid(where.panel + ": a heat map", h);
  check_limits(where.panel + ": colours of the heat map", h.limits, h.log);
  if (h.levels < 0) throw ShapeError(where.panel + ": a heat map of " + number(h.levels) + " levels");
}
inline void check(const MatrixImage& i, const Where& where) {
  const auto names = [&](const char* what, std::size_t given, Eigen::Index needed) {
    if (given != 0 && given != static_cast<std::size_t>(needed))
      throw ShapeError(
          fmt::format("{}: an image of {}×{} with {} {}", where.panel, i.values.rows(), i.values.cols(), given, what));
  };
  names("row names", i.row_names.size(), i.values.rows());
  names("column names", i.column_names.size(), i.values.cols());
  check_limits(where.panel + ": colours of the image", i.limits, false);
}
inline void check_place(const std::string& where, const char* name, double place) {
  if (!std::isfinite(place)) throw DataError(where + ": " + name + " must be finite, got " + fmt::format("{}", place));
}
inline void check(const HorizontalLine& l, const Where& where) {
  check_place(where.at("line", l.title), "y", l.y);
  check_look(where.at("line", l.title), l.look);
}
inline void check(const VerticalLine& l, const Where& where) {
  check_place(where.at("line", l.title), "x", l.x);
  check_look(where.at("line", l.title), l.look);
}
inline void check(const Label& l, const Where& where) {
  const std::string here = where.at("label", l.text);
  check_place(here, "x", l.x);
  check_place(here, "y", l.y);
  check_place(here, "z", l.z);
  check_choice(here, "side", l.side, {"right", "left", "center", "above", "below"});
  check_colour(here, l.colour);
}

/// On a logarithmic axis a grid must not reach zero.
inline void check_log_grid(const Panel& panel, const Where& where) {
  const auto positive = [&](const std::vector<double>& axis, bool log, const char* name) {
    for (const double c : axis)
      if (log && !(c > 0))
        throw DataError(where.panel + ": a grid with " + name + " = " + number(c) + " on a logarithmic axis");
  };
  for (const auto* axis : {&panel.heat_map.x, &panel.contours.x}) positive(*axis, panel.log_x, "x");
  for (const auto* axis : {&panel.heat_map.y, &panel.contours.y}) positive(*axis, panel.log_y, "y");
}
inline void check_bars_share_names(const Panel& panel, const Where& where) {
  for (const Bars& b : panel.bars)
    if (b.values.size() != panel.bars[0].values.size() || (!b.names.empty() && b.names != panel.bars[0].names))
      throw ShapeError(where.at("bars", b.title) + " and '" + panel.bars[0].title + "' must have the same names");
}
/// In three dimensions a panel holds surfaces, paths and labels.
inline void check_dimensions(const Panel& panel, const Where& where) {
  std::size_t layers = 0;
  for_each_layer(panel, [&](const auto&) { ++layers; });
  if (in_space(panel) && layers != panel.surfaces.size() + panel.space_paths.size() + panel.labels.size())
    throw ShapeError(where.panel + ": a panel with surfaces or space_paths shows nothing flat; use another panel");
  if (!is_empty(panel.heat_map) && !is_empty(panel.image))
    throw ShapeError(where.panel + ": a heat map and an image; use two panels");
}
inline void check_panel(const Panel& panel, const Where& where) {
  if (shows_nothing(panel)) throw ShapeError(where.panel + " shows nothing");
  check_limits(where.panel + ": x_limits", panel.x_limits, panel.log_x);
  check_limits(where.panel + ": y_limits", panel.y_limits, panel.log_y);
  check_limits(where.panel + ": z_limits", panel.z_limits, panel.log_z);
  if (!(panel.view.elevation >= 0 && panel.view.elevation <= 180 && panel.view.azimuth >= 0 &&
        panel.view.azimuth <= 360))
    throw DataError(where.panel + ": view must have an elevation in [0, 180] and an azimuth in [0, 360], got " +
                    number(panel.view.elevation) + " and " + number(panel.view.azimuth));
  check_dimensions(panel, where);
  for_each_layer(panel, [&](const auto& layer) { check(layer, where); });
  check_bars_share_names(panel, where);
  check_log_grid(panel, where);
}

/// Throws for `function` what is wrong with a figure.
inline void check_figure(const Figure& figure, const std::string& function) {
  if (figure.panels.empty()) throw ShapeError(function + ": the figure has no panels");
  if (figure.panel_width < 1 || figure.height < 1)
    throw ShapeError(fmt::format("{}: a panel of {}×{} pixels", function, figure.panel_width, figure.height));
  if (figure.columns < 0) throw ShapeError(function + ": " + number(figure.columns) + " columns");
  for (std::size_t p = 0; p < figure.panels.size(); ++p)
    check_panel(figure.panels[p], {function + ": panel " + text_of(p)});
}

}  // namespace grove::models::detail
