// The kinds of things a figure shows: the numbers behind each, how they are drawn, and what is refused.
// Headers: models/figures/{annotations,arrows,band,bars,box,heat_map,look,surface,trajectories}.hpp
#include <models/figures/write_figure.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "tests/catch.hpp"

using namespace grove::models;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

const double nan_value = std::numeric_limits<double>::quiet_NaN();

double saddle(const Eigen::Vector2d& x) { return x[0] * x[0] - x[1] * x[1]; }

std::string script_of(const Panel& panel) { return detail::figure_script({.panels = {panel}}, "svg", ""); }

/// The numbers of one data block of a script.
std::string block(const std::string& script, const std::string& name) {
  const std::string head = name + " << EOD\n";
  const auto begin = script.find(head);
  if (begin == std::string::npos) return "no " + name;
  return script.substr(begin + head.size(), script.find("EOD\n", begin + head.size()) - begin - head.size());
}

std::string error_of(const Panel& panel) {
  try {
    write_figure({.panels = {panel}}, "f.svg");
  } catch (const grove::Error& e) {
    return e.what();
  }
  return "";
}

Trajectories two_paths() {
  return trajectories("paths", {Eigen::Matrix2d{{0, 1}, {5, 6}}, Eigen::Matrix2d{{2, 3}, {nan_value, 8}}});
}

std::vector<Panel> one_of_each() {
  const Box box{-1, 1, -2, 2};
  const auto down = [](const Eigen::Vector2d& x) { return Eigen::Vector2d(-x); };
  return {
      {.title = "heat map", .heat_map = heat_map_of("z", saddle, box, 21, 5), .arrows = {arrows_of("", down, box)}},
      {.log_x = true,
       .heat_map = {.x = {1, 10, 100}, .y = {0, 1}, .z = Eigen::MatrixXd{{1, 2, 3}, {4, nan_value, 0}}, .log = true}},
      {.image = {.values = Eigen::Matrix2d{{1, -2}, {3, nan_value}}, .row_names = {"a", "b"}, .numbers = true}},
      {.contours = contours_of(saddle, box, 11), .trajectories = {two_paths()}, .vertical_lines = {{.x = 1}}},
      {.bars = {{"it's", {"a b", "c_d"}, {1, 2}, {0.1, 0.2}}, {"other", {}, {3, 4}}}},
      {.histograms = {{.title = "h", .values = {1, 2, 2, 3}}}, .horizontal_lines = {{.title = "mean", .y = 1.5}}},
      {.legend = Legend::inside,
       .bands = {band_of("b", Eigen::MatrixXd{{1, 3}, {2, 2}})},
       .error_bars = {{.title = "e", .y = {1, 2}, .below = {0.5, 0.5}}},
       .labels = {{.text = "here", .x = 1, .y = 2, .side = "above", .colour = "red"}}},
      {.labels = {{.text = "alone", .x = 7, .y = 8}}},
      {.surfaces = {surface_of(saddle, box, 11)},
       .space_paths = {path_on(saddle, "down", {0, 0.1}, {0.1, 0.5})},
       .labels = {{.text = "up", .z = 1}}}};
}

}  // namespace

TEST_CASE("every kind is drawn, alone and beside the others, as SVG and PNG (figures-missing)", "[figure]") {
  const Figure figure{.panels = one_of_each(), .panel_width = 300, .height = 200, .columns = 3};
  CHECK_NOTHROW(detail::check_figure(figure, "write_figure"));
  if (detail::find_gnuplot().empty()) return;
  const fs::path folder = fs::temp_directory_path() / fmt::format("grove_kinds_{:08x}", std::random_device{}());
  fs::create_directories(folder);
  for (const char* name : {"all.svg", "all.png"}) {
    const FigureResult result = write_figure(figure, folder / name);
    INFO(result.message);
    CHECK(result.drawn);
  }
  // Width and height of a PNG, big-endian, behind its first 16 bytes: three columns, three rows.
  std::ostringstream png;
  png << std::ifstream(folder / "all.png", std::ios::binary).rdbuf();
  CHECK(png.str().substr(16, 8) == std::string("\0\0\x03\x84\0\0\x02\x58", 8));
  std::ostringstream svg;
  svg << std::ifstream(folder / "all.svg").rdbuf();
  CHECK_THAT(svg.str(), Contains("data:image/png;base64"));  // the heat map is in the file, not beside it
  CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 2);
  fs::remove_all(folder);
}

