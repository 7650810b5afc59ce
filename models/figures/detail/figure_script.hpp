// A figure as a gnuplot script that carries its data, and as a plain table of numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "../../../autodiff/error.hpp"
#include "../figure.hpp"

namespace grove::models::detail {

/// Bytes of the UTF-8 character that `text` begins with; 0 if it begins with none that may stand in a picture.
inline std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  unsigned code = length < 2 ? first : first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  const bool too_long = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool no_character = (code >= 0xd800 && code < 0xe000) || code == 0xfffe || code == 0xffff || code > 0x10ffff;
  return too_long || no_character ? 0 : length;
}

/// A name, title or label as it may stand in any picture: valid UTF-8 without control characters. A byte that is no
/// UTF-8 (Latin-1, say) becomes U+FFFD, a control character a space.
inline std::string clean(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    if (length == 0) {
      result += "\xEF\xBF\xBD";
    } else if (byte < 0x20 || byte == 0x7f) {
      result += ' ';
    } else {
      result += text.substr(i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  return result;
}

/// Text as a string of gnuplot's language that stands for exactly these bytes. Nothing is special between its single
/// quotes; control characters are escapes between double ones.
inline std::string gnuplot_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\'') {
      result += "''";
    } else if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("'.\"\\{:03o}\".'", byte);
    } else {
      result += c;
    }
  }
  return result + "'";
}
inline std::string gnuplot_label(std::string_view text) { return gnuplot_quoted(clean(text)); }

/// To the last bit, so that small differences of large numbers are seen.
inline std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "NaN"; }

inline void check_series(const Series& s) {
  constexpr std::string_view styles[] = {"lines", "points", "linespoints", "dots", "impulses", "steps"};
  if (!s.x.empty() && s.x.size() != s.y.size())
    throw ShapeError(fmt::format("write_figure: series '{}': {} x and {} y", s.title, s.x.size(), s.y.size()));
  if (std::find(std::begin(styles), std::end(styles), s.style) == std::end(styles))
    throw DataError(fmt::format("write_figure: series '{}': the style must be one of {}, got '{}'", s.title,
                                fmt::join(styles, ", "), s.style));
}
inline void check_contours(const Contours& c, std::size_t panel) {
  const auto rows = static_cast<std::size_t>(c.z.rows()), cols = static_cast<std::size_t>(c.z.cols());
  if (c.z.size() == 0 && c.x.empty() && c.y.empty()) return;
  if (c.x.size() != cols || c.y.size() != rows || c.z.size() == 0)
    throw ShapeError(fmt::format("write_figure: panel {}: contours with {} x and {} y need z of {}×{}, got {}×{}",
                                 panel, c.x.size(), c.y.size(), c.y.size(), c.x.size(), rows, cols));
  if (c.levels < 1)
    throw ShapeError(fmt::format("write_figure: panel {}: contours need at least one level, got {}", panel, c.levels));
}

inline double x_of(const Series& s, std::size_t i) { return s.x.empty() ? static_cast<double>(i) : s.x[i]; }
inline bool is_shown(const Series& s, std::size_t i) {
  return i < s.y.size() && std::isfinite(x_of(s, i)) && std::isfinite(s.y[i]);
}
inline std::string row_of(const Series& s, std::size_t i) { return number(x_of(s, i)) + " " + number(s.y[i]) + "\n"; }

inline std::string rows_of(const Series& s) {
  check_series(s);
  std::string result;
  for (std::size_t i = 0; i < s.y.size(); ++i) result += row_of(s, i);
  return result;
}

/// The points of a line that no segment reaches.
inline std::string lone_rows_of(const Series& s) {
  std::string result;
  if (s.style != "lines" && s.style != "steps") return result;
  for (std::size_t i = 0; i < s.y.size(); ++i)
    if (is_shown(s, i) && !(i > 0 && is_shown(s, i - 1)) && !is_shown(s, i + 1)) result += row_of(s, i);
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
  std::vector<double> z;
  std::copy_if(c.z.data(), c.z.data() + c.z.size(), std::back_inserter(z), [](double v) { return std::isfinite(v); });
  std::sort(z.begin(), z.end());
  std::vector<std::string> levels;
  for (int k = 0; k < c.levels && !z.empty(); ++k) {
    std::string level = number(z[static_cast<std::size_t>((k + 0.5) / c.levels * static_cast<double>(z.size()))]);
    if (levels.empty() || levels.back() != level) levels.push_back(std::move(level));
  }
  return fmt::format("{}", fmt::join(levels, ","));
}

inline bool has_levels(const Panel& panel) {
  return panel.contours.z.size() > 0 && panel.contours.z.array().isFinite().any();
}

