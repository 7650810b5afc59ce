// Everything that depends on gnuplot's and ffmpeg's being programs of this system: where they are, and running them.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>  // std::random_device, for file names that do not collide
#include <sstream>
#include <string>

#include <fmt/format.h>

#include "../../../autodiff/detail/open_file.hpp"
#include "../../../autodiff/error.hpp"

namespace grove::models::detail {

#ifdef _WIN32
inline constexpr char path_separator = ';';
inline constexpr const char* gnuplot_program = "gnuplot.exe";
inline constexpr const char* ffmpeg_program = "ffmpeg.exe";
inline std::string shell_quoted(const std::string& text) { return '"' + text + '"'; }
/// The shell takes away the first and the last quote of a command that begins with one.
inline int run_command(const std::string& command) {
  return ::_wsystem(std::filesystem::path(shell_quoted(command)).c_str());
}
#else
inline constexpr char path_separator = ':';
inline constexpr const char* gnuplot_program = "gnuplot";
inline constexpr const char* ffmpeg_program = "ffmpeg";
inline std::string shell_quoted(const std::string& text) {
  std::string result = "'";
  for (char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}
inline int run_command(const std::string& command) { return std::system(command.c_str()); }
#endif

/// A program found on PATH, or an empty path.
inline std::filesystem::path find_on_path(const char* program) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, path_separator);) {
    std::error_code ignored;
    const auto candidate = std::filesystem::path(folder) / program;
    if (!folder.empty() && std::filesystem::is_regular_file(candidate, ignored)) return candidate;
  }
  return {};
}
inline std::filesystem::path find_gnuplot() { return find_on_path(gnuplot_program); }

/// Writes a file that must not be there yet. False if it is; throws DataError if it cannot be written.
inline bool write_new(const std::string& function, const std::filesystem::path& path, const std::string& text) {
  std::FILE* const file = grove::detail::create_file(path);
  if (file == nullptr) {
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) return false;
    throw DataError(function + ": " + path.string() + ": cannot be written; may one write there?");
  }
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (std::fclose(file) != 0 || !written) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    throw DataError(function + ": " + path.string() + ": cannot be written; is the disk full?");
  }
  return true;
}

/// Files of our own in a folder, for one run of gnuplot (and of ffmpeg); what is left of them goes with the object.
class DrawingFiles {
 public:
  DrawingFiles(const std::string& function, const std::filesystem::path& folder, const std::string& script) {
    std::random_device random;
    // No name that a program could take for an option.
    const auto place = folder.is_relative() ? "." / folder : folder;
    do stem_ = place / fmt::format(".grove-figure-{:08x}", random());
    while (!write_new(function, this->script(), script));
  }
  DrawingFiles(const DrawingFiles&) = delete;
  DrawingFiles& operator=(const DrawingFiles&) = delete;
  ~DrawingFiles() {
    std::error_code ignored;
    for (const auto& file : {script(), picture(), film(), log()}) std::filesystem::remove(file, ignored);
  }
  std::filesystem::path script() const { return with(".gp"); }
  std::filesystem::path picture() const { return with(".out"); }
  std::filesystem::path film() const { return with(".film"); }
  std::filesystem::path log() const { return with(".log"); }

 private:
  std::filesystem::path with(const char* end) const { return std::filesystem::path(stem_).concat(end); }
  std::filesystem::path stem_;
};

/// gnuplot's reason in what it printed: the last sentence that begins with the script's name, without name and line.
inline std::string reason_in(const std::filesystem::path& log) {
  std::ifstream file(log);
  std::string reason, last;
  for (std::string line; std::getline(file, line);) {
    const auto named = line.find(".gp\"");
    const auto colon = named == std::string::npos ? named : line.find(": ", named);
    if (colon != std::string::npos) reason = line.substr(colon + 2);
    if (line.find_first_not_of(" \t^") != std::string::npos) last = line;
  }
  return reason.empty() ? last : reason;
}

/// Runs a command that is to fill `output`, its complaints in the log; returns an empty string, or what is wrong.
inline std::string run_program(const char* name, const std::string& command, const std::filesystem::path& output,
                               const DrawingFiles& files) {
  const int status = run_command(command + " 2> " + shell_quoted(files.log().string()));
  std::error_code none;
  const auto size = std::filesystem::file_size(output, none);
  if (status == 0 && !none && size > 0) return "";
  const std::string reason = reason_in(files.log());
  return reason.empty() ? fmt::format("{} drew nothing (status {})", name, status) : name + (": " + reason);
}

/// Runs a script; returns an empty string, or what gnuplot complained about. The user's own start-up files are not
/// read.
inline std::string run_gnuplot(const std::filesystem::path& gnuplot, const DrawingFiles& files) {
  const std::string picture = files.picture().string();
  return run_program(
      "gnuplot",
      shell_quoted(gnuplot.string()) + " -d " + shell_quoted(files.script().string()) + " > " + shell_quoted(picture),
      picture, files);
}

/// Makes an MP4 film of the GIF that was drawn; returns an empty string, or what ffmpeg complained about. H.264 wants
/// even sizes, and players this kind of colours.
inline std::string run_ffmpeg(const std::filesystem::path& ffmpeg, const DrawingFiles& files) {
  return run_program("ffmpeg",
                     shell_quoted(ffmpeg.string()) + " -nostdin -loglevel error -y -f gif -i " +
                         shell_quoted(files.picture().string()) + " -vf " +
                         shell_quoted("pad=ceil(iw/2)*2:ceil(ih/2)*2") +
                         " -pix_fmt yuv420p -movflags +faststart -f mp4 " + shell_quoted(files.film().string()),
                     files.film(), files);
}

}  // namespace grove::models::detail
