// Derivatives of the user's own, and values that count as constants.
#include "autodiff/operations/custom/custom_vjp.hpp"

#include <Eigen/Dense>

#include "autodiff/autodiff.hpp"
#include "autodiff/numeric.hpp"
#include "tests/catch.hpp"

using Catch::Matchers::Contains;
using Eigen::VectorXd;

TEST_CASE("a custom derivative is used in place of the function's own") {
  // y = x³ with a deliberately different derivative shows that ours is not looked at.
  const auto cube = grove::custom_vjp([](auto x) { return x * x * x; },
                                      [](auto x) {
                                        return std::pair{decltype(x)(x * x * x), x};
                                      },
                                      [](auto x, auto c) { return decltype(x)(100.0 * x * c); });
  CHECK(cube(2.0) == 8.0);
  CHECK(grove::grad([&](auto x) { return cube(x) * 2.0; })(3.0) == 600.0);
  CHECK(grove::grad([&](auto x) { return cube(2.0) * x; })(3.0) == 8.0);
}

TEST_CASE("a fixed point is differentiated by the implicit function theorem") {
  // y solves y = cos(a y); dy/da = -y sin(ay) / (1 + a sin(ay)).
  const auto iterate = [](double a) {
    double y = 0.5;
    for (int i = 0; i < 200; ++i) y = std::cos(a * y);
    return y;
  };
  const auto root = grove::custom_vjp(
      iterate,
      [iterate](double a) {
        const double y = iterate(a);
        return std::pair{y, std::pair{a, y}};
      },
      [](const std::pair<double, double>& r, double c) {
        const auto [a, y] = r;
        return -c * y * std::sin(a * y) / (1 + a * std::sin(a * y));
      });
  CHECK(grove::test::gradient_error([&](auto a) { return root(a) * a; }, 0.8) < 1e-8);
}

TEST_CASE("several arguments, trees, residuals with memory of their own, and constants among them") {
  const auto f = grove::custom_vjp([](const VectorXd& x, double k) { return VectorXd(x * k); },
                                   [](const VectorXd& x, double k) {
                                     return std::pair{VectorXd(x * k), std::pair{x, std::vector<double>{k}}};
                                   },
                                   [](const std::pair<VectorXd, std::vector<double>>& r, const VectorXd& c) {
                                     return std::tuple{VectorXd(c * r.second[0]), r.first.dot(c)};
                                   });
  const auto loss = [&](const auto& p) { return f(p.first, p.second).squaredNorm(); };
  CHECK(grove::test::gradient_error(loss, std::pair{VectorXd::LinSpaced(3, 1.0, 2.0).eval(), 0.7}) < 1e-8);
  const auto constant_k = [&](const auto& x) { return f(x, 2.0).squaredNorm(); };
  CHECK(grove::test::gradient_error(constant_k, VectorXd::LinSpaced(3, 1.0, 2.0).eval()) < 1e-8);
}

TEST_CASE("a cotangent of the wrong shape is named") {
  const auto f = grove::custom_vjp([](const VectorXd& x) { return x.sum(); },
                                   [](const VectorXd& x) {
                                     return std::pair{x.sum(), 0};
                                   },
                                   [](int, double c) { return VectorXd(VectorXd::Constant(2, c)); });
  CHECK_THROWS_WITH(grove::grad([&](const auto& x) { return f(x); })(VectorXd::Ones(3).eval()),
                    Contains("custom_vjp") && Contains("3×1") && Contains("2×1"));
}

TEST_CASE("stop_gradient keeps the value and drops the derivative") {
  CHECK(grove::grad([](auto x) { return x * grove::stop_gradient(x); })(3.0) == 3.0);
  CHECK(grove::grad([](const auto& v) { return v.dot(grove::stop_gradient(v * 2.0)); })(Eigen::Vector2d(1, 2)) ==
        Eigen::Vector2d(2, 4));
  CHECK(grove::grad([](const auto& v) {
          const auto fixed = grove::stop_gradient(v);
          return v[0] * fixed[1];
        })(std::vector<double>{3, 5}) == std::vector<double>{5, 0});
  CHECK(grove::stop_gradient(2.5) == 2.5);
}
