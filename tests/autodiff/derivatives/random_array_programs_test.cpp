// Random programs of array statements, on plain arrays, by reverse and by forward mode: however expressions are fused,
// value and derivative are those of the program as it is written.
#include <Eigen/Dense>
#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "autodiff/detail/random_bits.hpp"
#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

using grove::stop_gradient, grove::value_of;

namespace {

constexpr int n = 5;

struct Statement {
  int kind;
  std::size_t target, a, b, c;
};
using Program = std::vector<Statement>;

template <class T = double>
struct Params {
  grove::Array<T> x, y;
  T scale;
  grove::Matrix<T> w;
};

constexpr int kinds = 36, stopping[] = {28, 29, 30, 31, 33};  // of these no differences are derivatives

// Rules of the user's own, right ones; the third throws for some arguments.
const auto square_by_pullback = grove::custom_vjp([](const auto& x) { return (x * x).eval(); },
                                                  [](const auto& x) {
                                                    return std::pair{(x * x).eval(), x};
                                                  },
                                                  [](const auto& x, const auto& c) { return (2.0 * x * c).eval(); });
const auto scaled_by_tangent =
    grove::custom_jvp([](const auto& s, const auto& a) { return (a * s).eval(); },
                      [](const auto& x, const auto& t) {
                        const auto& [s, a] = x;
                        return std::pair{(a * s).eval(), (std::get<1>(t) * s + a * std::get<0>(t)).eval()};
                      });
const auto halved = [](const auto& x) {
  if (x[0] < 0) throw std::domain_error("negative");
  return (x * 0.5).eval();
};
const auto throwing = grove::custom_vjp(
    halved,
    [](const auto& x) {
      return std::pair{halved(x), 0.5};
    },
    [](double slope, const auto& c) { return (c * slope).eval(); });

const auto run = [](const auto& p, const Program& program, const Eigen::ArrayXd& k, const Eigen::MatrixXd& m) {
  using T = grove::scalar_t<decltype(p)>;
  using A = grove::Array<T>;
  std::vector<A> values{A(p.x), A(p.y), A(p.x * p.y), A(p.scale * p.x)};
  T sum = p.scale * 0.1;
  for (const auto& s : program) {
    A& r = values[s.target];
    const A a = values[s.a], b = values[s.b], c = values[s.c];
    switch (s.kind) {
      case 0:
        r = a * b - c;
        break;
      case 1: {
        const auto t = a * b;
        const auto u = t + c;
        r = t * u;
        break;
      }
      case 2:
        r = grove::tanh(a + k * b - 0.3);
        break;
      case 3:
        sum += grove::sum(a * b);
        break;
      case 4:
        sum -= grove::mean(grove::square(a - k));
        break;
      case 5:
        r = (m * a.matrix()).array() + c;
        break;
      case 6:
        r = (p.w * a.matrix()).array() * b;
        break;
      case 7:
        sum += grove::sum(grove::square((m * a.matrix()).array() + sum * 0.1 - k));
        break;
      case 8:
        r = a * sum * 0.1 + p.scale;
        break;
      case 9:
        r += a * 0.5;
        break;
      case 10:
        r -= grove::exp(-grove::square(a) * 0.3) * b;
        break;
      case 11:
        r = grove::where(k > 0.2, a, b * c);
        break;
      case 12:
        r = a / (2.0 + b * b);
        break;
      case 13: {
        const auto t = grove::logistic(a);
        r = t * (1.0 - t) + t * b;
        break;
      }
      case 14:
        sum += grove::sum(a.segment(1, 3) * b.segment(0, 3));
        break;
      case 15:
        sum += a[2] * b[3];
        break;
      case 16:
        r = -a + 2.0 * (b - a);
        break;
      case 17:
        sum += a.matrix().dot(b.matrix()) * 0.2;
        break;
      case 18: {
        const auto t = a * a;
        sum += grove::sum(t) + grove::sum(t * b);
        break;
      }
      case 19:
        r = grove::softmax(a * 2.0) * b;
        break;
      case 20:
        r = grove::cumsum(a) * 0.2;
        break;
      case 21:
        r = a.reverse() * b;
        break;
      case 22: {
        const auto t = (m * a.matrix()).array() + p.scale * b;
        r = t * 0.3;
        sum += grove::sum(t * t) * 0.01;
        break;
      }
      case 23:
        sum = grove::tanh(sum);
        break;
      case 24:
        sum += grove::logsumexp(a - b);
        break;
      case 25:
        r = grove::max(a, b) + grove::min(a, c) * 0.5;
        break;
      case 26:
        r = square_by_pullback(a * 0.5) * b + square_by_pullback(c);
        break;
      case 27:
        r = scaled_by_tangent(sum, a * b) + scaled_by_tangent(0.3, c) + scaled_by_tangent(p.scale, k);
        break;
      case 28:
        r = a * stop_gradient(b * c) - 0.5 * stop_gradient(a);
        break;
      case 29: {
        const double top = value_of(a * b).maxCoeff();
        r = (a - top) * value_of(b);
        break;
      }
      case 30:
        r = grove::map(
            [](const auto& x, const auto& y, const auto& factor) { return x * factor - tanh(x * y) * value_of(y); }, a,
            b, sum);
        break;
      case 31:
        sum =
            grove::fuse([](const auto& x, const auto& y) { return x * y - stop_gradient(x) * 0.1; }, sum, a[1]) * a[0];
        break;
      case 32: {
        A t = a * b;
        try {
          sum += t[0] * 0.1;
          t = throwing(t * c);
        } catch (const std::domain_error&) {
          t += c;
        }
        r = t - a;
        break;
      }
      case 33:  // the derivative of a derivative
        r = grove::grad([&](const auto& x) { return grove::sum(x * x * stop_gradient(x) + k * x); })(A(a * b)) * c;
        break;
      case 34:
        sum += grove::jvp([](const auto& x) { return grove::sum(grove::tanh(x) * x); })(a, b).tangent * 0.2;
        break;
      default:
        sum += grove::trace(p.w * p.w.transpose()) * 0.05;
    }
    r = grove::tanh(r);
  }
  for (const A& value : values) sum += grove::sum(value) * 0.125;
  return sum;
};

struct Random {
  std::uint64_t state = 11;

  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(grove::detail::split_mix(state) >> 11) * 0x1p-53;
  }
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(grove::detail::split_mix(state) % count); }
  Eigen::MatrixXd matrix(int cols, double size) {
    Eigen::MatrixXd result(n, cols);
    for (double& x : result.reshaped()) x = between(-size, size);
    return result;
  }
  Program program() {
    Program result(1 + below(8));
    for (Statement& s : result) s = {static_cast<int>(below(kinds)), below(4), below(4), below(4), below(4)};
    return result;
  }
};

}  // namespace

