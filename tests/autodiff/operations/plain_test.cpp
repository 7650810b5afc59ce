// Free functions on plain operands: the values that Eigen and the standard library give, and results that are safe
// inside larger Eigen expressions.
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "autodiff/operations/operations.hpp"
#include "optim/losses/regression.hpp"
#include "tests/autodiff/derivatives.hpp"

using Eigen::ArrayXd;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using grove_test::message_of;

namespace {

using Unary = std::function<ArrayXd(const ArrayXd&)>;
using Binary = std::function<ArrayXd(const ArrayXd&, const ArrayXd&)>;

/// Overwrites what temporaries left behind, on the stack and on the heap.
[[gnu::noinline]] double litter() {
  volatile double stack[512];
  for (auto& x : stack) x = 1e300;
  double total = 0;
  for (int n = 1; n < 64; ++n) total += ArrayXd::Constant(n, 1e300).maxCoeff();
  return total + stack[7];
}

bool same(const Eigen::ArrayXXd& a, const Eigen::ArrayXXd& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  for (Eigen::Index k = 0; k < a.size(); ++k) {
    const double x = a.reshaped()[k], y = b.reshaped()[k];
    if (!(x == y || (x != x && y != y))) return false;
  }
  return true;
}

/// f() inside expressions that outlive every statement and every function that its parts came from.
template <class R>
void check_safe(const std::string& name, const std::function<R()>& f) {
  INFO(name);
  const Eigen::ArrayXXd part = f().array().template cast<double>();
  using S = typename R::Scalar;
  const auto right = [&] { return S(1.5) - f().array() / S(3); }();
  const auto left = [&] { return f().array() * S(2) + S(0.25); }();
  const auto from_local = [&] {
    const auto local = f();
    auto scaled = S(2) * local.array();
    return scaled * local.array();
  }();
  const auto of_view = [&] { return f().matrix().transpose().array() - f().matrix().transpose().array() * S(2); }();
  auto named = f();
  const auto of_named = named.array() + S(1);
  named *= S(5);
  if (named.size() != 0) named(0, 0) = S(7);
  litter();
  const auto same_as = [&](const auto& expression, const Eigen::ArrayXXd& want) {
    return same(Eigen::ArrayXXd(expression.template cast<double>()).template cast<float>().template cast<double>(),
                want.template cast<float>().template cast<double>());
  };
  CHECK(same_as(right, 1.5 - part / 3.0));
  CHECK(same_as(left, part * 2.0 + 0.25));
  CHECK(same_as(from_local, 2.0 * part * part));
  CHECK(same_as(of_view, part.transpose() - part.transpose() * 2.0));
  CHECK(same_as(of_named, part + 1.0));
}
template <class F>
void check_safe(const std::string& name, const F& f) {
  check_safe(name, std::function<decltype(f())()>(f));
}

}  // namespace

