// optax's convergence suite, over all optimizers by their names.
#include <Eigen/Core>
#include <cmath>
#include <set>
#include <string>

#include "optim/optimizers/by_name.hpp"
#include "optim/protocol/step.hpp"
#include "optim/schedules/schedule.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

struct Problem {
  const char* name;
  VectorXd start, optimum;
  double (*value_and_grad)(const VectorXd& x, VectorXd& grad);
  /// Residuals r of which the value is ½ ‖r‖², and their Jacobian.
  void (*residuals)(const VectorXd& x, VectorXd& r, MatrixXd& jacobian);
  MatrixXd (*hessian)(const VectorXd& x);
};

const double root = std::sqrt(2.0);

const Problem parabola{"parabola",
                       Eigen::Vector3d(-1, 10, 1),
                       Eigen::Vector3d(1, -1, 1),
                       [](const VectorXd& x, VectorXd& grad) {
                         const VectorXd error = x - Eigen::Vector3d(1, -1, 1);
                         grad = 2 * error;
                         return error.squaredNorm();
                       },
                       [](const VectorXd& x, VectorXd& r, MatrixXd& jacobian) {
                         r = root * (x - Eigen::Vector3d(1, -1, 1));
                         jacobian = root * MatrixXd::Identity(3, 3);
                       },
                       [](const VectorXd& /*x*/) { return MatrixXd(2 * MatrixXd::Identity(3, 3)); }};
const Problem rosenbrock{"rosenbrock",
                         Eigen::Vector2d(0, 0),
                         Eigen::Vector2d(1, 1),
                         [](const VectorXd& x, VectorXd& grad) {
                           const double a = 1 - x(0), b = x(1) - x(0) * x(0);
                           grad(0) = -2 * a - 400 * b * x(0);
                           grad(1) = 200 * b;
                           return a * a + 100 * b * b;
                         },
                         [](const VectorXd& x, VectorXd& r, MatrixXd& jacobian) {
                           r = root * Eigen::Vector2d(1 - x(0), 10 * (x(1) - x(0) * x(0)));
                           jacobian = root * (MatrixXd(2, 2) << -1, 0, -20 * x(0), 10).finished();
                         },
                         [](const VectorXd& x) {
                           const double a = 2 - 400 * (x(1) - 3 * x(0) * x(0));
                           return MatrixXd((MatrixXd(2, 2) << a, -400 * x(0), -400 * x(0), 200).finished());
                         }};

/// Those that need the loss as a function.
const std::set<std::string> searches{"bfgs", "gauss_newton", "lbfgs", "lbfgsb", "newton", "trust_region_newton"};

/// The largest error after 10 000 steps, in units of optax's tolerance: below 1 is a pass.
double final_error(const std::string& optimizer_name, const Arguments& arguments, const Problem& problem) {
  const auto optimizer = by_name(optimizer_name, arguments);
  VectorXd x = problem.start, grads = problem.start;
  auto state = optimizer.init(x);
  const auto hvp_fn = [&](const VectorXd& at, const VectorXd& v) { return VectorXd(problem.hessian(at) * v); };
  for (int i = 0; i < 10000; ++i) {
    const double value = problem.value_and_grad(x, grads);
    if (searches.count(optimizer_name) != 0) {
      if (grads.norm() < 1e-9) break;
      const VectorXd raw = grads;
      step(optimizer, grads, state, x, with_value(value), with_grad(raw),
           with_value_and_grad_fn(problem.value_and_grad), with_hvp_fn(hvp_fn), with_residuals_fn(problem.residuals));
    } else {
      step(optimizer, grads, state, x, with_value(value), with_hvp_fn(hvp_fn));
    }
  }
  return ((x - problem.optimum).array().abs() / (3e-2 + 3e-2 * problem.optimum.array().abs())).maxCoeff();
}

struct Row {
  const char* name;
  Arguments arguments;
  bool skips_rosenbrock = false;
};

