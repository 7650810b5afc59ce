#include "autodiff/tree/random.hpp"

#include <random>

#include "autodiff/tree/arithmetic.hpp"
#include "autodiff/tree/flatten.hpp"
#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;

TEST_CASE("random trees have the structure of the tree and depend on the seed alone") {
  const fixtures::Zoo zoo = fixtures::make_zoo();
  std::mt19937 rng(1);
  std::mt19937 same(1);
  const fixtures::Zoo first = tree::random_like(zoo, rng);
  CHECK(tree::same_structure(first, zoo));
  CHECK(tree::equal(first, tree::random_like(fixtures::make_zoo(), same)));
  CHECK_FALSE(tree::equal(first, tree::random_like(zoo, rng)));
}

TEMPLATE_TEST_CASE("random numbers are standard normal from every engine", "", std::mt19937, std::mt19937_64,
                   std::minstd_rand, std::ranlux24) {
  TestType rng;
  const Eigen::ArrayXd x = tree::random_like(Eigen::ArrayXd(100000), rng);
  CHECK(x.mean() == Approx(0).margin(0.02));
  CHECK(x.square().mean() == Approx(1).margin(0.02));
  CHECK(x.cube().mean() == Approx(0).margin(0.06));
  CHECK(x.square().square().mean() == Approx(3).margin(0.15));
  CHECK((x.head(99999) * x.tail(99999)).mean() == Approx(0).margin(0.02));
}

TEST_CASE("one seed gives the same numbers everywhere") {
  std::mt19937 rng(42);
  const auto x = tree::random_like(std::vector<double>(2), rng);
  CHECK(x[0] == Approx(0.724800492604872));
  CHECK(x[1] == Approx(-1.4271463667812532));
}

TEST_CASE("random_like takes a sampler") {
  std::mt19937 rng(1);
  int calls = 0;
  const fixtures::Line<> line{Eigen::VectorXd::Zero(3), 0};
  const auto counted = tree::random_like(line, rng, [&](std::mt19937&) { return ++calls; });
  CHECK(counted.weight == Eigen::Vector3d(1, 2, 3));
  CHECK(counted.bias == 4);
}