TEST_CASE("plain calls: elementwise functions have the standard library's values at every size") {
  const std::vector<std::tuple<std::string, Unary, double (*)(double)>> functions{
#define GROVE_TEST_STD(f)                                                                           \
  {                                                                                                 \
#f, [](const ArrayXd& x) -> ArrayXd { return grove::f(x); }, [](double x) { return std::f(x); } \
  }
      GROVE_TEST_STD(exp),
      GROVE_TEST_STD(exp2),
      GROVE_TEST_STD(expm1),
      GROVE_TEST_STD(log),
      GROVE_TEST_STD(log2),
      GROVE_TEST_STD(log10),
      GROVE_TEST_STD(log1p),
      GROVE_TEST_STD(sqrt),
      GROVE_TEST_STD(cbrt),
      GROVE_TEST_STD(sin),
      GROVE_TEST_STD(cos),
      GROVE_TEST_STD(tan),
      GROVE_TEST_STD(asin),
      GROVE_TEST_STD(acos),
      GROVE_TEST_STD(atan),
      GROVE_TEST_STD(sinh),
      GROVE_TEST_STD(cosh),
      GROVE_TEST_STD(tanh),
      GROVE_TEST_STD(asinh),
      GROVE_TEST_STD(acosh),
      GROVE_TEST_STD(atanh),
      GROVE_TEST_STD(erf),
      GROVE_TEST_STD(erfc),
      GROVE_TEST_STD(abs),
      GROVE_TEST_STD(floor),
      GROVE_TEST_STD(ceil),
      GROVE_TEST_STD(round),
      GROVE_TEST_STD(trunc),
      GROVE_TEST_STD(lgamma),
#undef GROVE_TEST_STD
#define GROVE_TEST_OWN(f, formula)                                                                          \
  {                                                                                                         \
#f, [](const ArrayXd& x) -> ArrayXd { return grove::f(x); }, [](double x) -> double { return formula; } \
  }
      GROVE_TEST_OWN(square, x * x),
      GROVE_TEST_OWN(rsqrt, 1 / std::sqrt(x)),
      GROVE_TEST_OWN(sign, x > 0 ? 1 : (x < 0 ? -1 : x)),
      GROVE_TEST_OWN(logistic, 1 / (1 + std::exp(-x))),
      GROVE_TEST_OWN(sigmoid, 1 / (1 + std::exp(-x))),
      GROVE_TEST_OWN(relu, x > 0 ? x : 0 * x),
      GROVE_TEST_OWN(softplus, std::log1p(std::exp(-std::abs(x))) + std::max(x, 0.0)),
      GROVE_TEST_OWN(log_sigmoid, -(std::log1p(std::exp(-std::abs(x))) + std::max(-x, 0.0))),
      GROVE_TEST_OWN(silu, x / (1 + std::exp(-x))),
      GROVE_TEST_OWN(elu, x > 0 ? x : std::expm1(x)),
      GROVE_TEST_OWN(erfcx, std::exp(x * x) * std::erfc(x)),
#undef GROVE_TEST_OWN
  };
  for (const auto& [name, f, want] : functions) {
    for (const int n : {0, 1, 2, 5, 9}) {
      const ArrayXd x = ArrayXd::LinSpaced(n, -0.9, 1.7);
      const ArrayXd y = f(x);
      REQUIRE(y.size() == n);
      for (int k = 0; k < n; ++k) {
        INFO(name << " of " << x[k]);
        const double expected = want(x[k]);
        if (expected != expected) {
          CHECK(y[k] != y[k]);
        } else {
          CHECK(y[k] == Approx(expected).epsilon(1e-13).margin(1e-15));
        }
      }
    }
  }
}

