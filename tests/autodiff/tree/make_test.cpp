#include "autodiff/tree/make.hpp"

#include <limits>

#include "autodiff/derivatives/grad.hpp"
#include "autodiff/operations/reductions/reductions.hpp"
#include "autodiff/tree/arithmetic.hpp"
#include "autodiff/tree/flatten.hpp"
#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;

TEST_CASE("zeros, ones and constants have the structure of the tree") {
  const fixtures::Zoo zoo = fixtures::make_zoo();
  CHECK(tree::same_structure(tree::zeros_like(zoo), zoo));
  CHECK(tree::flatten(tree::zeros_like(zoo)).isZero(0));
  CHECK((tree::flatten(tree::ones_like(zoo)).array() == 1).all());
  CHECK((tree::flatten(tree::full_like(zoo, 2.5)).array() == 2.5).all());
  CHECK((tree::flatten(tree::full_like(fixtures::make_zoo(), 2.5)).array() == 2.5).all());
}

TEST_CASE("zeros are zeros whatever the numbers were") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(tree::zeros_like(std::vector<double>{nan, 1 / 0.0}) == std::vector<double>{0, 0});
}

TEST_CASE("constants like active leaves have their shapes and no derivative") {
  const fixtures::Line<> line{Eigen::Vector3d(1, 2, std::numeric_limits<double>::infinity()), 4};
  const auto [value, grads] = grove::value_and_grad([](const auto& p) {
    const auto zeros = tree::zeros_like(p), halves = tree::full_like(p, 0.5), like_bias = tree::full_like(p, p.bias);
    CHECK(zeros.weight.rows() == 3);
    CHECK(grove::value_of(zeros.weight.sum()) == 0);
    return halves.weight.sum() + zeros.bias + p.bias + like_bias.weight.sum();
  })(line);
  CHECK(value == 1.5 + 4 + 12);
  CHECK(grads.bias == 4);
  CHECK(grads.weight.isZero(0));
}
