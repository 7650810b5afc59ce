// Curves, points, bands, arrows and paths as traces of plotly.js.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "draw_lines.hpp"
#include "page_trace.hpp"

namespace grove::models::detail {

inline void trace(const Series& s, Traces& to) {
  const Style look = to.style(s.look);
  const auto x = places(s.x, s.y.size());
  const bool lines = s.style == "lines" || s.style == "linespoints" || s.style == "steps";
  const double dot = s.style == "dots" ? 0.3 : 1;
  std::string drops;
  if (s.style == "impulses")
    drops = json_object({{"type", quoted("data")},
                         {"symmetric", "false"},
                         {"width", "0"},
                         {"array", json_numbers(std::vector<double>(s.y.size()))},
                         {"arrayminus", json_numbers(s.y)}});
  to.add({{"type", quoted("scatter")},
          {"mode", quoted(!lines                     ? "markers"
                          : s.style == "linespoints" ? "lines+markers"
                                                     : "lines")},
          {"x", json_numbers(x)},
          {"y", json_numbers(s.y)},
          {"name", json_label(s.title)},
          {"showlegend", in_legend(s.title)},
          {"opacity", json_number(look.opacity)},
          {"line", json_line(look, s.style == "steps" ? "hv" : nullptr)},
          {"marker", json_marker(look, dot)},
          {"error_y", drops}});
  const auto marks = [&](const Series& points, double times) {
    if (points.y.empty()) return;
    to.add({{"type", quoted("scatter")},
            {"mode", quoted("markers")},
            {"x", json_numbers(points.x)},
            {"y", json_numbers(points.y)},
            {"showlegend", "false"},
            {"marker", json_marker(look, times)}});
  };
  marks(lone_points_of(s), 1);
  if (s.head) marks(last_point_of(s), 2);
}
inline void trace(const ErrorBars& e, Traces& to) {
  const Style look = to.style(e.look, 1.3);
  const std::string bars = json_object({{"type", quoted("data")},
                                        {"symmetric", "false"},
                                        {"thickness", json_number(look.width)},
                                        {"array", json_numbers(e.above.empty() ? e.below : e.above)},
                                        {"arrayminus", json_numbers(e.below)}});
  to.add({{"type", quoted("scatter")},
          {"mode", quoted("markers")},
          {"x", json_numbers(places(e.x, e.y.size()))},
          {"y", json_numbers(e.y)},
          {"name", json_label(e.title)},
          {"showlegend", in_legend(e.title)},
          {"opacity", json_number(look.opacity)},
          {"marker", json_marker(look)},
          {"error_y", bars}});
}
/// Each part of a band without a gap goes forth along its high side and back along its low one.
inline void trace(const Band& b, Traces& to) {
  const Style look = to.style(b.look, 1.8, 0.25);
  std::vector<double> x, y;
  const auto close = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) x.push_back(at(b.x, i)), y.push_back(b.high[i]);
    for (std::size_t i = end; i > begin; --i) x.push_back(at(b.x, i - 1)), y.push_back(b.low[i - 1]);
    if (begin < end) x.push_back(NAN), y.push_back(NAN);
  };
  std::size_t begin = 0;
  for (std::size_t i = 0; i < b.low.size(); ++i)
    if (!all_finite({at(b.x, i), b.low[i], b.high[i]})) close(begin, i), begin = i + 1;
  close(begin, b.low.size());
  const bool line = !b.middle.empty();
  to.add({{"type", quoted("scatter")},
          {"mode", quoted("lines")},
          {"x", json_numbers(x)},
          {"y", json_numbers(y)},
          {"fill", quoted("toself")},
          {"fillcolor", quoted(rgba_of(look).c_str())},
          {"line", "{\"width\":0}"},
          {"name", json_label(b.title)},
          {"legendgroup", json_label("band " + b.title)},
          {"showlegend", line ? "false" : in_legend(b.title)},
          {"hoverinfo", quoted("skip")}});
  if (!line) return;
  to.add({{"type", quoted("scatter")},
          {"mode", quoted("lines")},
          {"x", json_numbers(places(b.x, b.middle.size()))},
          {"y", json_numbers(b.middle)},
          {"name", json_label(b.title)},
          {"legendgroup", json_label("band " + b.title)},
          {"showlegend", in_legend(b.title)},
          {"line", json_line(look)}});
}
/// Shafts and barbs as one line with gaps. The barbs are as long as they look in a square panel.
inline void trace(const Arrows& a, Traces& to) {
  const Style look = to.style(a.look, 1.2);
  const auto span = [](const Extent& e) { return e.high > e.low ? e.high - e.low : 1.0; };
  const double width = span(to.extents.x), height = span(to.extents.y);
  std::vector<double> x, y;
  const auto go = [&](double px, double py) { x.push_back(px), y.push_back(py); };
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    const double u = a.dx[i] / width, v = a.dy[i] / height, length = std::hypot(u, v);
    if (!all_finite({a.x[i], a.y[i], u, v}) || !(length > 0)) continue;
    const double barb = std::min(0.4, 0.015 / length), end_x = a.x[i] + a.dx[i], end_y = a.y[i] + a.dy[i];
    go(a.x[i], a.y[i]), go(end_x, end_y);
    go(end_x - width * barb * (u + 0.5 * v), end_y - height * barb * (v - 0.5 * u));
    go(end_x - width * barb * (u - 0.5 * v), end_y - height * barb * (v + 0.5 * u));
    go(end_x, end_y), go(NAN, NAN);
  }
  to.add({{"type", quoted("scatter")},
          {"mode", quoted("lines")},
          {"x", json_numbers(x)},
          {"y", json_numbers(y)},
          {"name", json_label(a.title)},
          {"showlegend", in_legend(a.title)},
          {"opacity", json_number(look.opacity)},
          {"line", json_line(look)},
          {"hoverinfo", quoted("skip")}});
}
/// One trace for each colour, as hundreds would be slow.
inline void trace(const Trajectories& t, Traces& to) {
  Style look = style_of(t.look, 0, 0.9, 0.45, 0.35);
  const auto colours = colours_of(t);
  std::vector<std::string> distinct = colours;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  for (const std::string& colour : distinct) {
    std::vector<double> x, y;
    Series starts, ends;
    for (std::size_t k = 0; k < colours.size(); ++k) {
      if (colours[k] != colour) continue;
      Series path;
      for (Eigen::Index i = 0; i < t.x.rows(); ++i) {
        path.x.push_back(t.x(i, static_cast<Eigen::Index>(k)));
        path.y.push_back(t.y(i, static_cast<Eigen::Index>(k)));
      }
      x.insert(x.end(), path.x.begin(), path.x.end()), y.insert(y.end(), path.y.begin(), path.y.end());
      x.push_back(NAN), y.push_back(NAN);
      const Series last = last_point_of(path);
      ends.x.insert(ends.x.end(), last.x.begin(), last.x.end()),
          ends.y.insert(ends.y.end(), last.y.begin(), last.y.end());
      std::reverse(path.x.begin(), path.x.end()), std::reverse(path.y.begin(), path.y.end());
      const Series first = last_point_of(path);
      starts.x.insert(starts.x.end(), first.x.begin(), first.x.end());
      starts.y.insert(starts.y.end(), first.y.begin(), first.y.end());
    }
    look.colour = colour;
    const std::string group = json_label("trajectories " + t.title);
    to.add({{"type", quoted("scatter")},
            {"mode", quoted("lines")},
            {"x", json_numbers(x)},
            {"y", json_numbers(y)},
            {"name", json_label(t.title)},
            {"legendgroup", group},
            {"showlegend", flag(!t.title.empty() && colour == distinct[0])},
            {"opacity", json_number(look.opacity)},
            {"line", json_line(look)}});
    const auto marks = [&](const Series& points, const char* marker) {
      look.marker = marker;
      to.add({{"type", quoted("scatter")},
              {"mode", quoted("markers")},
              {"x", json_numbers(points.x)},
              {"y", json_numbers(points.y)},
              {"name", json_label(t.title)},
              {"legendgroup", group},
              {"showlegend", "false"},
              {"marker", json_marker(look)}});
    };
    if (t.starts) marks(starts, "6");
    if (t.ends) marks(ends, "7");
  }
}

