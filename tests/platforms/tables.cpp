// Comma-separated files with the line ends of every system, categories, and where a mistake is.
#include <filesystem>
#include <fstream>
#include <models/data/csv.hpp>
#include <models/data/labels.hpp>

#include "smoke.hpp"

int main() {
  namespace models = grove::models;
  const auto path = std::filesystem::temp_directory_path() / "grove smoke.csv";
  std::ofstream(path, std::ios::binary) << "species,mass\r\nGentoo,5.1e0\r\n\"Adélie\",3,\r\n";
  smoke::expect("a row that is too long", smoke::throws<grove::DataError>([&] { models::read_csv(path); }, ":3:"));
  std::ofstream(path, std::ios::binary) << "species,mass\r\nGentoo,5.1e0\r\n\"Adélie\",1e-400\r\n";
  const models::Table table = models::read_csv(path);
  smoke::expect("numbers", table.numbers("mass") == Eigen::Vector2d(5.1, 0));
  smoke::expect("categories", models::class_labels(table, "species").values == std::vector<int>{1, 0});
  smoke::expect("no such file", smoke::throws<grove::DataError>([] { models::read_csv("none.csv"); }, "no such file"));
  std::filesystem::remove(path);
  return smoke::failures;
}
