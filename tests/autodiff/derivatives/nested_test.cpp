// Losses that contain derivatives: values and gradients are JAX's (tests/golden/make_nested.py) or closed forms.
// (cases nested-with-captured-parameters, nested-jvp-of-active-vector)
#include <Eigen/Dense>
#include <cmath>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using Eigen::VectorXd;

namespace {

/// The numbers of a case of nested.txt.
VectorXd golden(const std::string& name) {
  std::ifstream file("../golden/nested.txt");
  std::string word;
  while (file >> word && word != name) {
  }
  std::vector<double> numbers;
  for (double x = 0; file >> x;) numbers.push_back(x);
  REQUIRE_FALSE(numbers.empty());
  return Eigen::Map<VectorXd>(numbers.data(), Eigen::Index(numbers.size()));
}

/// The largest difference, in units of JAX's answer.
double distance(const VectorXd& ours, const VectorXd& theirs) {
  REQUIRE(ours.size() == theirs.size());
  return (ours - theirs).cwiseAbs().maxCoeff() / (1 + theirs.cwiseAbs().maxCoeff());
}

template <class F>
double error_against(const std::string& name, const F& loss) {
  const VectorXd all = golden(name);
  const Eigen::Index n = (all.size() - 1) / 2;
  const auto [value, gradient] = grove::value_and_grad(loss)(VectorXd(all.head(n)));
  return distance(gradient, all.tail(n)) + std::abs(value - all[n]) / (1 + std::abs(all[n]));
}

// ---- The losses of make_nested.py -----------------------------------------------------------------------------------

template <class T = double>
struct Network {
  grove::Vector<T> weight, bias, out;

  auto operator()(const auto& t) const {
    return grove::sum(out.array() * grove::tanh(weight.array() * t + bias.array()));
  }
};

/// The residuals of u'' + 4u = 0, u(0) = 1, u'(0) = 0; `derivatives(u, t)` returns u' and u'' at t.
template <class P, class D>
auto physics(const P& p, const D& derivatives) {
  using T = grove::scalar_t<P>;
  const Network<T> u{p.head(6), p.segment(6, 6), p.tail(6)};
  T loss = grove::square(u(T(0.0)) - 1.0) + grove::square(derivatives(u, T(0.0)).first);
  for (const double t : {0.0, 0.3, 0.6, 0.9}) {
    loss += grove::square(derivatives(u, T(t)).second + 4.0 * u(T(t)));
  }
  return loss;
}

/// Pairs of columns of x; p = (depth, radius, charge).
struct Energy {
  template <class X, class P>
  auto operator()(const X& x, const P& p) const {
    using T = std::conditional_t<(sizeof(grove::scalar_t<X>) > sizeof(grove::scalar_t<P>)), grove::scalar_t<X>,
                                 grove::scalar_t<P>>;
    T total = 0;
    for (Eigen::Index i = 0; i < x.cols(); ++i) {
      for (Eigen::Index j = 0; j < i; ++j) {
        const auto s = p[1] * p[1] / grove::squared_norm(x.col(i) - x.col(j));
        total += 4.0 * p[0] * (grove::pow(s, 6) - grove::pow(s, 3)) + p[2] * grove::sqrt(s);
      }
    }
    return total;
  }
};
const Eigen::MatrixXd atoms = (Eigen::MatrixXd(3, 5) << 0.0, 1.1, 0.2, 0.1, 1.2,  //
                               0.1, 0.0, 1.2, -0.2, 1.1,                          //
                               -0.1, 0.2, 0.0, 1.15, 0.9)
                                  .finished();

}  // namespace

TEST_CASE("nested: the physics-informed loss, in forward mode, reverse mode and by the Hessian product") {
  CHECK(error_against("physics", [](const auto& p) {
          return physics(p, [](const auto& u, const auto& t) {
            const auto slope = [&](const auto& s) { return grove::jvp(u)(s, 1.0).tangent; };
            const auto both = grove::jvp(slope)(t, 1.0);
            return std::pair(both.value, both.tangent);
          });
        }) < 1e-10);
  CHECK(error_against("physics", [](const auto& p) {
          return physics(p, [](const auto& u, const auto& t) {
            const auto slope = [&](const auto& s) { return grove::grad(u)(s); };
            return std::pair(slope(t), grove::grad(slope)(t));
          });
        }) < 1e-10);
  CHECK(error_against("physics", [](const auto& p) {
          return physics(p, [](const auto& u, const auto& t) {
            return std::pair(grove::jacfwd(u)(t)(0, 0), grove::hvp(u)(t, 1.0));
          });
        }) < 1e-10);
}

TEST_CASE("nested: forces, with the parameters captured or passed, at active or plain atoms") {
  const VectorXd truth{{0.8, 1.0, 0.3}};
  const Eigen::MatrixXd measured = grove::grad(Energy())(atoms, truth);
  CHECK(error_against("forces", [&](const auto& p) {
          return grove::mean(grove::square(grove::grad(Energy())(atoms, p) - measured));
        }) < 1e-10);
  CHECK(error_against("forces", [&](const auto& p) {
          using T = grove::scalar_t<decltype(p)>;
          const auto energy = [&](const auto& x) { return Energy()(x, p); };
          return grove::mean(grove::square(grove::grad(energy)(grove::Matrix<T>(atoms)) - measured));
        }) < 1e-10);
}

TEST_CASE("nested: two steps of gradient descent, differentiated by the start and the rate") {
  CHECK(error_against("meta", [](const auto& p) {
          using T = grove::scalar_t<decltype(p)>;
          const auto train = [](const auto& w) {
            return grove::sum(grove::cos(w).array() * w.array() * w.array()) + w[0] * w[1] * w[2];
          };
          grove::Vector<T> w = p.head(3);
          for (int step = 0; step < 2; ++step) w -= grove::exp(p[3]) * grove::grad(train)(w);
          return grove::squared_norm(w - VectorXd{{0.1, -0.2, 0.3}});
        }) < 1e-10);
}

TEST_CASE("nested: the Hessian of a loss that holds a product with a Hessian") {
  const auto loss = [](const auto& x) {
    const auto f = [](const auto& y) {
      return grove::sin(y[0]) * y[2] * y[2] + grove::sin(y[1]) * y[0] * y[0] + grove::sin(y[2]) * y[1] * y[1];
    };
    return grove::sum(grove::square(grove::hvp(f)(x, grove::exp(x))));
  };
  const VectorXd all = golden("curved");
  const VectorXd x = all.head(3);
  CHECK(distance(grove::grad(loss)(x), all.segment(4, 3)) < 1e-12);
  const Eigen::MatrixXd hessian = grove::hessian(loss)(x);
  CHECK(distance(hessian.reshaped(), all.tail(9)) < 1e-12);
}

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
  CHECK(grove::jvp(at)(0.8, 1.0).tangent == Approx(grove::grad(closed)(0.8)).epsilon(1e-12));
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
  // A constant has no tangent.
  CHECK(grove::jvp([](const auto&) { return 3.0; })(0.4, 1.0).tangent == 0.0);
  CHECK(grove::jvp([](const auto&) { return VectorXd(VectorXd::Ones(2)); })(0.4, 1.0).tangent.isZero(0));
}
