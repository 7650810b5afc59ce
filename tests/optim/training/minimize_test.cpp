// Headers: optim/training/{measure,minimize_options,minimize_result}.hpp
#include "optim/training/minimize.hpp"

#include <fstream>
#include <limits>

#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/sgd.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;

namespace {

struct Line {
  Eigen::VectorXd weight;
  double bias;
};

const auto loss = [](const auto& line, const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  const auto& [weight, bias] = line;
  return grove::mean(grove::square((x * weight).array() + bias - y.array()));
};

struct Problem {
  Eigen::MatrixXd x = Eigen::MatrixXd::NullaryExpr(
      23, 2, [](Eigen::Index i, Eigen::Index j) { return std::sin(static_cast<double>(3 * i + 7 * j)); });
  Eigen::VectorXd y = x * Eigen::Vector2d(2, -3) + Eigen::VectorXd::Constant(23, 0.5);
  Line start{Eigen::VectorXd::Zero(2), 0.0};
};

}  // namespace

TEST_CASE("minimize fits a line and says why it stopped") {
  const Problem problem;
  const auto fit =
      minimize(loss, problem.start, adam(0.1), {.max_steps = 2000, .gradient_tolerance = 1e-8}, problem.x, problem.y);
  CHECK(fit.reason == StopReason::gradient_tolerance);
  CHECK(fit.converged());
  CHECK(std::abs(fit.params.weight(0) - 2) < 1e-6);
  CHECK(std::abs(fit.params.bias - 0.5) < 1e-6);
  CHECK(fit.value < 1e-12);
  CHECK(fit.values.size() == static_cast<std::size_t>(fit.steps) + 1);
  CHECK(fit.values.back() == fit.value);
  CHECK(fit.seconds > 0);
  CHECK(fit.evaluations == fit.steps + 2);
}

TEST_CASE("minimize has default options") {
  const auto distance = [](const auto& x) { return grove::square(x - 2); };
  CHECK(minimize(distance, 5.0, sgd(0.1)).params == Approx(2));
}

TEST_CASE("minimize stops after max_steps") {
  const Problem problem;
  const auto fit = minimize(loss, problem.start, sgd(0.01), {.max_steps = 7, .record_every = 3}, problem.x, problem.y);
  CHECK(fit.reason == StopReason::max_steps);
  CHECK(fit.steps == 7);
  REQUIRE(fit.path.size() == 4);  // before steps 0, 3 and 6, and at the end
  CHECK(grove::tree::equal(fit.path.back(), fit.params));
  CHECK(to_string(fit.reason) == "the maximum number of steps was reached");
  CHECK(minimize(loss, problem.start, sgd(0.01), {.max_steps = 0}, problem.x, problem.y).steps == 0);
}

TEST_CASE("minimize ends at a loss that is not finite and returns the params before") {
  const Problem problem;
  const auto fit = minimize(loss, problem.start, sgd(1e200), {.max_steps = 100}, problem.x, problem.y);
  CHECK(fit.reason == StopReason::non_finite);
  CHECK(fit.steps < 5);
  CHECK(std::isfinite(fit.value));
}

TEST_CASE("minimize keeps the best params and stops without improvement") {
  const Problem problem;
  const auto fit = minimize(loss, problem.start, sgd(1.2), {.max_steps = 1000, .patience = 5, .keep_best = true},
                            problem.x, problem.y);
  CHECK(fit.reason == StopReason::no_improvement);
  CHECK(fit.value == *std::min_element(fit.values.begin(), fit.values.end()));
}

TEST_CASE("minimize works on shuffled batches, the last one partial, the same for the same seed") {
  const Problem problem;
  const MinimizeOptions options{.max_steps = 600, .batch_size = 5, .seed = 3};
  const auto fit = minimize(loss, problem.start, adam(0.05), options, problem.x, problem.y);
  CHECK(fit.value < 1e-3);
  const auto again = minimize(loss, problem.start, adam(0.05), options, problem.x, problem.y);
  CHECK(fit.values == again.values);
  const auto other =
      minimize(loss, problem.start, adam(0.05), {.max_steps = 600, .batch_size = 5, .seed = 4}, problem.x, problem.y);
  CHECK(fit.values != other.values);
}

