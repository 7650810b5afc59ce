// minimize gives optimizers the second derivatives, residuals and bounds that they ask for, and no others.
#include <Eigen/Core>
#include <cmath>
#include <functional>
#include <limits>

#include "autodiff/operations/operations.hpp"
#include "optim/optimizers/bfgs.hpp"
#include "optim/optimizers/gauss_newton.hpp"
#include "optim/optimizers/lbfgsb.hpp"
#include "optim/optimizers/newton.hpp"
#include "optim/optimizers/trust_region_newton.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/training/minimize.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;
using Eigen::Vector2d;
using Eigen::VectorXd;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

enum class Kind { valley, logarithm, nowhere };

const auto squares = half_squares([](const auto& x, Kind kind) {
  if (kind == Kind::nowhere || (kind == Kind::logarithm && grove::value_of(x[0]) <= 0))
    throw grove::DataError("no value there");
  if (kind == Kind::logarithm) return grove::stack(1 + log(x[0]), 1.0 * x[1]);
  return grove::stack(std::sqrt(2.0) * (1 - x[0]), std::sqrt(200.0) * (x[1] - x[0] * x[0]));
});
const VectorXd start = Vector2d(-1.2, 1);
const MinimizeOptions options{.max_steps = 200, .gradient_tolerance = 1e-9};

void check_found(const auto& fit) {
  CHECK((fit.params - Vector2d(1, 1)).norm() < 1e-8);
  CHECK(fit.converged());
}

}  // namespace

TEST_CASE("minimize drives second-order optimizers, inside wrappers and behind an erased type") {
  const any_transformation<VectorXd> erased[] = {newton(), chain(identity(), trust_region_newton()), gauss_newton(),
                                                 bfgs(), masked(newton(), true)};
  for (const auto& optimizer : erased) check_found(minimize(squares, start, optimizer, options, Kind::valley));
  check_found(minimize(squares, start, chain(identity(), newton()), options, Kind::valley));
}

TEST_CASE("a second-order run that is interrupted at every third step is bit for bit the whole one") {
  const any_transformation<VectorXd> all[] = {newton(), trust_region_newton(), bfgs(), lbfgsb(-2.0, 0.5),
                                              gauss_newton()};
  for (const auto& optimizer : all) {
    const auto whole = minimize(squares, start, optimizer, {.max_steps = 30}, Kind::valley);
    MinimizeOptions part{.max_steps = 3};
    auto fit = minimize(squares, start, optimizer, part, Kind::valley);
    for (; fit.reason == StopReason::max_steps && part.max_steps < 30;
         fit = minimize(squares, fit, optimizer, part, Kind::valley))
      part.max_steps += 3;
    CHECK(fit.params == whole.params);
    CHECK(fit.values == whole.values);
    CHECK(fit.evaluations == whole.evaluations);
    CHECK(fit.reason == whole.reason);
  }
}

TEST_CASE("a loss that throws makes second-order steps shorter, and at the start it ends them") {
  const any_transformation<VectorXd> all[] = {newton(), trust_region_newton({.initial_radius = 10}), bfgs(),
                                              gauss_newton()};
  for (const auto& optimizer : all) {
    const auto fit = minimize(squares, VectorXd(Vector2d(3, 2)), optimizer, options, Kind::logarithm);
    CHECK(fit.params[0] == Approx(std::exp(-1)));
    CHECK(fit.converged());
    const auto none = minimize(squares, start, optimizer, options, Kind::nowhere);
    CHECK(none.reason == StopReason::loss_threw);
    CHECK(none.message == "no value there");
    CHECK(none.params == start);
  }
}

TEST_CASE("a minimum at bounds is an end, and said to be one") {
  const any_transformation<VectorXd> optimizer = lbfgsb(-2.0, 0.5);
  const auto fit = minimize(squares, start, optimizer, options, Kind::valley);
  CHECK(fit.params[0] == 0.5);
  CHECK(fit.params[1] == Approx(0.25));
  CHECK(fit.reason == StopReason::at_rounding);
  CHECK(fit.converged());
  CHECK(fit.steps < 60);
  const any_transformation<VectorXd> corner = lbfgsb(-2.0, -1.5);
  const auto at_corner = minimize(squares, start, corner, options, Kind::valley);
  CHECK(at_corner.params == VectorXd(Vector2d(-1.5, -1.5)));
  CHECK(at_corner.converged());
}

TEST_CASE("what no optimizer asks for is not compiled: a loss without second derivatives is minimized") {
  // callable with the variables of a gradient and nothing else
  using Active = grove::Vector<grove::Var<double>>;
  const std::function<grove::Var<double>(const Active&)> once = [](const Active& x) { return x.squaredNorm(); };
  CHECK(minimize(once, start, any_transformation<VectorXd>(bfgs()), options).converged());
}

TEST_CASE("no second-order optimizer loops for ever on a loss that misbehaves") {
  // of x through value and slope: constant, unbounded, NaN beyond 0, infinite beyond 0, with a jump, noisy, NaN
  int calls = 0;
  const auto bad = [&calls](const auto& x, int kind) {
    ++calls;
    using T = grove::scalar_t<decltype(x)>;
    const T s = x[0] + 0.5 * x[1] * x[1];
    if (kind == 0) return T(0 * s);
    if (kind == 1) return T(s);
    if (kind == 2) return s > 0 ? T(s * std::numeric_limits<double>::quiet_NaN()) : T(-s);
    if (kind == 3) return s > 0 ? T(s * inf) : T(-s);
    if (kind == 4) return s > 0 ? T(s + 1) : T(s * s);
    if (kind == 5) return T(x[0] * x[0] + x[1] * x[1] + 1e-3 * std::sin(1e5 * calls));
    return T(s * std::numeric_limits<double>::quiet_NaN());
  };
  const any_transformation<VectorXd> all[] = {newton(), trust_region_newton(), bfgs(), lbfgsb(-inf, inf),
                                              lbfgsb(-5.0, 5.0)};
  for (int kind = 0; kind < 7; ++kind) {
    for (const auto& optimizer : all) {
      calls = 0;
      const auto fit = minimize(bad, start, optimizer, {.max_steps = 300}, kind);
      CHECK(fit.steps <= 300);
      CHECK(calls < 20000);
      CHECK((fit.reason == StopReason::non_finite) == (kind == 6));
      CHECK(fit.params.allFinite());
    }
  }
}
