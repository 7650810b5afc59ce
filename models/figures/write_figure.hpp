// Writing a figure through gnuplot; without gnuplot, writing the data and the script that would draw it.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "../../autodiff/error.hpp"
#include "detail/checks.hpp"
#include "detail/figure_script.hpp"
#include "detail/gnuplot.hpp"
#include "figure.hpp"

namespace grove::models {

/// What `write_figure` did.
struct FigureResult {
  bool drawn = false;                             ///< false: gnuplot is missing or failed, the data was written instead
  std::vector<std::filesystem::path> files = {};  ///< what now exists
  std::string message = {};                       ///< a sentence for the user
};

namespace detail {

/// The file that a path stands for: a symbolic link's target, so that the link stays.
inline std::filesystem::path figure_file(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path file = fs::is_symlink(path, ignored) ? fs::weakly_canonical(path, ignored) : path;
  if (fs::exists(file, ignored) && !fs::is_regular_file(file, ignored))
    throw DataError(fmt::format("write_figure: {}: is no regular file", path.string()));
  return file;
}
inline std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

inline constexpr const char* written_by = "# written by grove::models::write_figure\n";

/// Writes what is left when nothing can be drawn, into `<stem><ending>`, or `<stem>-2<ending>` … where that is a file
/// that somebody else wrote.
inline std::filesystem::path write_beside(const std::filesystem::path& path, const char* ending,
                                          const std::string& text) {
  const std::filesystem::path stem = std::filesystem::path(path).replace_extension();
  for (int i = 1;; ++i) {
    auto file = std::filesystem::path(stem).concat(i == 1 ? ending : fmt::format("-{}{}", i, ending));
    std::string first;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(std::filesystem::symlink_status(file, ignored)) &&
        std::getline(std::ifstream(file), first) && first + "\n" == written_by)
      std::filesystem::remove(file, ignored);
    if (write_new(file, written_by + text)) return file;
  }
}

}  // namespace detail

/// Throws now what `write_figure` would throw about `path` later: for programs that work long before they draw.
/// Throws: grove::DataError if the extension is not .svg or .png, or the file cannot be written.
inline void check_figure_path(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (extension != ".svg" && extension != ".png")
    throw DataError(fmt::format("write_figure: {}: the extension must be .svg or .png", path.string()));
  const auto file = detail::figure_file(path);
  std::error_code ignored;
  if (!std::filesystem::is_directory(detail::folder_of(file), ignored))
    throw DataError(fmt::format("write_figure: {}: cannot be written; does the folder exist?", path.string()));
  const detail::DrawingFiles probe(detail::folder_of(file), "");
  if (std::filesystem::exists(file, ignored) && !std::ofstream(file, std::ios::app))
    throw DataError(fmt::format("write_figure: {}: cannot be written", path.string()));
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
  const auto file = detail::figure_file(path);

  std::string problem = "gnuplot is not on PATH";
  if (const auto gnuplot = detail::find_gnuplot(); !gnuplot.empty()) {
    const detail::DrawingFiles files(detail::folder_of(file), detail::figure_script(figure, terminal, ""));
    problem = detail::run_gnuplot(gnuplot, files);
    std::error_code failed;
    if (problem.empty()) std::filesystem::rename(files.picture(), file, failed);
    if (failed) problem = failed.message();
    if (problem.empty()) return {true, {path}, fmt::format("wrote {}", path.string())};
  }

  // A relative name begins with a dot: a leading bar would be a pipe to gnuplot.
  const std::string output = (path.is_relative() ? "." / path : path).string();
  const auto data = detail::write_beside(path, ".dat", detail::figure_table(figure));
  const auto commands = detail::write_beside(path, ".gp", detail::figure_script(figure, terminal, output));
  return {false,
          {data, commands},
          fmt::format("{}: wrote the data to {} and a script to {}; `gnuplot {}` draws {}", problem, data.string(),
                      commands.string(), commands.string(), path.string())};
}

}  // namespace grove::models
