// What minimize does with data: which arguments are cut, how batches are drawn, what a bad one does, what is judged.
// Headers: optim/training/{batches,callbacks}.hpp
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "autodiff/autodiff.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/training/minimize.hpp"
#include "optim/wrappers/accumulate.hpp"
#include "optim/wrappers/conditional.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::VectorXd;

namespace {

using Optimizer = any_transformation<VectorXd>;
const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

/// The mean of squares of p - y; throws for an example of 1e300.
const auto distance = [](const auto& p, const VectorXd& y) {
  if ((y.array() == 1e300).any()) throw grove::Error("cholesky: no factor");
  return mean(square(p(0) - y.array()));
};

auto fit_to(const VectorXd& y, const Optimizer& optimizer, const MinimizeOptions& options, double start = 0) {
  return minimize(distance, VectorXd(VectorXd::Constant(1, start)), optimizer, options, y);
}

/// What batches show, one after the other.
template <class... Args>
std::vector<std::vector<double>> shown(Batches<VectorXd, Args...> batches, int count) {
  std::vector<std::vector<double>> all;
  for (int i = 0; i < count; ++i) {
    batches.advance();
    batches.apply([&](const VectorXd& batch, const auto&...) { all.emplace_back(batch.begin(), batch.end()); });
  }
  return all;
}

}  // namespace

// bad-batches-in-minimize
TEST_CASE("a bad batch is skipped and counted by an optimizer that can") {
  for (const double bad : {not_a_number, infinity, -infinity, 1e300}) {
    VectorXd y = VectorXd::Ones(30);
    y(7) = bad;
    for (const std::int64_t size : {1, 4}) {
      INFO(bad << " " << size);
      for (const Optimizer& optimizer :
           {Optimizer(apply_if_finite(adam(0.1), 10)), Optimizer(multi_steps(adam(0.1), 1, skip_not_finite)),
            Optimizer(chain(apply_if_finite(adam(0.1), 10)))}) {
        const auto fit = fit_to(y, optimizer, {.max_steps = 300, .batch_size = size});
        CHECK(fit.reason == StopReason::max_steps);
        CHECK(std::abs(fit.params(0) - 1) < 1e-3);
        CHECK(fit.skipped >= 300 / ((30 + size - 1) / size) - 1);
        CHECK(fit.steps == 300);
      }
      const auto ended = fit_to(y, adam(0.1), {.max_steps = 300, .batch_size = size});
      CHECK(ended.reason == (bad == 1e300 ? StopReason::loss_threw : StopReason::non_finite));
      CHECK(ended.message == (bad == 1e300 ? "cholesky: no factor" : ""));
      CHECK(ended.params.allFinite());
      CHECK(std::get<0>(minimize(distance, ended.params, adam(0.1), {.max_steps = 1}, y).state).mu.allFinite());
    }
  }
}

TEST_CASE("what is bad for ever ends a run, whatever the optimizer skips") {
  const VectorXd bad = VectorXd::Constant(30, not_a_number);
  const Optimizer patient = apply_if_finite(adam(0.1), 1000000);
  const auto batches = fit_to(bad, patient, {.max_steps = 1000, .batch_size = 5});
  CHECK(batches.reason == StopReason::non_finite);
  CHECK(batches.steps <= 6);
  const auto whole = fit_to(bad, patient, {.max_steps = 1000});
  CHECK(whole.reason == StopReason::non_finite);
  CHECK(whole.steps <= 1);
  CHECK(whole.params(0) == 0);
  // A search is no way to skip a batch.
  VectorXd one = VectorXd::LinSpaced(30, -1, 2);
  one(3) = not_a_number;
  const auto searched = fit_to(one, lbfgs(), {.max_steps = 100, .batch_size = 5});
  CHECK(searched.reason == StopReason::non_finite);
  CHECK(searched.params.allFinite());
  CHECK(fit_to(one, apply_if_finite(lbfgs(), 3), {.max_steps = 60, .batch_size = 5}).skipped > 3);
}

TEST_CASE("bad batches do not count in the mean of an epoch") {
  VectorXd y = VectorXd::LinSpaced(30, -1, 1);
  y(4) = not_a_number;
  const auto fit =
      fit_to(y, apply_if_finite(sgd(0.1), 10), {.max_steps = 3000, .patience = 10, .keep_best = true, .batch_size = 5});
  CHECK(fit.reason == StopReason::no_improvement);
}

