// optax's convergence suite for the optimizers of contrib: 30 000 steps on four problems.
// Headers: optim/contrib/by_name.hpp
#include <Eigen/Core>
#include <algorithm>
#include <set>

#include "optim/contrib/by_name.hpp"
#include "optim/contrib/mechanize.hpp"
#include "optim/contrib/reduce_on_plateau.hpp"
#include "optim/contrib/sam.hpp"
#include "optim/contrib/schedule_free.hpp"
#include "optim/contrib/sophia.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/by_name.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/step.hpp"
#include "optim/transforms/constrain.hpp"
#include "tests/catch.hpp"
#include "tests/sanitized.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// The params of all problems; a problem of vectors has an empty matrix, and the other way round.
struct Params {
  VectorXd a;
  MatrixXd b;
};

struct Problem {
  const char* name;
  Params start, optimum;
  bool is_rosenbrock = false;

  double operator()(const Params& p, Params& grads) const {
    if (is_rosenbrock) {
      const double u = 1 - p.a(0), v = p.a(1) - p.a(0) * p.a(0);
      grads.a(0) = -2 * u - 400 * v * p.a(0);
      grads.a(1) = 200 * v;
      return u * u + 100 * v * v;
    }
    grads.a = 2 * (p.a - optimum.a);
    grads.b = 2 * (p.b - optimum.b);
    return (grads.a.squaredNorm() + grads.b.squaredNorm()) / 4;
  }
};

MatrixXd matrix(double a, double b, double c, double d) {
  MatrixXd m(2, 2);
  m << a, b, c, d;
  return m;
}

const MatrixXd none(0, 0);
const Problem parabola{"parabola", {Eigen::Vector3d(-1, 10, 1), none}, {Eigen::Vector3d(1, -1, 1), none}};
const Problem rosenbrock{"rosenbrock", {Eigen::Vector2d(0, 0), none}, {Eigen::Vector2d(1, 1), none}, true};
const Problem matrix_parabola{
    "matrix parabola", {VectorXd(0), MatrixXd::Zero(2, 2)}, {VectorXd(0), matrix(3, -2, 1, 4)}};
const Problem mixed{
    "mixed tensors", {VectorXd::Zero(3), MatrixXd::Zero(2, 2)}, {Eigen::Vector3d(1, -1, 2), matrix(1, 0, -1, 1)}};

/// The largest error in units of optax's tolerance: below 1 is a pass.
double error(const Params& p, const Problem& problem) {
  const auto worst = [](const auto& got, const auto& want) {
    return got.size() == 0 ? 0 : ((got - want).array().abs() / (3e-2 + 3e-2 * want.array().abs())).maxCoeff();
  };
  return std::max(worst(p.a, problem.optimum.a), worst(p.b, problem.optimum.b));
}

constexpr int steps_of_suite = 30000;
/// Sanitizers look at the same code in fewer steps: of what is within the tolerance, it stays there.
constexpr double close_enough = GROVE_TEST_SANITIZED ? 0.9 : 0;

/// The state and the params after some steps, or once they have been close to the optimum for 1000 steps.
template <class T>
auto run(const T& optimizer, const Problem& problem, int steps = steps_of_suite, double close = 0) {
  Params params = problem.start, grads = problem.start;
  auto state = optimizer.init(params);
  int since = 0;
  for (int i = 0; i < steps && since < 10; ++i) {
    if (close > 0 && i % 100 == 0) since = error(params, problem) < close ? since + 1 : 0;
    const double value = problem(params, grads);
    step(optimizer, grads, state, params, with_value(value), with_value_and_grad_fn(problem));
  }
  return std::pair{std::move(state), std::move(params)};
}

template <class T>
void check_converges(const T& optimizer, double close = close_enough) {
  for (const Problem* problem : {&parabola, &rosenbrock, &matrix_parabola, &mixed}) {
    INFO(problem->name);
    const double left = error(run(optimizer, *problem, steps_of_suite, close).second, *problem);
    CHECK(left < 1);
  }
}

/// The same, at the average where schedule-free optimizers are evaluated.
template <class T>
void check_average_converges(const T& optimizer) {
  for (const Problem* problem : {&parabola, &rosenbrock, &matrix_parabola, &mixed}) {
    INFO(problem->name);
    const auto [state, params] = run(optimizer, *problem);
    CHECK(error(contrib::schedule_free_eval_params(state, params), *problem) < 1);
  }
}

struct Row {
  const char* name;
  Arguments arguments;
};

