// Derivatives of the user's own, given along a tangent. (Every mode: derivatives/modes_test.cpp.)
#include "autodiff/operations/custom/custom_jvp.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <tuple>

#include "autodiff/autodiff.hpp"
#include "autodiff/numeric.hpp"
#include "tests/catch.hpp"

using Catch::Matchers::Contains;
using Eigen::VectorXd;

TEST_CASE("a rule along a tangent is used in place of the function's own derivative") {
  const auto cube = grove::custom_jvp([](auto x) { return x * x * x; },
                                      [](auto x, auto t) {
                                        return std::pair{x * x * x, 100.0 * x * t};
                                      });
  const auto loss = [&](auto x) { return cube(x) * 2.0; };
  CHECK(cube(2.0) == 8.0);
  CHECK(grove::grad(loss)(3.0) == 600.0);
  CHECK(grove::jvp(loss)(3.0, 0.5).tangent == 300.0);
  CHECK(grove::hvp(loss)(3.0, 1.0) == 200.0);
  CHECK(grove::grad([&](auto x) { return cube(2.0) * x; })(3.0) == 8.0);
}

TEST_CASE("a fixed point is differentiated along a tangent") {
  // y solves y = cos(a y); dy/da = -y sin(ay) / (1 + a sin(ay)).
  const auto iterate = [](double a) {
    double y = 0.5;
    for (int i = 0; i < 200; ++i) y = std::cos(a * y);
    return y;
  };
  const auto root = grove::custom_jvp(iterate, [iterate](double a, double t) {
    const double y = iterate(a);
    return std::pair{y, -t * y * std::sin(a * y) / (1 + a * std::sin(a * y))};
  });
  CHECK(grove::test::gradient_error([&](auto a) { return root(a) * a; }, 0.8) < 1e-8);
}

TEST_CASE("several arguments, constants among them, and statements before the call") {
  const auto f = grove::custom_jvp([](const VectorXd& x, double k) { return VectorXd(x * k); },
                                   [](const std::tuple<VectorXd, double>& x, const std::tuple<VectorXd, double>& t) {
                                     const auto& [v, k] = x;
                                     const auto& [v_dot, k_dot] = t;
                                     return std::pair{VectorXd(v * k), VectorXd(v_dot * k + v * k_dot)};
                                   });
  const auto loss = [&](const auto& p) {
    auto s = p.second * p.first[0];
    return f(p.first * s, p.second).squaredNorm() * s;
  };
  CHECK(grove::test::gradient_error(loss, std::pair{VectorXd::LinSpaced(3, 1.0, 2.0).eval(), 0.7}) < 1e-8);
  const auto constant_k = [&](const auto& x) { return f(x, 2.0).squaredNorm(); };
  CHECK(grove::test::gradient_error(constant_k, VectorXd::LinSpaced(3, 1.0, 2.0).eval()) < 1e-8);
  CHECK(f(VectorXd::Ones(2).eval(), 3.0) == Eigen::Vector2d(3, 3));
}

TEST_CASE("a tangent of the wrong shape is named") {
  const auto f = grove::custom_jvp([](const VectorXd& x) { return x; },
                                   [](const VectorXd& x, const VectorXd& t) {
                                     return std::pair{x, VectorXd(t.head(2))};
                                   });
  const auto loss = [&](const auto& x) { return grove::sum(f(x)); };
  const VectorXd x = VectorXd::Ones(3);
  CHECK_THROWS_WITH(grove::grad(loss)(x), Contains("custom_jvp") && Contains("3×1") && Contains("2×1"));
  CHECK_THROWS_WITH(grove::jvp(loss)(x, x), Contains("custom_jvp") && Contains("3×1") && Contains("2×1"));
}