TEST_CASE("random programs of arrays have the same value and derivatives on plain arrays and in either mode") {
  Random random;
  std::string wrong;
  for (int i = 0; i < 3000 && wrong.empty(); ++i) {
    const Params<> at{random.matrix(1, 1).array(), random.matrix(1, 1).array(), random.between(-1, 1),
                      random.matrix(n, 0.5)};
    const Eigen::ArrayXd k = random.matrix(1, 1).array();
    const Eigen::MatrixXd m = random.matrix(n, 0.5);
    const Program program = random.program();
    const bool stops = std::any_of(program.begin(), program.end(), [](const Statement& statement) {
      return std::find(std::begin(stopping), std::end(stopping), statement.kind) != std::end(stopping);
    });
    const grove::test::Oracles oracles{.differences = i % 30 == 0 && !stops, .rounding = 1e-10};
    wrong = i % 30 == 0 ? grove::test::disagreement(oracles, run, at, program, k, m)
                        : grove::test::first_order_disagreement(oracles, run, at, program, k, m);
    if (wrong.empty()) continue;
    wrong += " in";
    for (const Statement& s : program) {
      for (const std::size_t number : {static_cast<std::size_t>(s.kind), s.target, s.a, s.b, s.c})
        wrong += " " + std::to_string(number);
      wrong += ";";
    }
  }
  CHECK(wrong == "");
}