TEST_CASE("many series keep to the palette, and the legend is beside the data (figures-missing)", "[figure]") {
  Panel panel;
  for (int i = 0; i < 9; ++i) panel.series.push_back({.title = "s", .y = {0, 1.0 * i}, .style = "linespoints"});
  std::string script = script_of(panel);
  CHECK_THAT(script, Contains("$s0_0 using 1:2 with linespoints lc rgb '#000072b2' lw 1.8 dt 1 pt 7 ps 0.5 title 's'"));
  CHECK_THAT(script, Contains("$s0_7 using 1:2 with linespoints lc rgb '#000072b2' lw 1.8 dt 2 pt 5 ps 0.5 title 's'"));
  CHECK_THAT(script, Contains("set key bmargin"));
  panel.legend = Legend::off;
  CHECK_THAT(script_of(panel), Contains("unset key\n"));
  // Bands are drawn first, yet the series have the first colours.
  script = script_of({.series = {{"s", {}, {1, 2}}}, .bands = {{.title = "b", .low = {0, 1}, .high = {1, 2}}}});
  CHECK_THAT(script, Contains("$s0_0 using 1:2:3 with filledcurves lc rgb '#bfd55e00'"));
  CHECK_THAT(script, Contains("$s0_1 using 1:2 with lines lc rgb '#000072b2'"));
}

TEST_CASE("write_figure says what writes pages and animations (figures-missing)", "[figure]") {
  CHECK_THROWS_WITH(check_figure_path("a.gif"),
                    "write_figure: a.gif: the extension must be .svg or .png; write_animation writes .gif and .mp4");
  CHECK_THROWS_WITH(check_figure_path("a.html"),
                    "write_figure: a.html: the extension must be .svg or .png; write_page writes .html");
}

TEST_CASE("looks, limits and scales reach gnuplot", "[figure]") {
  const Look look{.colour = "#ABCDEF", .width = 3, .opacity = 0.5, .marker = "star", .marker_size = 2, .dashed = true};
  const std::string script = script_of({.log_x = true,
                                        .x_limits = {1, 10},
                                        .y_limits = {.high = 5},
                                        .grid = false,
                                        .equal_aspect = true,
                                        .series = {{"s", {1, 2}, {1, 2}, "linespoints", look}}});
  CHECK_THAT(script, Contains("with linespoints lc rgb '#80ABCDEF' lw 3 dt 2 pt 3 ps 2 title 's'"));
  CHECK_THAT(script, Contains("set logscale x\n") && Contains("unset logscale y\n"));
  CHECK_THAT(script, Contains("set xrange [1:10]\nset yrange [*:5]\n"));
  CHECK_THAT(script, Contains("unset grid\n") && Contains("set size ratio -1\n"));
}

TEST_CASE("bands: mean and standard deviation of the rows; gaps stay gaps", "[figure]") {
  const Band band = band_of("b", Eigen::MatrixXd{{1, 2, 6}, {4, 4, 4}}, 2);
  CHECK(band.middle == std::vector<double>{3, 4});
  CHECK(band.high[0] == Approx(3 + 2 * std::sqrt(7.0)));  // (4 + 1 + 9) / 2
  CHECK(band.low == std::vector<double>{6 - band.high[0], 4});
  CHECK(band_of("one", Eigen::MatrixXd{{2}}).high == std::vector<double>{2});
  CHECK_THROWS_WITH(band_of("b", Eigen::MatrixXd(0, 3)), "band_of: runs is 0×3");
  CHECK(block(script_of({.bands = {{.low = {0, nan_value, 2}, .high = {1, 1, 3}}}}), "$s0_0") == "0 0 1\n\n2 2 3\n");
}

TEST_CASE("histograms count into bins", "[figure]") {
  const Bins bins = bins_of({.values = {0, 1, 2, 3, 4, nan_value}, .bins = 2});
  CHECK((bins.first == 0 && bins.width == 2));
  CHECK(bins.heights == std::vector<double>{2, 3});
  CHECK(bins_of({.values = {0, 1, 2, 3, 4}, .bins = 2, .density = true}).heights == std::vector<double>{0.2, 0.3});
  CHECK(bins_of({.values = {7, 7, 7}}).heights == std::vector<double>{3});
  CHECK(bins_of({.values = {7, 7, 7}}).first == 6.5);
  CHECK(bins_of({}).heights.empty());
  std::vector<double> even;
  for (int i = 0; i < 1000; ++i) even.push_back(i);
  CHECK(bins_of({.values = even}).heights.size() == 10);  // Freedman and Diaconis: width 2·500/10
  CHECK_THROWS_WITH(bins_of({.bins = -1}), "bins_of: bins must not be negative, got -1");
}

