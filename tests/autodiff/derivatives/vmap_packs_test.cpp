// Several instances at once: the same as one by one, whatever a loss does.
#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// n points of three numbers, some negative, no two alike.
MatrixXd points(Eigen::Index n) {
  return MatrixXd::NullaryExpr(
      n, 3, [](Eigen::Index i, Eigen::Index j) { return 1.3 * std::sin(1.7 * double(i) + 0.9 * double(j) + 0.4); });
}

/// The same function one by one: vmap looks for a derivative function, which this is not.
template <class F>
auto singly(F f) {
  return grove::vmap([f](const auto&... args) { return f(args...); });
}

int calls = 0;
template <class Loss>
double error_in_packs(const Loss& loss, const MatrixXd& x, int expected_calls = 0) {
  calls = 0;
  const auto [values, grads] = grove::vmap(grove::value_and_grad(loss))(x);
  if (expected_calls != 0) CHECK(calls == expected_calls);
  const auto alone = singly(grove::value_and_grad(loss))(x);
  return (values - alone.value).norm() + (grads - alone.grads).norm();
}

}  // namespace

TEST_CASE("rows, arrays and where take eight instances at once, the remainder too", "[vmap]") {
  const Eigen::Vector3d c(0.5, -1, 2);
  const auto loss = [&c](const auto& p) {
    ++calls;
    const auto scalars = exp(p(0)) * tanh(p(1)) / (2 + p(2) * p(2)) + pow(abs(p(0)), 1.5) + sqrt(p(1) * p(1) + 1) +
                         grove::maximum(p(0), p(1)) + where(p(2) > 0.2, p(2) * p(0), -p(1)) + log1p(p(0) * p(0));
    const auto arrays = (sin(p.array()) * c.array()).sum() + p.squaredNorm() + (p * p.transpose() * c).sum();
    return scalars + arrays;
  };
  CHECK(error_in_packs(loss, points(19), 3) < 1e-13);
  CHECK(error_in_packs(loss, points(2), 2) == 0);
}

TEST_CASE("derivatives along tangents take eight instances at once", "[vmap]") {
  const MatrixXd x = points(19), v = points(40).bottomRows(19);
  const auto curve = [](const auto& p) {
    ++calls;
    return (exp(p(0)) * p.array() + square(p(1))).matrix().eval();
  };
  const auto together = [](const auto& f, const MatrixXd& at, const MatrixXd& along, double scale) {
    return grove::vmap<0, 1>(f)(at, along, scale);
  };
  const auto alone = [](const auto& f, const MatrixXd& at, const MatrixXd& along, double scale) {
    return grove::vmap<0, 1>([f](const auto&... args) { return f(args...); })(at, along, scale);
  };
  const auto scaled = [&](const auto& p, double scale) { return (scale * curve(p)).eval(); };
  calls = 0;
  const auto packed = together(grove::jvp(scaled), x, v, 2.0);
  CHECK(calls == 3);
  const auto singly = alone(grove::jvp(scaled), x, v, 2.0);
  CHECK((packed.value - singly.value).norm() < 1e-13);
  CHECK((packed.tangent - singly.tangent).norm() < 1e-13);

  const auto loss = [&](const auto& p, double scale) { return scale * sin(p(2)) * curve(p).squaredNorm(); };
  calls = 0;
  const MatrixXd products = together(grove::hvp(loss), x, v, 0.1);
  CHECK(calls == 3);
  CHECK((products - alone(grove::hvp(loss), x, v, 0.1)).norm() < 1e-12 * products.norm());
  // A branch on which they disagree, and one point for all tangents: one by one.
  const auto branching = [](const auto& p, double scale) { return p(0) > 0 ? scale * p(1) * p(1) : exp(p(1)); };
  CHECK((together(grove::hvp(branching), x, v, 3.0) - alone(grove::hvp(branching), x, v, 3.0)).norm() == 0);
  const Eigen::Vector3d point = x.row(0).transpose();
  CHECK((grove::vmap<1>(grove::jvp(curve))(point, v).tangent.row(3).transpose() -
         grove::jvp(curve)(point, Eigen::Vector3d(v.row(3).transpose())).tangent)
            .norm() == 0);
}

