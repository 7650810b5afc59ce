// Figures: what is drawn, and what is left behind when gnuplot is missing.
// Headers: models/figures/{contours,figure_result,series,write_figure}.hpp
#include <models/figures/write_figure.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/catch.hpp"

using namespace grove::models;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / fmt::format("grove_figure_test_{:08x}", std::random_device{}());
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

Figure two_panels() {
  return {.panels = {{.title = "it's a loss", .log_y = true, .series = {{"adam", {}, {1, 0.1, 0.01}}}},
                     {.diagonal = true, .series = {series("test", Eigen::Vector2d(1, 2), Eigen::Vector2d(1.5, 2.5))}}},
          .title = "t"};
}

}  // namespace

TEST_CASE("a script carries its data and quotes its labels", "[figure]") {
  const std::string script = detail::figure_script(two_panels(), "svg", "a'b.svg");
  CHECK_THAT(script, Catch::Matchers::Contains("set title 'it'.\"'\".'s a loss'\n"));
  CHECK_THAT(script, Catch::Matchers::Contains("$s0_0 << EOD\n0 1\n1 0.1\n2 0.01\nEOD\n"));
  CHECK_THAT(script, Catch::Matchers::Contains("set output 'a'.\"'\".'b.svg'\n"));
  CHECK_THAT(script, Catch::Matchers::Contains("set logscale y\n"));
}

TEST_CASE("figures are drawn where gnuplot is present", "[figure]") {
  if (detail::find_gnuplot().empty()) return;
  const Folder folder;
  for (const char* name : {"it's.svg", "fig ure.png"}) {
    const FigureResult result = write_figure(two_panels(), folder.path / name);
    INFO(result.message);
    CHECK(result.drawn);
    CHECK(fs::file_size(folder.path / name) > 1000);
  }
  CHECK_THAT(text_of(folder.path / "it's.svg"), Catch::Matchers::Contains("adam"));
}

TEST_CASE("level lines are drawn", "[figure]") {
  if (detail::find_gnuplot().empty()) return;
  const Folder folder;
  const auto bowl = [](const Eigen::Vector2d& x) { return x.squaredNorm(); };
  Figure figure{.panels = {{.contours = contours_of(bowl, {-1, 1, -1, 1}, 31)}}};
  CHECK(write_figure(figure, folder.path / "c.svg").drawn);
}

TEST_CASE("numbers that are not finite leave gaps", "[figure]") {
  CHECK(detail::rows_of(Series{"", {}, {1, std::nan(""), std::numeric_limits<double>::infinity()}}) ==
        "0 1\n1 NaN\n2 NaN\n");
}

#ifndef _WIN32
TEST_CASE("without gnuplot the data and a script are written, and the message says so", "[figure]") {
  const Folder folder;
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder.path.c_str(), 1);
  const FigureResult result = write_figure(two_panels(), folder.path / "f.svg");
  setenv("PATH", path.c_str(), 1);
  CHECK_FALSE(result.drawn);
  const std::string stem = (folder.path / "f").string();
  CHECK(result.message == "gnuplot is not on PATH: wrote the data to " + stem + ".dat and a script to " + stem +
                              ".gp; `gnuplot " + stem + ".gp` draws " + stem + ".svg");
  CHECK_FALSE(fs::exists(stem + ".svg"));
  CHECK_THAT(text_of(stem + ".dat"), Catch::Matchers::Contains("# it's a loss | adam\n"));
  CHECK(text_of(stem + ".gp") == detail::written_by + detail::figure_script(two_panels(), "svg", stem + ".svg"));
}

TEST_CASE("files that write_figure did not write are left alone (figure-overwrites-data)", "[figure]") {
  const Folder folder;
  const std::string path = std::getenv("PATH");
  std::ofstream(folder.path / "results.dat") << "my measurements\n";
  std::ofstream(folder.path / "results.svg") << "an older picture\n";
  setenv("PATH", folder.path.c_str(), 1);
  const FigureResult first = write_figure(two_panels(), folder.path / "results.svg");
  const FigureResult second = write_figure(two_panels(), folder.path / "results.svg");
  setenv("PATH", path.c_str(), 1);
  CHECK(text_of(folder.path / "results.dat") == "my measurements\n");
  CHECK(text_of(folder.path / "results.svg") == "an older picture\n");
  CHECK(first.files == std::vector<fs::path>{folder.path / "results-2.dat", folder.path / "results.gp"});
  CHECK(second.files == first.files);
}

