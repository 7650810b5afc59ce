#include "autodiff/tree/leaves.hpp"

#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;

TEST_CASE("leaves lists paths and numbers in place") {
  fixtures::Net net = fixtures::make_net();
  for (auto& [path, values] : tree::leaves(net)) {
    if (path.ends_with("bias")) values = 7;
  }
  CHECK(net.layers[0].bias == Eigen::Vector2d(7, 7));
  const auto list = tree::leaves(net);
  REQUIRE(list.size() == 5);
  CHECK(list[0].path == "layers[0].weight");
  CHECK(list[0].values.rows() == 2);
  CHECK(list[4].values(0, 0) == 2);
}

TEST_CASE("leaves of a const tree cannot be written, and row-major matrices look like any other") {
  const Eigen::Matrix<float, 2, 3, Eigen::RowMajor> m = (Eigen::Matrix<float, 2, 3>() << 1, 2, 3, 4, 5, 6).finished();
  const auto list = tree::leaves(m);
  CHECK(list[0].values(0, 2) == 3);
  CHECK(list[0].values(1, 0) == 4);
  STATIC_REQUIRE(std::is_const_v<std::remove_reference_t<decltype(*list[0].values.data())>>);
}
