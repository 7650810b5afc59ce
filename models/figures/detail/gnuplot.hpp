// Everything that depends on gnuplot's being a program of this system: where it is, and running a script.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>  // std::random_device, for file names that do not collide
#include <sstream>
#include <string>

#include <fmt/format.h>

#include <autodiff/error.hpp>

namespace grove::models::detail {

#ifdef _WIN32
inline constexpr char path_separator = ';';
inline constexpr const char* gnuplot_program = "gnuplot.exe";
inline std::string shell_quoted(const std::string& text) { return '"' + text + '"'; }
#else
inline constexpr char path_separator = ':';
inline constexpr const char* gnuplot_program = "gnuplot";
inline std::string shell_quoted(const std::string& text) {
  std::string result = "'";
  for (char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}
#endif

/// The gnuplot found on PATH, or an empty path.
inline std::filesystem::path find_gnuplot() {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, path_separator);) {
    std::error_code ignored;
    const auto candidate = std::filesystem::path(folder) / gnuplot_program;
    if (!folder.empty() && std::filesystem::is_regular_file(candidate, ignored)) return candidate;
  }
  return {};
}

inline void write_text(const std::filesystem::path& path, const std::string& text,
                       std::ios::openmode mode = std::ios::trunc) {
  std::ofstream file(path, std::ios::binary | mode);
  file << text;
  file.close();
  if (!file) throw DataError(fmt::format("write_figure: {}: cannot be written; does the folder exist?", path.string()));
}

inline std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  while (line.empty() && std::getline(file, line)) {
  }
  return line;
}

/// Runs a script; returns an empty string, or what gnuplot complained about.
inline std::string run_gnuplot(const std::filesystem::path& gnuplot, const std::string& script) {
  const auto stem = std::filesystem::temp_directory_path() / fmt::format("grove-{:08x}", std::random_device{}());
  const auto script_file = std::filesystem::path(stem).concat(".gp");
  const auto log_file = std::filesystem::path(stem).concat(".log");
  write_text(script_file, script);
  const std::string command = shell_quoted(gnuplot.string()) + " " + shell_quoted(script_file.string()) + " 2> " +
                              shell_quoted(log_file.string());
  const int status = std::system(command.c_str());
  const std::string complaint = first_line(log_file);
  std::error_code ignored;
  std::filesystem::remove(script_file, ignored);
  std::filesystem::remove(log_file, ignored);
  return status == 0 ? "" : fmt::format("gnuplot failed with status {}: {}", status, complaint);
}

}  // namespace grove::models::detail
