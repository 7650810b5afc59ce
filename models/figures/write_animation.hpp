// Writing a figure that moves.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "../../autodiff/error.hpp"
#include "detail/checks.hpp"
#include "detail/extents.hpp"
#include "detail/figure_script.hpp"
#include "detail/output.hpp"
#include "figure.hpp"
#include "figure_result.hpp"
#include "frames.hpp"

namespace grove::models {

/// How an animation runs.
struct AnimationOptions {
  double frames_per_second = 20;  ///< in (0, 50]
  std::size_t frames = 100;       ///< at most, when they are made from the paths of one figure
  bool fixed_axes = true;         ///< the axes and colours of all frames are those that hold every frame
  double hold = 1;                ///< seconds that the last frame stays
  std::function<void(std::size_t made, std::size_t of)> progress = {};  ///< called after each frame is made
};

namespace detail {

/// Throws for `function` if frames cannot follow each other.
inline void check_frames(const std::vector<Figure>& frames, const std::string& function) {
  if (frames.empty()) throw ShapeError(function + ": there are no frames");
  const Figure& first = frames[0];
  for (std::size_t k = 0; k < frames.size(); ++k) {
    const std::string where = function + ": frame " + text_of(k);
    check_figure(frames[k], where);
    if (frames[k].panels.size() != first.panels.size())
      throw ShapeError(where + " has " + text_of(frames[k].panels.size()) + " panels, the first has " +
                       text_of(first.panels.size()));
    if (frames[k].panel_width != first.panel_width || frames[k].height != first.height ||
        frames[k].columns != first.columns)
      throw ShapeError(where + " has another size or number of columns than the first");
  }
}
inline void check_options(const AnimationOptions& options) {
  if (!(options.frames_per_second > 0 && options.frames_per_second <= 50))
    throw DataError("write_animation: frames_per_second must lie in (0, 50], got " + number(options.frames_per_second));
  if (!(options.hold >= 0) || !(options.hold <= 60))
    throw DataError("write_animation: hold must lie in [0, 60] seconds, got " + number(options.hold));
}

/// A GIF has 256 colours, and a heat map takes those that are left. So the others come first: specks without a size.
inline std::string reserve_colours(const std::vector<Drawing>& drawings) {
  std::vector<std::string> inks;
  for (const Drawing& drawing : drawings) inks.insert(inks.end(), drawing.inks.begin(), drawing.inks.end());
  std::sort(inks.begin(), inks.end());
  inks.erase(std::unique(inks.begin(), inks.end()), inks.end());
  inks.resize(std::min<std::size_t>(inks.size(), 60));
  std::string result;
  for (const std::string& ink : inks)
    result += "set object rectangle from screen 0,0 to screen 0,0 fc rgb '" + ink + "' fs solid noborder\n";
  return "unset border\nunset tics\nunset key\nunset title\nunset xlabel\nunset ylabel\nunset label\nunset arrow\n" +
         result + "plot [0:1][0:1] 2 with dots\nunset object\nset multiplot previous\nset tics nomirror\n";
}

inline std::string animation_script(const std::vector<Figure>& frames, const AnimationOptions& options,
                                    const std::string& output) {
  const long delay = std::lround(100 / options.frames_per_second);  // hundredths of a second
  std::string script = figure_settings(frames[0], fmt::format("gif animate delay {} loop 0", delay), 9);
  if (!output.empty()) script += "set output " + gnuplot_quoted(output) + "\n";
  std::vector<Drawing> before;
  const auto add = [&](const Figure& frame) {
    std::vector<Drawing> drawings = drawings_of(frame, true);
    script += figure_body(frame, drawings, before, reserve_colours(drawings));
    before = std::move(drawings);
  };
  for (const Figure& frame : frames) add(frame);
  for (long k = 0; k < std::lround(100 * options.hold) / delay; ++k) add(frames.back());
  return script + "set output\n";
}
inline std::string animation_table(const std::vector<Figure>& frames) {
  std::string result;
  std::vector<Drawing> before;
  for (std::size_t k = 0; k < frames.size(); ++k) {
    std::vector<Drawing> drawings = drawings_of(frames[k]);
    result += "# frame " + text_of(k) + "\n" + figure_table(frames[k], drawings, before);
    before = std::move(drawings);
  }
  return result;
}

}  // namespace detail

/// Throws now what `write_animation` would throw about `path` later: for programs that work long before they draw.
/// Throws: grove::DataError if the extension is not .gif or .mp4, or the file cannot be written.
inline void check_animation_path(const std::filesystem::path& path) {
  detail::check_output("write_animation", path, path.extension() == ".gif" || detail::is_film(path), ".gif or .mp4");
}

/// Draws figures one after the other into an animated GIF, over and over, as `write_figure` draws one: through gnuplot,
/// and without it the data and a script are written. A path that ends with .mp4 is a film, which is made of the GIF by
/// ffmpeg; it runs once, and without ffmpeg the data and a script that draws the GIF are written.
/// Throws: what write_figure throws, with the number of the frame; grove::ShapeError if there are no frames, or they
/// differ in their size or in the number of their panels; grove::DataError if an option is out of range.
inline FigureResult write_animation(std::vector<Figure> frames, const std::filesystem::path& path,
                                    const AnimationOptions& options = {}) {
  check_animation_path(path);
  detail::check_options(options);
  detail::check_frames(frames, "write_animation");
  if (options.fixed_axes) detail::fix_axes(frames);
  FigureResult result = detail::draw_or_leave(
      "write_animation", path,
      [&](const std::string& output) { return detail::animation_script(frames, options, output); },
      [&] { return detail::animation_table(frames); });
  if (result.drawn) result.message += ", " + detail::text_of(frames.size()) + " frames";
  return result;
}

/// Draws the frames frame(0), frame(1), … frame(count - 1), each a Figure.
///
///   models::write_animation([&](int k) { return models::Figure{.panels = {{.series = {fit_after(k)}}}}; }, 60,
///   "fit.gif");
template <class F>
FigureResult write_animation(const F& frame, int count, const std::filesystem::path& path,
                             const AnimationOptions& options = {}) {
  check_animation_path(path);
  std::vector<Figure> frames;
  for (int k = 0; k < count; ++k) {
    frames.push_back(frame(k));
    if (options.progress) options.progress(frames.size(), static_cast<std::size_t>(count));
  }
  return write_animation(std::move(frames), path, options);
}

/// Draws a figure whose paths grow: its series of lines, trajectories and paths in space go from their first point to
/// their last, with a marker at their heads; all else stands still.
///
///   models::write_animation(race, "race.gif");
inline FigureResult write_animation(const Figure& figure, const std::filesystem::path& path,
                                    const AnimationOptions& options = {}) {
  detail::check_figure(figure, "write_animation");
  return write_animation(growing(figure, options.frames), path, options);
}

}  // namespace grove::models