const std::vector<Row> rows{{"adabelief", {{"learning_rate", 0.01}}},
                            {"adabelief", {{"learning_rate", 0.01}, {"weight_decay", 0.0001}}},
                            {"adadelta", {{"learning_rate", 0.1}}},
                            {"adafactor", {{"learning_rate", 0.005}}},
                            {"adagrad", {{"learning_rate", 1.0}}},
                            {"adam", {{"learning_rate", 0.1}}},
                            {"adamax", {{"learning_rate", 0.1}}},
                            {"adamaxw", {{"learning_rate", 0.1}}},
                            {"adamw", {{"learning_rate", 0.1}}},
                            {"adan", {{"learning_rate", 0.1}}},
                            {"amsgrad", {{"learning_rate", 0.1}}},
                            {"bfgs", {}},
                            {"curvature_sgd", {{"learning_rate", 0.3}}, true},
                            {"fromage", {{"learning_rate", 0.005}}},
                            {"gauss_newton", {}},
                            {"lamb", {{"learning_rate", 0.001}}},
                            {"lars", {{"learning_rate", 1.0}}},
                            {"lbfgs", {}},
                            {"lbfgsb", {}},
                            {"lion", {{"learning_rate", 0.01}, {"weight_decay", 0.0001}}},
                            {"nadam", {{"learning_rate", 0.01}}},
                            {"nadamw", {{"learning_rate", 0.01}}},
                            {"newton", {}},
                            {"noisy_sgd", {{"learning_rate", 0.001}, {"eta", 0.0001}, {"key", 0}}},
                            {"novograd", {{"learning_rate", 0.001}}},
                            {"optimistic_adam_v2", {{"learning_rate", 0.002}}},
                            {"optimistic_gradient_descent", {{"learning_rate", 0.002}, {"alpha", 0.7}, {"beta", 0.1}}},
                            {"polyak_sgd", {{"max_learning_rate", 1.0}}},
                            {"radam", {{"learning_rate", 0.005}}},
                            {"rmsprop", {{"learning_rate", 0.005}}},
                            {"rmsprop", {{"learning_rate", 0.005}, {"momentum", 0.9}}},
                            {"rprop", {{"learning_rate", 0.1}}},
                            {"sgd", {{"learning_rate", 0.001}, {"momentum", 0.9}}},
                            {"sign_sgd", {{"learning_rate", 0.1}}, true},
                            {"signum", {{"learning_rate", 0.01}}, true},
                            {"sm3", {{"learning_rate", 1.0}}},
                            {"trust_region_newton", {}},
                            {"yogi", {{"learning_rate", 0.1}}}};

}  // namespace

TEST_CASE("every optimizer converges") {
  for (const Row& row : rows) {
    INFO(row.name);
    CHECK(final_error(row.name, row.arguments, parabola) < 1);
    if (!row.skips_rosenbrock) CHECK(final_error(row.name, row.arguments, rosenbrock) < 1);
  }
}

TEST_CASE("every optimizer that has a name is in the suite") {
  std::set<std::string> tested;
  for (const Row& row : rows) tested.insert(row.name);
  for (const std::string& name : optimizer_names()) CHECK(tested.count(name) == 1);
}

TEST_CASE("a constant schedule is a number, for every optimizer that takes schedules") {
  for (const Row& row : rows) {
    if (row.arguments.count("learning_rate") == 0 || std::string(row.name) == "rprop" || std::string(row.name) == "sm3")
      continue;
    INFO(row.name);
    Arguments scheduled = row.arguments;
    scheduled["learning_rate"] = constant_schedule(row.arguments.at("learning_rate")(0));
    VectorXd ends[2] = {parabola.start, parabola.start};
    for (int k = 0; k < 2; ++k) {
      const auto optimizer = by_name(row.name, k == 0 ? row.arguments : scheduled);
      auto state = optimizer.init(ends[k]);
      for (int i = 0; i < 10; ++i) {
        VectorXd grads = ends[k];
        const double value = parabola.value_and_grad(ends[k], grads);
        const auto hvp_fn = [](const VectorXd&, const VectorXd& v) { return VectorXd(2 * v); };
        step(optimizer, grads, state, ends[k], with_value(value), with_hvp_fn(hvp_fn));
      }
    }
    CHECK((ends[0] - ends[1]).cwiseAbs().maxCoeff() == 0);
  }
}

