#include "autodiff/derivatives/flat.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "tests/catch.hpp"

using namespace grove;

namespace {

template <class T = double>
struct Params {
  int power = 2;
  Eigen::Matrix<T, 2, 2, Eigen::RowMajor> weight;
  T bias;
};

Params<> params() { return {2, Eigen::Matrix2d{{1, 2}, {3, 4}}, 0.5}; }

/// Σ (w x)² + bias^power, by hand: W̄ = 2 W x xᵀ.
const auto loss = [](const auto& p, const Eigen::Vector2d& x) {
  return (p.weight * x).squaredNorm() + pow(p.bias, p.power);
};

}  // namespace

TEST_CASE("a loss over one vector has the value and the gradient of the params, column by column") {
  const Eigen::Vector2d x(1, -1);
  auto f = flat(loss, params(), x);
  CHECK(f.size() == 5);
  Eigen::VectorXd at = f.start(), gradient;
  CHECK(at == Eigen::VectorXd{{1, 3, 2, 4, 0.5}});

  CHECK(f(at, gradient) == 2.25);  // W x = (-1, -1)
  CHECK(gradient == Eigen::VectorXd{{-2, -2, 2, 2, 1}});
  at << 0, 0, 1, 0, -3;
  Eigen::VectorXd by_pointers(5);
  CHECK(f(at.data(), by_pointers.data()) == 10);
  CHECK(by_pointers == Eigen::VectorXd{{0 - 2.0, 0, 2, 0, -6}});
  CHECK(f(at) == 10);
  CHECK(f(at.data(), nullptr) == 10);
  CHECK(f.start()[0] == 1);  // where it began, still

  const Params<> best = f.params(at);
  CHECK((best.power == 2 && best.weight == Eigen::Matrix2d{{0, 1}, {0, 0}} && best.bias == -3));
  CHECK(f.params(at.data()).bias == -3);
}

TEST_CASE("named arguments are referenced, temporaries are kept") {
  Eigen::Vector2d x(1, 0);
  auto f = flat(loss, params(), x);
  auto g = flat(loss, params(), Eigen::Vector2d(1, 0));
  CHECK((f(f.start()) == 10.25 && g(g.start()) == 10.25));
  x << 0, 0;
  CHECK((f(f.start()) == 0.25 && g(g.start()) == 10.25));
  auto copy = std::move(g);
  CHECK(copy(copy.start()) == 10.25);
}

TEST_CASE("a flat loss of nothing, of NaN, and of too few numbers") {
  auto nothing = flat([](const auto& p) { return p.sum(); }, Eigen::VectorXd{});
  Eigen::VectorXd gradient = Eigen::VectorXd::Ones(3);
  CHECK(nothing(Eigen::VectorXd{}, gradient) == 0);
  CHECK(gradient.size() == 0);

  auto one = flat([](const auto& p) { return p * p; }, 3.0f);
  float slope = 0;
  const float at = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(one(&at, &slope)));
  CHECK(std::isnan(slope));
  CHECK_THROWS_WITH(one(Eigen::VectorXf::Zero(2)), "flat: the vector has 2 entries and the params 1 numbers");
  Eigen::VectorXf kept = Eigen::VectorXf::Ones(2);
  CHECK_THROWS_AS(one(Eigen::VectorXf{}, kept), ShapeError);
  CHECK(kept.size() == 2);
  CHECK_THROWS_AS(one.params(Eigen::VectorXf::Zero(2)), ShapeError);
}
