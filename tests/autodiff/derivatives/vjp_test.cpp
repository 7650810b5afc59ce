// Pullbacks that outlive the call.
#include "autodiff/derivatives/vjp.hpp"

#include <Eigen/Dense>
#include <functional>

#include "autodiff/operations/elementwise/elementwise.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;

TEST_CASE("a pullback may be stored, called again, and outlives what it was made from") {
  std::function<VectorXd(const VectorXd&)> pullback;
  VectorXd expected_first;
  {
    MatrixXd a =
        MatrixXd::NullaryExpr(2, 3, [](Eigen::Index i, Eigen::Index j) { return double(i) + 0.5 * double(j); });
    VectorXd x = VectorXd::LinSpaced(3, 0.1, 0.3);
    const MatrixXd local = a;
    auto made = grove::vjp([&local](const auto& v, const MatrixXd& m) { return tanh(m * v) + local * v; })(x, a);
    CHECK(made.value.isApprox((a * x).array().tanh().matrix() + a * x));
    const MatrixXd jacobian = (1 - (a * x).array().tanh().square()).matrix().asDiagonal() * a;
    expected_first = (jacobian + a).transpose() * Eigen::Vector2d(1, 0);
    pullback = made.pullback;
    a.setZero();
    x.setZero();
  }
  CHECK(pullback(Eigen::Vector2d(1, 0)).isApprox(expected_first, 1e-13));
  CHECK(pullback(Eigen::Vector2d(1, 0)).isApprox(expected_first, 1e-13));
  CHECK(pullback(Eigen::Vector2d(0, 0)).isZero());
  CHECK_THROWS_AS(pullback(VectorXd::Ones(3)), grove::StructureError);
  CHECK(pullback(Eigen::Vector2d(2, 0)).isApprox(2 * expected_first, 1e-13));
}

TEST_CASE("the cotangent of a tree is a tree") {
  const auto f = [](const auto& x) { return std::pair{x[0] * x[1], x * 2.0}; };
  const auto [value, pullback] = grove::vjp(f)(Eigen::Vector2d(3, 4));
  CHECK(value.first == 12.0);
  const Eigen::Vector2d g = pullback({1.0, Eigen::Vector2d(10, 20)});
  CHECK(g == Eigen::Vector2d(4 + 20, 3 + 40));
  const auto scalar = grove::vjp([](auto x) { return x * x; })(3.0);
  CHECK(scalar.pullback(2.0) == 12.0);
}

TEST_CASE("several pullbacks live side by side, also with gradients taken between") {
  auto first = grove::vjp([](auto x) { return x * x * x; })(2.0);
  auto second = grove::vjp([](auto x) { return exp(x); })(0.0);
  CHECK(grove::grad([](auto x) { return x * x; })(1.0) == 2.0);
  CHECK(first.pullback(1.0) == 12.0);
  CHECK(second.pullback(3.0) == 3.0);
  CHECK(first.pullback(0.5) == 6.0);
}
