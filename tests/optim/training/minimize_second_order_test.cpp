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

const auto rosenbrock = half_squares([](const auto& x, double steepness) {
  return grove::stack(std::sqrt(2.0) * (1 - x[0]), std::sqrt(2 * steepness) * (x[1] - x[0] * x[0]));
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
  for (const auto& optimizer : erased) check_found(minimize(rosenbrock, start, optimizer, options, 100.0));
  check_found(minimize(rosenbrock, start, chain(identity(), newton()), options, 100.0));
}

TEST_CASE("a minimum at bounds is an end, and said to be one") {
  const any_transformation<VectorXd> optimizer = lbfgsb(-2.0, 0.5);
  const auto fit = minimize(rosenbrock, start, optimizer, options, 100.0);
  CHECK(fit.params[0] == 0.5);
  CHECK(fit.params[1] == Approx(0.25));
  CHECK(fit.reason == StopReason::at_rounding);
  CHECK(fit.converged());
  CHECK(fit.steps < 60);
  const any_transformation<VectorXd> corner = lbfgsb(-2.0, -1.5);
  const auto at_corner = minimize(rosenbrock, start, corner, options, 100.0);
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
  struct Row {
    const char* name;
    double (*wrong)(double);
  };
  // of x through value and slope: constant, unbounded, NaN beyond 0, infinite beyond 0, with a jump
  const auto bad = [](const auto& x, int kind) {
    using T = grove::scalar_t<decltype(x)>;
    const T s = x[0] + 0.5 * x[1] * x[1];
    if (kind == 0) return T(0 * s);
    if (kind == 1) return T(s);
    if (kind == 2) return s > 0 ? T(s * std::numeric_limits<double>::quiet_NaN()) : T(-s);
    if (kind == 3) return s > 0 ? T(s * inf) : T(-s);
    return s > 0 ? T(s + 1) : T(s * s);
  };
  const any_transformation<VectorXd> all[] = {newton(), trust_region_newton(), bfgs(), lbfgsb(-inf, inf),
                                              lbfgsb(-5.0, 5.0)};
  for (int kind = 0; kind < 5; ++kind) {
    for (const auto& optimizer : all) {
      const auto fit = minimize(bad, start, optimizer, {.max_steps = 300}, kind);
      CHECK(fit.steps <= 300);
      CHECK(fit.evaluations < 20000);
      CHECK(fit.params.allFinite());
    }
  }
}
