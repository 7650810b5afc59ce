#include "autodiff/tree/structure.hpp"

#include <sstream>

#include "autodiff/tree/detail/match_structure.hpp"
#include "autodiff/tree/make.hpp"
#include "autodiff/tree/to_string.hpp"
#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;
using Catch::Matchers::Contains;
using fixtures::Net;

namespace {

std::string difference(const auto& a, const auto& b) { return tree::structure_difference(a, b, "params", "updates"); }

}  // namespace

TEST_CASE("a structure prints as one line") {
  CHECK(tree::structure(fixtures::make_net()).string() ==
        "{layers: [{weight: 2×3, bias: 2×1, activation: \"tanh\"}, {weight: 1×2, bias: 1×1, activation: \"tanh\"}], "
        "scale: number, degree: 3}");
  CHECK(tree::structure(1.0).string() == "number");
  CHECK(tree::to_string(tree::structure(1.0)) == "number");
  CHECK(tree::structure(std::tuple<double, Eigen::Vector2f, bool>{}).string() == "(number, 2×1, false)");
  CHECK(tree::structure(std::map<std::string, double>{{"x", 1}}).string() == "{\"x\": number}");
  CHECK(tree::structure(std::vector<std::optional<double>>{1.0, {}}).string() == "[number, none]");
  std::ostringstream out;
  out << tree::structure(std::pair<double, int>{1, 2});
  CHECK(out.str() == "(number, 2)");
}

TEST_CASE("structures are equal for trees that fit, whatever the types and numbers") {
  const fixtures::Line<double> line{Eigen::Vector2d(1, 2), 3};
  CHECK(tree::structure(line) == tree::structure(fixtures::Line<float>{Eigen::Vector2f(3, 4), 5}));
  CHECK(tree::structure(line) == tree::structure(std::tuple<Eigen::VectorXd, double>{Eigen::Vector2d(1, 2), 3}));
  CHECK_FALSE(tree::structure(line) == tree::structure(fixtures::Line<>{Eigen::Vector3d(1, 2, 3), 3}));
  CHECK_FALSE(tree::structure(line) == tree::structure(std::tuple<double, Eigen::VectorXd>{1, Eigen::Vector2d(1, 2)}));
  CHECK_FALSE(tree::structure(std::map<std::string, double>{{"x", 1}}) ==
              tree::structure(std::map<std::string, double>{{"y", 1}}));
}

TEST_CASE("same_structure looks at nodes, shapes, and what is carried along") {
  CHECK(tree::same_structure(fixtures::make_zoo(), fixtures::make_zoo()));
  const auto differs_after = [](auto&& change) {
    fixtures::Zoo zoo = fixtures::make_zoo();
    change(zoo);
    return !tree::same_structure(fixtures::make_zoo(), zoo);
  };
  CHECK_FALSE(differs_after([](fixtures::Zoo& zoo) { zoo.matrix *= 2; }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.matrix.resize(3, 2); }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.matrix.resize(zoo.matrix.rows(), zoo.matrix.cols() + 1); }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.lines.pop_back(); }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.lines[0].weight.resize(7); }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { std::get<1>(zoo.tuple).resize(7); }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.map["c"] = zoo.map["a"]; }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.set.reset(); }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.empty.emplace(); }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.count = 0; }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.flag = false; }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.color = fixtures::Zoo::Color::red; }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.name = "ark"; }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.indices(0) = 0; }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.indices.resize(3); }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.sizes.push_back(4); }));
  CHECK(differs_after([](fixtures::Zoo& zoo) { zoo.pair.second = 0; }));
}

TEST_CASE("what is carried along is compared only where the types agree") {
  CHECK(tree::same_structure(std::tuple<double, int>{1, 2}, std::tuple<double, long>{1, 3}));
}

TEST_CASE("the difference of two trees is said in words") {
  const Net net = fixtures::make_net();
  Net other = net;
  CHECK(difference(net, other).empty());
  other.degree = 4;
  CHECK(difference(net, other) == "degree is 3 in params and 4 in updates");
  other.layers[1].activation = "relu";
  CHECK(difference(net, other) == "layers[1].activation is \"tanh\" in params and \"relu\" in updates");
  other.layers[1].weight.resize(4, 3);
  CHECK(difference(net, other) == "layers[1].weight is 1×2 in params and 4×3 in updates");
  other.layers.clear();
  CHECK(difference(net, other) == "layers has 2 elements in params and 0 elements in updates");

  using Map = std::map<std::string, std::vector<double>>;
  CHECK(difference(Map{{"x", {1}}}, Map{{"x", {}}}) == "[\"x\"] has 1 element in params and 0 elements in updates");
  CHECK(difference(Map{{"x", {}}}, Map{}) == "the tree has the keys \"x\" in params and no keys in updates");
  CHECK(difference(std::optional<double>{}, std::optional<double>{1}) ==
        "the tree is empty in params and set in updates");
}

