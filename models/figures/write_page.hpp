// Writing a figure as a page for a browser: with a slider over its frames, values under the pointer, zoom.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "../../autodiff/error.hpp"
#include "detail/checks.hpp"
#include "detail/extents.hpp"
#include "detail/output.hpp"
#include "detail/page_html.hpp"
#include "detail/plotting_library.hpp"
#include "figure.hpp"
#include "figure_result.hpp"
#include "write_animation.hpp"

namespace grove::models {

/// How a page runs, and what draws it.
struct PageOptions {
  double frames_per_second = 10;        ///< when it plays, in (0, 50]
  bool fixed_axes = true;               ///< the axes and colours of all frames are those that hold every frame
  std::vector<std::string> names = {};  ///< of the frames, beside the slider; empty: 0, 1, 2, …
  std::filesystem::path library = {};   ///< plotly.min.js; empty: that of a package of Python or Node.js
  bool link_library = false;            ///< do not put plotly.js (5 MB) into the page, but its address
};

namespace detail {

inline void check_options(const PageOptions& options, std::size_t frames) {
  if (!(options.frames_per_second > 0 && options.frames_per_second <= 50))
    throw DataError("write_page: frames_per_second must lie in (0, 50], got " + number(options.frames_per_second));
  if (!options.names.empty() && options.names.size() != frames)
    throw ShapeError("write_page: " + text_of(options.names.size()) + " names for " + text_of(frames) + " frames");
  std::error_code none;
  if (!options.library.empty() && !std::filesystem::is_regular_file(options.library, none))
    throw DataError("write_page: " + options.library.string() + ": there is no such library");
}

/// The element that brings plotly.js, and the sentence that says where it is from.
struct LibraryElement {
  std::string html, sentence;
};
inline LibraryElement library_element(const PageOptions& options) {
  const auto file = options.library.empty() ? find_plotting_library() : options.library;
  if (options.link_library || file.empty()) {
    const std::string why =
        options.link_library ? "" : " (none is installed here: Debian's python3-plotly or pip's plotly has it)";
    return {"<script src=\"" + std::string(library_address) + "\"></script>\n",
            "a browser gets plotly.js from " + std::string(library_address) + why};
  }
  // Neither the program nor a licence may end its element early.
  std::string licence = licence_of(file);
  for (auto at = licence.find("--"); at != std::string::npos; at = licence.find("--", at)) licence.replace(at, 2, "- ");
  std::string program = contents_of(file);
  for (auto at = program.find("</script"); at != std::string::npos; at = program.find("</script", at + 3))
    program.replace(at, 2, "<\\/");
  return {(licence.empty() ? "" : "<!-- plotly.js:\n" + licence + "\n-->\n") + "<script>" + program + "</script>\n",
          "plotly.js is in it, from " + file.string()};
}

}  // namespace detail

/// Throws now what `write_page` would throw about `path` later: for programs that work long before they draw.
/// Throws: grove::DataError if the extension is not .html, or the file cannot be written.
inline void check_page_path(const std::filesystem::path& path) {
  detail::check_output("write_page", path, path.extension() == ".html", ".html");
}

/// Writes figures as one page: a slider and a play button go over them, the pointer shows values, the legend switches
/// what is drawn, parts can be zoomed. plotly.js draws it; it is taken from an installed package and put into the page
/// with its licence, so that the page needs no network; else the page names its address. The message says which.
/// Throws: what write_figure throws, with the number of the frame; grove::ShapeError if there are no frames, or they
/// differ in size or number of panels, or the names are not as many; grove::DataError if an option is out of range.
inline FigureResult write_page(std::vector<Figure> frames, const std::filesystem::path& path,
                               const PageOptions& options = {}) {
  check_page_path(path);
  detail::check_frames(frames, "write_page");
  detail::check_options(options, frames.size());
  if (options.fixed_axes && frames.size() > 1) detail::fix_axes(frames);
  std::vector<std::string> names = options.names;
  for (std::size_t k = names.size(); k < frames.size(); ++k) names.push_back(detail::text_of(k));
  const detail::LibraryElement library = detail::library_element(options);
  const auto file = detail::figure_file("write_page", path);
  const detail::DrawingFiles files("write_page", detail::folder_of(file),
                                   detail::page_html(frames, names, 1 / options.frames_per_second, library.html));
  std::error_code failed;
  std::filesystem::rename(files.script(), file, failed);
  if (failed) throw DataError("write_page: " + path.string() + ": " + failed.message());
  return {true,
          {path},
          "wrote " + path.string() + ", " + detail::text_of(frames.size()) +
              (frames.size() == 1 ? " frame; " : " frames; ") + library.sentence};
}

/// The page of one figure, without a slider. With one, over the steps of its paths: write_page(growing(figure, 100),
/// …).
inline FigureResult write_page(const Figure& figure, const std::filesystem::path& path,
                               const PageOptions& options = {}) {
  detail::check_figure(figure, "write_page");
  return write_page(std::vector<Figure>{figure}, path, options);
}

/// The page of the frames frame(0), frame(1), … frame(count - 1), each a Figure.
template <class F>
FigureResult write_page(const F& frame, int count, const std::filesystem::path& path, const PageOptions& options = {}) {
  check_page_path(path);
  std::vector<Figure> frames;
  for (int k = 0; k < count; ++k) frames.push_back(frame(k));
  return write_page(std::move(frames), path, options);
}

}  // namespace grove::models
