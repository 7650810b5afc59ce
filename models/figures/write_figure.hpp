// Writing a figure through gnuplot; without gnuplot, writing the data and the script that would draw it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <autodiff/error.hpp>
#include <models/figures/detail/figure_script.hpp>
#include <models/figures/detail/gnuplot.hpp>
#include <models/figures/figure.hpp>

namespace grove::models {

/// What `write_figure` did.
struct FigureResult {
  bool drawn = false;                             ///< false: gnuplot is missing or failed, the data was written instead
  std::vector<std::filesystem::path> files = {};  ///< what now exists
  std::string message = {};                       ///< a sentence for the user
};

/// Throws now what `write_figure` would throw about `path` later: for programs that work long before they draw.
/// Throws: grove::DataError if the extension is not .svg or .png, or the file cannot be written.
inline void check_figure_path(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (extension != ".svg" && extension != ".png")
    throw DataError(fmt::format("write_figure: {}: the extension must be .svg or .png", path.string()));
  std::error_code ignored;
  const bool was_there = std::filesystem::exists(path, ignored);
  detail::write_text(path, "", std::ios::app);
  if (!was_there) std::filesystem::remove(path, ignored);
}

/// Draws `figure` into an SVG or PNG file, by the extension of `path`. If there is no gnuplot on PATH, or it fails, the
/// numbers go to `<path without extension>.dat` and a self-contained script to `….gp`, and the message says so: a
/// figure is never the reason for a program to fail.
///
///   fmt::print("{}\n", write_figure({.panels = {{.title = "loss", .log_y = true, .series = {{"adam", {}, losses}}}}},
///   "loss.svg").message);
///
/// Throws: grove::DataError if the extension is another one or a file cannot be written; grove::ShapeError if a series
/// has x and y of different lengths, or there is nothing to draw.
inline FigureResult write_figure(const Figure& figure, const std::filesystem::path& path) {
  check_figure_path(path);
  if (figure.panels.empty()) throw ShapeError("write_figure: the figure has no panels");
  const char* const terminal = path.extension() == ".svg" ? "svg" : "pngcairo";
  const std::string script = detail::figure_script(figure, terminal, path.string());

  const auto gnuplot = detail::find_gnuplot();
  const std::string problem = gnuplot.empty() ? "gnuplot is not on PATH" : detail::run_gnuplot(gnuplot, script);
  std::error_code ignored;
  if (problem.empty() && std::filesystem::file_size(path, ignored) > 0)
    return {true, {path}, fmt::format("wrote {}", path.string())};

  std::filesystem::remove(path, ignored);
  const auto data = std::filesystem::path(path).replace_extension(".dat");
  const auto commands = std::filesystem::path(path).replace_extension(".gp");
  detail::write_text(data, detail::figure_table(figure));
  detail::write_text(commands, script);
  return {false,
          {data, commands},
          fmt::format("{}: wrote the data to {} and a script to {}; `gnuplot {}` draws {}",
                      problem.empty() ? "gnuplot drew nothing" : problem, data.string(), commands.string(),
                      commands.string(), path.string())};
}

}  // namespace grove::models