const std::vector<Row> rows{{"acprop", {{"learning_rate", 1e-3}}},
                            {"ademamix", {{"learning_rate", 1e-3}}},
                            {"adopt", {{"learning_rate", 1e-2}}},
                            {"cocob", {}},
                            {"cocob", {{"weight_decay", 1e-2}}},
                            {"dadapt_adamw", {{"learning_rate", 1e-1}}},
                            {"dog", {{"learning_rate", 1.0}}},
                            {"dowg", {{"learning_rate", 1.0}}},
                            {"galore", {{"learning_rate", 1e-2}, {"rank", 8}}},
                            {"madgrad", {{"learning_rate", 1e-2}}},
                            {"momo", {{"learning_rate", 1e-1}}},
                            {"momo_adam", {{"learning_rate", 1e-1}}},
                            {"muon", {{"learning_rate", 1e-2}}},
                            {"prodigy", {{"learning_rate", 1e-1}}},
                            {"simplified_ademamix", {{"learning_rate", 1e-3}}}};

}  // namespace

TEST_CASE("every optimizer of contrib converges") {
  for (const Row& row : rows) {
    INFO(row.name);
    check_converges(contrib::by_name(row.name, row.arguments));
  }
}

TEST_CASE("every optimizer of contrib that has a name is in the suite") {
  std::set<std::string> tested{"schedule_free_sgd", "schedule_free_adamw"};
  for (const Row& row : rows) tested.insert(row.name);
  for (const std::string& name : contrib::optimizer_names()) CHECK(tested.count(name) == 1);
  CHECK(tested.size() == contrib::optimizer_names().size());
}

TEST_CASE("schedule-free optimizers converge where they are evaluated") {
  check_average_converges(contrib::schedule_free_sgd(1e-2, {.warmup_steps = 5000}));
  check_average_converges(contrib::schedule_free_adamw(1e-2, {.warmup_steps = 5000}));
  check_average_converges(contrib::schedule_free(sgd(1e-2), 1e-2));
}

TEST_CASE("reduce_on_plateau and mechanize converge") {
  check_converges(chain(sgd(1e-3), contrib::reduce_on_plateau()));
  check_converges(contrib::mechanize(sgd(1e-1), {.weight_decay = 0}));
}

TEST_CASE("mechanize finds the rate of other optimizers") {
  const std::vector<Row> bases{{"sgd", {{"learning_rate", 1.0}}},
                               {"sgd", {{"learning_rate", 1.0}, {"momentum", 0.9}}},
                               {"adam", {{"learning_rate", 1.0}}},
                               {"adamw", {{"learning_rate", 1.0}}},
                               {"adamax", {{"learning_rate", 1.0}}},
                               {"adamaxw", {{"learning_rate", 1.0}}},
                               {"adan", {{"learning_rate", 1.0}}},
                               {"amsgrad", {{"learning_rate", 1.0}}},
                               {"lamb", {{"learning_rate", 1.0}}},
                               {"lion", {{"learning_rate", 1.0}, {"b1", 0.99}}},
                               {"noisy_sgd", {{"learning_rate", 1.0}, {"eta", 1e-4}}},
                               {"novograd", {{"learning_rate", 1.0}}},
                               {"optimistic_gradient_descent", {{"learning_rate", 1.0}, {"alpha", 0.7}, {"beta", 0.1}}},
                               {"rmsprop", {{"learning_rate", 1.0}}},
                               {"rmsprop", {{"learning_rate", 1.0}, {"momentum", 0.9}}},
                               {"adabelief", {{"learning_rate", 1.0}}},
                               {"radam", {{"learning_rate", 1.0}}},
                               {"sm3", {{"learning_rate", 3.0}}},
                               {"yogi", {{"learning_rate", 1.0}, {"b1", 0.99}}}};
  for (const Row& base : bases) {
    INFO(base.name);
    check_converges(contrib::mechanize(by_name(base.name, base.arguments), {.weight_decay = 0}),
                    std::max(close_enough, 0.1));
  }
}

TEST_CASE("sam converges in both modes") {
  const auto normalized = chain(normalize(), sgd(1e-5));
  for (const bool opaque : {false, true}) {
    const int period = opaque ? 1 : 2;
    const auto by_sgd = contrib::sam(sgd(1e-3), normalized, {.sync_period = 2, .opaque_mode = opaque});
    CHECK(error(run(by_sgd, parabola, 25000 * period, close_enough).second, parabola) < 1);
    const auto by_adam = contrib::sam(sgd(1e-3), adam(1e-4), {.sync_period = 2, .opaque_mode = opaque});
    CHECK(error(run(by_adam, parabola, 25000 * period, close_enough).second, parabola) < 1);
  }
}

TEST_CASE("contrib::by_name says what is valid") {
  CHECK_THROWS_WITH(contrib::by_name("adam", {}),
                    Catch::Matchers::StartsWith("contrib::by_name: there is no optimizer 'adam'; valid are acprop, "));
  CHECK_THROWS_WITH(contrib::by_name("adopt", {}), "adopt: learning_rate is missing");
  CHECK_THROWS_WITH(contrib::by_name("momo", {{"learning_rate", 0.1}, {"b1", 0.9}}),
                    "momo: there is no argument 'b1'; valid are learning_rate, beta, lower_bound, weight_decay, "
                    "adapt_lower_bound");
}
