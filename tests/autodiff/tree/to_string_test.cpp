#include "autodiff/tree/to_string.hpp"

#include <limits>

#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;

TEST_CASE("a tree prints a line a leaf, with path, shape and values") {
  CHECK(tree::to_string(fixtures::make_zoo()) ==
        R"(number              1.5
single              2.5
matrix              2×3 [1, 2, 3; 4, 5, 6]
fixed               3×3 [7, 7, 7; 7, 7, 7; 7, 7, 7]
array               4×1 [1, 2, 3, 4]
row                 1×2 [-1, -1]
lines[0].weight     2×1 [1, 1]
lines[0].bias       1
lines[1].weight     3×1 [2, 2, 2]
lines[1].bias       2
pair_of_vectors[0]  2×1 [1, 2]
pair_of_vectors[1]  2×1 [3, 4]
c_array[0]          8
c_array[1]          9
tuple[0]            0.25
tuple[1]            1×1 [0.5]
pair[0]             0.75
pair[1]             4
map["a"]            1×1 [1]
map["b"]            2×1 [1, 1]
set                 2×1 [3, 3]
empty               none
count               5
flag                true
color               1
name                "zoo"
indices             [6, 7]
sizes[0]            1
sizes[1]            2
sizes[2]            3)");
}

TEST_CASE("big leaves are cut short") {
  CHECK(tree::to_string(Eigen::VectorXd(Eigen::VectorXd::LinSpaced(100, 0, 99))) == "100×1 [0, 1, 2, 3, 4, 5, …]");
  CHECK(tree::to_string(Eigen::VectorXd(Eigen::VectorXd::LinSpaced(7, 0, 6))) == "7×1 [0, 1, 2, 3, 4, 5, 6]");
  const std::string big = tree::to_string(Eigen::MatrixXd(Eigen::MatrixXd::Zero(1000, 1000)));
  CHECK(big.starts_with("1000×1000 [0, 0, 0, 0, 0, 0, …; 0, "));
  CHECK(big.ends_with("; …]"));
  CHECK(big.size() < 200);
}

TEST_CASE("what has no members is a pair of braces") {
  struct Nothing {};
  CHECK(tree::to_string(std::tuple<Nothing, double>(Nothing{}, 1)) == "[0]  {}\n[1]  1");
}

TEST_CASE("leaves alone, empty nodes and unusual numbers have a text") {
  CHECK(tree::to_string(0.1) == "0.1");
  CHECK(tree::to_string(1.0 / 3) == "0.333333");
  CHECK(tree::to_string(std::vector<double>{}) == "empty");
  CHECK(tree::to_string(std::optional<double>{}) == "none");
  CHECK(tree::to_string(Eigen::VectorXd(0)) == "0×1 []");
  CHECK(tree::to_string(std::vector<double>{1e300 * 1e300, -1e-300}) == "[0]  inf\n[1]  -1e-300");
  CHECK(tree::to_string(-std::numeric_limits<double>::quiet_NaN()) == "nan");
}