TEST_CASE("plain calls: functions of two operands, arrays and numbers on either side") {
  struct Case {
    std::string name;
    std::function<ArrayXd(const ArrayXd&, const ArrayXd&)> arrays;
    std::function<ArrayXd(const ArrayXd&, double)> number_right;
    std::function<ArrayXd(double, const ArrayXd&)> number_left;
    double (*want)(double, double);
  };
#define GROVE_TEST_PAIR(f, formula)                                                 \
  Case {                                                                            \
#f, [](const ArrayXd& a, const ArrayXd& b) -> ArrayXd { return grove::f(a, b); }, \
        [](const ArrayXd& a, double b) -> ArrayXd { return grove::f(a, b); },    \
        [](double a, const ArrayXd& b) -> ArrayXd { return grove::f(a, b); },    \
        [](double a, double b) -> double { return formula; } \
  }
  const std::vector<Case> cases{GROVE_TEST_PAIR(pow, std::pow(a, b)),
                                GROVE_TEST_PAIR(hypot, std::hypot(a, b)),
                                GROVE_TEST_PAIR(atan2, std::atan2(a, b)),
                                GROVE_TEST_PAIR(fmod, std::fmod(a, b)),
                                GROVE_TEST_PAIR(maximum, std::max(a, b)),
                                GROVE_TEST_PAIR(minimum, std::min(a, b)),
                                GROVE_TEST_PAIR(max, std::max(a, b)),
                                GROVE_TEST_PAIR(min, std::min(a, b)),
                                GROVE_TEST_PAIR(xlogy, a == 0 ? 0 : a * std::log(b)),
                                GROVE_TEST_PAIR(logaddexp, std::log(std::exp(a) + std::exp(b)))};
#undef GROVE_TEST_PAIR
  for (const Case& c : cases) {
    for (const int n : {0, 1, 4}) {
      const ArrayXd a = ArrayXd::LinSpaced(n, 0.3, 2.1), b = ArrayXd::LinSpaced(n, 1.9, 0.2);
      const ArrayXd both = c.arrays(a, b), right = c.number_right(a, 1.2), left = c.number_left(1.2, b);
      for (int k = 0; k < n; ++k) {
        INFO(c.name << " of " << a[k] << " and " << b[k]);
        CHECK(both[k] == Approx(c.want(a[k], b[k])).epsilon(1e-13));
        CHECK(right[k] == Approx(c.want(a[k], 1.2)).epsilon(1e-13));
        CHECK(left[k] == Approx(c.want(1.2, b[k])).epsilon(1e-13));
      }
      CHECK(message_of<grove::ShapeError>([&] { c.arrays(a, ArrayXd::Ones(n + 1)); }) ==
            (c.name == "max" ? "maximum" : (c.name == "min" ? "minimum" : c.name)) + ": " + std::to_string(n) +
                "×1 and " + std::to_string(n + 1) + "×1 differ");
    }
  }
}

TEST_CASE("plain calls: reductions and rearrangements have Eigen's values, of empty arrays too") {
  for (const int n : {0, 1, 3}) {
    const MatrixXd m = MatrixXd::Random(n, 2) + MatrixXd::Constant(n, 2, 1.5);
    const VectorXd v = m.col(0);
    CHECK(grove::sum(m) == Approx(m.sum()));
    CHECK(grove::prod(m) == Approx(m.prod()));
    CHECK(grove::norm(m) == Approx(m.norm()));
    CHECK(grove::squared_norm(m) == Approx(m.squaredNorm()));
    CHECK(grove::dot(v, v) == Approx(v.dot(v)));
    CHECK(same(grove::sum(m.rowwise()), m.rowwise().sum()));
    CHECK(same(grove::sum(m.colwise()), m.colwise().sum()));
    CHECK(same(grove::reverse(v), v.reverse()));
    CHECK(grove::cumsum(v).size() == n);
    CHECK(same(grove::hcat(m, v), (MatrixXd(n, 3) << m, v).finished()));
    CHECK(same(grove::vcat(v, v).head(n), v));
    CHECK(same(grove::gather(v, std::vector<int>(static_cast<std::size_t>(2 * n), 0)),
               v.head(std::min(n, 1)).replicate(2 * n, 1)));
    CHECK(grove::softmax(v).sum() == Approx(n == 0 ? 0 : 1));
    CHECK(same(grove::where(v.array() > 0, v.array(), 0.0), v.array()));
    CHECK(same(grove::outer(v, v), v * v.transpose()));
    CHECK(same(grove::map([](auto x) { return x * x; }, v), v.cwiseAbs2()));
    if (n == 0) {
      CHECK(grove::logsumexp(v) == -std::numeric_limits<double>::infinity());
      CHECK_THROWS_AS(grove::mean(v), grove::ShapeError);
      CHECK_THROWS_AS(grove::max(v), grove::ShapeError);
      CHECK_THROWS_AS(grove::min(v), grove::ShapeError);
      CHECK_THROWS_AS(grove::variance(v), grove::ShapeError);
      CHECK_THROWS_AS(grove::mean(m.colwise()), grove::ShapeError);
    } else {
      CHECK(grove::logsumexp(v) == Approx(std::log(v.array().exp().sum())));
      CHECK(grove::mean(v) == Approx(v.mean()));
      CHECK(grove::max(v) == v.maxCoeff());
      CHECK(grove::min(v) == v.minCoeff());
      CHECK(grove::variance(v) == Approx((v.array() - v.mean()).square().mean()));
    }
  }
}