TEST_CASE("a file name is data, never a command (figure-name-runs-command)", "[figure]") {
  if (detail::find_gnuplot().empty()) return;
  const Folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path);
  for (const char* name : {"|touch RAN; cat > x.svg", "a\nb.svg", "`touch RAN`.svg", "$(touch RAN).png", "-x.svg",
                           "%d@_\\.svg", "'; !touch RAN.svg"}) {
    INFO(name);
    CHECK(write_figure(two_panels(), name).drawn);
    CHECK(fs::file_size(name) > 1000);
  }
  CHECK_FALSE(fs::exists("RAN"));
  CHECK(std::distance(fs::directory_iterator("."), fs::directory_iterator()) == 7);
  fs::current_path(before);
}

TEST_CASE("a link is kept, and its target replaced", "[figure]") {
  if (detail::find_gnuplot().empty()) return;
  const Folder folder;
  std::ofstream(folder.path / "target.svg") << "old";
  fs::create_symlink("target.svg", folder.path / "link.svg");
  CHECK(write_figure(two_panels(), folder.path / "link.svg").drawn);
  CHECK(fs::is_symlink(folder.path / "link.svg"));
  CHECK(fs::file_size(folder.path / "target.svg") > 1000);
}
#endif

TEST_CASE("a failed redraw keeps the picture and says gnuplot's reason", "[figure]") {
  if (detail::find_gnuplot().empty()) return;
  const Folder folder;
  CHECK(write_figure(two_panels(), folder.path / "f.svg").drawn);
  const std::string picture = text_of(folder.path / "f.svg");
  const double nan = std::nan("");
  const FigureResult result = write_figure({.panels = {{.series = {{"s", {}, {nan, nan}}}}}}, folder.path / "f.svg");
  CHECK_FALSE(result.drawn);
  CHECK_THAT(result.message, Catch::Matchers::StartsWith("gnuplot: all points y value undefined!"));
  CHECK(text_of(folder.path / "f.svg") == picture);
}