TEST_CASE("arrows: the longest of a field spans one cell; a path's are its steps", "[figure]") {
  const auto field = [](const Eigen::Vector2d& x) { return Eigen::Vector2d(x[0] == 0 ? nan_value : 10 * x[0], 0); };
  const Arrows arrows = arrows_of("", field, {-1, 1, 0, 1}, 3);
  CHECK(arrows.dx[0] == -1);
  CHECK(arrows.dx[2] == 1);
  CHECK(block(script_of({.arrows = {arrows}}), "$s0_0").substr(0, 18) == "-1 0 -1 0\n1 0 1 0\n");
  const Arrows path = arrows_along("", {0, 1, 3}, {0, 2, 2});
  CHECK((path.dx == std::vector<double>{1, 2} && path.dy == std::vector<double>{2, 0}));
  CHECK(arrows_along("", {0}, {0}).x.empty());
  CHECK_THROWS_WITH(arrows_along("", {0}, {}), "arrows_along: x has 1 values, y has 0");
  CHECK_THROWS_WITH(arrows_of("", field, {0, 1, 0, 1}, 1), "arrows_of: needs at least 2 steps, got 1");
}

TEST_CASE("trajectories: paths, their ends, and colours by value", "[figure]") {
  Trajectories paths = two_paths();
  const auto blue = std::to_string(0x0072b2), red = std::to_string(0xd55e00);
  const auto thin = [](unsigned rgb) { return std::to_string(140u << 24 | rgb); };  // 255·(1 - 0.45), rounded
  const std::string script = script_of({.trajectories = {paths}});
  CHECK(block(script, "$s0_0") == "0 1 " + thin(0x0072b2) + "\n2 3 " + thin(0x0072b2) + "\n\n5 6 " + thin(0xd55e00) +
                                      "\nNaN 8 " + thin(0xd55e00) + "\n\n");
  CHECK(block(script, "$s0_1") == "0 1 " + blue + "\n5 6 " + red + "\n");
  CHECK(block(script, "$s0_2") == "2 3 " + blue + "\n5 6 " + red + "\n");
  paths.values = {0, 4};
  CHECK(detail::colours_of(paths) == std::vector<std::string>{"#440154", "#fde725"});
  const auto ended = trajectories("fits", std::vector<std::vector<Eigen::Vector2d>>{{{1, 2}}, {{3, 4}, {5, 6}}});
  CHECK(ended.x == Eigen::Matrix2d{{1, 3}, {1, 5}});
  CHECK(ended.y == Eigen::Matrix2d{{2, 4}, {2, 6}});
  CHECK_THROWS_WITH(trajectories("t", std::vector<std::vector<Eigen::Vector2d>>{{{1, 2}}, {}}),
                    "trajectories: path 1 has no points");
  CHECK_THROWS_WITH(trajectories("t", {Eigen::MatrixXd::Zero(3, 2), Eigen::MatrixXd::Zero(2, 2)}),
                    "trajectories: path[1] is 2×2, must be 3×2");
  paths.values = {1};
  CHECK(error_of({.trajectories = {paths}}) == "write_figure: panel 0: trajectories 'paths': 1 values for 2 paths");
}

TEST_CASE("heat maps fill their cells, also on logarithmic axes, and signs are symmetric", "[figure]") {
  const HeatMap map{.x = {1, 100}, .y = {0}, .z = Eigen::MatrixXd{{-1, 3}}, .map = ColourMap::diverging};
  CHECK_THAT(script_of({.heat_map = map}), Contains("set cbrange [-3:3]\n") && Contains("set xrange [-48.5:149.5]\n"));
  CHECK(detail::edges_of({1, 100}, true)[1] == Approx(10));
  CHECK(detail::colour_at(ColourMap::diverging, 0.5) == 0xf7f7f7);
  CHECK_FALSE(detail::is_even({0, 1, 3}));
  CHECK(error_of({.log_x = true, .heat_map = {.x = {0, 1}, .y = {1}, .z = Eigen::MatrixXd::Ones(1, 2)}}) ==
        "write_figure: panel 0: a grid with x = 0 on a logarithmic axis");
}

TEST_CASE("colours below zero beside a panel with logarithmic ones", "[figure]") {
  const std::string script = script_of({.heat_map = heat_map_of("z", saddle, {-1, 1, -1, 1}, 5)});
  CHECK(script.find("unset logscale cb") < script.find("set cbrange"));
}

TEST_CASE("a panel of gaps is no broken script", "[figure]") {
  const HeatMap gaps{.x = {0, 1}, .y = {0, 1}, .z = Eigen::Matrix2d::Constant(nan_value)};
  CHECK_THAT(script_of({.heat_map = gaps}), Contains("plot NaN notitle\n"));
}

