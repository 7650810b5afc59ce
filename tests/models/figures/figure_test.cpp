// Figures: what is drawn, and what is left behind when gnuplot is missing.
#include <models/figures/write_figure.hpp>

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
  CHECK_THAT(script, Catch::Matchers::Contains("set title 'it''s a loss'\n"));
  CHECK_THAT(script, Catch::Matchers::Contains("$s0_0 << EOD\n0 1\n1 0.1\n2 0.01\nEOD\n"));
  CHECK_THAT(script, Catch::Matchers::Contains("set output 'a''b.svg'\n"));
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
  CHECK(text_of(stem + ".gp") == detail::figure_script(two_panels(), "svg", stem + ".svg"));
}
#endif

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
  CHECK_THROWS_WITH(detail::rows_of(Series{"s", {1}, {1, 2}}), "write_figure: series 's': 1 x and 2 y");
}