TEST_CASE("an epoch shows every example once") {
  const Eigen::VectorXd data = Eigen::VectorXd::LinSpaced(7, 1, 7);
  const double factor = 2;
  Batches<Eigen::VectorXd, double> batches(3, 1, true, data, factor);
  double sum = 0;
  std::vector<std::size_t> sizes;
  for (int i = 0; i < 3; ++i) {
    batches.advance();
    sizes.push_back(batches.size());
    batches.apply([&](const Eigen::VectorXd& batch, double f) { sum += f * batch.sum(); });
  }
  CHECK(sizes == std::vector<std::size_t>{3, 3, 1});
  CHECK(sum == 2 * 28);
  CHECK(batches.epoch_ends());
}

TEST_CASE("accumulated gradients of the parts of an epoch are those of all data") {
  Problem problem;
  problem.x = problem.x.topRows(20).eval();
  problem.y = problem.y.head(20).eval();
  const auto whole = minimize(loss, problem.start, sgd(0.1), {.max_steps = 20}, problem.x, problem.y);
  const auto parts = minimize(loss, problem.start, sgd(0.1), {.max_steps = 20, .batch_size = 5, .accumulate = 4},
                              problem.x, problem.y);
  CHECK(std::abs(whole.params.bias - parts.params.bias) < 1e-12);
  CHECK(parts.evaluations == 81);
}

TEST_CASE("callbacks see every step and may stop") {
  const Problem problem;
  std::vector<std::int64_t> steps;
  const auto fit = minimize(loss, problem.start, sgd(0.01),
                            {.callbacks = {progress_line("line"), csv_log("minimize_test.csv"),
                                           [&](const Progress& now) {
                                             steps.push_back(now.step);
                                             return now.step == 3;
                                           }}},
                            problem.x, problem.y);
  CHECK(fit.reason == StopReason::callback);
  CHECK(steps == std::vector<std::int64_t>{1, 2, 3});
  std::ifstream log("minimize_test.csv");
  std::string header;
  std::getline(log, header);
  CHECK(header == "step,value,gradient_norm,seconds");
  std::remove("minimize_test.csv");
}

TEST_CASE("minimize rejects options out of range") {
  const Problem problem;
  CHECK_THROWS_WITH(minimize(loss, problem.start, sgd(0.1), {.accumulate = 0}, problem.x, problem.y),
                    "minimize: accumulate must be positive, got 0");
  CHECK_THROWS_WITH(minimize(loss, problem.start, sgd(0.1), {.batch_size = -2}, problem.x, problem.y),
                    "minimize: batch_size must not be negative, got -2");
  CHECK_THROWS_AS(csv_log("/nowhere/at/all.csv"), grove::DataError);
}

// Each step halves x, so that the loss is 164, 116, 104, 101, 100.25, 100.0625 … before it.
TEST_CASE("minimize stops at the very step at which a tolerance is met") {
  const auto valley = [](const auto& x) { return x * x + 100.0; };
  const auto stop = [&](const MinimizeOptions& options, double start = 8) {
    const auto fit = minimize(valley, start, sgd(0.25), options);
    return std::pair{fit.reason, fit.steps};
  };
  CHECK(stop({.max_steps = 50, .gradient_tolerance = 0, .value_tolerance = 0.01}) ==
        std::pair{StopReason::value_tolerance, std::int64_t{4}});
  CHECK(stop({.max_steps = 50, .gradient_tolerance = 0, .patience = 1, .min_improvement = 1}) ==
        std::pair{StopReason::no_improvement, std::int64_t{4}});
  CHECK(stop({.max_steps = 50, .gradient_tolerance = 0, .patience = 3, .min_improvement = 1}) ==
        std::pair{StopReason::no_improvement, std::int64_t{6}});
  CHECK(stop({.max_steps = 50, .gradient_tolerance = 0}, 0.0) ==
        std::pair{StopReason::gradient_tolerance, std::int64_t{0}});
  CHECK(stop({.max_steps = 50, .gradient_tolerance = 2}) == std::pair{StopReason::gradient_tolerance, std::int64_t{3}});
}
