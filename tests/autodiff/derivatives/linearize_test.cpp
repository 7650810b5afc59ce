#include "autodiff/derivatives/linearize.hpp"

#include <Eigen/Dense>
#include <functional>

#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;

TEST_CASE("a pushforward may be stored, called again, and outlives what it was made from") {
  std::function<VectorXd(const VectorXd&)> pushforward;
  MatrixXd expected;
  {
    MatrixXd a =
        MatrixXd::NullaryExpr(2, 3, [](Eigen::Index i, Eigen::Index j) { return double(i) + 0.5 * double(j); });
    VectorXd x = VectorXd::LinSpaced(3, 0.1, 0.3);
    int calls = 0;
    const auto f = [&calls](const auto& v, const MatrixXd& m) {
      ++calls;
      return tanh(m * v).eval();
    };
    auto made = grove::linearize(f)(x, a);
    const int calls_at_first = calls;
    CHECK(made.value.isApprox((a * x).array().tanh().matrix()));
    expected = (1 - (a * x).array().tanh().square()).matrix().asDiagonal() * a;
    pushforward = made.pushforward;
    a.setZero();
    x.setZero();
    for (int j = 0; j < 3; ++j) CHECK(pushforward(VectorXd::Unit(3, j)).isApprox(expected.col(j), 1e-14));
    CHECK(calls == calls_at_first);
  }
  CHECK(pushforward(VectorXd::Zero(3)).isZero());
  CHECK(pushforward(Eigen::Vector3d(2, -1, 4)).isApprox(expected * Eigen::Vector3d(2, -1, 4), 1e-14));
  CHECK_THROWS_AS(pushforward(VectorXd::Ones(2)), grove::StructureError);
}

TEST_CASE("linearize: trees in, trees out, scalars") {
  const auto f = [](const auto& p) {
    const auto& [a, x] = p;
    return std::pair{a * x[0], exp(x * a).eval()};
  };
  const std::pair<double, Eigen::Vector2d> at{0.5, {2, -1}}, along{3, {0.25, 1}};
  const auto [value, pushforward] = grove::linearize(f)(at);
  CHECK(value.first == 1);
  const auto tangent = pushforward(along);
  CHECK(tangent.first == 3 * 2 + 0.5 * 0.25);
  CHECK(tangent.second.isApprox(
      Eigen::Vector2d(std::exp(1.0) * (3 * 2 + 0.5 * 0.25), std::exp(-0.5) * (3 * -1 + 0.5 * 1)), 1e-15));
}

TEST_CASE("linearize: a constant result has tangent zero, an empty point none") {
  bool constant = false;
  const auto f = [&constant](const auto& x) {
    const auto cube = x * x * x;
    return constant ? std::remove_cvref_t<decltype(x)>(7.0) : std::remove_cvref_t<decltype(x)>(cube);
  };
  const auto cube = grove::linearize(f)(2.0);
  CHECK(cube.value == 8);
  CHECK(cube.pushforward(0.5) == 6);
  constant = true;
  const auto seven = grove::linearize(f)(2.0);
  CHECK(seven.value == 7);
  CHECK(seven.pushforward(1.0) == 0);
  const auto none = grove::linearize([](const auto& x) { return x; })(VectorXd());
  CHECK(none.value.size() == 0);
  CHECK(none.pushforward(VectorXd()).size() == 0);
}
