// Figures, which become data and a script where nothing can draw them.
#include <filesystem>
#include <models/figures/write_figure.hpp>

#include "smoke.hpp"

int main() {
  namespace models = grove::models;
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / "grove smoke figures";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const models::Figure figure{.panels = {{.title = "a line", .series = {{.x = {0, 1, 2}, .y = {1, 3, 2}}}}}};
  const models::FigureResult result = models::write_figure(figure, folder / "line.svg");
  std::printf("  %s\n", result.message.c_str());
  smoke::expect("something was written", !result.files.empty() && fs::file_size(result.files.front()) > 0);
  fs::remove_all(folder);
  return smoke::failures;
}