// batches-first-argument
TEST_CASE("the first epoch is not compared with any before it") {
  const auto fit =
      fit_to(VectorXd::LinSpaced(8, 0, 7), sgd(0.01), {.max_steps = 40, .value_tolerance = 1e-9, .batch_size = 4});
  CHECK(fit.steps == 40);
  CHECK(fit.reason == StopReason::max_steps);
}

TEST_CASE("data are the arguments that share a number of examples, or those that are named") {
  const VectorXd prior = VectorXd::Zero(3), y = VectorXd::Ones(100);
  const Eigen::MatrixXd x = Eigen::MatrixXd::Ones(100, 3);
  std::vector<Eigen::Index> seen;
  const auto loss = [&](const auto& p, const VectorXd& a, const Eigen::MatrixXd& b, const VectorXd& c) {
    seen = {a.rows(), b.rows(), c.rows()};
    return sum(square(p)) + 0.0 * a.sum();
  };
  const auto rows = [&](const MinimizeOptions& options, const VectorXd& a, const Eigen::MatrixXd& b,
                        const VectorXd& c) {
    minimize(loss, VectorXd(VectorXd::Ones(3)), sgd(0.1), options, a, b, c);
    return seen;
  };
  MinimizeOptions options{.max_steps = 1, .batch_size = 2};
  // The last evaluation is that of all data, so the batches are looked at through max_steps callbacks.
  std::vector<Eigen::Index> batch;
  options.callbacks = {[&](const Progress&) { batch = seen; }};
  using Rows = std::vector<Eigen::Index>;
  rows(options, prior, x, y);
  CHECK(batch == Rows{3, 2, 2});
  rows(options, y, x, prior);
  CHECK(batch == Rows{2, 2, 3});
  rows(options, prior, Eigen::MatrixXd::Ones(3, 3), y);
  CHECK(batch == Rows{2, 2, 100});  // two of three
  options.data_arguments = {3};
  rows(options, prior, Eigen::MatrixXd::Ones(3, 3), y);
  CHECK(batch == Rows{3, 3, 2});
  CHECK(seen == Rows{3, 3, 100});
  options.data_arguments = {1, 3};
  CHECK_THROWS_WITH(rows(options, prior, x, y),
                    "minimize: argument 1 of the loss has 3 examples, and argument 3 has 100");
  options.data_arguments = {0};
  CHECK_THROWS_WITH(rows(options, prior, x, y),
                    "minimize: data_arguments must lie in [1, 3], got 0; the params are argument 0");
  options.data_arguments = {4};
  CHECK_THROWS_AS(rows(options, prior, x, y), grove::HyperparameterError);
  options.data_arguments = {1};
  CHECK_THROWS_AS(rows(options, VectorXd(), x, y), grove::DataError);
}

TEST_CASE("data whose type says how many rows it has are refused before a loss can ask for them") {
  using Rows = Eigen::Matrix<double, 8, 2>;
  int calls = 0;
  const auto loss = [&](const auto& p, const Rows& x) {
    ++calls;
    return mean(square(x * p));
  };
  const VectorXd start = VectorXd::Ones(2);
  const Rows x = Rows::Ones();
  CHECK_THROWS_WITH(minimize(loss, start, sgd(0.1), {.max_steps = 3, .batch_size = 3}, x),
                    "minimize with batches: argument 1 of the loss has 8 rows by its type, and cannot be cut; make it "
                    "an Eigen array with a dynamic number of rows");
  CHECK(calls == 0);
  CHECK(minimize(loss, start, sgd(0.1), {.max_steps = 3}, x).steps == 3);
}

TEST_CASE("batches with replacement draw every example now and then, and some twice in an epoch") {
  const VectorXd y = VectorXd::LinSpaced(20, 0, 19);
  const auto batches = shown(Batches<VectorXd>({.batch_size = 7, .seed = 5, .replacement = true}, y), 300);
  std::map<double, int> count;
  std::set<double> first_epoch;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    CHECK(batches[i].size() == (i % 3 == 2 ? 6u : 7u));
    for (const double example : batches[i]) ++count[example];
    if (i < 3) first_epoch.insert(batches[i].begin(), batches[i].end());
  }
  CHECK(first_epoch.size() < 20);
  CHECK(count.size() == 20);
  for (const auto& [example, times] : count) CHECK(std::abs(times - 100) < 45);
  CHECK(batches == shown(Batches<VectorXd>({.batch_size = 7, .seed = 5, .replacement = true}, y), 300));
  CHECK_THROWS_AS(Batches<VectorXd>({.batch_size = 7, .shuffle = false, .replacement = true}, y),
                  grove::HyperparameterError);
}

