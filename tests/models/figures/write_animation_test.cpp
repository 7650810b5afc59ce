// Figures that move: frames, their common axes, and the GIF.
// Headers: models/figures/frames.hpp
#include <models/figures/write_animation.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "tests/catch.hpp"

using namespace grove::models;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

/// A path over a heat map, beside it a curve and a cloud.
Figure race() {
  const auto bowl = [](const Eigen::Vector2d& x) { return x.squaredNorm(); };
  Panel plane{.heat_map = heat_map_of("z", bowl, {-1, 1, -1, 1}, 5), .trajectories = {{.x = {}, .y = {}}}};
  plane.trajectories[0].x = plane.trajectories[0].y = Eigen::Vector3d(1, 0.5, 0);
  return {.panels = {plane,
                     {.series = {{"loss", {}, {4, 3, 2, 1}}, {"data", {0, 3}, {5, 0}, "points"}},
                      .error_bars = {{.title = "e", .y = {6}, .below = {2}}}},
                     {.space_paths = {path_on(bowl, "p", {0, 1}, {0, 1})}}},
          .panel_width = 150,
          .height = 120};
}

int count(const std::string& text, const std::string& what) {
  int n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++n;
  return n;
}
std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("paths grow step by step, and clouds stay", "[figure]") {
  CHECK(steps_of(race()) == 4);
  const Figure begin = until(race(), 1);
  CHECK(begin.panels[0].trajectories[0].x.rows() == 2);
  CHECK(begin.panels[1].series[0].y == std::vector<double>{4, 3});
  CHECK(begin.panels[1].series[1].y == std::vector<double>{5, 0});
  CHECK(until(race(), 3).panels[2].space_paths[0].z == std::vector<double>{0, 2});
  const std::vector<Figure> frames = growing(race(), 2);
  CHECK(frames.size() == 2);
  CHECK(frames[0].panels[1].series[0].y.size() == 1);
  CHECK(frames[1].panels[1].series[0].y.size() == 4);
  CHECK(growing(race(), 100).size() == 4);
  CHECK(growing({.panels = {{.labels = {{.text = "still"}}}}}, 100).size() == 1);
}

TEST_CASE("all frames have the axes and colours that hold every frame", "[figure]") {
  std::vector<Figure> frames = growing(race(), 4);
  frames[3].panels[0].heat_map.z(0, 0) = 7;
  detail::fix_axes(frames);
  for (const Figure& frame : frames) {
    CHECK(frame.panels[0].heat_map.limits.low == 0);
    CHECK(frame.panels[0].heat_map.limits.high == 7);
    CHECK(std::isnan(frame.panels[0].x_limits.low));  // the heat map says where the panel ends
    CHECK(frame.panels[1].y_limits.low == 0);
    CHECK(frame.panels[1].y_limits.high == Approx(8 + 0.04 * 8));
    CHECK(frame.panels[1].x_limits.high == Approx(3.12));
    CHECK(frame.panels[2].z_limits.high == Approx(2.08));
  }
  detail::Extent decades{.log = true};
  for (const double v : {-1.0, 0.0, 1.0, 100.0}) decades.add(v);
  CHECK(decades.limits().low == Approx(std::pow(100, -0.04)));
}

TEST_CASE("a script holds every frame, and what stands still once", "[figure]") {
  const std::vector<Figure> frames = growing(race(), 4);
  const std::string script = detail::animation_script(frames, {.frames_per_second = 10, .hold = 0.2}, "");
  CHECK_THAT(script, Contains("set terminal gif animate delay 10 loop 0 size 450,120"));
  CHECK(count(script, "set multiplot layout 1,3") == 6);
  CHECK(count(script, "$s0_0 << EOD") == 1);
  CHECK(count(script, "$s1_2 << EOD") == 4);
  const std::string table = detail::animation_table(frames);
  CHECK(count(table, "# frame ") == 4);
  CHECK(count(table, "# x y value\n") == 1);
}

TEST_CASE("an animation is drawn where gnuplot is present; without it data and script are written", "[figure]") {
  const fs::path folder = fs::temp_directory_path() / fmt::format("grove_animation_{:08x}", std::random_device{}());
  fs::create_directories(folder);
  if (!detail::find_gnuplot().empty()) {
    const FigureResult result = write_animation(race(), folder / "race.gif", {.hold = 0.1});
    CHECK(result.message == "wrote " + (folder / "race.gif").string() + ", 4 frames");
    const std::string gif = text_of(folder / "race.gif");
    CHECK(gif.substr(0, 10) == std::string("GIF89a\xc2\x01\x78\0", 10));  // 450×120
    CHECK(count(gif, std::string("\x21\xf9\x04", 3)) == 6);
    CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 1);

    const FigureResult film = write_animation(race(), folder / "race.mp4", {.hold = 0.1});
    CHECK(film.drawn != detail::find_on_path(detail::ffmpeg_program).empty());
    if (film.drawn) {
      CHECK(text_of(folder / "race.mp4").substr(4, 4) == "ftyp");
    } else {
      CHECK_THAT(film.message, Contains("ffmpeg, which makes films, is not on PATH") && Contains("race.gif"));
    }
  }
#ifndef _WIN32
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder.c_str(), 1);
  const FigureResult result = write_animation(race(), folder / "none.gif");
  setenv("PATH", path.c_str(), 1);
  CHECK_FALSE(result.drawn);
  CHECK(result.files == std::vector<fs::path>{folder / "none.dat", folder / "none.gp"});
  CHECK_THAT(text_of(folder / "none.gp"), Contains("set output '" + (folder / "none.gif").string() + "'\n"));
#endif
  fs::remove_all(folder);
}

TEST_CASE("frames of a callable, and what cannot move", "[figure]") {
  int told = 0;
  const auto flat = [](int k) { return Figure{.panels = {{.series = {{"s", {}, {1}}}}}, .height = 100 + k}; };
  const AnimationOptions options{.progress = [&](std::size_t made, std::size_t of) { told += of == 2 && made <= 2; }};
  CHECK_THROWS_WITH(write_animation(flat, 2, "f.gif", options),
                    "write_animation: frame 1 has another size or number of columns than the first");
  CHECK(told == 2);
  CHECK_THROWS_WITH(write_animation(flat, 0, "f.gif"), "write_animation: there are no frames");
  CHECK_THROWS_WITH(write_animation(flat, 1, "f.svg"), "write_animation: f.svg: the extension must be .gif or .mp4");
  CHECK_THROWS_WITH(write_animation([](int) { return Figure{.panels = {{}}}; }, 1, "f.gif"),
                    "write_animation: frame 0: panel 0 shows nothing");
  CHECK_THROWS_WITH(write_animation([&](int k) { return k == 0 ? flat(0) : race(); }, 2, "f.gif"),
                    "write_animation: frame 1 has 3 panels, the first has 1");
  CHECK_THROWS_WITH(write_animation(flat, 1, "f.gif", {.frames_per_second = 0}),
                    "write_animation: frames_per_second must lie in (0, 50], got 0");
  CHECK_THROWS_WITH(write_animation(flat, 1, "no/such/f.gif"),
                    "write_animation: no/such/f.gif: cannot be written; does the folder exist?");
}
