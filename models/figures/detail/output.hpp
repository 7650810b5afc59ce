// Where a picture goes, and what is left when it cannot be drawn.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "../../../autodiff/error.hpp"
#include "../figure_result.hpp"
#include "gnuplot.hpp"

namespace grove::models::detail {

/// The file that a path stands for: a symbolic link's target, so that the link stays.
inline std::filesystem::path figure_file(const std::string& function, const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path file = fs::is_symlink(path, ignored) ? fs::weakly_canonical(path, ignored) : path;
  if (fs::exists(file, ignored) && !fs::is_regular_file(file, ignored))
    throw DataError(function + ": " + path.string() + ": is no regular file");
  return file;
}
inline std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

/// Throws if nothing can be written to `path`; `ends_well` says whether its extension is right, `needed` which are.
inline void check_output(const std::string& function, const std::filesystem::path& path, bool ends_well,
                         const char* needed) {
  if (path.native().find('\0') != std::filesystem::path::string_type::npos)
    throw DataError(function + ": a file name holds a zero byte");
  if (!ends_well) throw DataError(function + ": " + path.string() + ": the extension must be " + needed);
  const auto file = figure_file(function, path);
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder_of(file), ignored))
    throw DataError(function + ": " + path.string() + ": cannot be written; does the folder exist?");
  const DrawingFiles probe(function, folder_of(file), "");
  if (std::filesystem::exists(file, ignored) && !std::ofstream(file, std::ios::app))
    throw DataError(function + ": " + path.string() + ": cannot be written");
}

inline constexpr const char* written_by = "# written by grove::models::write_figure\n";

/// Writes what is left when nothing can be drawn, into `<stem><ending>`, or `<stem>-2<ending>` … where that is a file
/// that somebody else wrote.
inline std::filesystem::path write_beside(const std::string& function, const std::filesystem::path& path,
                                          const char* ending, const std::string& text) {
  const std::filesystem::path stem = std::filesystem::path(path).replace_extension();
  for (int i = 1;; ++i) {
    auto file = std::filesystem::path(stem).concat(i == 1 ? ending : fmt::format("-{}{}", i, ending));
    std::string first;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(std::filesystem::symlink_status(file, ignored)) &&
        std::getline(std::ifstream(file), first) && first + "\n" == written_by)
      std::filesystem::remove(file, ignored);
    if (write_new(function, file, written_by + text)) return file;
  }
}

/// True for an MP4 film, which ffmpeg makes of a GIF; gnuplot draws all else.
inline bool is_film(const std::filesystem::path& path) { return path.extension() == ".mp4"; }

/// Puts what a script draws in the place of the file; returns an empty string, or why that could not be done.
inline std::string draw(const std::string& function, const std::filesystem::path& path, const std::string& script) {
  const auto file = figure_file(function, path);
  const bool film = is_film(path);
  const auto gnuplot = find_gnuplot(), ffmpeg = find_on_path(ffmpeg_program);
  if (gnuplot.empty()) return "gnuplot is not on PATH";
  if (film && ffmpeg.empty()) return "ffmpeg, which makes films, is not on PATH";
  const DrawingFiles files(function, folder_of(file), script);
  std::string problem = run_gnuplot(gnuplot, files);
  if (problem.empty() && film) problem = run_ffmpeg(ffmpeg, files);
  if (!problem.empty()) return problem;
  std::error_code failed;
  std::filesystem::rename(film ? files.film() : files.picture(), file, failed);
  return failed ? failed.message() : "";
}

/// Draws beside the file, then takes its place; where that fails, leaves the data and the script. `script_to(output)`
/// is the script that draws into that file (the GIF of a film), or to the standard output; `table()` the numbers.
template <class Script, class Table>
FigureResult draw_or_leave(const std::string& function, const std::filesystem::path& path, const Script& script_to,
                           const Table& table) {
  const std::string problem = draw(function, path, script_to(""));
  if (problem.empty()) return {true, {path}, "wrote " + path.string()};
  auto drawn = path;
  if (is_film(path)) drawn.replace_extension(".gif");
  // A relative name begins with a dot: a leading bar would be a pipe to gnuplot.
  const std::string output = (path.is_relative() ? "." / drawn : drawn).string();
  const auto data = write_beside(function, path, ".dat", table());
  const auto commands = write_beside(function, path, ".gp", script_to(output));
  return {false,
          {data, commands},
          problem + ": wrote the data to " + data.string() + " and a script to " + commands.string() + "; `gnuplot " +
              commands.string() + "` draws " + drawn.string()};
}

}  // namespace grove::models::detail
