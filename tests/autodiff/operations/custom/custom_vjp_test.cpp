// Derivatives of the user's own, and values that count as constants.
#include "autodiff/operations/custom/custom_vjp.hpp"

#include <Eigen/Dense>
#include <stdexcept>

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

namespace {
template <class T = double>
struct Polar {
  T radius, angle;
};
}  // namespace

TEST_CASE("a result of a class keeps its members' names") {
  const auto polar = grove::custom_vjp(
      [](double x, double y) {
        return Polar<>{std::hypot(x, y), std::atan2(y, x)};
      },
      [](double x, double y) {
        const Polar<> p{std::hypot(x, y), std::atan2(y, x)};
        return std::pair{p, p};
      },
      [](const Polar<>& p, const Polar<>& c) {
        const double cos = std::cos(p.angle), sin = std::sin(p.angle);
        return std::tuple{c.radius * cos - c.angle * sin / p.radius, c.radius * sin + c.angle * cos / p.radius};
      });
  const auto loss = [&polar](const auto& x) {
    const auto p = polar(x[0], x[1]);
    return p.radius * p.radius + p.angle;  // x² + y² + atan(y / x)
  };
  const VectorXd slopes = grove::grad(loss)(Eigen::Vector2d(3, 4));
  CHECK(slopes[0] == Approx(6 - 4 / 25.0));
  CHECK(slopes[1] == Approx(8 + 3 / 25.0));
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

TEST_CASE("case custom-vjp-erases: what was recorded before the call keeps its derivative") {
  const auto twice = grove::custom_vjp([](const auto& v) { return (v * 2.0).eval(); },
                                       [](const auto& v) { return std::pair((v * 2.0).eval(), 0); },
                                       [](int, const auto& c) { return (c * 2.0).eval(); });
  const auto thrice =
      grove::custom_vjp([](const auto& v) { return v * 3.0; }, [](const auto& v) { return std::pair(v * 3.0, 0); },
                        [](int, const auto& c) { return c * 3.0; });
  const Eigen::Vector3d p(-0.4, 0.3, -0.8);
  CHECK(grove::grad([&](const auto& x) {
          auto s = x[0] * x[0];
          return grove::squared_norm(twice(x.tail(2))) * s;
        })(p)
            .isApprox(Eigen::Vector3d(-2.336, 0.384, -1.024)));
  // An intermediate as the argument, unfinished statements on both sides, a node before it, several calls in a row.
  const auto with = [&](const auto& two, const auto& three) {
    return [&](const auto& x) {
      auto sum = x[0] * x[1];
      sum += three(x[1] * x[2] * 0.5) * x[0];
      const auto y = two(x * 2.0) + x;
      sum += y.dot(two(two(y))) * (three(sum) + x[2]);
      return sum * three(three(x[0] * 0.25));
    };
  };
  const auto own = with([](const auto& v) { return v * 2.0; }, [](const auto& v) { return v * 3.0; });
  CHECK(grove::grad(with(twice, thrice))(p).isApprox(grove::grad(own)(p)));
  CHECK(grove::hessian(with(twice, thrice))(p).isApprox(grove::hessian(own)(p)));
  CHECK(grove::test::gradient_error(with(twice, thrice), p) < 1e-8);
}

TEST_CASE("what a rule throws leaves the rest of the recording right") {
  const auto picky = grove::custom_vjp([](double x) { return x; },
                                       [](double x) {
                                         if (x < 0) throw std::domain_error("negative");
                                         return std::pair{3 * x, 0};
                                       },
                                       [](int, double c) { return 3 * c; });
  const auto loss = [&](const auto& x) {
    auto s = x[0] * x[1];
    try {
      s += picky(-x[0] * x[0]);
    } catch (const std::domain_error&) {
      s += x[1];
    }
    return s * picky(x[1]);
  };
  CHECK(grove::grad(loss)(Eigen::Vector2d(2, 5)).isApprox(Eigen::Vector2d(75, 3 * 5 * 3 + 3 * 15)));
  const auto bad_pullback = grove::custom_vjp([](double x) { return x; },
                                              [](double x) {
                                                return std::pair{x, 0};
                                              },
                                              [](int, double) -> double { throw std::domain_error("bwd"); });
  CHECK_THROWS_AS(grove::grad([&](const auto& x) { return bad_pullback(x) * x; })(2.0), std::domain_error);
  CHECK(grove::grad([&](const auto& x) { return picky(x) * x; })(2.0) == 12);
}

TEST_CASE("an argument that is a part of Eigen's own matrix of variables may end before the sweep") {
  const auto twice = grove::custom_vjp([](const auto& v) { return (v * 2.0).eval(); },
                                       [](const auto& v) { return std::pair((v * 2.0).eval(), 0); },
                                       [](int, const auto& c) { return (c * 2.0).eval(); });
  const auto loss = [&](const auto& x) {
    using T = grove::scalar_t<decltype(x)>;
    const auto part = [&] {
      Eigen::Matrix<T, Eigen::Dynamic, 1> own(4);
      for (Eigen::Index i = 0; i < 4; ++i) own[i] = x[i] * x[i];
      return twice(own.tail(2));
    }();
    return part[0] * x[0] + part[1];
  };
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(4, 1, 4);
  CHECK(grove::grad(loss)(x).isApprox(Eigen::Vector4d(18, 0, 12, 16)));
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
