// minimize with L-BFGS and with linesearches: it drives them, and says why it stopped.
#include <cmath>
#include <limits>

#include "optim/linesearch/backtracking.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/training/minimize.hpp"
#include "optim/transforms/clip.hpp"
#include "optim/wrappers/conditional.hpp"
#include "optim/wrappers/inject_hyperparams.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;

namespace {

template <class T = double>
struct Point {
  T x;
  grove::Vector<T> y;
};
using Optimizer = any_transformation<Point<>>;

/// Rosenbrock's valley in a struct; its minimum is at (1, 1).
const auto rosenbrock = [](const auto& p) {
  return 100 * grove::square(p.y[0] - grove::square(p.x)) + grove::square(1 - p.x);
};

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

Point<> at(double x, double y) { return {x, Eigen::VectorXd::Constant(1, y)}; }

/// What is not of this type is erased, so that `minimize` is compiled once for each loss.
template <class Loss>
MinimizeResult<Point<>> run(const Loss& loss, const Point<>& start, const Optimizer& optimizer,
                            const MinimizeOptions& options) {
  return minimize(loss, start, optimizer, options);
}

}  // namespace

TEST_CASE("minimize with lbfgs needs a loss, params and nothing else") {
  const auto fit = minimize(rosenbrock, at(-1.2, 1), lbfgs(), {.max_steps = 200, .gradient_tolerance = 1e-10});
  CHECK(fit.reason == StopReason::gradient_tolerance);
  CHECK(std::abs(fit.params.x - 1) < 1e-9);
  CHECK(std::abs(fit.params.y[0] - 1) < 1e-9);
  CHECK(fit.steps < 60);
  CHECK(fit.evaluations > fit.steps);  // those of the linesearch count
}

TEST_CASE("minimize takes the loss and the gradient from where the linesearch ended") {
  // 18 steps need 24 trials; the first gradient is the only evaluation outside of a search.
  const auto fit = run(rosenbrock, at(0, 0), lbfgs(), {.max_steps = 200, .gradient_tolerance = 1e-5});
  CHECK(fit.steps == 18);
  CHECK(fit.evaluations == 1 + 24);
  CHECK(fit.value == grove::evaluate(rosenbrock, fit.params));
  // Without a gradient in the search each step needs one, and the end the loss.
  const auto trials = [](BacktrackingOptions options) {
    return run(rosenbrock, at(0, 0), chain(sgd(1e-3), scale_by_backtracking_linesearch(30, options)), {.max_steps = 1})
        .evaluations;
  };
  CHECK(trials({}) == 1 + 1 + 1);
  CHECK(trials({.store_grad = true}) == 1 + 1 + 1);  // the gradient there serves as the loss at the end
}

TEST_CASE("what follows a linesearch is not mistaken for its result") {
  for (const Optimizer& optimizer : {Optimizer(chain(lbfgs(), scale(0.5))), Optimizer(chain(lbfgs(), clip(0.01)))}) {
    const auto fit = run(rosenbrock, at(0, 0), optimizer, {.max_steps = 5, .record_every = 1});
    for (std::size_t i = 0; i < fit.path.size(); ++i) {
      CHECK(fit.values[i] == grove::evaluate(rosenbrock, fit.path[i]));
    }
    CHECK(fit.value == grove::evaluate(rosenbrock, fit.params));
  }
}

TEST_CASE("minimize drives every linesearch, wherever it stands") {
  const Optimizer optimizers[] = {lbfgs(),
                                  lbfgs({}, scale_by_zoom_linesearch(50, {.max_learning_rate = 4.0})),
                                  chain(scale_by_lbfgs(), sgd(1.0), scale_by_zoom_linesearch(30)),
                                  masked(lbfgs(), true),
                                  inject_hyperparams([](const Hyperparams&) { return lbfgs(); }, {{"unused", 1.0}}),
                                  apply_if_finite(lbfgs({.memory_size = 3}), 2)};
  for (std::size_t i = 0; i < std::size(optimizers); ++i) {
    const Optimizer& optimizer = optimizers[i];
    INFO("optimizer " << i);
    const auto fit = run(rosenbrock, at(-1.2, 1), optimizer, {.max_steps = 500, .gradient_tolerance = 1e-8});
    CHECK(fit.reason == StopReason::gradient_tolerance);
    CHECK(std::abs(fit.params.x - 1) < 1e-7);
  }
  const Optimizer descent[] = {chain(sgd(1.0), scale_by_backtracking_linesearch(30)),
                               chain(sgd(1.0), scale_by_zoom_linesearch(30))};
  for (const Optimizer& optimizer : descent) {
    const auto fit = run(rosenbrock, at(-1.2, 1), optimizer, {.max_steps = 100});
    CHECK(fit.reason == StopReason::max_steps);
    for (std::size_t i = 1; i < fit.values.size(); ++i) CHECK(fit.values[i] < fit.values[i - 1]);
  }
}