/// The data blocks that `panel_commands` refers to: $s<panel>_<series>, $lone<panel>_<series>, $grid<panel>,
/// $lines<panel>.
inline std::string panel_data(const Panel& panel, std::size_t p) {
  check_contours(panel.contours, p);
  std::string result;
  for (std::size_t i = 0; i < panel.series.size(); ++i) {
    result += fmt::format("$s{}_{} << EOD\n{}EOD\n", p, i, rows_of(panel.series[i]));
    if (const std::string lone = lone_rows_of(panel.series[i]); !lone.empty())
      result += fmt::format("$lone{}_{} << EOD\n{}EOD\n", p, i, lone);
  }
  if (!has_levels(panel)) return result;
  result += fmt::format("$grid{} << EOD\n{}EOD\n", p, rows_of(panel.contours));
  result += fmt::format("set contour base\nunset surface\nset cntrparam levels discrete {}\nset table $lines{}\n",
                        level_list(panel.contours), p);
  return result + fmt::format("splot $grid{} using 1:2:3 notitle\nunset table\nunset contour\nset surface\n", p);
}

inline std::vector<std::string> plot_items(const Panel& panel, std::size_t p) {
  std::vector<std::string> items;
  if (has_levels(panel)) items.push_back(fmt::format("$lines{} with lines lc rgb '#b8c4d0' notitle", p));
  if (panel.diagonal) items.push_back("x with lines lc rgb '#909090' dashtype 2 notitle");
  for (std::size_t i = 0; i < panel.series.size(); ++i) {
    const Series& s = panel.series[i];
    items.push_back(
        fmt::format("$s{}_{} using 1:2 with {} linestyle {} title {}", p, i, s.style, i + 1, gnuplot_label(s.title)));
    if (!lone_rows_of(s).empty())
      items.push_back(fmt::format("$lone{}_{} using 1:2 with points linestyle {} notitle", p, i, i + 1));
  }
  return items;
}

inline std::string panel_commands(const Panel& panel, std::size_t p) {
  if (panel.series.empty() && panel.contours.z.size() == 0)
    throw ShapeError(fmt::format("write_figure: panel {} shows nothing", p));
  std::string result =
      fmt::format("set title {}\nset xlabel {}\nset ylabel {}\n{} logscale y\n", gnuplot_label(panel.title),
                  gnuplot_label(panel.x_label), gnuplot_label(panel.y_label), panel.log_y ? "set" : "unset");
  result += panel.diagonal ? "set key top left\n" : "set key top right\n";
  result += panel.contours.z.size() > 0 ? "set key opaque\n" : "set key noopaque\n";
  result += panel.log_y ? "set format y '%.0e'\n" : "set format y '%.12g'\n";
  result += panel.contours.z.size() > 0 ? fmt::format("set xrange [{}:{}]\nset yrange [{}:{}]\n",
                                                      number(panel.contours.x.front()), number(panel.contours.x.back()),
                                                      number(panel.contours.y.front()), number(panel.contours.y.back()))
                                        : "set autoscale\n";
  return result + fmt::format("plot {}\n", fmt::join(plot_items(panel, p), ", \\\n     "));
}

/// What the script draws, without saying where to: the terminal, the data, the look.
inline std::string figure_settings(const Figure& figure, const std::string& terminal) {
  std::string result = fmt::format(
      "set encoding utf8\nset terminal {} size {},{} font 'sans,11' noenhanced background '#ffffff'\n"
      "set border 3\nset tics nomirror\nset grid lc rgb '#e6e6e6'\n",
      terminal, figure.panel_width * static_cast<int>(figure.panels.size()), figure.height);
  const char* const colours[] = {"#1f6fb4", "#d9601a", "#2c8a3d", "#8d4fb0", "#b8860b", "#444444"};
  int style = 0;
  for (const char* colour : colours)
    result +=
        fmt::format("set linetype {0} lc rgb '{1}' lw 1.6 pt 7 ps 0.4\nset style line {0} lt {0}\n", ++style, colour);
  for (std::size_t p = 0; p < figure.panels.size(); ++p) result += panel_data(figure.panels[p], p);
  return result;
}

/// A complete script. Without `output` the picture goes to where gnuplot's standard output goes.
inline std::string figure_script(const Figure& figure, const std::string& terminal, const std::string& output) {
  std::string result = figure_settings(figure, terminal);
  if (!output.empty()) result += fmt::format("set output {}\n", gnuplot_quoted(output));
  result += fmt::format("set multiplot layout 1,{} title {}\n", figure.panels.size(), gnuplot_label(figure.title));
  for (std::size_t p = 0; p < figure.panels.size(); ++p) result += panel_commands(figure.panels[p], p);
  return result + "unset multiplot\nset output\n";
}

/// The same numbers for any other program: blocks of x and y, each under a comment that names panel and series.
inline std::string figure_table(const Figure& figure) {
  std::string result;
  for (const Panel& panel : figure.panels)
    for (const Series& s : panel.series)
      result += fmt::format("# {} | {}\n# {} {}\n{}\n\n", clean(panel.title), clean(s.title), clean(panel.x_label),
                            clean(panel.y_label), rows_of(s));
  return result;
}

}  // namespace grove::models::detail
