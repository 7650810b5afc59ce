// `auto` is always right: named, returned, reused and branched sub-expressions have the gradient they should have.
// Headers: autodiff/operations/arrangement/broadcast.hpp
#include <Eigen/Dense>

#include "autodiff/autodiff.hpp"
#include "autodiff/numeric.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using grove::test::gradient_error;

namespace {

constexpr double tolerance = 1e-8;

template <class T>
struct Pair {
  T a, b;
};

// Helpers that return unevaluated expressions of their own locals.
template <class X>
auto shifted(const X& x) {
  const Eigen::VectorXd shift = Eigen::VectorXd::LinSpaced(x.size(), 1.0, 2.0);
  return x - shift;
}
template <class X>
auto shifted_twice(const X& x) {
  auto once = shifted(x);
  auto twice = once + once;
  return twice * 3.0;
}
template <class X>
auto times_local_matrix(const X& x) {
  const MatrixXd a = MatrixXd::Constant(x.size(), x.size(), 0.5) + MatrixXd::Identity(x.size(), x.size());
  return a * x;
}
template <class T>
T pass(const T& x) {
  return x;
}
template <class T>
T remember(std::vector<T>& log, const T& x, const T& y) {
  T product = x * y;
  log.push_back(product);
  return product;
}

}  // namespace

TEST_CASE("scalar expressions may be stored, reused and extended in any order") {
  const Pair<double> p{0.7, -1.3};
  const auto check = [&](auto f) { CHECK(gradient_error(f, p) < tolerance); };

  SECTION("stored with auto and used twice") {
    check([](const auto& q) {
      auto s = q.a * q.b;
      auto t = s + s;
      auto u = t * s;
      return u - t / (s * s);
    });
  }
  SECTION("a stored expression on either side of an operator, while a temporary is newest") {
    check([](const auto& q) {
      auto s = q.a * q.b;
      auto t = sin(q.a);
      return (s * (q.a + q.b)) - ((q.b - q.a) * s) + (t * q.b) * (s + t * t) + s;
    });
  }
  SECTION("two temporaries in both orders") {
    check([](const auto& q) {
      return (q.a * q.b + q.a * q.a) * (q.b * q.b - q.a / q.b) + (q.a - q.b) / (q.a + q.b * 2.0);
    });
  }
  SECTION("deep temporaries on both sides") {
    check([](const auto& q) {
      return exp((q.a * q.b - q.b) * (q.a + 1.0)) * sin((q.b * q.b + q.a) / (q.a * q.a + 2.0)) -
             (q.a - (q.b - (q.a - (q.b * q.a))));
    });
  }
  SECTION("a copy keeps its value when the original goes on") {
    check([](const auto& q) {
      auto s = q.a * q.b;
      const auto copy = s;
      s += q.a;
      s *= q.b;
      return copy * s + copy;
    });
  }
  SECTION("accumulators, also with terms that use them") {
    check([](const auto& q) {
      auto s = q.a * q.b;
      for (int i = 0; i < 5; ++i) s += q.a * q.b + double(i);
      s += s * q.a;
      s -= s * s * 0.1;
      s += s;
      auto r = s;
      r -= q.a * s;
      return r * s;
    });
  }
  SECTION("a value returned through a helper is shared, not extended") {
    check([](const auto& q) {
      auto s = q.a * q.b;
      auto r = pass(s) + q.a;  // an rvalue that is not the only handle
      return r * s;
    });
  }
  SECTION("a value logged by a helper and returned") {
    check([](const auto& q) {
      std::vector<grove::scalar_t<decltype(q)>> log;
      auto s = remember(log, q.a, q.b) + q.b;
      auto t = remember(log, q.b, q.b) * q.a;
      return s * log[0] + t * log[1];
    });
  }
  SECTION("swapping and sorting variables moves their gradients along") {
    check([](const auto& q) {
      std::vector<grove::scalar_t<decltype(q)>> v{q.a * q.a, q.b * q.b, q.a + q.b, q.a * 1.0};
      std::sort(v.begin(), v.end());
      std::swap(v[0], v[3]);
      return v[0] * 1.0 + v[1] * 10.0 + v[2] * 100.0 + v[3] * v[0];
    });
  }
  SECTION("the conditional operator on variables and expressions") {
    for (const bool cond : {true, false}) {
      check([cond](const auto& q) {
        auto s = cond ? q.a : q.a * q.b;
        auto t = cond ? q.a * q.b : q.b;
        auto u = s > t ? s - t : t - s;
        return s * t + u;
      });
    }
  }
  SECTION("mixed with whole numbers, floats and constants") {
    check([](const auto& q) {
      grove::scalar_t<decltype(q)> zero = 0;
      auto s = zero + 2 * q.a + 3 - q.b / 2;
      s += 1;
      s += zero;
      s *= 2;
      return s * s - 1.5f * q.a + (1 - q.b) / (2 + q.a);
    });
  }
  SECTION("std::move of a name that is then assigned again") {
    check([](const auto& q) {
      auto s = q.a * q.b;
      s = std::move(s) + q.a;
      s = std::move(s) * q.b;
      return s * q.a;
    });
  }
}

