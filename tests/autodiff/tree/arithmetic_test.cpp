#include "autodiff/tree/arithmetic.hpp"

#include <limits>

#include "autodiff/tree/make.hpp"
#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;
using fixtures::Line;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

const Line<> a{Eigen::Vector2d(1, 2), 3};
const Line<> b{Eigen::Vector2d(4, 5), 6};

}  // namespace

TEST_CASE("sums, differences and products are taken element by element") {
  CHECK(tree::equal(tree::add(a, b), Line<>{Eigen::Vector2d(5, 7), 9}));
  CHECK(tree::equal(tree::sub(a, b), Line<>{Eigen::Vector2d(-3, -3), -3}));
  CHECK(tree::equal(tree::mul(a, b), Line<>{Eigen::Vector2d(4, 10), 18}));
  CHECK(tree::equal(tree::scale(2, a), tree::add(a, a)));
  CHECK(tree::equal(tree::axpy(2, a, b), Line<>{Eigen::Vector2d(6, 9), 12}));
}

TEST_CASE("the first tree, for axpy the last, gives its storage if it is a temporary") {
  Line<> t = a;
  const double* storage = t.weight.data();
  t = tree::add(std::move(t), b);
  t = tree::axpy(-1, b, std::move(t));
  t = tree::scale(3, tree::mul(std::move(t), b));
  CHECK(t.weight.data() == storage);
  CHECK(tree::equal(t, Line<>{Eigen::Vector2d(12, 30), 54}));
}

TEST_CASE("a factor of another type is converted to the scalar of the leaf") {
  const Line<float> single{Eigen::Vector2f(1, 2), 3};
  const Line<float> half = tree::scale(0.5, single);
  CHECK(half.weight == Eigen::Vector2f(0.5F, 1));
  CHECK(tree::axpy(1, single, half).bias == 4.5F);
}

TEST_CASE("dot and norms sum over all leaves") {
  CHECK(tree::dot(a, b) == 4 + 10 + 18);
  CHECK(tree::squared_norm(a) == 14);
  CHECK(tree::global_norm(a) == std::sqrt(14.0));
  CHECK(tree::dot(std::vector<double>{}, std::vector<double>{}) == 0);
  STATIC_REQUIRE(std::is_same_v<decltype(tree::global_norm(Line<float>{})), float>);
}

TEST_CASE("the global norm neither overflows nor underflows on the way") {
  CHECK(tree::global_norm(std::vector<double>{3e200, 4e200}) == Approx(5e200));
  CHECK(tree::global_norm(std::vector<double>{3e-200, 4e-200}) == Approx(5e-200).epsilon(1e-12));
  CHECK(tree::global_norm(std::tuple<Eigen::Vector2f, float>{Eigen::Vector2f(2e30F, 3e30F), 6e30F}) == Approx(7e30F));
  CHECK(tree::global_norm(std::vector<double>{5e-324}) == 5e-324);
  CHECK(tree::global_norm(std::vector<double>{0, 0}) == 0);
  CHECK(tree::global_norm(std::vector<Eigen::VectorXd>{Eigen::VectorXd(0)}) == 0);
}

TEST_CASE("the global norm of infinities is infinite, and NaN if a number is NaN") {
  CHECK(tree::global_norm(std::vector<double>{1, -infinity}) == infinity);
  CHECK(std::isnan(tree::global_norm(std::vector<double>{not_a_number, infinity})));
  CHECK(std::isnan(tree::global_norm(std::vector<double>{1e200, not_a_number})));
}

TEST_CASE("all_finite sees every leaf") {
  CHECK(tree::all_finite(fixtures::make_zoo()));
  for (double bad : {not_a_number, infinity, -infinity}) {
    fixtures::Zoo zoo = fixtures::make_zoo();
    zoo.lines[1].weight(2) = bad;
    CHECK_FALSE(tree::all_finite(zoo));
    zoo = fixtures::make_zoo();
    zoo.single = static_cast<float>(bad);
    CHECK_FALSE(tree::all_finite(zoo));
  }
  CHECK(tree::all_finite(std::vector<Eigen::VectorXd>{Eigen::VectorXd(0)}));
}

TEST_CASE("equal compares numbers, and is false for other structures") {
  Line<> c = a;
  CHECK(tree::equal(a, c));
  c.weight(1) = 0;
  CHECK_FALSE(tree::equal(a, c));
  c = a;
  c.bias = not_a_number;
  CHECK_FALSE(tree::equal(c, c));
  CHECK(tree::equal(0.0, -0.0));
  CHECK_FALSE(tree::equal(a, Line<>{Eigen::Vector3d(1, 2, 3), 3}));
  fixtures::Net net = fixtures::make_net();
  net.degree = 0;
  CHECK_FALSE(tree::equal(net, fixtures::make_net()));
}