// Cases: plain-call-dangles, returned-expression.
TEST_CASE("plain calls: what they return is safe inside larger expressions") {
  const ArrayXd x = ArrayXd::LinSpaced(7, 0.1, 0.9);
  const ArrayXd y = ArrayXd::LinSpaced(7, 0.8, 0.2);
  const MatrixXd m = MatrixXd::Random(3, 3) + 4.0 * MatrixXd::Identity(3, 3);
  const Eigen::Array3d fixed(0.2, 0.4, 0.6);
  const Eigen::Matrix2d fixed_matrix = m.topLeftCorner(2, 2);
#define GROVE_TEST_SAFE(...) check_safe(#__VA_ARGS__, [&] { return __VA_ARGS__; })
  GROVE_TEST_SAFE(grove::exp(x * 2.0));
  GROVE_TEST_SAFE(grove::exp(ArrayXd(x * 2.0)));
  GROVE_TEST_SAFE(grove::atan(2.0 * x));
  GROVE_TEST_SAFE(grove::tanh(x.matrix()));
  GROVE_TEST_SAFE(grove::erf(x));
  GROVE_TEST_SAFE(grove::square(x));
  GROVE_TEST_SAFE(grove::floor(x));
  GROVE_TEST_SAFE(grove::softplus(x));
  GROVE_TEST_SAFE(grove::gelu(x));
  GROVE_TEST_SAFE(grove::polygamma(1, x));
  GROVE_TEST_SAFE(grove::exp(x.cast<float>()));
  GROVE_TEST_SAFE(grove::exp(fixed));
  GROVE_TEST_SAFE(grove::square(fixed_matrix));
  GROVE_TEST_SAFE(grove::exp(Eigen::Array<double, 10, 10>(Eigen::Array<double, 10, 10>::Constant(0.5))));
  GROVE_TEST_SAFE(grove::pow(x, 1.5));
  GROVE_TEST_SAFE(grove::pow(1.5, x * 2.0));
  GROVE_TEST_SAFE(grove::pow(x, y * 2.0));
  GROVE_TEST_SAFE(grove::maximum(x, 0.5));
  GROVE_TEST_SAFE(grove::maximum(0.5, x * 2.0));
  GROVE_TEST_SAFE(grove::hypot(x * 2.0, y * 2.0));
  GROVE_TEST_SAFE(grove::clamp(x, 0.3, 0.7));
  GROVE_TEST_SAFE(grove::where(x > 0.5, x * 2.0, 0.0));
  GROVE_TEST_SAFE(grove::where(true, x * 2.0, 0.0));
  GROVE_TEST_SAFE(grove::map([](auto a, auto b) { return a * b; }, x, 2.0));
  GROVE_TEST_SAFE(grove::sum(m.rowwise()));
  GROVE_TEST_SAFE(grove::logsumexp((m * 2.0).colwise()));
  GROVE_TEST_SAFE(grove::softmax(x));
  GROVE_TEST_SAFE(grove::log_softmax(m.rowwise()));
  GROVE_TEST_SAFE(grove::cumsum(x));
  GROVE_TEST_SAFE(grove::reverse(x));
  GROVE_TEST_SAFE(grove::reverse(m.rowwise()));
  GROVE_TEST_SAFE(grove::gather(x, std::vector<int>{1, 1, 3}));
  GROVE_TEST_SAFE(grove::gather_cols(m, std::vector<int>{0, 2}));
  GROVE_TEST_SAFE(grove::hcat(m, m * 2.0));
  GROVE_TEST_SAFE(grove::vcat(std::vector<MatrixXd>{m, m}));
  GROVE_TEST_SAFE(grove::stack(1.0, 2.0, 3.0));
  GROVE_TEST_SAFE(grove::stack(std::vector<double>{1, 2}));
  GROVE_TEST_SAFE(grove::stack(x, y * 2.0));
  GROVE_TEST_SAFE(grove::solve(m, x.head(3).matrix()));
  GROVE_TEST_SAFE(grove::inverse(m));
  GROVE_TEST_SAFE(grove::inverse(fixed_matrix));
  GROVE_TEST_SAFE(grove::eigh(m).values);
  GROVE_TEST_SAFE(grove::qr(m).r);
  GROVE_TEST_SAFE(grove::outer(x, y));
  GROVE_TEST_SAFE(grove::kron(m, m));
  GROVE_TEST_SAFE(grove::cross(x.head(3), fixed));
  GROVE_TEST_SAFE(grove::normalized(x));
  GROVE_TEST_SAFE(grove::value_of(x));
  GROVE_TEST_SAFE(grove::stop_gradient(ArrayXd(x * 2.0)));
  GROVE_TEST_SAFE(grove::optim::losses::squared_error(x, y));
  GROVE_TEST_SAFE(grove::optim::losses::huber_loss(x * 2.0));
  GROVE_TEST_SAFE(grove::exp(ArrayXd(0)));
#undef GROVE_TEST_SAFE

  const Eigen::Vector2d b(1, 2);
  const auto model = [](const auto& c, const auto& t) { return c[0] - grove::atan(c[1] * t) / 3.0; };
  const auto late = model(b, x);
  litter();
  CHECK(same(late, 1 - (2 * x).atan() / 3.0));

  const Eigen::RowVector2d loc(0.5, 0.25);
  const auto losses = [&loc](const auto& points) {
    return -2.0 * grove::exp(-grove::sum(grove::square((points.rowwise() - loc).array()).rowwise()));
  };
  const MatrixXd points = (MatrixXd(3, 2) << 0, 0, 1, 1, -1, -1).finished();
  const auto of_points = losses(points);
  litter();
  CHECK(of_points.matrix()[0] == Approx(-2 * std::exp(-0.3125)));
}

