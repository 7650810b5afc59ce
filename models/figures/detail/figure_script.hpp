// A figure as a gnuplot script that carries its data, and as a plain table of numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "../figure.hpp"
#include "draw_areas.hpp"
#include "draw_lines.hpp"
#include "drawing.hpp"
#include "extents.hpp"
#include "layers.hpp"
#include "text.hpp"

namespace grove::models::detail {

inline Drawing drawing_of(const Panel& panel, bool opaque = false) {
  Drawing drawing{.opaque = opaque, .next_colour = panel.series.size(), .in_space = in_space(panel)};
  std::size_t bars = 0;
  if (panel.diagonal) drawing.add({"x with lines lc rgb '#909090' dashtype 2"});
  for_each_layer(panel, [&](const auto& layer) {
    using Layer = std::remove_cvref_t<decltype(layer)>;
    if constexpr (std::is_same_v<Layer, HeatMap>) {
      draw(layer, drawing, panel.log_x, panel.log_y);
    } else if constexpr (std::is_same_v<Layer, Bars>) {
      draw(layer, drawing, bars++, panel.bars.size());
    } else {
      // The series have the first colours of the palette, although much is drawn before them.
      if (std::is_same_v<Layer, Series> && &layer == static_cast<const void*>(panel.series.data()))
        drawing.next_colour = 0;
      draw(layer, drawing);
    }
  });
  return drawing;
}

inline std::string block_name(std::size_t panel, std::size_t item) { return fmt::format("$s{}_{}", panel, item); }
inline std::string levels_name(std::size_t panel, std::size_t item) { return fmt::format("$l{}_{}", panel, item); }

/// The data blocks that `panel_commands` refers to: $s<panel>_<item>, and level lines in $l<panel>_<item>. Those that
/// are the same in the frame `before` are there already.
inline std::string panel_data(const Drawing& drawing, std::size_t p, const Drawing& before = {}) {
  std::string result;
  for (std::size_t i = 0; i < drawing.items.size(); ++i) {
    const Item& item = drawing.items[i];
    const Item old = i < before.items.size() ? before.items[i] : Item{};
    if (item.rows.empty() || (item.rows == old.rows && item.levels == old.levels)) continue;
    const std::string name = block_name(p, i);
    result += name + " << EOD\n" + item.rows + "EOD\n";
    if (!item.levels.empty())
      result += "unset logscale\nset autoscale\nset contour base\nunset surface\nset cntrparam levels discrete " +
                item.levels + "\nset table " + levels_name(p, i) + "\nsplot " + name +
                " using 1:2:3 notitle\nunset table\nunset contour\nset surface\n";
  }
  return result;
}

inline std::string plot_list(const Drawing& drawing, std::size_t p) {
  std::string result;
  for (std::size_t i = 0; i < drawing.items.size(); ++i) {
    const Item& item = drawing.items[i];
    const std::size_t source = item.of > 0 ? item.of - 1 : i;
    const bool has_data = item.of > 0 || !item.rows.empty();
    const std::string name = !item.levels.empty() ? levels_name(p, i) + " "
                             : has_data           ? block_name(p, source) + " "
                                                  : "";
    if (!has_data && item.clause.rfind("using", 0) == 0) continue;  // nothing to draw
    result += result.empty() ? "" : ", \\\n     ";
    result += name + item.clause + (item.title.empty() ? " notitle" : " title " + gnuplot_label(item.title));
  }
  return result.empty() ? "NaN notitle" : result;
}

/// The limits of an axis: those given, else those of what fills the panel, else what the data says.
inline Limits or_else(const Limits& given, double low, double high) {
  return {std::isfinite(given.low) ? given.low : low, std::isfinite(given.high) ? given.high : high};
}
inline Limits or_axis(const Limits& given, const std::vector<double>& ends) {
  return or_else(given, std::min(ends.front(), ends.back()), std::max(ends.front(), ends.back()));
}

/// Where a side is free it reaches far enough for the vertical lines, which gnuplot does not look at.
inline std::string x_range(const Panel& panel) {
  const Limits limits = panel.x_limits;
  if (!is_empty(panel.image))
    return range_of(or_else(limits, -0.5, static_cast<double>(panel.image.values.cols()) - 0.5));
  if (!is_empty(panel.heat_map)) return range_of(or_axis(limits, edges_of(panel.heat_map.x, panel.log_x)));
  if (!is_empty(panel.contours)) return range_of(or_axis(limits, panel.contours.x));
  if (!panel.bars.empty())
    return range_of(or_else(limits, -0.6, static_cast<double>(panel.bars[0].values.size()) - 0.4));
  if (panel.vertical_lines.empty()) return range_of(limits);
  double low = INFINITY, high = -INFINITY;
  for (const VerticalLine& l : panel.vertical_lines) low = std::min(low, l.x), high = std::max(high, l.x);
  const std::string first = std::isfinite(limits.low) ? number(limits.low) : "*<" + number(low);
  return "[" + first + ":" + (std::isfinite(limits.high) ? number(limits.high) : number(high) + "<*") + "]";
}
/// Below all bars, on a logarithmic axis, which has no zero for them to stand on.
inline double foot_of(const std::vector<Bars>& groups) {
  Extent values{.log = true};
  for (const Bars& b : groups)
    for (const double v : b.values) values.add(v);
  return values.low / 3;
}
inline std::string y_range(const Panel& panel) {
  const Limits limits = panel.y_limits;
  if (!is_empty(panel.image)) {  // the first row is on top
    const Limits rows = or_else(limits, -0.5, static_cast<double>(panel.image.values.rows()) - 0.5);
    return range_of({rows.high, rows.low});
  }
  if (!is_empty(panel.heat_map)) return range_of(or_axis(limits, edges_of(panel.heat_map.y, panel.log_y)));
  if (!is_empty(panel.contours)) return range_of(or_axis(limits, panel.contours.y));
  if (!panel.bars.empty() && panel.log_y) return range_of(or_else(limits, foot_of(panel.bars), NAN));
  if ((!panel.histograms.empty() || !panel.bars.empty()) && !panel.log_y && !std::isfinite(limits.low))
    return fmt::format("[*<0:0<{}]", side_of(limits.high));
  return range_of(limits);
}

inline std::string axis_commands(const std::string& axis, bool log, const std::string& label) {
  return "set " + axis + "label " + gnuplot_label(label) + "\n" + (log ? "set" : "unset") + " logscale " + axis +
         "\nset format " + axis + (log ? " '%g'" : " '%.12g'") + "\nset " + axis + "tics nomirror autofreq norotate\n";
}

inline std::string legend_commands(const Panel& panel, const Drawing& drawing) {
  const bool titled =
      std::any_of(drawing.items.begin(), drawing.items.end(), [](const Item& item) { return !item.title.empty(); });
  if (!titled || panel.legend == Legend::off) return "unset key\n";
  const bool above = !panel.bars.empty() && are_long(panel.bars[0].names);  // gnuplot has no room below upright names
  if (panel.legend == Legend::outside)
    return std::string("set key ") + (above ? "tmargin" : "bmargin") + " center horizontal height 1 noopaque\n";
  return std::string(panel.diagonal ? "set key inside top left vertical" : "set key inside top right vertical") +
         (is_empty(panel.contours) && is_empty(panel.heat_map) ? " noopaque\n" : " opaque\n");
}

inline std::string axes_commands(const Panel& panel) {
  std::string result = "set title " + gnuplot_label(panel.title) + "\n" +
                       axis_commands("x", panel.log_x, panel.x_label) + axis_commands("y", panel.log_y, panel.y_label) +
                       "set xrange " + x_range(panel) + "\nset yrange " + y_range(panel) + "\n";
  if (!in_space(panel))
    return result + "set border 3 lc rgb '#222222'\n" +
           (panel.equal_aspect ? "set size ratio -1\n" : "set size noratio\n");
  result += axis_commands("z", panel.log_z, panel.z_label) + "set zrange " + range_of(panel.z_limits) +
            "\nset border 4095 lc rgb '#909090'\nset xyplane relative 0\nset view " + number(panel.view.elevation) +
            "," + number(panel.view.azimuth) + "\n";
  return result + (panel.equal_aspect ? "set view equal xy\n" : "set view noequal\n");
}

inline std::string panel_commands(const Panel& panel, const Drawing& drawing, std::size_t p) {
  return "unset label\nunset arrow\n" + axes_commands(panel) + legend_commands(panel, drawing) +
         (panel.grid && is_empty(panel.image) ? "set grid xtics ytics ztics lt 1 lw 0.7 lc rgb '#e2e2e2'\n"
                                              : "unset grid\n") +
         drawing.settings + (in_space(panel) ? "splot " : "plot ") + plot_list(drawing, p) + "\n";
}

inline std::size_t columns_of(const Figure& figure) {
  const std::size_t panels = figure.panels.size(), columns = static_cast<std::size_t>(figure.columns);
  return columns == 0 ? panels : std::min(columns, panels);
}
inline std::size_t rows_of(const Figure& figure) {
  return (figure.panels.size() + columns_of(figure) - 1) / columns_of(figure);
}

/// What the script draws on, without saying where to: the terminal and the look.
inline std::string figure_settings(const Figure& figure, const std::string& terminal, int font_size = 11) {
  return fmt::format(
      "set encoding utf8\nset terminal {} size {},{} font 'sans,{}' noenhanced background '#ffffff'\n"
      "set tics nomirror\n",
      terminal, static_cast<std::size_t>(figure.panel_width) * columns_of(figure),
      static_cast<std::size_t>(figure.height) * rows_of(figure), font_size);
}

inline std::vector<Drawing> drawings_of(const Figure& figure, bool opaque = false) {
  std::vector<Drawing> result;
  for (const Panel& panel : figure.panels) result.push_back(drawing_of(panel, opaque));
  return result;
}

/// The panels of a figure, on whatever the terminal is. `before` are the drawings of the frame before this one, if
/// there is one; `first` are commands for before the first panel.
inline std::string figure_body(const Figure& figure, const std::vector<Drawing>& drawings,
                               const std::vector<Drawing>& before = {}, const std::string& first = "") {
  std::string data, panels;
  for (std::size_t p = 0; p < drawings.size(); ++p) {
    data += panel_data(drawings[p], p, p < before.size() ? before[p] : Drawing{});
    panels += panel_commands(figure.panels[p], drawings[p], p);
  }
  return data +
         fmt::format("set multiplot layout {},{} title {}\n", rows_of(figure), columns_of(figure),
                     gnuplot_label(figure.title)) +
         first + panels + "unset multiplot\n";
}

/// A complete script. Without `output` the picture goes to where gnuplot's standard output goes.
inline std::string figure_script(const Figure& figure, const std::string& terminal, const std::string& output) {
  const std::string to = output.empty() ? "" : "set output " + gnuplot_quoted(output) + "\n";
  return figure_settings(figure, terminal) + to + figure_body(figure, drawings_of(figure)) + "set output\n";
}

/// The same numbers for any other program: blocks, each under a comment that names panel, series and columns. What is
/// the same in the frame `before` is left out.
inline std::string figure_table(const Figure& figure, const std::vector<Drawing>& drawings,
                                const std::vector<Drawing>& before = {}) {
  std::string result;
  for (std::size_t p = 0; p < drawings.size(); ++p)
    for (std::size_t i = 0; i < drawings[p].items.size(); ++i) {
      const Item& item = drawings[p].items[i];
      const bool known = p < before.size() && i < before[p].items.size() && before[p].items[i].rows == item.rows;
      if (item.rows.empty() || known) continue;
      result += "# " + clean(figure.panels[p].title) + " | " + clean(item.title) + "\n# " +
                clean(figure.panels[p].x_label) + " " + clean(figure.panels[p].y_label) + "\n# " + item.columns + "\n" +
                item.rows + "\n\n";
    }
  return result;
}

}  // namespace grove::models::detail
