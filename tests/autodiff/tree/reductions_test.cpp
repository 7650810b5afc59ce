#include "autodiff/tree/reductions.hpp"

#include <limits>

#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;

TEST_CASE("sum, largest and smallest are of all leaves") {
  const fixtures::Line<> line{Eigen::Vector3d(1, -5, 2), 3};
  CHECK(tree::sum(line) == 1);
  CHECK(tree::max(line) == 3);
  CHECK(tree::min(line) == -5);
  CHECK(tree::norm(line, 1) == 11);
  CHECK(tree::norm(line, 2) == tree::global_norm(line));
  CHECK(tree::norm(line, INFINITY) == 5);
  STATIC_REQUIRE(std::is_same_v<decltype(tree::max(fixtures::Line<float>{})), float>);
}

TEST_CASE("a tree without numbers, or with one that is none") {
  const std::vector<double> nothing;
  CHECK(tree::sum(nothing) == 0);
  CHECK(tree::max(nothing) == -INFINITY);
  CHECK(tree::min(nothing) == INFINITY);
  CHECK(tree::norm(nothing, INFINITY) == 0);
  for (const std::vector<double>& broken :
       {std::vector<double>{1, NAN, 2}, std::vector<double>{NAN, 1}, std::vector<double>{1, NAN}}) {
    CHECK(std::isnan(tree::max(broken)));
    CHECK(std::isnan(tree::min(broken)));
    CHECK(std::isnan(tree::norm(broken, INFINITY)));
  }
  CHECK_THROWS_WITH(tree::norm(nothing, 3), "tree::norm: order must be 1, 2 or infinity, got 3");
}
