// State in, state out: minimizations that begin with a state, and that go on where another ended.
#include <cmath>
#include <string>

#include "autodiff/autodiff.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/training/minimize.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::VectorXd;

namespace {

using Optimizer = any_transformation<VectorXd>;

const auto loss = [](const auto& p, const Eigen::MatrixXd& x, const VectorXd& y) {
  return mean(square(tanh(x * p).array() - y.array()));
};

struct Problem {
  Eigen::MatrixXd x =
      Eigen::MatrixXd::NullaryExpr(23, 3, [](auto i, auto j) { return std::sin(double(7 * i + 3 * j)); });
  VectorXd y = (x * Eigen::Vector3d(1, -2, 0.5)).array().tanh() + 0.1 * x.col(0).array().square();
  VectorXd start = VectorXd::Constant(3, 0.1);
};

template <class P, class State>
void check_equal(const MinimizeResult<P, State>& a, const MinimizeResult<P, State>& b) {
  CHECK(a.params == b.params);
  CHECK(a.value == b.value);
  CHECK(a.steps == b.steps);
  CHECK(a.reason == b.reason);
  CHECK(a.evaluations == b.evaluations);
  CHECK(a.values == b.values);
  CHECK(a.measures == b.measures);
  CHECK(a.skipped == b.skipped);
  REQUIRE(a.path.size() == b.path.size());
  for (std::size_t k = 0; k < a.path.size(); ++k) CHECK(a.path[k] == b.path[k]);
}

}  // namespace

// minimize-takes-no-state
TEST_CASE("minimize begins with a state that was set by hand") {
  const auto f = [](const auto& x) { return x[0] * x[0] * x[0] * x[0] - 2 * x[0] * x[0] + x[1] * x[1]; };
  const auto optimizer = sgd(0.1, {.momentum = 0.5, .nesterov = true});
  const Eigen::Vector2d x0(0, 1);
  auto state = optimizer.init(x0);
  for (const double push : {0.1, -0.1}) {
    std::get<0>(state).trace = Eigen::Vector2d(push, 0);
    const auto fit = minimize(f, x0, optimizer, {.max_steps = 200, .initial_state = state});
    CHECK(fit.params[0] == Approx(push > 0 ? -1 : 1));
    // By hand.
    Eigen::Vector2d x = x0;
    auto s = state;
    for (std::int64_t i = 0; i < fit.steps; ++i) {
      auto grads = grove::grad(f)(x);
      step(optimizer, grads, s, x);
    }
    CHECK(x == fit.params);
    CHECK(std::get<0>(s).trace == std::get<0>(fit.state).trace);
  }
  CHECK(minimize(f, x0, optimizer, {.max_steps = 200}).params[0] == 0);
  const auto other = sgd(0.1).init(x0);
  CHECK_THROWS_AS(minimize(f, x0, optimizer, {.initial_state = other}), grove::HyperparameterError);
  CHECK_THROWS_WITH(minimize(f, x0, optimizer, {.initial_state = other}),
                    Catch::Contains("minimize: initial_state takes the optimizer's state of type ") &&
                        Catch::Contains(", and here its type is "));
}

TEST_CASE("a state of params of another shape is an error before anything happens") {
  const Problem p;
  const auto optimizer = adam(0.1);
  const auto state = optimizer.init(VectorXd(VectorXd::Zero(7)));
  CHECK_THROWS_AS(minimize(loss, p.start, optimizer, {.initial_state = state}, p.x, p.y), grove::StructureError);
}

TEST_CASE("a run that goes on is bit for bit the one that was not interrupted") {
  const Problem p;
  const Measure size = [](const VectorXd& params) { return params.norm(); };
  const Optimizer optimizers[] = {adam(0.05), sgd(0.1, {.momentum = 0.9}), lbfgs(), lbfgs({.memory_size = 2})};
  const MinimizeOptions every[] = {
      {.max_steps = 60, .record_every = 7},
      {.max_steps = 60, .patience = 20, .keep_best = true, .batch_size = 5, .seed = 3, .accumulate = 2},
      {.max_steps = 60, .batch_size = 4, .replacement = true, .measure = size, .measure_every = 2},
      {.max_steps = 60, .keep_best = true, .batch_size = 23, .shuffle = false}};
  for (const Optimizer& optimizer : optimizers) {
    for (const MinimizeOptions& options : every) {
      const auto whole = minimize(loss, p.start, optimizer, options, p.x, p.y);
      MinimizeOptions part = options;
      part.max_steps = 10;
      auto fit = minimize(loss, p.start, optimizer, part, p.x, p.y);
      while (fit.steps == part.max_steps && part.max_steps < options.max_steps) {
        part.max_steps += 10;
        fit = minimize(loss, fit, optimizer, part, p.x, p.y);
      }
      check_equal(fit, whole);
    }
  }
}

TEST_CASE("params and state of a result are enough to go on with on the same data") {
  const Problem p;
  for (const Optimizer& optimizer :
       {Optimizer(adam(0.05)), Optimizer(lbfgs()), Optimizer(sgd(0.1, {.momentum = 0.9}))}) {
    const auto whole = minimize(loss, p.start, optimizer, {.max_steps = 14}, p.x, p.y);
    const auto half = minimize(loss, p.start, optimizer, {.max_steps = 7}, p.x, p.y);
    const auto rest = minimize(loss, half.params, optimizer, {.max_steps = 7, .initial_state = half.state}, p.x, p.y);
    CHECK(rest.params == whole.params);
    CHECK(rest.value == whole.value);
  }
}

TEST_CASE("values and path include the end, and a result without a state is what it shows") {
  const Problem p;
  const auto fit = minimize(loss, p.start, adam(0.05), {.max_steps = 6, .record_every = 2}, p.x, p.y);
  CHECK(fit.values.size() == 7);
  CHECK(fit.values.back() == fit.value);
  CHECK(fit.path.size() == 4);
  CHECK(fit.path.front() == p.start);
  CHECK(fit.path.back() == fit.params);
  const MinimizeResult<VectorXd> shown = fit;
  CHECK(shown.params == fit.params);
}
