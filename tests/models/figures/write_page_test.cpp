// Figures as pages: what is in them, where plotly.js comes from, and that a browser draws them.
#include <models/figures/write_page.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tests/catch.hpp"

using namespace grove::models;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / fmt::format("grove_page_test_{:08x}", std::random_device{}());
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

/// A curve that grows over a heat map that stands still, and names that look like markup.
std::vector<Figure> frames() {
  const auto bowl = [](const Eigen::Vector2d& x) { return x.squaredNorm(); };
  const std::string name = "</script><b>\"\\&";
  Panel plane{.title = name, .series = {{name, {0, 0.5, 1}, {0, 1, 0.5}}}};
  plane.heat_map = heat_map_of("z", bowl, {-1, 1, -1, 1}, 9, 3);
  return growing({.panels = {plane}, .title = name}, 3);
}

/// Every kind once, with gaps.
std::vector<Panel> all_kinds() {
  const double gap = std::nan("");
  const Eigen::MatrixXd matrix = Eigen::Matrix2d{{1, -2}, {3, gap}};
  Panel lines{.log_x = true, .diagonal = true, .x_limits = {1, 100}};
  lines.series = {{"s", {1, 2, 3}, {1, gap, 3}}, {"i", {}, {1, 2}, "impulses"}};
  lines.error_bars = {{.title = "e", .y = {1, 2}, .below = {0.5, 0.5}}};
  lines.bands = {{.title = "b", .low = {0, gap, 2, 3}, .high = {1, 1, 3, 4}, .middle = {0, 1, 2, 3}}};
  lines.horizontal_lines = {{.title = "h", .y = 1}};
  lines.labels = {{.text = "<i>", .x = 10, .y = 1}};
  Panel paths{.contours = {{0, 1}, {0, 1}, Eigen::Matrix2d{{0, 1}, {2, 3}}, 4}};
  paths.arrows = {arrows_along("a", {0, 1}, {0, 1})};
  paths.trajectories = {trajectories("t", {Eigen::Matrix2d{{0, 1}, {1, 0}}, Eigen::Matrix2d{{0, 0}, {gap, 1}}})};
  Panel space{.surfaces = {{"", {0, 1}, {0, 1}, matrix}},
              .space_paths = {{.title = "p", .x = {0}, .y = {0}, .z = {1}}}};
  return {lines,
          paths,
          space,
          {.bars = {{"x", {"one", "two"}, {1, 2}, {0.1, 0.2}}, {"y", {}, {3, 4}}}},
          {.histograms = {{.title = "h", .values = {1, 2, 2}}}},
          {.image = {.values = matrix, .row_names = {"a", "b"}, .numbers = true}}};
}

}  // namespace

TEST_CASE("numbers and names are data in a page", "[figure]") {
  CHECK(detail::json_string("a\"b\\c\n</script>") == "\"a\\\"b\\\\c \\u003c/script>\"");
  CHECK(detail::json_label("<b>&") == "\"&lt;b&gt;&amp;\"");
  CHECK(detail::json_numbers({1, 0.1, std::nan(""), -INFINITY}) == "[1,0.1,null,null]");
  CHECK(detail::json_object({{"a", "1"}, {"left out", ""}, {"b", "[]"}}) == "{\"a\":1,\"b\":[]}");
  const std::string page = detail::page_html(frames(), {"0", "1", "2"}, 0.1, "");
  CHECK_THAT(page, Contains("<h1>&lt;/script&gt;&lt;b&gt;\"\\&amp;</h1>"));
  CHECK(page.find("</script><b>") == std::string::npos);
}

TEST_CASE("what stands still is in a page once", "[figure]") {
  std::vector<Figure> moving = frames();
  detail::fix_axes(moving);
  const std::string data = detail::page_data(moving, {"0", "1", "2"}, 0.1);
  // Part 0 is the layout, 1 and 2 are the heat map and its level lines; then what is new in each frame.
  CHECK_THAT(data, Contains("\"frames\":[[[0,1,2,3,4,5]],[[0,1,2,6,7]],[[0,1,2,8,9]]]"));
  CHECK_THAT(data, Contains("\"x\":[0,0.5],\"y\":[0,1]"));
}

TEST_CASE("bands have a polygon for each part, trajectories a trace for each colour", "[figure]") {
  const detail::Traces lines = detail::traces_of(all_kinds()[0]), paths = detail::traces_of(all_kinds()[1]);
  CHECK_THAT(lines.list[0], Contains("\"x\":[0,0,null,2,3,3,2,null],\"y\":[1,0,null,3,4,3,2,null]"));
  CHECK(lines.shapes.size() == 2);                             // the diagonal, and the line across
  CHECK_THAT(paths.list[0], Contains("\"z\":[[0,1],[2,3]]"));  // numbers of levels
  CHECK_THAT(paths.list[2], Contains("\"x\":[0,0,null]"));
  CHECK_THAT(detail::layout_of(all_kinds()[0], {}, lines), Contains("\"range\":[0,2]"));
  CHECK(detail::level_number({1, 10, 20}, 15) == 1.5);
  CHECK(detail::level_number({1, 10, 20}, -8) == -1);
  CHECK(detail::level_number({1, 10, 20}, 30) == 3);
  CHECK(std::isnan(detail::level_number({1, 10}, std::nan(""))));
}