inline void trace(const SpacePath& s, Traces& to) {
  const Style look = to.style(s.look, 4);
  const auto path = [&](const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& z,
                        const char* mode, const std::string& title, double times) {
    to.add({{"type", quoted("scatter3d")},
            {"mode", quoted(mode)},
            {"x", json_numbers(x)},
            {"y", json_numbers(y)},
            {"z", json_numbers(z)},
            {"name", json_label(title)},
            {"showlegend", in_legend(title)},
            {"opacity", json_number(look.opacity)},
            {"line", json_line(look)},
            {"marker", json_marker(look, 0.6 * times)}});
  };
  const char* const mode = s.style == "points" ? "markers" : s.style == "lines" ? "lines" : "lines+markers";
  path(s.x, s.y, s.z, mode, s.title, 1);
  if (s.head && !s.x.empty()) path({s.x.back()}, {s.y.back()}, {s.z.back()}, "markers", "", 2);
}
/// A line is a shape, and a trace without points for the legend.
inline void trace_line(const std::string& title, const Look& look, bool across, double where, Traces& to) {
  const Style style = to.style(look, 1.2);
  const std::string place = json_number(where);
  to.shapes.push_back(json_object({{"type", quoted("line")},
                                   {"xref", quoted(across ? "paper" : "x")},
                                   {"yref", quoted(across ? "y" : "paper")},
                                   {"x0", across ? "0" : place},
                                   {"x1", across ? "1" : place},
                                   {"y0", across ? place : "0"},
                                   {"y1", across ? place : "1"},
                                   {"opacity", json_number(style.opacity)},
                                   {"line", json_line(style)}}));
  if (!title.empty())
    to.add({{"type", quoted("scatter")},
            {"mode", quoted("lines")},
            {"x", "[null]"},
            {"y", "[null]"},
            {"name", json_label(title)},
            {"showlegend", "true"},
            {"line", json_line(style)}});
}
inline void trace(const HorizontalLine& l, Traces& to) { trace_line(l.title, l.look, true, l.y, to); }
inline void trace(const VerticalLine& l, Traces& to) { trace_line(l.title, l.look, false, l.x, to); }

/// y = x over all that is shown.
inline void add_diagonal(Traces& to) {
  Extent both = to.extents.x;
  both.add(to.extents.y);
  if (both.low > both.high) return;
  const std::string low = json_number(both.low), high = json_number(both.high);
  to.shapes.push_back(json_object({{"type", quoted("line")},
                                   {"x0", low},
                                   {"y0", low},
                                   {"x1", high},
                                   {"y1", high},
                                   {"line", "{\"color\":\"#909090\",\"width\":1,\"dash\":\"dash\"}"}}));
}

}  // namespace grove::models::detail
