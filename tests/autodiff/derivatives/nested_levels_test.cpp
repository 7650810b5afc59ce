// Levels of nested derivatives: how deep they go, that they do not mix, and what of the enclosing ones passes.
// (cases nested-with-captured-parameters, nested-jvp-of-active-vector)
#include <Eigen/Dense>
#include <utility>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using Eigen::VectorXd;

namespace {

/// The largest difference, in units of the expected.
double distance(const VectorXd& ours, const VectorXd& theirs) {
  REQUIRE(ours.size() == theirs.size());
  return (ours - theirs).cwiseAbs().maxCoeff() / (1 + theirs.cwiseAbs().maxCoeff());
}

}  // namespace

TEST_CASE("nested: four derivatives deep, every level using every other") {
  // d/da d/db d/dc d/dd of exp(a b c d), each taken at a point that the enclosing ones depend on.
  const auto at = [](const auto& a) {
    const auto by_b = [&](const auto& b) {
      const auto by_c = [&](const auto& c) {
        const auto by_d = [&](const auto& d) { return grove::exp(a * b * c * d); };
        return grove::grad(by_d)(c * c);  // a b c e^(a b c³)
      };
      return grove::grad(by_c)(b * b);  // (a b + 3 a²b²c³) e^(a b c³) at c = b²: (a b + 3 a²b⁸) e^(a b⁷)
    };
    return grove::grad(by_b)(a * a);
  };
  // g(a, b) = (a b + 3 a² b⁸) e^(a b⁷);  g_b = (a + 31 a² b⁷ + 21 a³ b¹⁴) e^(a b⁷);  at b = a²
  const auto closed = [](const auto& a) {
    using grove::pow;
    return (a + 31.0 * pow(a, 16) + 21.0 * pow(a, 31)) * grove::exp(pow(a, 15));
  };
  CHECK(at(0.8) == Approx(closed(0.8)).epsilon(1e-12));
  CHECK(grove::grad(at)(0.8) == Approx(grove::grad(closed)(0.8)).epsilon(1e-12));
}

TEST_CASE("nested: grad of grad of grad of a function that captures") {
  // f(t; w) = Σ sin(w t): d³f/dt³ = -Σ w³ cos(w t), by w: -3w² cos(w t) + w³ t sin(w t)
  const VectorXd w{{0.3, -0.8, 1.2}};
  const auto loss = [](const auto& v) {
    const auto f = [&](const auto& t) { return grove::sum(grove::sin(v * t)); };
    const auto f1 = [&](const auto& t) { return grove::grad(f)(t); };
    const auto f2 = [&](const auto& t) { return grove::grad(f1)(t); };
    return grove::grad(f2)(grove::scalar_t<decltype(v)>(0.4));
  };
  const Eigen::ArrayXd a = w.array();
  const VectorXd expected = -3 * a * a * (0.4 * a).cos() + 0.4 * a.cube() * (0.4 * a).sin();
  CHECK(distance(grove::grad(loss)(w), expected) < 1e-14);
}

TEST_CASE("nested: perturbations do not mix") {
  // d/dx (x d/dy (x + y)) = 1 and d/dx (x d/dy (x y)) = 2x, by whatever the two derivatives are taken.
  const auto check = [](const auto& outer, const auto& inner) {
    CHECK(outer([&](const auto& x) { return x * inner([&](const auto& y) { return x + y; }, x); }, 3.0) == 1.0);
    CHECK(outer([&](const auto& x) { return x * inner([&](const auto& y) { return x * y; }, x); }, 3.0) == 6.0);
    // The function of the outer variable inside: d/dx d/dy (x² y³) at y = x is 6 x y² + 6 x² y = 12 x³.
    CHECK(outer([&](const auto& x) { return inner([&](const auto& y) { return x * x * y * y * y; }, x); }, 2.0) ==
          96.0);
  };
  const auto reverse = [](const auto& f, const auto& x) { return grove::grad(f)(x); };
  const auto forward = [](const auto& f, const auto& x) { return grove::jvp(f)(x, 1.0).tangent; };
  const auto matrix = [](const auto& f, const auto& x) { return grove::jacobian(f)(x)(0, 0); };
  const auto pullback = [](const auto& f, const auto& x) { return grove::vjp(f)(x).pullback(1.0); };
  check(reverse, reverse);
  check(reverse, forward);
  check(forward, reverse);
  check(forward, forward);
  check(reverse, matrix);
  check(forward, pullback);
}

TEST_CASE("nested: a variable of the enclosing loss makes what is taken at a plain point a variable") {
  const auto f = [](const auto& t, const auto& w) { return grove::sum(grove::tanh(w.array() * t)); };
  const VectorXd w{{0.3, -0.8}};
  const auto slope = [&](const auto& v) { return grove::grad(f)(0.4, v); };
  const Eigen::ArrayXd a = w.array();
  const Eigen::ArrayXd y = (0.4 * a).tanh();
  const VectorXd expected = (1 - y * y) * (1 - 0.8 * a * y);
  CHECK(distance(grove::grad(slope)(w), expected) < 1e-14);
  CHECK(distance(grove::grad([&](const auto& v) { return grove::jvp(f)(0.4, 1.0, v).tangent; })(w), expected) < 1e-14);
  CHECK(distance(grove::grad([&](const auto& v) { return grove::vjp(f)(0.4, v).pullback(1.0); })(w), expected) < 1e-14);
  CHECK(grove::grad(f)(0.4, w) == Approx((a * (1 - y * y)).sum()));

  // Captured there it would lose its derivative: the message says what to write.
  const auto captured = [&](const auto& v) { return grove::grad([&](const auto& t) { return f(t, v); })(0.4); };
  CHECK_THROWS_WITH(grove::grad(captured)(w), Catch::Matchers::Contains("make the point T(x) or grove::Vector<T>(x)"));
  CHECK(distance(grove::grad(slope)(w), expected) < 1e-14);  // nothing is left behind
}