TEST_CASE("plain calls: masks of active arrays are safe inside larger expressions") {
  const ArrayXd at = ArrayXd::LinSpaced(5, -1, 2);
  const ArrayXd gradient = grove::grad([](const auto& x) {
    const auto inside = (x > 0 && x < 1.5).template cast<double>() * 2.0;
    const auto outside = !(x > 0);
    litter();
    return sum(inside * x) + sum(where(outside, x * x, 0.0));
  })(at);
  CHECK(same(gradient, (at > 0 && at < 1.5).select(2.0, ArrayXd((at > 0).select(0.0, 2 * at)))));
}

TEST_CASE("plain calls: special functions are members of plain arrays as of active ones") {
  const ArrayXd x = ArrayXd::LinSpaced(5, 0.2, 3.0);
  grove_test::check_like_eigen(
      [](const auto& p) {
        return grove::sum(p.array().erf() + p.array().erfc() * p.array().lgamma() + p.array().digamma());
      },
      x);
}

TEST_CASE("plain calls: results are values, and leaves of trees") {
  const auto small = grove::square(Eigen::Vector3d(1, 2, 3));
  const auto large = grove::square(VectorXd::LinSpaced(3, 1, 3));
  CHECK(small(2) == 9);
  CHECK(large(2) == 9);
  const ArrayXd x = ArrayXd::LinSpaced(3, 1, 2);
  auto y = grove::square(x);
  auto copy = y;
  copy(0) = 9;
  copy += 1;
  CHECK(y[0] == 1);
  CHECK(copy[0] == 10);
  y = 2 * x;
  CHECK(same(y, 2 * x));
  y = std::move(copy);
  std::sort(y.begin(), y.end());
  CHECK(y[2] == 10);
  const auto loss = [](const auto& p) { return sum(square(p)); };
  CHECK(same(grove::grad(loss)(y), 2 * y));
  CHECK(grove::hessian(loss)(grove::exp(Eigen::Vector2d(1, 2)))(1, 1) == 2);
  const ArrayXd either = x[0] > 0 ? grove::exp(x) : x;
  CHECK(same(either, x.exp()));
}