TEST_CASE("what an optional holds has the path of the optional") {
  struct Offset {
    std::optional<fixtures::Line<>> line;
    std::optional<Eigen::VectorXd> vector;
  };
  const Offset two{fixtures::Line<>{Eigen::VectorXd(2), 1}, Eigen::VectorXd(2)};
  const Offset three{fixtures::Line<>{Eigen::VectorXd(3), 1}, Eigen::VectorXd(2)};
  CHECK(difference(two, three) == "line.weight is 2×1 in params and 3×1 in updates");
  CHECK(difference(two, Offset{two.line, Eigen::VectorXd(1)}) == "vector is 2×1 in params and 1×1 in updates");
}

TEST_CASE("a map with many keys does not print them all") {
  std::map<std::string, double> many;
  for (char c = 'a'; c <= 'z'; ++c) many[std::string(1, c)] = 1;
  CHECK_THAT(difference(many, std::map<std::string, double>{}),
             Contains("\"a\"") && Contains("…") && !Contains("\"z\""));
}

TEST_CASE("check_same_structure throws what function, path and both sides are, and a remedy if there is one") {
  const Net net = fixtures::make_net();
  Net other = net;
  CHECK_NOTHROW(tree::check_same_structure("apply_updates", net, other, "params", "updates"));
  other.layers[1].weight.resize(4, 3);
  CHECK_THROWS_WITH(tree::check_same_structure("apply_updates", net, other, "params", "updates"),
                    "apply_updates: layers[1].weight is 1×2 in params and 4×3 in updates");
  CHECK_THROWS_WITH(tree::check_same_structure("apply_updates", net, other, "params", "updates",
                                               "were the gradients taken of other parameters?"),
                    "apply_updates: layers[1].weight is 1×2 in params and 4×3 in updates; "
                    "were the gradients taken of other parameters?");
  CHECK_THROWS_AS(tree::check_same_structure("f", net, other), grove::StructureError);
}

TEST_CASE("a static value without text is still found to differ") {
  const std::tuple<double, std::vector<bool>> a{1, {true}};
  const std::tuple<double, std::vector<bool>> b{1, {false}};
  CHECK_THROWS_WITH(tree::check_same_structure("f", a, b, "a", "b"),
                    "f: a value that is carried along differs between a and b");
}

TEST_CASE("match_structure gives the nodes of another tree, of the same or another type") {
  const fixtures::Zoo zoo = fixtures::make_zoo();
  fixtures::Zoo blank{};
  blank.map["z"] = Eigen::VectorXd::Ones(1);
  blank.map["b"] = Eigen::VectorXd::Constant(2, 9);
  blank.empty.emplace();
  tree::detail::match_structure(blank, zoo);
  CHECK(tree::detail::agree<tree::detail::Level::nodes>(zoo, blank));
  CHECK(blank.lines.size() == 2);
  CHECK(blank.map.size() == 2);
  CHECK(blank.map.at("b") == Eigen::Vector2d(9, 9));  // entries that stay are untouched
  CHECK(blank.set.has_value());
  CHECK_FALSE(blank.empty.has_value());
  CHECK(blank.name == "zoo");
  CHECK(blank.sizes == zoo.sizes);
  CHECK(blank.pair.second == 4);
  CHECK(blank.matrix.size() == 0);  // leaves are untouched

  const std::vector<fixtures::Line<double>> lines(3);
  std::vector<std::tuple<Eigen::VectorXf, float>> tuples;
  tree::detail::match_structure(tuples, lines);
  CHECK(tuples.size() == 3);
}

TEST_CASE("match_structure merges keys in every order") {
  using Map = std::map<std::string, double>;
  const auto matched = [](Map dst, const Map& src) {
    tree::detail::match_structure(dst, src);
    return dst;
  };
  CHECK(matched({{"b", 2}}, {{"a", 1}, {"b", 1}, {"c", 1}}) == Map{{"a", 0}, {"b", 2}, {"c", 0}});
  CHECK(matched({{"a", 1}, {"b", 2}, {"c", 3}}, {{"b", 1}}) == Map{{"b", 2}});
  CHECK(matched({{"a", 1}}, {{"b", 1}}) == Map{{"b", 0}});
  CHECK(matched({}, {{"b", 1}}) == Map{{"b", 0}});
  CHECK(matched({{"b", 1}}, {}) == Map{});
}