TEST_CASE("array expressions may be stored, reused, returned and branched") {
  VectorXd x(4);
  x << 0.3, -0.8, 1.2, 0.5;
  const MatrixXd a =
      MatrixXd::NullaryExpr(4, 4, [](Eigen::Index i, Eigen::Index j) { return 0.1 * double(i * i) - 0.3 * double(j); });
  const VectorXd y = VectorXd::LinSpaced(4, -1.0, 2.0);
  const auto check = [&](auto f) { CHECK(gradient_error(f, x, a, y) < tolerance); };

  SECTION("stored with auto, used twice") {
    check([](const auto& v, const auto&, const auto& t) {
      auto r = v - t;
      auto s = r + r;
      auto u = s.array() * r.array();
      return u.sum() + r.squaredNorm() + s.dot(r);
    });
  }
  SECTION("returned from helpers that own what they refer to") {
    check([](const auto& v, const auto&, const auto&) {
      return shifted(v).squaredNorm() + shifted_twice(v).dot(shifted(v));
    });
    check([](const auto& v, const auto&, const auto&) { return times_local_matrix(v).squaredNorm(); });
    check([](const auto& v, const auto&, const auto&) {
      auto w = times_local_matrix(v);
      return times_local_matrix(w).dot(v);
    });
  }
  SECTION("temporaries of plain Eigen in the middle") {
    check([](const auto& v, const MatrixXd& m, const VectorXd& t) {
      auto e = (m.transpose() * m) * v + VectorXd(2.0 * t);
      auto f = e.array() * (t.array() + 1.0);
      auto g = f - VectorXd::Ones(4).array();
      return g.sum() + g.square().sum();
    });
  }
  SECTION("copies of expressions share one evaluation") {
    check([](const auto& v, const auto&, const auto& t) {
      auto r = v.array() * t.array();
      auto copy = r;
      auto list = std::vector{r, copy, r};
      return (list[0] * list[1] + list[2]).sum();
    });
  }
  SECTION("the conditional operator on handles and expressions") {
    for (const bool cond : {true, false}) {
      check([cond](const auto& v, const auto&, const auto& t) {
        auto s = cond ? v : v * 2.0;
        auto r = cond ? v - t : v;
        return s.dot(r);
      });
    }
  }
  SECTION("compound assignment renames, it does not change what was used before") {
    check([](const auto& v, const auto&, const auto& t) {
      auto h = v + t;
      auto before = h;
      h += v;
      h *= 2.0;
      h = h - before;
      return h.dot(before) + before.squaredNorm();
    });
  }
  SECTION("views of expressions, and scalars taken from them") {
    check([](const auto& v, const auto&, const auto& t) {
      auto h = (v + t).head(2);
      auto s = (v * 2.0)[1] * h[0];
      auto m = v * v.transpose();
      return h.sum() * s + m.row(1).sum() * m(2, 3) + m.transpose().col(1)[2] + m.block(1, 1, 2, 3).squaredNorm() +
             m.diagonal().sum();
    });
  }
  SECTION("long chains are cut into pieces without changing the result") {
    check([](const auto& v, const auto&, const auto& t) {
      auto c = v.array();
      auto d = t.array();
      return ((c + d) * (c - d) * (c + d) * (c - d) + c * c * c * c * c * c -
              (c * d + c * d + c * d) * (d + c * 2.0 - d / 3.0))
          .sum();
    });
  }
  SECTION("active scalars broadcast into arrays, named and temporary") {
    check([](const auto& v, const auto&, const auto& t) {
      auto s = v[0] * v[1];
      auto lazy = v.array() * s + (v[2] * v[3]);
      s += v[1];
      auto after = t.array() * s - s * v[0];
      return (lazy * after).sum() + (t * s).squaredNorm() + (s * t + t / s).sum();
    });
  }
}

TEST_CASE("an expensive function of a named expression is evaluated once") {
  VectorXd x = VectorXd::LinSpaced(50, 0.1, 2.0);
  const auto operations = [&](auto f) {
    grove::grad(f)(x);
    return grove::tape_stats().operations;
  };
  const auto once = operations([](const auto& v) { return (v.array() * 2.0).exp().sum(); });
  const auto twice = operations([](const auto& v) {
    auto e = (v.array() * 2.0).exp();
    return e.sum() + e.sum() + e.sum();
  });
  CHECK(twice <= once + 4);  // two more sums and two additions, but no second exponential
  const auto named = operations([](const auto& v) {
    auto e = v.array() * 2.0 + 1.0;  // cheap, but named: one node however often it is used
    return (e * e).sum() + e.sum() + e.exp().sum();
  });
  CHECK(named <= 7);
}