TEST_CASE("nested: trees at points and among the captured") {
  const auto kinetic = [](const auto& state, const auto& masses) {
    const auto& [q, v] = state;
    auto sum = 0.5 * masses[0] * grove::squared_norm(v);
    for (std::size_t k = 1; k < masses.size(); ++k) sum = sum - masses[k] * grove::sum(grove::cos(q * double(k)));
    return sum;
  };
  using State = std::pair<VectorXd, VectorXd>;
  const State at{VectorXd{{0.2, -0.5}}, VectorXd{{1.5, 0.3}}}, along{VectorXd{{1.0, 0.5}}, VectorXd{{-0.4, 2.0}}};
  const std::vector<double> masses{1.3, 0.4, 0.9};
  const auto loss = [&](const auto& m) {
    const auto [q, v] = grove::hvp(kinetic)(at, along, m);
    return grove::squared_norm(q) + grove::squared_norm(v);
  };
  const auto plain = [&](const std::vector<double>& m) {
    const auto product = grove::hvp(kinetic)(at, along, m);
    return product.first.squaredNorm() + product.second.squaredNorm();
  };
  const auto [value, gradient] = grove::value_and_grad(loss)(masses);
  CHECK(value == Approx(plain(masses)));
  for (std::size_t k = 0; k < masses.size(); ++k) {
    auto up = masses, down = masses;
    up[k] += 1e-4;
    down[k] -= 1e-4;
    CHECK(gradient[k] == Approx((plain(up) - plain(down)) / 2e-4));  // quadratic in the masses
  }
}

TEST_CASE("nested: results that depend on the enclosing level alone keep its derivative") {
  const VectorXd w{{0.3, -0.8}};
  const VectorXd swapped{{-0.8, 0.3}};
  const auto by_w = [&](const auto& result) {
    return grove::grad([&](const auto& v) {
      const auto f = [&](const auto&) { return v[0] * v[1]; };
      return result(f, grove::scalar_t<decltype(v)>(0.4));
    })(w);
  };
  CHECK(by_w([](const auto& f, const auto& t) { return grove::value_and_grad(f)(t).value; }) == swapped);
  CHECK(by_w([](const auto& f, const auto& t) { return grove::jvp(f)(t, 1.0).value; }) == swapped);
  CHECK(by_w([](const auto& f, const auto& t) { return grove::vjp(f)(t).value; }) == swapped);
  CHECK(by_w([](const auto& f, const auto& t) { return grove::evaluate(f, t); }) == swapped);
  CHECK(by_w([](const auto& f, const auto& t) { return grove::value_and_jacobian(f)(t).value; }) == swapped);
  CHECK(by_w([](const auto& f, const auto& t) {
          return grove::jvp(f)(t, 1.0).tangent + grove::hvp(f)(t, 1.0);
        }).isZero(0));
  CHECK(by_w([](const auto& f, const auto& t) {
          const auto pair = [&](const auto& s) { return std::pair(s * s, f(s)); };
          return grove::value_and_grad(pair, grove::has_aux)(t).value.second;
        }) == swapped);
  // Arrays of the enclosing level beside one of the inner.
  CHECK(grove::grad([&](const auto& v) {
          const auto f = [&](const auto& t) { return std::pair(v.array() * 2.0, t * t); };
          const auto both = grove::jvp(f)(grove::scalar_t<decltype(v)>(0.4), 1.0);
          return grove::sum(both.value.first) + grove::sum(both.tangent.first);
        })(w) == VectorXd::Constant(2, 2.0));
  // Values of one level beside points of another.
  CHECK(grove::grad([&](const auto& v) {
          const auto f = [&](const auto& t) { return v.array() * t; };
          return grove::sum(grove::value_and_jacobian(f)(grove::scalar_t<decltype(v)>(0.5)).value);
        })(w) == VectorXd::Constant(2, 0.5));
  // The case nested-jvp-of-active-vector: Σ x eˣ.
  CHECK(grove::grad([](const auto& x) {
          return grove::jvp([](const auto& z) { return grove::sum(grove::exp(z)); })(x, x).tangent;
        })(w)
            .isApprox(VectorXd((1 + w.array()) * w.array().exp())));
  // A constant has no tangent.
  CHECK(grove::jvp([](const auto&) { return 3.0; })(0.4, 1.0).tangent == 0.0);
  CHECK(grove::jvp([](const auto&) { return VectorXd(VectorXd::Ones(2)); })(0.4, 1.0).tangent.isZero(0));
}