TEST_CASE("plotly.js is put into the page with its licence, or linked; the message says which", "[figure]") {
  const Folder folder;
  const fs::path packages = folder.path / "lib/python3.99/site-packages";
  fs::create_directories(packages / "plotly/package_data");
  fs::create_directories(packages / "plotly-9.dist-info/licenses");
  std::ofstream(packages / "plotly/package_data/plotly.min.js") << "/* a library */ '</script>'";
  std::ofstream(packages / "plotly-9.dist-info/licenses/LICENSE.txt") << "do as you like --> please";
#ifndef _WIN32
  const char* const before = std::getenv("VIRTUAL_ENV");
  const std::string environment = before == nullptr ? "" : before;
  setenv("VIRTUAL_ENV", folder.path.c_str(), 1);
  CHECK(detail::find_plotting_library() == packages / "plotly/package_data/plotly.min.js");
  if (environment.empty())
    unsetenv("VIRTUAL_ENV");
  else
    setenv("VIRTUAL_ENV", environment.c_str(), 1);
#endif
  const fs::path library = packages / "plotly/package_data/plotly.min.js", page = folder.path / "p.html";
  CHECK(write_page(frames(), page, {.library = library}).message ==
        "wrote " + page.string() + ", 3 frames; plotly.js is in it, from " + library.string());
  CHECK_THAT(detail::contents_of(page),
             Contains("do as you like - > please\n-->\n<script>/* a library */ '<\\/script>'"));
  const FigureResult linked = write_page(frames()[0], page, {.link_library = true});
  CHECK(linked.drawn);
  CHECK(linked.message ==
        "wrote " + page.string() + ", 1 frame; a browser gets plotly.js from " + std::string(detail::library_address));
  CHECK_THAT(detail::contents_of(page), Contains("<script src=\"https://cdn.plot.ly/plotly-"));
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 2);
}

TEST_CASE("a browser draws a page without the network, and the slider moves it", "[figure]") {
  const fs::path browser = detail::find_on_path("chromium");
  if (browser.empty() || detail::find_plotting_library().empty()) return;
  const Folder folder;
  std::vector<Figure> moving = frames();
  for (Figure& frame : moving)
    for (const Panel& panel : all_kinds()) frame.panels.push_back(panel);
  write_page(moving, folder.path / "page.html");
  std::ofstream(folder.path / "page.html", std::ios::app) << R"(<script>
    const curve = () => document.querySelector('.scatterlayer path.js-line').getAttribute('d').split('L').length;
    const report = (text) => document.body.setAttribute('data-report', text);
    setTimeout(() => {
      const before = curve();
      step.value = 2;
      step.dispatchEvent(new Event('input'));
      setTimeout(() => report([before, curve(), document.getElementById('name').textContent,
        document.querySelectorAll('.js-plotly-plot').length, document.querySelectorAll('.hm image').length]), 500);
    }, 1000);
  </script>)";
  const std::string run = detail::shell_quoted(browser.string()) +
                          " --headless=new --no-sandbox --use-angle=swiftshader --enable-unsafe-swiftshader "
                          "--virtual-time-budget=9000 --dump-dom --user-data-dir=" +
                          detail::shell_quoted((folder.path / "profile").string()) + " file://" +
                          detail::shell_quoted((folder.path / "page.html").string()) + " 2>/dev/null >" +
                          detail::shell_quoted((folder.path / "dom").string());
  REQUIRE(std::system(run.c_str()) == 0);
  const std::string dom = detail::contents_of(folder.path / "dom");  // five megabytes: not to be printed
  const auto at = dom.find("data-report=\"");
  REQUIRE((at != std::string::npos));
  CHECK(dom.substr(at, 23) == "data-report=\"1,3,2,7,2\"");
}

TEST_CASE("what cannot be a page", "[figure]") {
  CHECK_THROWS_WITH(write_page(frames(), "p.htm"), "write_page: p.htm: the extension must be .html");
  CHECK_THROWS_WITH(write_page(Figure{}, "p.html"), "write_page: the figure has no panels");
  CHECK_THROWS_WITH(write_page(std::vector<Figure>{}, "p.html"), "write_page: there are no frames");
  CHECK_THROWS_WITH(write_page(frames(), "p.html", {.names = {"a"}}), "write_page: 1 names for 3 frames");
  CHECK_THROWS_WITH(write_page(frames(), "p.html", {.library = "no/such.js"}),
                    "write_page: no/such.js: there is no such library");
  CHECK_THROWS_WITH(write_page([](int) { return Figure{.panels = {{}}}; }, 1, "p.html"),
                    "write_page: frame 0: panel 0 shows nothing");
  CHECK_THROWS_WITH(write_page(frames(), "p.html", {.frames_per_second = -1}),
                    "write_page: frames_per_second must lie in (0, 50], got -1");
}