TEST_CASE("stratified batches have their share of each label") {
  const VectorXd y = VectorXd::LinSpaced(60, 0, 59);
  std::vector<std::int64_t> strata(60);
  for (std::size_t i = 0; i < 60; ++i) strata[i] = i < 6 ? 7 : i % 3 == 0 ? -1 : 2;  // 6, 18 and 36 of them
  const auto batches = shown(Batches<VectorXd>({.batch_size = 10, .seed = 1, .strata = strata}, y), 12);
  std::set<std::vector<double>> different;
  for (std::size_t epoch = 0; epoch < 2; ++epoch) {
    std::set<double> all;
    for (std::size_t i = 0; i < 6; ++i) {
      std::map<std::int64_t, int> labels;
      for (const double example : batches[6 * epoch + i]) {
        ++labels[strata[static_cast<std::size_t>(example)]];
        all.insert(example);
      }
      CHECK(std::abs(labels[7] - 1) <= 1);
      CHECK(std::abs(labels[-1] - 3) <= 1);
      CHECK(std::abs(labels[2] - 6) <= 1);
      different.insert(batches[6 * epoch + i]);
    }
    CHECK(all.size() == 60);
  }
  CHECK(different.size() == 12);
  CHECK_THROWS_WITH(Batches<VectorXd>({.batch_size = 10, .strata = {1, 2}}, y),
                    "minimize: strata has 2 labels for 60 examples");
}

TEST_CASE("accumulated batches are weighted by their size, across the end of an epoch too") {
  // Batches of 4, 4 and 2: the mean of three is the gradient of all data.
  const VectorXd y = VectorXd::LinSpaced(10, 0, 3).array().square();
  const auto parts = fit_to(y, sgd(0.1), {.max_steps = 5, .batch_size = 4, .accumulate = 3});
  const auto whole = fit_to(y, sgd(0.1), {.max_steps = 5});
  CHECK(parts.params(0) == Approx(whole.params(0)).epsilon(1e-14));
  CHECK(parts.values[2] == Approx(whole.values[2]).epsilon(1e-14));
  // Two of three: the second step has the small batch and one of the next epoch.
  const auto two = fit_to(y, sgd(0.1), {.max_steps = 2, .batch_size = 4, .shuffle = false, .accumulate = 2});
  double p = 0;
  p -= 0.2 * (p - y.head(8).mean());
  p -= 0.2 * (p - (y.tail(2).sum() + y.head(4).sum()) / 6);
  CHECK(two.params(0) == Approx(p).epsilon(1e-14));
}

// keep-best-last-step
TEST_CASE("keep_best judges the params after the last step too") {
  const VectorXd y = VectorXd::LinSpaced(12, -1, 1);
  for (const std::int64_t batch : {0, 5}) {
    for (const std::int64_t steps : {0, 1, 10}) {
      INFO(batch << " " << steps);
      const MinimizeOptions last{.max_steps = steps, .batch_size = batch};
      MinimizeOptions best = last;
      best.keep_best = true;
      CHECK(fit_to(y, sgd(0.1), best, 5).value == fit_to(y, sgd(0.1), last, 5).value);
    }
  }
  // And does not take it if it is worse.
  const auto jump = fit_to(y, sgd(1.5), {.max_steps = 3, .keep_best = true}, 5);
  CHECK(jump.value == *std::min_element(jump.values.begin(), jump.values.end()));
  CHECK(jump.params(0) == 5);
}

