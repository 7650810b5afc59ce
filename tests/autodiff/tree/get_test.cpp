#include "autodiff/tree/get.hpp"

#include "autodiff/tree/arithmetic.hpp"
#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;
using fixtures::Line;
using fixtures::make_zoo;
using fixtures::Zoo;

TEST_CASE("get finds one member by type and the end of its path, to read and to set") {
  Zoo zoo = make_zoo();
  CHECK(tree::get<double>(zoo, "number") == 1.5);
  CHECK(tree::get<int>(zoo, "count") == 5);
  CHECK(tree::get<std::string>(zoo) == "zoo");
  CHECK(tree::get<double>(zoo, "lines[1].bias") == 2);
  CHECK(tree::get<Eigen::VectorXd>(zoo, "map[\"b\"]").size() == 2);
  CHECK(tree::get<Eigen::VectorXd>(zoo, "b").size() == 2);  // a key is a step with or without its brackets
  CHECK(tree::get<Eigen::VectorXd>(zoo, "set")(0) == 3);
  CHECK(tree::get<std::vector<Line<>>>(zoo).size() == 2);

  tree::get<double>(zoo, "c_array[1]") = -1;
  tree::get<bool>(zoo) = false;
  CHECK(zoo.c_array[1] == -1);
  CHECK_FALSE(zoo.flag);
  const Zoo& constant = zoo;
  STATIC_REQUIRE(std::is_same_v<decltype(tree::get<int>(constant, "count")), const int&>);
}

TEST_CASE("get says what there is instead") {
  Zoo zoo = make_zoo();
  CHECK_THROWS_WITH(tree::get<double>(zoo, "bias"),
                    "tree::get: there is more than one member 'bias' of this type: lines[0].bias, lines[1].bias; "
                    "say more of the path");
  CHECK_THROWS_WITH(tree::get<int>(zoo, "cuont"),
                    "tree::get: there is no member 'cuont' of this type; there are pair[1], count, sizes[0], "
                    "sizes[1], sizes[2]");
  CHECK_THROWS_WITH(tree::get<long double>(zoo),
                    "tree::get: there is no member of this type; nothing in the tree has it");
  CHECK_THROWS_AS(tree::get<Eigen::VectorXd>(zoo, "empty"), grove::StructureError);
}

TEST_CASE("get_all lists the members with their paths") {
  Zoo zoo = make_zoo();
  std::string paths;
  for (auto& [path, bias] : tree::get_all<double>(zoo, "bias")) {
    paths += path.string() + ' ';
    bias = 7;
  }
  CHECK(paths == "lines[0].bias lines[1].bias ");
  CHECK(zoo.lines[0].bias + zoo.lines[1].bias == 14);
  CHECK(tree::get_all<Line<>>(zoo).size() == 2);
  CHECK(tree::get_all<double>(zoo, "nothing").empty());
}

TEST_CASE("set changes all members of that name") {
  const Zoo zoo = make_zoo();
  const Zoo biases = tree::set(zoo, "bias", -1);
  CHECK(biases.lines[0].bias == -1);
  CHECK(biases.lines[1].bias == -1);
  CHECK(zoo.lines[1].bias == 2);
  CHECK(tree::set(zoo, "lines[1].bias", 4).lines[0].bias == 1);
  CHECK(tree::set(zoo, "count", 9).count == 9);
  CHECK(tree::set(zoo, "name", std::string("ark")).name == "ark");
  CHECK(tree::set(zoo, "flag", false).flag == false);
  CHECK(tree::set(zoo, "matrix", 3.5).matrix == Eigen::MatrixXd::Constant(2, 3, 3.5));
  CHECK(tree::set(zoo, "a", Eigen::VectorXd::Constant(1, 8).eval()).map.at("a")(0) == 8);
  CHECK(tree::set(zoo, "lines[0]", Line<>{Eigen::Vector2d(5, 6), 7}).lines[0].weight(1) == 6);

  Zoo moved = make_zoo();
  const double* storage = moved.matrix.data();
  moved = tree::set(std::move(moved), "matrix", 0);
  CHECK(moved.matrix.data() == storage);
  CHECK(moved.matrix.isZero(0));
}

TEST_CASE("set rejects what does not fit, and changes nothing") {
  Zoo zoo = make_zoo();
  CHECK_THROWS_WITH(tree::set(zoo, "count", 0.5).count,  // a fraction is no count
                    Catch::Contains("tree::set: there is no member 'count' of this type; there are number, single"));
  CHECK_THROWS_WITH(tree::set(zoo, "matrix", Eigen::MatrixXd::Zero(3, 2).eval()),
                    "tree::set: matrix is 2×3 and the value is 3×2");
  CHECK_THROWS_WITH(tree::set(zoo, "lines[0]", Line<>{Eigen::VectorXd(3), 0}),
                    "tree::set: lines[0]: weight is 2×1 in the tree and 3×1 in the value");
  CHECK_THROWS_AS(tree::set(std::move(zoo), "nothing", 1), grove::StructureError);
  CHECK(zoo.count == 5);
}