TEST_CASE("bars of several groups stand side by side", "[figure]") {
  const std::string script = script_of({.bars = {{"it's", {"a'b", "c"}, {1, 2}, {0.5, 0}}, {"o", {}, {3, 4}}}});
  CHECK(block(script, "$s0_0") == "-0.2 1 0.5 1.5\n0.8 2 2 2\n");
  CHECK_THAT(script_of({.log_y = true, .bars = {{"b", {"a", "c"}, {0.003, -1}}}}), Contains("set yrange [0.001:*]\n"));
  const std::string many(30, 'n');
  CHECK_THAT(script_of({.bars = {{"b", {many, many}, {1, 2}}}}), Contains("rotate by 90") && Contains("key tmargin"));
  CHECK_THAT(script,
             Contains("set xtics ('a'.\"'\".'b' 0, 'c' 1)") && Contains("$s0_0 using 1:3:(0):($4-$3) with vectors"));
}

TEST_CASE("errors name the panel and what is in it", "[figure]") {
  const Eigen::MatrixXd square = Eigen::Matrix2d::Identity();
  CHECK(error_of({}) == "write_figure: panel 0 shows nothing");
  CHECK(error_of({.series = {{"adam", {}, {1}, "points", {.colour = "mauve"}}}}) ==
        "write_figure: panel 0: series 'adam': the colour must be '#rrggbb' or one of blue, red, green, pink, orange, "
        "sky, black, grey, yellow, white, got 'mauve'");
  CHECK(error_of({.series = {{"s", {}, {1}, "points", {.opacity = 2}}}}) ==
        "write_figure: panel 0: series 's': the opacity must lie in [0, 1], got 2");
  CHECK(error_of({.series = {{"s", {}, {1}, "points", {.marker = "'"}}}}) ==
        "write_figure: panel 0: series 's': the marker must be one of circle, ring, square, triangle, diamond, cross, "
        "plus, star, got '''");
  CHECK(error_of({.bands = {{.title = "b", .x = {1}, .low = {1, 2}, .high = {1, 2}}}}) ==
        "write_figure: panel 0: band 'b': 1 x and 2 low");
  CHECK(error_of({.bands = {{.title = "b", .low = {1, 2}}}}) == "write_figure: panel 0: band 'b': 0 high for 2 points");
  CHECK(error_of({.bars = {{"b", {"one"}, {1, 2}}}}) == "write_figure: panel 0: bars 'b': 1 names and 2 values");
  CHECK(error_of({.bars = {{"a", {}, {1}}, {"b", {}, {1, 2}}}}) ==
        "write_figure: panel 0: bars 'b' and 'a' must have the same names");
  CHECK(error_of({.error_bars = {{.title = "e", .y = {1, 2}, .below = {1}}}}) ==
        "write_figure: panel 0: error bars 'e': 1 below for 2 points");
  CHECK(error_of({.arrows = {{.title = "a", .x = {1}, .y = {1}, .dx = {1}}}}) ==
        "write_figure: panel 0: arrows 'a': 0 dy for 1 points");
  CHECK(error_of({.space_paths = {{.title = "p", .x = {1}, .y = {1}}}}) ==
        "write_figure: panel 0: path 'p': 0 z for 1 points");
  CHECK(error_of({.surfaces = {{.x = {1}, .y = {1, 2}, .z = square}}}) ==
        "write_figure: panel 0: a surface with 1 x and 2 y need z of 2×1, got 2×2");
  CHECK(error_of({.heat_map = {.x = {0, 0}, .y = {0, 1}, .z = square}}) ==
        "write_figure: panel 0: a heat map: x must rise or fall, got 0 at 1");
  CHECK(error_of({.image = {.values = square, .row_names = {"a"}}}) ==
        "write_figure: panel 0: an image of 2×2 with 1 row names");
  CHECK(error_of({.series = {{"s", {}, {1}}}, .surfaces = {{.x = {0, 1}, .y = {0, 1}, .z = square}}}) ==
        "write_figure: panel 0: a panel with surfaces or space_paths shows nothing flat; use another panel");
  CHECK(error_of({.log_y = true, .y_limits = {0, 1}, .series = {{"s", {}, {1}}}}) ==
        "write_figure: panel 0: y_limits from 0 to 1: on a logarithmic scale both must be positive");
  CHECK(error_of({.x_limits = {2, 1}, .series = {{"s", {}, {1}}}}) ==
        "write_figure: panel 0: x_limits from 2 to 1: the first must be lower");
  CHECK(error_of({.labels = {{.text = "l", .x = nan_value}}}) ==
        "write_figure: panel 0: label 'l': x must be finite, got nan");
}