// keep-best-min-improvement
TEST_CASE("the best has nothing to do with min_improvement") {
  const VectorXd y = VectorXd::Zero(1);
  double smallest = 1e9, told = 0;
  const auto watch = [&](const Progress& now) { smallest = std::min(smallest, now.value), told = now.best_value; };
  const auto best =
      fit_to(y, sgd(0.01), {.max_steps = 50, .min_improvement = 0.5, .keep_best = true, .callbacks = {watch}}, 1);
  CHECK(best.value == fit_to(y, sgd(0.01), {.max_steps = 50}, 1).value);
  CHECK(told == smallest);
  // Patience does go by it: the loss is 0.98^(2 step), below a half after 18 steps.
  CHECK(fit_to(y, sgd(0.01), {.max_steps = 500, .patience = 20, .min_improvement = 0.5}, 1).steps == 18 + 20);
}

TEST_CASE("a measure of held-out data is recorded, waited for and kept") {
  const VectorXd train = VectorXd::Zero(20), held = VectorXd::Constant(5, 2.0);
  // From 5 to 0 the params pass the 2 of the held-out data.
  for (const std::int64_t batch : {0, 10}) {
    const auto fit = fit_to(train, sgd(0.05),
                            {.max_steps = 500,
                             .patience = 3,
                             .keep_best = true,
                             .batch_size = batch,
                             .measure = held_out<VectorXd>(distance, held)},
                            5);
    CHECK(fit.reason == StopReason::no_improvement);
    CHECK(std::abs(fit.params(0) - 2) < 0.3);
    CHECK(fit.measures.size() > 5);
    const double kept = grove::evaluate(distance, fit.params, held);
    CHECK(kept == *std::min_element(fit.measures.begin(), fit.measures.end()));
    CHECK(fit.value == grove::evaluate(distance, fit.params, train));
  }
  std::vector<double> seen;
  const auto fit = fit_to(train, sgd(0.05),
                          {.max_steps = 6,
                           .callbacks = {[&](const Progress& now) { seen.push_back(now.measure.value_or(-1)); }},
                           .measure = [](const VectorXd& p) { return -p(0); },
                           .measure_every = 3},
                          5);
  CHECK(fit.measures == std::vector<double>{-5, fit.measures[1], -fit.params(0)});
  CHECK(seen.front() == -5);
  CHECK(seen.size() == 6);
}

TEST_CASE("the losses of a batch of starts are recorded one by one") {
  const auto losses = [](const auto& p) { return square(p.col(0).array()) + square(square(p.col(1).array()) - 1.0); };
  const auto total = [&](const auto& p) { return sum(losses(p)); };
  const Eigen::MatrixXd starts = (Eigen::MatrixXd(3, 2) << 1, 2, -1, 0.5, 0, -3).finished();
  const auto fit =
      minimize(total, starts, sgd(0.01), {.max_steps = 20, .each = values_of_each<Eigen::MatrixXd>(losses)});
  REQUIRE(fit.each_values.size() == fit.values.size());
  for (std::size_t i = 0; i < fit.values.size(); ++i) {
    REQUIRE(fit.each_values[i].size() == 3);
    CHECK(fit.each_values[i].sum() == Approx(fit.values[i]));
  }
  CHECK(fit.each_values.front()(0) == 10);
  CHECK(fit.each_values.back()(1) == Approx(losses(fit.params)(1)));
}

TEST_CASE("callbacks see params and state, and say if they expect others") {
  const VectorXd y = VectorXd::Zero(4);
  using State = AnyState<VectorXd>;
  std::vector<double> seen;
  int states = 0;
  const auto fit = fit_to(y, sgd(0.25),
                          {.max_steps = 10,
                           .callbacks = {[&](const Progress& now, const VectorXd& p) {
                                           seen.push_back(p(0));
                                           return now.step == 2;
                                         },
                                         [&](const Progress&, const VectorXd&, const State&) { ++states; }}},
                          8);
  CHECK(fit.reason == StopReason::callback);
  CHECK(seen == std::vector<double>{4, 2});
  CHECK(states == 2);
  CHECK_THROWS_WITH(
      fit_to(y, sgd(0.25), {.callbacks = {[](const Progress&, const Eigen::Vector2d&) {}}}),
      Catch::Contains("minimize: a callback takes the params of type ") && Catch::Contains(", and here its type is "));
  CHECK_THROWS_AS(fit_to(y, sgd(0.25), {.callbacks = {[](const Progress&, const VectorXd&, const int&) {}}}),
                  grove::HyperparameterError);
  CHECK_THROWS_AS(fit_to(y, sgd(0.25), {.measure = [](double x) { return x; }}), grove::HyperparameterError);
}
