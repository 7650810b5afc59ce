// Whatever a file holds: a tree that saves and loads again as itself, or a DataError. Nothing else, and no memory for
// counts that the file only claims.
#include <optim/files/save.hpp>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

enum class Colour : int { red, green = 5 };

struct Layer {
  Eigen::MatrixXd weight;
  Eigen::VectorXf bias;
};

struct Zoo {
  double number;
  float single;
  Eigen::MatrixXd matrix;
  Eigen::Matrix<double, 2, Eigen::Dynamic> two_rows;
  Eigen::Vector2d fixed;
  std::vector<Layer> layers;
  std::map<std::string, double> map;
  std::map<int, std::vector<double>> numbered;
  std::optional<double> maybe;
  std::array<double, 2> pair;
  std::int8_t small;
  std::uint64_t key;
  bool on;
  Colour colour;
  std::string text;
  std::vector<bool> bits;
};

template <class T>
void try_to_load(const std::string& text) {
  T loaded{};
  try {
    loaded = grove::optim::detail::loaded_tree("fuzz", text, T{});
  } catch (const grove::DataError&) {
    return;
  }
  const std::string saved = grove::optim::detail::saved_text(loaded);
  if (grove::optim::detail::saved_text(grove::optim::detail::loaded_tree("fuzz", saved, T{})) != saved) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try_to_load<Zoo>(text);
  // Past the checksum: as a file of the first version, and as one of the second with the right sum.
  try_to_load<Zoo>("grove tree 1\n" + text);
  const std::string second = "grove tree 2\n" + text;
  try_to_load<Zoo>(second + grove::optim::detail::checksum_line(second));
  try_to_load<Layer>("grove tree 1\n" + text);
  try_to_load<std::pair<double, std::vector<double>>>("grove tree 1\n" + text);
  return 0;
}
