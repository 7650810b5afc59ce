// Containers whose walk is not plain: std::deque, and std::unordered_map, which has no order of its own.
#include <deque>
#include <unordered_map>

#include "autodiff/derivatives/grad.hpp"
#include "autodiff/tree/tree.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;
using Eigen::VectorXd;

namespace {

template <class T>
using Table = std::unordered_map<std::string, T>;

/// The same entries, put in in either order and with other buckets.
Table<double> numbers(bool forwards) {
  Table<double> table(forwards ? 1 : 100);
  for (int k = 0; k < 20; ++k) {
    const int i = forwards ? k : 19 - k;
    table[std::string(1, static_cast<char>('a' + i))] = i;
  }
  return table;
}

}  // namespace

TEST_CASE("unordered_map: walked in the order of its keys") {
  const auto a = numbers(true), b = numbers(false);
  CHECK(tree::flatten(a) == VectorXd::LinSpaced(20, 0, 19));
  CHECK(tree::flatten(b) == tree::flatten(a));
  CHECK(tree::dot(a, b) == tree::flatten(a).squaredNorm());
  CHECK(tree::structure(a) == tree::structure(b));
  CHECK(tree::unflatten(tree::flatten(a) * 2, b).at("t") == 38);
  CHECK(tree::to_string(Table<double>{{"y", 2}, {"x", 1}}) == "[\"x\"]  1\n[\"y\"]  2");
  CHECK(tree::get<double>(a, "[\"c\"]") == 2);
  auto c = b;
  c.erase("b");
  c["z"] = 3;
  CHECK_THROWS_AS(tree::add(a, c), grove::StructureError);
  const Table<double> sum = tree::map([](const auto& x, const auto& y) { return x + y; }, a, b);
  CHECK(sum.at("g") == 12);
}

TEST_CASE("unordered_map and deque: gradients") {
  struct Model {
    std::deque<VectorXd> layers;
    Table<double> rates;
  };
  const auto loss = [](const auto& p) {
    const auto& [layers, rates] = p;
    return grove::sum(layers[0]) * rates.at("x") + grove::sum(layers[1]) * rates.at("y");
  };
  Model model{{VectorXd::Constant(2, 1.5), VectorXd::Constant(3, 2)}, {{"y", 5}, {"x", 4}}};
  for (int step = 0; step < 2; ++step) {
    const Model g = grove::grad(loss)(model);
    REQUIRE(g.layers.size() == 2);
    CHECK(g.layers[0] == VectorXd::Constant(2, model.rates.at("x")));
    CHECK(g.layers[1] == VectorXd::Constant(model.layers[1].size(), model.rates.at("y")));
    CHECK(g.rates.at("x") == model.layers[0].sum());
    CHECK(g.rates.at("y") == model.layers[1].sum());
    model.rates = {{"x", 7}, {"y", 1}, {"z", 0}};  // what was kept from the first call has other keys
    model.layers[1].resize(1);
    model.layers[1][0] = 3;
  }
  const std::deque<double> three{1, 2, 3};
  CHECK(tree::flatten(three) == Eigen::Vector3d(1, 2, 3));
  CHECK(tree::to_string(three) == "[0]  1\n[1]  2\n[2]  3");
  CHECK_THROWS_AS(tree::add(three, std::deque<double>{1, 2}), grove::StructureError);
}
