#include "optim/files/json.hpp"

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/catch.hpp"

using namespace grove;
using nlohmann::json;
using optim::from_json, optim::to_json;

namespace {

enum class Colour { red, blue = 4 };

struct Layer {
  Eigen::MatrixXd weight;
  Eigen::RowVectorXf bias;
};
struct Zoo {
  std::vector<Layer> layers;
  double number = 0;
  std::map<std::string, double> map;
  std::map<int, double> numbered;
  std::optional<double> set, none;
  std::pair<double, int> pair;
  bool on = false;
  std::uint64_t key = 0;
  Colour colour = Colour::red;
  std::string text;
  std::vector<bool> bits;
  tree::Static<double> fixed;
  std::function<double(double)> function;
};

Zoo zoo() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  Zoo z;
  z.layers = {{Eigen::MatrixXd{{1, -0.0, 0.1}, {NAN, inf, -inf}}, Eigen::RowVectorXf{{0.1f, 2}}}};
  z.number = 1e-310;
  z.map = {{"a", 1}, {"ä\"", inf}};
  z.numbered = {{-3, 0.5}};
  z.set = 2;
  z.pair = {NAN, 7};
  z.on = true;
  z.key = ~std::uint64_t{0};
  z.colour = Colour::blue;
  z.text = "a\nb";
  z.bits = {true, false};
  z.fixed = {3};
  return z;
}

struct Twig {
  double length = 0;
  std::vector<Twig> twigs;
};

/// What from_json says, or "" if it reads the text.
template <class T>
std::string said(const std::string& text, T t) {
  try {
    from_json(json::parse(text), t);
    return "";
  } catch (const DataError& e) {
    const std::string what = e.what();
    return what.starts_with("from_json: ") ? what.substr(11) : what;
  }
}

}  // namespace

TEST_CASE("a tree is JSON as a user would write it, and comes back to the last bit") {
  const std::string text = to_json(zoo()).dump();
  CHECK(text ==
        R"({"layers":[{"weight":[[1.0,-0.0,0.1],["NaN","Infinity","-Infinity"]],"bias":[0.10000000149011612,2.0]}],)"
        R"("number":1e-310,"map":{"a":1.0,"ä\"":"Infinity"},"numbered":{"-3":0.5},"set":2.0,"none":null,)"
        R"("pair":["NaN",7],"on":true,"key":18446744073709551615,"colour":4,"text":"a\nb","bits":[true,false],)"
        R"("fixed":3.0})");
  Zoo read;
  read.none = 1;
  read.function = [](double x) { return 2 * x; };
  from_json(nlohmann::ordered_json::parse(text), read);
  CHECK(to_json(read).dump() == text);
  CHECK(read.layers[0].bias == Eigen::RowVectorXf{{0.1f, 2}});
  CHECK(std::signbit(read.layers[0].weight(0, 1)));
  CHECK(read.function(1) == 2);
  // As an object whose members are in another order.
  Zoo sorted;
  from_json(json::parse(text), sorted);
  CHECK(to_json(sorted).dump() == text);
}

TEST_CASE("numbers, empty trees and whole numbers as reals") {
  CHECK(to_json(2.5).dump() == "2.5");
  CHECK(to_json(Eigen::VectorXd{}).dump() == "[]");
  CHECK(to_json(Eigen::MatrixXd(0, 3)).dump() == "[]");
  Eigen::MatrixXd matrix(0, 3);
  from_json(json::array(), matrix);
  CHECK(matrix.cols() == 3);
  double x = 0;
  from_json(json(3), x);
  CHECK(x == 3);
  Eigen::Matrix2f fixed;
  from_json(json::parse("[[1, 2], [3, 4]]"), fixed);
  CHECK(fixed == Eigen::Matrix2f{{1, 2}, {3, 4}});
}

TEST_CASE("JSON that does not fit names the path and both sides, and nothing is changed") {
  const Layer layer{Eigen::MatrixXd::Zero(2, 2), {}};
  CHECK(said(R"({"weight": [[1, 2]], "bias": []})", layer) == "weight: 1×2 in the JSON and 2×2 in the tree");
  CHECK(said(R"({"weight": [[1, 2], [3]], "bias": []})", layer) ==
        "weight: 1 columns in a row in the JSON and 2 in the tree");
  CHECK(said(R"({"weight": [[1, 2], 3], "bias": []})", layer) == "weight: here must be an array, and there is 3");
  CHECK(said(R"({"weight": [[1, 2], [3, null]], "bias": []})", layer) ==
        R"(weight: here must be a number, "NaN", "Infinity" or "-Infinity", and there is null)");
  CHECK(said(R"({"weight": [[1, 2], [3, "nan"]], "bias": []})", layer) ==
        R"(weight: here must be a number, "NaN", "Infinity" or "-Infinity", and there is "nan")");
  CHECK(said(R"({"bias": []})", layer) == "weight: it is not in the JSON");
  CHECK(said(R"({"weight": [[1, 2], [3, 4]], "bias": [], "more": 1})", layer) ==
        "the tree: there is no member 'more' in the tree");
  CHECK(said("[]", layer) == "the tree: here must be an object, and there is []");
  CHECK(said(R"({"weight": [[1, 2], [3, 4]], "bias": [1e39]})", layer) == "bias: 1e+39 is too large for a float");
  CHECK(said("[1, 2, 3]", std::array<double, 2>{}) == "the tree: 3 elements in the JSON and 2 in the tree");
  CHECK(said("[1]", std::pair(1.0, 2)) == "the tree: 1 elements in the JSON and 2 in the tree");
  CHECK(said("[1, 2.5]", std::pair(1.0, 2)) == "[1]: here must be a whole number, and there is 2.5");
  CHECK(said("[1, 300]", std::pair(1.0, std::int8_t{2})) ==
        "[1]: here must be a number of at most 8 bits, and there is 300");
  CHECK(said("[1, -1]", std::pair(1.0, 2U)) == "[1]: here must be a number of at most 32 bits, and there is -1");
  CHECK(said("[1, 3]", std::pair(1.0, Colour::red)) == "[1]: 3 is no value of this enumeration");
  CHECK(said("[1, 1]", std::pair(1.0, true)) == "[1]: here must be true or false, and there is 1");
  CHECK(said("[1, 1]", std::pair(1.0, std::string())) == "[1]: here must be a text, and there is 1");
  CHECK(said(R"({"x": 1})", std::map<int, double>{}) == "the tree: the key 'x' is no whole number");
  CHECK(said(R"({"b": 1})", std::map<std::string, double>{{"a", 0}}) == R"(["a"]: it is not in the JSON)");

  std::vector<double> kept{1, 2};
  CHECK_THROWS_AS(from_json(json::parse(R"([3, "x"])"), kept), DataError);
  CHECK(kept == std::vector<double>{1, 2});
  struct WithEngine {
    double x = 0;
    std::mt19937 engine = {};
  };
  CHECK_THROWS_WITH(to_json(WithEngine{}),
                    "to_json: engine: a value of this type has no text; save the tree without it");
}

TEST_CASE("a tree of trees may be deep, but not as deep as anybody says") {
  const auto nested = [](int depth) {
    std::string text;
    for (int k = 0; k < depth; ++k) text += R"({"length": 1, "twigs": [)";
    for (int k = 0; k < depth; ++k) text += "]}";
    return text;
  };
  Twig twig;
  from_json(json::parse(nested(200)), twig);
  CHECK(to_json(twig) == nlohmann::ordered_json::parse(nested(200)));
  CHECK_THAT(said(nested(100000), Twig{}), Catch::EndsWith(": the JSON is nested deeper than 500 levels"));
}
