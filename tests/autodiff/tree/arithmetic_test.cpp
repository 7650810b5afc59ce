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
  CHECK(tree::equal(tree::div(b, a), Line<>{Eigen::Vector2d(4, 2.5), 2}));
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

TEST_CASE("clip keeps numbers between two bounds") {
  const Line<float> t{Eigen::Vector3f(-2, 0.5F, 9), 7};
  CHECK(tree::equal(tree::clip(t, -1, 2), Line<float>{Eigen::Vector3f(-1, 0.5F, 2), 2}));
  CHECK(tree::clip(t, -infinity, 2).weight(0) == -2);
  CHECK(std::isnan(tree::clip(std::vector<double>{not_a_number}, 0, 1)[0]));
  CHECK(std::isnan(tree::clip(Line<>{Eigen::Vector2d(0, not_a_number), 0}, 0, 1).weight(1)));
}

TEST_CASE("close trees differ by little, relative to the second") {
  const Line<> close{Eigen::Vector2d(1 + 5e-6, 2), 3}, far{Eigen::Vector2d(1 + 2e-5, 2), 3};
  CHECK(tree::allclose(close, a));
  CHECK_FALSE(tree::allclose(far, a));
  CHECK(tree::allclose(far, a, {.rtol = 1e-3}));
  CHECK_FALSE(tree::allclose(close, a, {.rtol = 0, .atol = 1e-6}));
  using Numbers = std::vector<double>;
  CHECK(tree::allclose(Numbers{infinity, 1e-9}, Numbers{infinity, 0}));
  CHECK_FALSE(tree::allclose(Numbers{infinity}, Numbers{-infinity}));
  CHECK_FALSE(tree::allclose(Numbers{1}, Numbers{infinity}));
  CHECK_FALSE(tree::allclose(Numbers{not_a_number}, Numbers{not_a_number}));
  CHECK(tree::allclose(Numbers{not_a_number}, Numbers{not_a_number}, {.equal_nan = true}));
  CHECK_FALSE(tree::allclose(Numbers{1}, Numbers{1, 1}));
}

TEST_CASE("cast_like changes the type of the leaves") {
  const Line<float> single = tree::cast_like(a, Line<float>{Eigen::VectorXf(2), 0});
  CHECK(single.weight == Eigen::Vector2f(1, 2));
  CHECK(single.bias == 3.0F);
}