TEST_CASE("names and titles are data: every picture is well-formed (figure-invalid-svg)", "[figure]") {
  CHECK(detail::clean("Gr\xf6\xdf"
                      "e") == "Gr\uFFFD\uFFFDe");
  CHECK(detail::clean("a\nb\x01"
                      "c\x7f") == "a b c ");
  CHECK(detail::clean("Größe ∂ 😀") == "Größe ∂ 😀");
  CHECK(detail::clean("\xc0\x80\xed\xa0\x80\xf5") == "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
  CHECK(detail::clean("\xe2\x82") == "\uFFFD\uFFFD");
  CHECK(detail::gnuplot_quoted("it's\n") == "'it'.\"'\".'s'.\"\\012\".''");
  if (detail::find_gnuplot().empty()) return;
  const Folder folder;
  for (const char* quoted : {"'", "''", "'; !touch RAN", "a''"}) {
    INFO(quoted);
    CHECK(write_figure({.panels = {{.title = quoted, .series = {{quoted, {}, {1, 2}}}}}}, folder.path / "q.svg").drawn);
  }
  const std::string title =
      "Gr\xf6\xdf"
      "e '\" \\n `x` @a_b^c %d <&> \x02";
  const Figure figure{.panels = {{.title = title, .x_label = title, .series = {{title, {}, {1, 2}}}}}, .title = title};
  CHECK(write_figure(figure, folder.path / "f.svg").drawn);
  const std::string svg = text_of(folder.path / "f.svg");
  CHECK(svg.find("\\n `x` @a_b^c %d &lt;&amp;") != std::string::npos);
  CHECK(svg.find('\xf6') == std::string::npos);
  CHECK(svg.find('\x02') == std::string::npos);
}

TEST_CASE("contours fit their axes (contours-out-of-bounds)", "[figure]") {
  const auto with = [](std::size_t x, std::size_t y, const Eigen::MatrixXd& z, int levels) {
    return Figure{.panels = {{.contours = {std::vector<double>(x), std::vector<double>(y), z, levels}}}};
  };
  CHECK_THROWS_WITH(write_figure(with(2, 3, Eigen::MatrixXd::Identity(3, 3), 5), "c.svg"),
                    "write_figure: panel 0: contours with 2 x and 3 y need z of 3×2, got 3×3");
  CHECK_THROWS_AS(write_figure(with(0, 0, Eigen::MatrixXd::Identity(3, 3), 5), "c.svg"), grove::ShapeError);
  CHECK_THROWS_AS(write_figure(with(3, 3, Eigen::MatrixXd(), 5), "c.svg"), grove::ShapeError);
  CHECK_THROWS_WITH(write_figure(with(3, 3, Eigen::MatrixXd::Identity(3, 3), 0), "c.svg"),
                    "write_figure: panel 0: contours need at least one level, got 0");
  Contours holes{{0, 1}, {0, 1}, Eigen::Matrix2d{{1, std::nan("")}, {3, 1}}, 2};
  CHECK(detail::level_list(holes.z, holes.levels) == "1,3");
}

TEST_CASE("lines break at gaps, lone points show, digits are kept (figure-nan-and-digits)", "[figure]") {
  const double nan = std::nan("");
  CHECK(detail::rows_of(Series{"s", {}, {1e10, 1e10 + 0.25}}) == "0 10000000000\n1 10000000000.25\n");
  CHECK(detail::rows_of(detail::lone_points_of(Series{"s", {}, {3}})) == "0 3\n");
  CHECK(detail::rows_of(detail::lone_points_of(Series{"s", {}, {1, 2, nan, 4, nan, 5, 6}})) == "3 4\n");
  CHECK(detail::lone_points_of(Series{"s", {}, {nan, 3}, "points"}).y.empty());
  if (detail::find_gnuplot().empty()) return;
  const Folder folder;
  CHECK(write_figure({.panels = {{.series = {{"s", {}, {1, 2, nan, 4, 5}}}}}}, folder.path / "f.svg").drawn);
  // Three strokes, one of them the legend's: the curve is not drawn through the gap.
  const std::string svg = text_of(folder.path / "f.svg");
  const auto curve = svg.find("<path stroke='rgb(  0, 114, 178)'", svg.find("gnuplot_plot_1"));
  const std::string strokes = svg.substr(svg.find("d='", curve), 200);
  CHECK(std::count(strokes.begin(), strokes.begin() + static_cast<long>(strokes.find("/>")), 'M') == 3);
}

TEST_CASE("checking a path leaves no file behind and none changed", "[figure]") {
  const Folder folder;
  check_figure_path(folder.path / "new.svg");
  CHECK_FALSE(fs::exists(folder.path / "new.svg"));
  std::ofstream(folder.path / "old.svg") << "kept";
  check_figure_path(folder.path / "old.svg");
  CHECK(text_of(folder.path / "old.svg") == "kept");
}

TEST_CASE("what cannot be drawn is an error", "[figure]") {
  CHECK_THROWS_WITH(write_figure(two_panels(), "f.jpg"), "write_figure: f.jpg: the extension must be .svg or .png");
  CHECK_THROWS_WITH(write_figure({}, "f.svg"), "write_figure: the figure has no panels");
  CHECK_THROWS_WITH(write_figure(two_panels(), "no/such/folder/f.svg"),
                    "write_figure: no/such/folder/f.svg: cannot be written; does the folder exist?");
  CHECK_THROWS_WITH(check_figure_path("no/such/folder/f.svg"),
                    "write_figure: no/such/folder/f.svg: cannot be written; does the folder exist?");
  CHECK_THROWS_WITH(series("s", Eigen::Vector2d(1, 2), Eigen::Vector3d(1, 2, 3)), "series: x has 2 values, y has 3");
  const auto with = [](Series s) { return Figure{.panels = {{.series = {std::move(s)}}}}; };
  CHECK_THROWS_WITH(
      write_figure(with({"s", {}, {1, 2}, "lines; !touch RAN"}), "f.svg"),
      "write_figure: panel 0: series 's': the style must be one of lines, points, linespoints, dots, impulses, "
      "steps, got 'lines; !touch RAN'");
  Figure flat = two_panels();
  flat.height = 0;
  CHECK_THROWS_WITH(write_figure(flat, "f.svg"), "write_figure: a panel of 520×0 pixels");
  CHECK_THROWS_WITH(contours_of([](const auto&) { return 0.0; }, {0, 1, 0, 1}, 1),
                    "contours_of: needs at least 2 steps, got 1");
  CHECK_THROWS_WITH(write_figure(with({"s", {1}, {1, 2}}), "f.svg"), "write_figure: panel 0: series 's': 1 x and 2 y");
}
