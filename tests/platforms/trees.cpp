// Parameter structs as trees: paths, text, flat vectors, and what errors say.
#include <autodiff/tree/tree.hpp>
#include <map>
#include <optional>
#include <vector>

#include "smoke.hpp"

struct Layer {
  Eigen::MatrixXd weight;
  Eigen::VectorXd bias;
};
struct Params {
  std::vector<Layer> layers;
  std::map<std::string, double> rates;
  std::optional<float> offset;
};

int main() {
  namespace tree = grove::tree;
  const Params params{{{Eigen::MatrixXd::Constant(2, 3, 1.5), Eigen::Vector2d(1, 2)}}, {{"decay", 0.5}}, 4.0F};
  smoke::expect("text", tree::to_string(params) ==
                            "layers[0].weight  2×3 [1.5, 1.5, 1.5; 1.5, 1.5, 1.5]\n"
                            "layers[0].bias    2×1 [1, 2]\n"
                            "rates[\"decay\"]    0.5\n"
                            "offset            4");
  const Eigen::VectorXd flat = tree::flatten(params);
  smoke::expect("flat", flat.size() == 10 && flat.sum() == 16.5);
  const Params twice = tree::map([](const auto& x) { return 2 * x; }, params);
  smoke::expect("map", twice.layers[0].bias[1] == 4 && twice.rates.at("decay") == 1 && *twice.offset == 8);
  smoke::expect("unflatten", tree::flatten(tree::unflatten(flat, twice)) == flat);
  Params other = params;
  other.layers[0].bias.resize(3);
  smoke::expect("an error names the path",
                smoke::throws<grove::StructureError>([&] { tree::dot(params, other); }, "layers[0].bias"));
  return smoke::failures;
}