TEST_CASE("a function without derivatives takes eight instances at once if told to", "[vmap]") {
  const MatrixXd x = points(19);
  const auto height = [](const auto& p) {
    ++calls;
    return exp(-p(0) * p(0)) * sqrt(1 + p(1) * p(1)) + grove::where(p(2) > 0.2, p(2), p(0));
  };
  const auto check = [&](const auto& f, int expected_calls) {
    calls = 0;
    const auto packed = grove::vmap(grove::in_packs(f))(x);
    CHECK(calls == expected_calls);
    const auto alone = grove::vmap(f)(x);
    CHECK((packed - alone).norm() <= 1e-14 * alone.norm());
  };
  check(height, 3);
  check([&](const auto& p) { return (height(p) * p.array() + 1).matrix().eval(); }, 3);
  check([&](const auto& p) { return 2 * (p * height(p)); }, 3);  // an expression
  check([&](const auto& p) { return p(0) > 0 ? height(p) : 0 * p(1); }, int((x.col(0).array() > 0).count()));
  calls = 0;
  const std::vector<bool> signs = grove::vmap(grove::in_packs([](const auto& p) { return ++calls, p(0) > 0; }))(x);
  CHECK(calls == 19);
  CHECK(signs[3] == (x(3, 0) > 0));
  const auto [sum, both] = grove::vmap<0, 2>(grove::in_packs([](const auto& p, double c, const auto& q) {
    return std::pair{p.sum() * c, (p + q).eval()};
  }))(x, 2.0, x);
  CHECK((sum - 2 * x.rowwise().sum()).norm() < 1e-14);
  CHECK(both == 2 * x);
}

TEST_CASE("where instances go different ways they go one by one", "[vmap]") {
  const auto branching = [](const auto& p) {
    ++calls;
    const double size = grove::value_of(p).norm();  // a number, not one of several
    auto y = p(0) * size;
    if (p(1) > 0) y += p(1) * p(1);
    return y;
  };
  CHECK(error_in_packs(branching, points(24)) == 0);
  const MatrixXd alike = MatrixXd::Constant(8, 3, 0.5);
  CHECK(error_in_packs(branching, alike, 1) == 0);

  const auto swallowing = [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    try {
      return p(0) > 0 ? T(p(1)) : T(p(2));
    } catch (...) {
      return T(7);
    }
  };
  CHECK(error_in_packs(swallowing, points(16)) == 0);

  // A pack of its own, inside, does not wipe out what happened around it.
  const auto and_inside = [&swallowing, inner = points(8)](const auto& p) {
    const auto y = swallowing(p);
    return y * grove::vmap(grove::grad([](const auto& q) { return q(0) * q(0); }))(inner).sum();
  };
  CHECK(error_in_packs(and_inside, points(16)) == 0);
}

TEST_CASE("rules for plain numbers and linear algebra work on every instance", "[vmap]") {
  const auto rule = grove::custom_vjp([](double x) { return std::sin(x); },
                                      [](double x) {
                                        return std::pair{std::sin(x), x};
                                      },
                                      [](double x, double c) { return c * std::cos(x); });
  CHECK(error_in_packs([&rule](const auto& p) { return rule(p(0)) * p(1); }, points(9)) == 0);
  const Eigen::Matrix3d a = Eigen::Matrix3d{{4, 1, 0}, {1, 5, 2}, {0, 2, 6}};
  const auto solving = [&a](const auto& p) { return solve(a + p * p.transpose(), p).sum(); };
  CHECK(error_in_packs(solving, points(9)) == 0);
}

TEST_CASE("an infinity in one instance, and a zero times it, are what they are alone", "[vmap]") {
  const auto norm = [](const auto& p) { return sqrt(p(0) * p(0) + p(1) * p(1)) + 1 / p(2); };
  MatrixXd x = points(16);
  x.row(3) << 0, 0, 1;
  x.row(5) << 1, 2, 0;
  x.row(6).setConstant(std::numeric_limits<double>::quiet_NaN());
  const MatrixXd packed = grove::vmap(grove::grad(norm))(x), alone = singly(grove::grad(norm))(x);
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    const double p = packed(k), q = alone(k);
    CHECK((p == q || (std::isnan(p) && std::isnan(q)) || std::abs(p - q) < 1e-14));
  }
  CHECK(packed.row(3) == Eigen::RowVector3d(0, 0, -1));
}