TEST_CASE("a trial where the loss is NaN or infinite shortens the step of minimize") {
  for (const double broken : {not_a_number, std::numeric_limits<double>::infinity()}) {
    // The minimum, at 1, is close to the cliff at 1.01.
    const auto cliff = [broken](const auto& p) {
      const auto value = grove::square(p.x - 1) + grove::square(p.y[0]);
      if (p.x > 1.01) return broken * value;
      return 1.0 * value;
    };
    for (const Optimizer& optimizer : {Optimizer(lbfgs()), Optimizer(chain(sgd(50.0), scale_by_zoom_linesearch(40))),
                                       Optimizer(chain(sgd(50.0), scale_by_backtracking_linesearch(40)))}) {
      const auto fit = run(cliff, at(-3, 2), optimizer, {.max_steps = 300, .gradient_tolerance = 1e-6});
      CHECK(fit.reason == StopReason::gradient_tolerance);
      CHECK(std::abs(fit.params.x - 1) < 1e-5);
    }
  }
}

TEST_CASE("minimize stops, and says so, if a linesearch finds no way down") {
  const auto check = [](const auto& loss, const Optimizer& optimizer) {
    const auto fit = run(loss, at(1, 0), optimizer, {.max_steps = 1000});
    CHECK(fit.reason == StopReason::linesearch_failed);
    CHECK(to_string(fit.reason) == "the linesearch found no step that lowers the loss");
    CHECK_FALSE(fit.converged());
    CHECK(fit.steps == 1);
    CHECK(fit.params.x == 1);  // the step is undone
    CHECK(fit.value == 1);
  };
  const auto abyss = [](const auto& p) {  // not a number wherever it would be lower
    if (p.x < 1.0) return not_a_number * p.x;
    return 1.0 * p.x;
  };
  check(abyss, lbfgs());
  check(abyss, chain(sgd(1.0), scale_by_backtracking_linesearch(20)));
  check(abyss, masked(chain(sgd(1.0), scale_by_backtracking_linesearch(20, {.increase_factor = INFINITY})), true));
  const auto bowl = [](const auto& p) { return grove::square(p.x) + grove::square(p.y[0]); };
  check(bowl, chain(scale(1.0), scale_by_zoom_linesearch(20)));  // the sign was forgotten
  check(bowl, chain(scale(1.0), scale_by_backtracking_linesearch(20)));
  check(bowl, chain(set_to_zero(), scale_by_zoom_linesearch(20)));
}

TEST_CASE("a search that fails on one batch does not end the minimization") {
  const auto loss = [](const auto& p, const Eigen::VectorXd& data) {
    return grove::mean(grove::square(data.array() - p.x)) + grove::square(p.y[0]);
  };
  const Eigen::VectorXd data = Eigen::VectorXd::LinSpaced(12, -1, 1);
  const Optimizer optimizer = chain(sgd(1.0), scale_by_backtracking_linesearch(20));
  const auto fit = minimize(loss, at(3, 1), optimizer, {.max_steps = 40, .batch_size = 4}, data);
  CHECK(fit.reason == StopReason::max_steps);
  CHECK(std::abs(fit.params.x) < 0.8);
  const auto hopeless = [](const auto& p, const Eigen::VectorXd& batch) {
    if (p.x < 1.0) return not_a_number * p.x;
    return p.x + 0.0 * batch.sum();
  };
  const auto stopped = minimize(hopeless, at(1, 1), optimizer, {.max_steps = 40, .batch_size = 4}, data);
  CHECK(stopped.reason == StopReason::linesearch_failed);
  CHECK(stopped.steps == 3);  // one epoch
}

TEST_CASE("a linesearch behind an any_transformation that gets no gradient says so") {
  const Optimizer optimizer = apply_if_finite(Optimizer(lbfgs()), 2);
  const Point<> params = at(1, 1);
  CHECK_THROWS_WITH(optimizer.update(params, optimizer.init(params), params, with_value(1.0)),
                    "any_transformation: a linesearch needs optim::with_grad(grads) in update");
}