TEST_CASE("every optimizer is pure, keeps the structure, and steps as it updates") {
  for (const Row& row : rows) {
    if (searches.count(row.name) != 0 || std::string(row.name) == "curvature_sgd") continue;
    INFO(row.name);
    const auto optimizer = by_name(row.name, row.arguments);
    VectorXd grads = parabola.start;
    const double value = parabola.value_and_grad(parabola.start, grads);
    const auto state = optimizer.init(parabola.start);
    const auto first = optimizer.update(grads, state, parabola.start, with_value(value));
    const auto second = optimizer.update(grads, state, parabola.start, with_value(value));
    CHECK(first.updates == second.updates);
    CHECK(first.updates.allFinite());
    VectorXd params = parabola.start;
    auto stepped = state;
    step(optimizer, grads, stepped, params, with_value(value));
    CHECK(params == apply_updates(parabola.start, first.updates));
  }
}

TEST_CASE("by_name says what is valid") {
  CHECK_THROWS_WITH(by_name("adam", {{"learning_rate", 0.1}, {"beta1", 0.9}}),
                    "adam: there is no argument 'beta1'; valid are learning_rate, b1, b2, eps, eps_root, nesterov");
  CHECK_THROWS_WITH(by_name("adam", {}), "adam: learning_rate is missing");
  CHECK_THROWS_WITH(by_name("adam", {{"learning_rat", 0.1}}), "adam: learning_rate is missing; given are learning_rat");
  CHECK_THROWS_WITH(by_name("sm3", {{"learning_rate", 0.1}, {"rate", 0.1}}),  // each once
                    "sm3: there is no argument 'rate'; valid are learning_rate, momentum");
  CHECK_THROWS_WITH(by_name("adam", {{"learning_rate", 0.1}, {"b1", 1.2}}), "adam: b1 must lie in [0, 1), got 1.2");
  CHECK_THROWS_WITH(by_name("sm3", {{"learning_rate", constant_schedule(1)}}),
                    "sm3: learning_rate must be a number, got a schedule");
  CHECK_THROWS_WITH(by_name("nadam", {{"learning_rate", 0.1}, {"nesterov", 0}}),  // it sets that itself
                    "nadam: there is no argument 'nesterov'; valid are learning_rate, b1, b2, eps, eps_root");
  CHECK_THROWS_WITH(by_name("adm", {}),
                    Catch::Matchers::StartsWith("by_name: there is no optimizer 'adm'; valid are adabelief, "));
}

TEST_CASE("by_name takes counts that are whole, and flags that are 0 or 1") {
  CHECK_THROWS_WITH(by_name("lbfgs", {{"memory_size", 2.5}}), "lbfgs: memory_size must be a whole number, got 2.5");
  CHECK_THROWS_WITH(by_name("lbfgs", {{"memory_size", std::nan("")}}),
                    "lbfgs: memory_size must be a whole number, got nan");
  CHECK_THROWS_WITH(by_name("lbfgs", {{"memory_size", 1e10}}),
                    "lbfgs: memory_size must lie in [-2147483648, 2147483647], got 10000000000");
  CHECK_THROWS_WITH(by_name("lbfgs", {{"memory_size", 0}}), "lbfgs: memory_size must be positive, got 0");
  CHECK_THROWS_WITH(by_name("lbfgs", {{"scale_init_precond", 2}}), "lbfgs: scale_init_precond must be 0 or 1, got 2");
  CHECK_THROWS_WITH(by_name("noisy_sgd", {{"learning_rate", 0.1}, {"key", -1}}),
                    "noisy_sgd: key must lie in [0, 18446744073709551615], got -1");
  const VectorXd start = VectorXd::Zero(2);
  CHECK_NOTHROW(by_name("lbfgs", {{"memory_size", 3}}).init(start));
  // An option is an argument because the struct has it, with the default of the struct.
  CHECK_NOTHROW(by_name("yogi", {{"learning_rate", 0.1}, {"eps_root", 1e-8}}).init(start));
  CHECK_NOTHROW(by_name("adafactor", {{"learning_rate", 0.1}, {"decay_offset", 2}}).init(start));
}

TEST_CASE("any_transformation is chosen at run time and refuses a foreign state") {
  using Any = any_transformation<VectorXd>;
  const Any momentum = sgd(0.1, {.momentum = 0.5}), plain = sgd(0.1);
  const VectorXd g = Eigen::Vector2d(1, 2);
  auto [updates, state] = plain.update(g, plain.init(g), g);
  CHECK(updates == VectorXd(-0.1 * g));
  CHECK_THROWS_AS(momentum.update(g, plain.init(g), g), grove::StructureError);
  const auto chained = chain(scale(2.0), momentum);
  CHECK(chained.update(g, chained.init(g), g).updates == VectorXd(-0.2 * g));
}
