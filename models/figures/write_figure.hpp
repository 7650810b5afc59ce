// Writing a figure through gnuplot; without gnuplot, writing the data and the script that would draw it.
#pragma once

#include <filesystem>
#include <string>

#include "detail/checks.hpp"
#include "detail/figure_script.hpp"
#include "detail/output.hpp"
#include "figure.hpp"
#include "figure_result.hpp"

namespace grove::models {

/// Throws now what `write_figure` would throw about `path` later: for programs that work long before they draw.
/// Throws: grove::DataError if the extension is not .svg or .png, or the file cannot be written.
inline void check_figure_path(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  const char* const needed = extension == ".gif" || extension == ".mp4"
                                 ? ".svg or .png; write_animation writes .gif and .mp4"
                             : extension == ".html" ? ".svg or .png; write_page writes .html"
                                                    : ".svg or .png";
  detail::check_output("write_figure", path, extension == ".svg" || extension == ".png", needed);
}

/// Draws `figure` into an SVG or PNG file, by the extension of `path`: beside it first, then it takes its place, so
/// that an older picture stays until a new one is there. If there is no gnuplot on PATH, or it fails, the numbers go to
/// `<path without extension>.dat` and a self-contained script to `….gp`, and the message says so and why: a figure is
/// never the reason for a program to fail. A file that write_figure did not write is never touched: if `….dat` is one,
/// the data goes to `…-2.dat`. Names, titles and labels are data, whatever they hold; what is no UTF-8 shows as U+FFFD.
///
///   fmt::print("{}\n", write_figure({.panels = {{.title = "loss", .log_y = true, .series = {{"adam", {}, losses}}}}},
///   "loss.svg").message);
///
/// Throws: grove::DataError if the extension is another one, a file cannot be written or a style is unknown;
/// grove::ShapeError if a series has x and y of different lengths, contours do not fit their axes, or there is nothing
/// to draw.
inline FigureResult write_figure(const Figure& figure, const std::filesystem::path& path) {
  check_figure_path(path);
  detail::check_figure(figure, "write_figure");
  const char* const terminal = path.extension() == ".svg" ? "svg" : "pngcairo";
  return detail::draw_or_leave(
      "write_figure", path, [&](const std::string& output) { return detail::figure_script(figure, terminal, output); },
      [&] { return detail::figure_table(figure, detail::drawings_of(figure)); });
}

}  // namespace grove::models
