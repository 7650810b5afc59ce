// fuse: one operation for a block of scalar code, with the derivatives of the code itself.
#include "autodiff/operations/custom/fuse.hpp"

#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

namespace {

using Three = Eigen::Vector3d;

// A block of ten operations on three variables and one plain number.
const auto block = [](const auto& x, const auto& y, const auto& z, double c) {
  using std::exp;
  using std::sin;
  return sin(x * y) / (c + z * z) + exp(-z) * x - c * y;
};

const auto fused = [](const auto& v) { return grove::fuse(block, v[0], v[1], v[2], 1.5) * v[0]; };
const auto unfused = [](const auto& v) { return block(v[0], v[1], v[2], 1.5) * v[0]; };

template <class T>
struct Step {
  T position, velocity;
};

const Three at(0.7, -1.2, 0.4);

}  // namespace

TEST_CASE("a fused block has the value and the gradient of the block") {
  const auto [value, grads] = grove::value_and_grad(fused)(at);
  const auto expected = grove::value_and_grad(unfused)(at);
  CHECK(value == Approx(expected.value).epsilon(1e-15));
  CHECK(grads.isApprox(expected.grads, 1e-14));
  CHECK(grove::fuse(block, 0.7, -1.2, 0.4, 1.5) == block(0.7, -1.2, 0.4, 1.5));
}

TEST_CASE("a fused block is one operation, without the partials that are zero") {
  const auto steps = [](const auto& x, const auto& y) {
    const auto product = x * y;
    const auto ratio = product / (x + product);
    return product * ratio - ratio * ratio;
  };
  grove::grad([&](const auto& v) { return steps(v[0], v[1]); })(at);
  CHECK(grove::tape_stats().operations > 1);
  grove::grad([&](const auto& v) { return grove::fuse(steps, v[0], v[1]); })(at);
  CHECK(grove::tape_stats().operations == 1);

  const auto bytes_of = [](auto f) {
    grove::grad([&](const auto& v) { return grove::fuse(f, v[0], v[1], v[2]); })(at);
    return grove::tape_stats().bytes;
  };
  const std::size_t all = bytes_of([](auto x, auto y, auto z) { return x * y * z; });
  const std::size_t two = bytes_of([](auto x, auto y, auto) { return x * y; });
  CHECK(all == two + 12);
}

TEST_CASE("a fused block has second derivatives, tangents and Jacobians") {
  const Eigen::MatrixXd hessian = grove::hessian(fused)(at);
  CHECK(hessian.isApprox(grove::hessian(unfused)(at), 1e-13));
  const Three direction(0.3, 0.1, -2.0);
  CHECK(grove::hvp(fused)(at, direction).isApprox(hessian * direction, 1e-13));
  CHECK(grove::jvp(fused)(at, direction).tangent == Approx(grove::grad(unfused)(at).dot(direction)).epsilon(1e-14));
  const auto gradient_inside = [](const auto& v) {
    return grove::grad([&](const auto& x) { return grove::fuse(block, x, x * 2.0, x, 1.5); })(v[0]) * v[1];
  };
  const auto gradient_unfused = [](const auto& v) {
    return grove::grad([&](const auto& x) { return block(x, x * 2.0, x, 1.5); })(v[0]) * v[1];
  };
  CHECK(grove::grad(gradient_inside)(at).isApprox(grove::grad(gradient_unfused)(at), 1e-13));
}

TEST_CASE("a fused block returns arrays, tuples, aggregates and Eigen matrices") {
  const auto loss = [](const auto& v) {
    const auto pair = grove::fuse([](auto x, auto y) { return std::array{x * y, x / y}; }, v[0], v[1]);
    const auto [sum, three] = grove::fuse([](auto x, auto y) { return std::tuple(x + y, 3.0); }, v[1], v[2]);
    const auto step = grove::fuse(
        [](auto x, auto u) {
          return Step<decltype(x)>{x + 0.1 * u, u - 0.1 * x};
        },
        v[0], v[2]);
    const auto column =
        grove::fuse([](auto x, auto y) { return Eigen::Matrix<decltype(x), 2, 1>(x, x * y); }, v[0], v[1]);
    return pair[0] + pair[1] * sum * three + step.position * step.velocity + column[0] * column[1];
  };
  const auto plain = [](const auto& v) {
    const auto &x = v[0], y = v[1], z = v[2];
    return x * y + x / y * (y + z) * 3.0 + (x + 0.1 * z) * (z - 0.1 * x) + x * (x * y);
  };
  CHECK(loss(at) == Approx(plain(at)).epsilon(1e-15));
  CHECK(grove::grad(loss)(at).isApprox(grove::grad(plain)(at), 1e-14));
}

TEST_CASE("a fused block takes constants, copies and results kept with auto") {
  const auto loss = [](const auto& v) {
    using T = grove::scalar_t<decltype(v)>;
    const T constant = 2.0;
    auto first = grove::fuse([](auto x, auto c, auto y) { return x * c * sqrt(y); }, v[0], constant, v[2]);
    auto same = first;
    first *= v[1];
    T sum = grove::fuse([](auto x, auto y) { return x * y; }, same, same);
    sum += grove::fuse([](auto x, auto c) { return x - c; }, constant, T(1.0));
    return sum + first;
  };
  const auto plain = [](const auto& v) {
    const auto t = v[0] * 2.0 * sqrt(v[2]);
    return t * t + 1.0 + t * v[1];
  };
  CHECK(grove::grad(loss)(at).isApprox(grove::grad(plain)(at), 1e-14));
  CHECK(grove::evaluate(loss, at) == Approx(grove::evaluate(plain, at)));
  // The infinite slope of a constant, or of a variable, is not another variable's.
  const auto root = [](const auto& v) {
    return grove::fuse([](auto x, auto c) { return x + sqrt(c); }, v[0], grove::scalar_t<decltype(v)>(0.0));
  };
  CHECK(grove::grad(root)(at) == Three(1, 0, 0));
  const auto roots = [](const auto& v) { return grove::fuse([](auto x, auto y) { return x + sqrt(y); }, v[0], v[1]); };
  const Eigen::Vector2d slopes = grove::grad(roots)(Eigen::Vector2d(1, 0));
  CHECK(slopes[0] == 1.0);
  CHECK(slopes[1] == std::numeric_limits<double>::infinity());
}

TEST_CASE("a fused block may begin and continue sums, and long chains of it are flat") {
  const auto chain = [](const auto& v) {
    auto x = v[0] * 1.0;
    auto sum = x * 0.0;
    for (int i = 0; i < 1000; ++i) {
      x = grove::fuse([](auto a, auto b) { return a + 0.001 * (b - a * a); }, x, v[1]);
      sum += grove::fuse([](auto a) { return a * a; }, x);
    }
    return sum;
  };
  const auto unfused_chain = [](const auto& v) {
    auto x = v[0] * 1.0;
    auto sum = x * 0.0;
    for (int i = 0; i < 1000; ++i) {
      x = x + 0.001 * (v[1] - x * x);
      sum += x * x;
    }
    return sum;
  };
  CHECK(grove::grad(chain)(at).isApprox(grove::grad(unfused_chain)(at), 1e-12));
}

TEST_CASE("a variable of a recording that is over is refused") {
  grove::Var<double> kept;
  grove::grad([&](auto x) {
    kept = x * x;
    return x;
  })(2.0);
  CHECK_THROWS_AS(grove::grad([&](auto x) { return grove::fuse([](auto a, auto b) { return a * b; }, x, kept); })(2.0),
                  grove::StaleVariableError);
}
