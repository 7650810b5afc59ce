// Curves, points, bands, arrows and text as gnuplot draws them.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../annotations.hpp"
#include "../arrows.hpp"
#include "../band.hpp"
#include "../series.hpp"
#include "../trajectories.hpp"
#include "drawing.hpp"

namespace grove::models::detail {

inline std::string rows_of(const Series& s) {
  std::string result;
  for (std::size_t i = 0; i < s.y.size(); ++i) result += row({at(s.x, i), s.y[i]});
  return result;
}
inline bool is_shown(const Series& s, std::size_t i) { return i < s.y.size() && all_finite({at(s.x, i), s.y[i]}); }

/// The points of a line that no segment reaches.
inline Series lone_points_of(const Series& s) {
  Series result;
  if (s.style != "lines" && s.style != "steps") return result;
  for (std::size_t i = 0; i < s.y.size(); ++i)
    if (is_shown(s, i) && !(i > 0 && is_shown(s, i - 1)) && !is_shown(s, i + 1)) {
      result.x.push_back(at(s.x, i));
      result.y.push_back(s.y[i]);
    }
  return result;
}
/// The last point that can be shown, alone.
inline Series last_point_of(const Series& s) {
  for (std::size_t i = s.y.size(); i > 0; --i)
    if (is_shown(s, i - 1)) return {.x = {at(s.x, i - 1)}, .y = {s.y[i - 1]}};
  return {};
}

/// What a style of a series takes: a line's look, a marker's, or both.
inline std::string look_for(const std::string& style, const Style& look) {
  if (style == "points") return look.ink() + look.dot() + " lw " + number(look.width);
  if (style == "dots") return look.ink();
  return look.pen() + (style == "linespoints" ? look.dot() : "");
}

inline void draw(const Series& s, Drawing& to) {
  const Style look = to.style(s.look);
  to.add({"using 1:2 with " + s.style + look_for(s.style, look), s.title, "x y", rows_of(s)});
  if (std::string lone = rows_of(lone_points_of(s)); !lone.empty())
    to.add({"using 1:2 with points" + look.ink() + look.dot(), "", "x y", std::move(lone)});
  if (s.head) to.add({"using 1:2 with points" + look.ink() + look.dot(2), "", "x y", rows_of(last_point_of(s))});
}

inline void draw(const ErrorBars& e, Drawing& to) {
  const Style look = to.style(e.look, 1.3);
  const auto& above = e.above.empty() ? e.below : e.above;
  std::string rows;
  for (std::size_t i = 0; i < e.y.size(); ++i)
    rows += row({at(e.x, i), e.y[i], e.y[i] - e.below[i], e.y[i] + above[i]});
  to.add({with_error_bars + look.pen(), "", "x y low high", rows});
  to.add({"using 1:2 with points" + look.ink() + look.dot(), e.title, "", "", "", to.items.size()});
}

inline void draw(const Band& b, Drawing& to) {
  const Style look = to.style(b.look, 1.8, 0.25);
  std::string area, line;
  for (std::size_t i = 0; i < b.low.size(); ++i) {
    const double x = at(b.x, i);
    area += all_finite({x, b.low[i], b.high[i]}) ? row({x, b.low[i], b.high[i]}) : "\n";
    if (!b.middle.empty()) line += row({x, b.middle[i]});
  }
  to.add(
      {"using 1:2:3 with filledcurves" + look.ink() + " fs noborder", line.empty() ? b.title : "", "x low high", area});
  if (line.empty()) return;
  to.next_colour -= b.look.colour.empty() ? 1 : 0;
  Look solid = b.look;
  solid.opacity = 1;
  to.add({"using 1:2 with lines" + to.style(solid).pen(), b.title, "x y", line});
}

inline void draw(const Arrows& a, Drawing& to) {
  const Style look = to.style(a.look, 1.2);
  std::string rows;
  for (std::size_t i = 0; i < a.x.size(); ++i)
    if (all_finite({a.x[i], a.y[i], a.dx[i], a.dy[i]}) && (a.dx[i] != 0 || a.dy[i] != 0))
      rows += row({a.x[i], a.y[i], a.dx[i], a.dy[i]});
  to.add({"using 1:2:3:4 with vectors head filled size screen 0.009,20,45" + look.pen(), a.title, "x y dx dy", rows});
}

/// A colour for each path: the given one, by value, or the palette's one after the other.
inline std::vector<std::string> colours_of(const Trajectories& t) {
  double low = INFINITY, high = -INFINITY;
  for (const double v : t.values)
    if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  std::vector<std::string> result;
  for (std::size_t k = 0; k < static_cast<std::size_t>(t.x.cols()); ++k) {
    if (!t.look.colour.empty() || t.values.empty())
      result.push_back(colour_of(t.look.colour, k));
    else if (!std::isfinite(t.values[k]))
      result.push_back(colour_of("grey", 0));
    else
      result.push_back(hex_of(colour_at(t.map, high > low ? (t.values[k] - low) / (high - low) : 0.5)));
  }
  return result;
}

/// The first point of each path that can be shown, or the last.
inline std::string end_rows(const Trajectories& t, const std::vector<std::string>& colours, bool last) {
  std::string rows;
  for (Eigen::Index k = 0; k < t.x.cols(); ++k)
    for (Eigen::Index n = 0; n < t.x.rows(); ++n) {
      const Eigen::Index i = last ? t.x.rows() - 1 - n : n;
      if (!all_finite({t.x(i, k), t.y(i, k)})) continue;
      rows += row({t.x(i, k), t.y(i, k), static_cast<double>(rgb_of(colours[static_cast<std::size_t>(k)]))});
      break;
    }
  return rows;
}

inline void draw(const Trajectories& t, Drawing& to) {
  Style look = style_of(t.look, 0, 0.9, 0.45, 0.35);
  const auto colours = colours_of(t);
  std::string rows;
  for (Eigen::Index k = 0; k < t.x.cols(); ++k, rows += "\n") {
    look.colour = colours[static_cast<std::size_t>(k)];
    const double colour = rgb_of(to.shown(look).argb());
    for (Eigen::Index i = 0; i < t.x.rows(); ++i) rows += row({t.x(i, k), t.y(i, k), colour});
  }
  const std::string ends = " ps " + number(look.marker_size);
  to.add({"using 1:2:3 with lines lc rgb variable lw " + number(look.width), t.title, "x y colour", rows});
  if (t.starts)
    to.add({"using 1:2:3 with points lc rgb variable pt 6" + ends, "", "x y colour", end_rows(t, colours, false)});
  if (t.ends)
    to.add({"using 1:2:3 with points lc rgb variable pt 7" + ends, "", "x y colour", end_rows(t, colours, true)});
}

inline void draw(const HorizontalLine& l, Drawing& to) {
  to.add({number(l.y) + " with lines" + to.style(l.look, 1.2).pen(), l.title});
}
inline void draw(const VerticalLine& l, Drawing& to) {
  const std::string pen = to.style(l.look, 1.2).pen();
  to.settings +=
      "set arrow from first " + number(l.x) + ", graph 0 to first " + number(l.x) + ", graph 1 nohead" + pen + "\n";
  if (!l.title.empty()) to.add({"NaN with lines" + pen, l.title});
}

inline void draw(const Label& l, Drawing& to) {
  const std::string place = l.side == "right"   ? "left offset 0.7,0"
                            : l.side == "left"  ? "right offset -0.7,0"
                            : l.side == "above" ? "center offset 0,0.7"
                            : l.side == "below" ? "center offset 0,-0.7"
                                                : "center";
  to.settings += "set label " + gnuplot_label(l.text) + " at " + number(l.x) + "," + number(l.y) + "," + number(l.z) +
                 " " + place + " front textcolor rgb '" + colour_of(l.colour.empty() ? "black" : l.colour, 0) + "'\n";
  // An empty text at the same place, as the axes do not look at labels.
  to.add({to.in_space ? "using 1:2:3:(\"\") with labels" : "using 1:2:(\"\") with labels", "", "x y z",
          row({l.x, l.y, l.z})});
}

}  // namespace grove::models::detail
