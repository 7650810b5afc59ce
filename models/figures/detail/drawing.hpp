// What gnuplot plots in one panel: blocks of numbers, how each is drawn, and settings beside them.
#pragma once

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "style.hpp"
#include "text.hpp"

namespace grove::models::detail {

/// One thing to plot.
struct Item {
  std::string clause;        ///< what follows the name of the data: using 1:2 with lines …
  std::string title = {};    ///< in the legend
  std::string columns = {};  ///< what the numbers are, for people
  std::string rows = {};     ///< the numbers; empty: the clause is a function of x, or `of` has them
  std::string levels = {};   ///< not empty: draw level lines of the rows, at these heights
  std::size_t of = 0;        ///< without rows: the item whose rows to use, counted from 1
};

struct Drawing {
  bool opaque = false;  ///< the picture knows no opacity
  std::size_t next_colour = 0;
  bool in_space = false;  ///< three axes
  std::vector<Item> items = {};
  std::string settings = {};
  std::vector<std::string> inks = {};  ///< the colours, as "#rrggbb"

  void add(Item item) { items.push_back(std::move(item)); }
  Style style(const Look& look, double width = 1.8, double opacity = 1, double marker_size = 0.5) {
    return shown(style_of(look, look.colour.empty() ? next_colour++ : 0, width, opacity, marker_size));
  }
  /// A style as this picture can show it.
  Style shown(Style style) {
    if (opaque) style.colour = on_white(style.colour, style.opacity), style.opacity = 1;
    inks.push_back(style.colour);
    return style;
  }
};

/// From x, y, low and high. (gnuplot's own error bars wipe out a disc around the point.)
inline constexpr const char* with_error_bars = "using 1:3:(0):($4-$3) with vectors heads nofilled size screen 0.005,90";

/// One line of numbers.
inline std::string row(std::initializer_list<double> values) {
  std::string result;
  for (const double v : values) {
    if (!result.empty()) result += ' ';
    result += number(v);
  }
  result += '\n';
  return result;
}
inline double at(const std::vector<double>& values, std::size_t i) {
  return values.empty() ? static_cast<double>(i) : values[i];
}
inline bool all_finite(std::initializer_list<double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}
/// "0.5", or "*" for a side that the data chooses.
inline std::string side_of(double limit) { return std::isfinite(limit) ? number(limit) : "*"; }
inline std::string range_of(const Limits& limits) {
  return fmt::format("[{}:{}]", side_of(limits.low), side_of(limits.high));
}

/// A scale of colours for the whole panel.
inline std::string palette_commands(ColourMap map, const Limits& limits, bool bar, const std::string& title) {
  std::string stops;
  const auto colours = colours_of(map);
  for (std::size_t i = 0; i < colours.size(); ++i) {
    stops += i == 0 ? "" : ", ";
    stops += fmt::format("{}", i) + " '" + colours[i] + "'";
  }
  // A range below zero is refused while the scale of the panel before is a logarithm.
  return "unset logscale cb\nset palette defined (" + stops + ")\nset cbrange " + range_of(limits) + "\nset cblabel " +
         gnuplot_label(title) + "\n" + (bar ? "set colorbox\n" : "unset colorbox\n");
}

/// The limits of colours: those given, and for signed values as far below zero as above.
inline Limits colour_limits(const Limits& given, ColourMap map, const Eigen::MatrixXd& values) {
  double largest = 0;
  for (Eigen::Index i = 0; i < values.size(); ++i)
    if (std::isfinite(values.data()[i])) largest = std::max(largest, std::abs(values.data()[i]));
  if (map != ColourMap::diverging || !(largest > 0)) return given;
  return {std::isfinite(given.low) ? given.low : -largest, std::isfinite(given.high) ? given.high : largest};
}

/// Levels at equal shares of the grid rather than equal steps: valleys keep their lines beside high walls.
inline std::vector<double> levels_of(const Eigen::MatrixXd& values, int count) {
  std::vector<double> z, levels;
  std::copy_if(values.data(), values.data() + values.size(), std::back_inserter(z),
               [](double v) { return std::isfinite(v); });
  std::sort(z.begin(), z.end());
  for (int k = 0; k < count && !z.empty(); ++k) {
    const double level = z[static_cast<std::size_t>((k + 0.5) / count * static_cast<double>(z.size()))];
    if (levels.empty() || level != levels.back()) levels.push_back(level);
  }
  return levels;
}
inline std::string level_list(const Eigen::MatrixXd& values, int count) {
  std::string result;
  for (const double level : levels_of(values, count)) {
    result += result.empty() ? "" : ",";
    result += number(level);
  }
  return result;
}

/// A grid as gnuplot reads it: x, y, z, and an empty line after each row.
template <class Grid>
std::string grid_rows(const Grid& g) {
  std::string result;
  for (Eigen::Index i = 0; i < g.z.rows(); ++i, result += "\n")
    for (Eigen::Index j = 0; j < g.z.cols(); ++j)
      result += row({g.x[static_cast<std::size_t>(j)], g.y[static_cast<std::size_t>(i)], g.z(i, j)});
  return result;
}

}  // namespace grove::models::detail
