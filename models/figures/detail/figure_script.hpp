// A figure as a gnuplot script that carries its data, and as a plain table of numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <autodiff/error.hpp>
#include <models/figures/figure.hpp>

namespace grove::models::detail {

inline std::string gnuplot_quoted(const std::string& text) {
  std::string result = "'";
  for (char c : text) result += c == '\'' ? std::string("''") : std::string(1, c == '\n' ? ' ' : c);
  return result + "'";
}

inline std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.10g}", value) : "NaN"; }

inline std::string rows_of(const Series& s) {
  if (!s.x.empty() && s.x.size() != s.y.size())
    throw ShapeError(fmt::format("write_figure: series '{}': {} x and {} y", s.title, s.x.size(), s.y.size()));
  std::string result;
  for (std::size_t i = 0; i < s.y.size(); ++i)
    result += number(s.x.empty() ? static_cast<double>(i) : s.x[i]) + " " + number(s.y[i]) + "\n";
  return result;
}

inline std::string rows_of(const Contours& c) {
  std::string result;
  for (Eigen::Index i = 0; i < c.z.rows(); ++i, result += "\n")
    for (Eigen::Index j = 0; j < c.z.cols(); ++j)
      result += fmt::format("{} {} {}\n", number(c.x[static_cast<std::size_t>(j)]),
                            number(c.y[static_cast<std::size_t>(i)]), number(c.z(i, j)));
  return result;
}

// Levels at equal shares of the grid rather than equal steps: valleys keep their lines beside high walls.
inline std::string level_list(const Contours& c) {
  std::vector<double> z(c.z.data(), c.z.data() + c.z.size());
  std::sort(z.begin(), z.end());
  std::vector<std::string> levels;
  for (int k = 0; k < c.levels; ++k)
    levels.push_back(number(z[static_cast<std::size_t>((k + 0.5) / c.levels * static_cast<double>(z.size()))]));
  return fmt::format("{}", fmt::join(levels, ","));
}

/// The data blocks that `panel_commands` refers to: $s<panel>_<series>, $grid<panel>, $lines<panel>.
inline std::string panel_data(const Panel& panel, std::size_t p) {
  std::string result;
  for (std::size_t i = 0; i < panel.series.size(); ++i)
    result += fmt::format("$s{}_{} << EOD\n{}EOD\n", p, i, rows_of(panel.series[i]));
  if (panel.contours.z.size() == 0) return result;
  result += fmt::format("$grid{} << EOD\n{}EOD\n", p, rows_of(panel.contours));
  result += fmt::format("set contour base\nunset surface\nset cntrparam levels discrete {}\nset table $lines{}\n",
                        level_list(panel.contours), p);
  return result + fmt::format("splot $grid{} using 1:2:3 notitle\nunset table\nunset contour\nset surface\n", p);
}

inline std::vector<std::string> plot_items(const Panel& panel, std::size_t p) {
  std::vector<std::string> items;
  if (panel.contours.z.size() > 0) items.push_back(fmt::format("$lines{} with lines lc rgb '#b8c4d0' notitle", p));
  if (panel.diagonal) items.push_back("x with lines lc rgb '#909090' dashtype 2 notitle");
  for (std::size_t i = 0; i < panel.series.size(); ++i) {
    const Series& s = panel.series[i];
    items.push_back(
        fmt::format("$s{}_{} using 1:2 with {} linestyle {} title {}", p, i, s.style, i + 1, gnuplot_quoted(s.title)));
  }
  return items;
}

inline std::string panel_commands(const Panel& panel, std::size_t p) {
  if (panel.series.empty() && panel.contours.z.size() == 0)
    throw ShapeError(fmt::format("write_figure: panel {} shows nothing", p));
  std::string result =
      fmt::format("set title {}\nset xlabel {}\nset ylabel {}\n{} logscale y\n", gnuplot_quoted(panel.title),
                  gnuplot_quoted(panel.x_label), gnuplot_quoted(panel.y_label), panel.log_y ? "set" : "unset");
  result += panel.diagonal ? "set key top left\n" : "set key top right\n";
  result += panel.contours.z.size() > 0 ? "set key opaque\n" : "set key noopaque\n";
  result += panel.log_y ? "set format y '%.0e'\n" : "set format y '%g'\n";
  result += panel.contours.z.size() > 0
                ? fmt::format("set xrange [{}:{}]\nset yrange [{}:{}]\n", panel.contours.x.front(),
                              panel.contours.x.back(), panel.contours.y.front(), panel.contours.y.back())
                : "set autoscale\n";
  return result + fmt::format("plot {}\n", fmt::join(plot_items(panel, p), ", \\\n     "));
}

/// A complete script: terminal, data, panels.
inline std::string figure_script(const Figure& figure, const std::string& terminal, const std::string& output) {
  std::string result = fmt::format(
      "set encoding utf8\nset terminal {} size {},{} font 'sans,11' noenhanced background '#ffffff'\nset datafile "
      "missing 'NaN'\n"
      "set border 3\nset tics nomirror\nset grid lc rgb '#e6e6e6'\n",
      terminal, figure.panel_width * static_cast<int>(figure.panels.size()), figure.height);
  const char* const colours[] = {"#1f6fb4", "#d9601a", "#2c8a3d", "#8d4fb0", "#b8860b", "#444444"};
  int style = 0;
  for (const char* colour : colours)
    result +=
        fmt::format("set linetype {0} lc rgb '{1}' lw 1.6 pt 7 ps 0.4\nset style line {0} lt {0}\n", ++style, colour);
  for (std::size_t p = 0; p < figure.panels.size(); ++p) result += panel_data(figure.panels[p], p);
  result += fmt::format("set output {}\nset multiplot layout 1,{} title {}\n", gnuplot_quoted(output),
                        figure.panels.size(), gnuplot_quoted(figure.title));
  for (std::size_t p = 0; p < figure.panels.size(); ++p) result += panel_commands(figure.panels[p], p);
  return result + "unset multiplot\nset output\n";
}

/// The same numbers for any other program: blocks of x and y, each under a comment that names panel and series.
inline std::string figure_table(const Figure& figure) {
  std::string result;
  for (const Panel& panel : figure.panels)
    for (const Series& s : panel.series)
      result +=
          fmt::format("# {} | {}\n# {} {}\n{}\n\n", panel.title, s.title, panel.x_label, panel.y_label, rows_of(s));
  return result;
}

}  // namespace grove::models::detail
