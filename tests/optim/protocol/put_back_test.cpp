// A step that fails, at whatever link, leaves state and params as they were.
#include "optim/protocol/detail/put_back.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "optim/contrib/mechanize.hpp"
#include "optim/contrib/sam.hpp"
#include "optim/contrib/schedule_free.hpp"
#include "optim/files/save.hpp"
#include "optim/linesearch/backtracking.hpp"
#include "optim/optimizers/adafactor.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/optimizers/lion.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/protocol/partition.hpp"
#include "optim/transforms/add_decayed_weights.hpp"
#include "optim/transforms/clip.hpp"
#include "optim/transforms/noise.hpp"
#include "optim/transforms/stateless.hpp"
#include "optim/wrappers/conditional.hpp"
#include "optim/wrappers/flatten.hpp"
#include "optim/wrappers/inject_hyperparams.hpp"
#include "optim/wrappers/lookahead.hpp"
#include "optim/wrappers/monitor.hpp"
#include "optim/wrappers/threads.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;

namespace {

struct Point {
  double bias = 0.5;
  Eigen::VectorXd weight = Eigen::VectorXd::LinSpaced(5, -1, 2);
};

bool broken = false;

/// A learning rate that is no number while things are broken.
double nan_rate(std::int64_t /*step*/) { return broken ? std::numeric_limits<double>::quiet_NaN() : 0.1; }

/// As any function that a user may give.
template <class T>
T or_throw(T result) {
  if (broken) throw std::runtime_error("broken");
  return result;
}

template <class T>
std::string text(const T& tree) {
  return grove::optim::detail::saved_text(std::tuple<double, T>(0, tree));
}

double bowl(const Point& p) { return or_throw(p.bias * p.bias + p.weight.squaredNorm()); }
double bowl_with_gradient(const Point& p, Point& gradient) {
  gradient = {2 * p.bias, 2 * p.weight};
  return bowl(p);
}

/// Calls `with` with the arguments of a step.
template <class With>
void with_arguments(const Point& grads, const With& with) {
  with(with_value(1.0), with_grad(grads), with_value_fn(bowl), with_value_and_grad_fn(bowl_with_gradient));
}

template <class T, class S>
void take(const T& optimizer, S& state, Point& params) {
  Point grads{2 * params.bias, 2 * params.weight};
  const Point raw = grads;
  with_arguments(raw, [&](const auto&... extra) { step(optimizer, grads, state, params, extra...); });
}

template <class T>
void fails_without_a_trace(const T& optimizer) {
  Point params, unbroken;
  auto state = optimizer.init(params), always = state;
  for (int round = 0; round < 3; ++round) {
    const std::string params_before = text(params), state_before = text(state);
    broken = true;
    CHECK_THROWS(take(optimizer, state, params));
    CHECK(text(state) == state_before);
    CHECK(text(params) == params_before);
    with_arguments(params, [&](const auto&... extra) {
      CHECK_THROWS(optimizer.update(params, std::move(state), params, extra...));
    });
    CHECK(text(state) == state_before);
    broken = false;
    take(optimizer, state, params);
    take(optimizer, always, unbroken);
    CHECK(text(state) == text(always));
    CHECK(text(params) == text(unbroken));
  }
}

/// A link alone, and between others that have trees in their states.
template <class T>
void fails_without_a_trace_anywhere(const T& link) {
  fails_without_a_trace(link);
  fails_without_a_trace(chain(trace(0.9), clip_by_global_norm(1.0), link, scale_by_adam()));
}

/// One's own transformation, in the plain protocol.
struct Own {
  struct State {
    Eigen::VectorXd sums;
  };
  template <class P>
  State init(const P& /*params*/) const {
    return {Eigen::VectorXd::Zero(2)};
  }
  template <class U, class P>
  Updated<U, State> update(U updates, State state, const P& /*params*/) const {
    state.sums(0) += 1;
    return {or_throw(std::move(updates)), std::move(state)};
  }
};

const auto is_weight = [](const grove::tree::Path& path) { return path.ends_with("weight"); };
const auto label = [](const grove::tree::Path& path) { return path.ends_with("weight") ? "w" : "b"; };

}  // namespace

TEST_CASE("a schedule that fails leaves no trace, wherever in a chain") {
  fails_without_a_trace(chain(scale_by_schedule(nan_rate), trace(0.9)));
  fails_without_a_trace(
      chain(scale_by_adam(), add_noise(0.1, 0.5), trace(0.9), clip(0.5), scale_by_schedule(nan_rate)));
  fails_without_a_trace_anywhere(adam(nan_rate));
  fails_without_a_trace_anywhere(add_decayed_weights(ScalarOrSchedule<double>(nan_rate)));
  fails_without_a_trace(adafactor(nan_rate, {.momentum = 0.5}));
}

TEST_CASE("a schedule that fails under masks and labels leaves no trace") {
  fails_without_a_trace(masked(lion(nan_rate), is_weight));
  fails_without_a_trace(masked(chain(clip_by_global_norm(1.0), adam(nan_rate)), is_weight));
  fails_without_a_trace(partition(label, named("b", adam(0.1)), named("w", lion(nan_rate))));
  fails_without_a_trace(partition(label, named("b", chain(clip_by_global_norm(1.0), adam(0.1))),
                                  named("w", chain(adam(nan_rate), clip_by_global_norm(1.0)))));
}

TEST_CASE("what fails inside a wrapper leaves no trace") {
  fails_without_a_trace_anywhere(multi_steps(adam(nan_rate), 1));
  fails_without_a_trace(multi_steps(adam(0.1), ScalarOrSchedule<double>([](std::int64_t) { return or_throw(2.0); })));
  fails_without_a_trace_anywhere(apply_if_finite(adam(nan_rate), 2));
  fails_without_a_trace(conditionally_mask(adam(0.1), [](std::int64_t) { return or_throw(true); }));
  fails_without_a_trace(conditionally_transform(lion(nan_rate), [](std::int64_t) { return true; }));
  fails_without_a_trace(flatten(adam(nan_rate)));
  fails_without_a_trace(threads(2, adam(nan_rate)));
  fails_without_a_trace_anywhere(any_transformation<Point>(chain(trace(0.5), adam(nan_rate))));
  fails_without_a_trace(contrib::mechanize(adam(nan_rate)));
  fails_without_a_trace(contrib::schedule_free(adam(nan_rate), 0.1));
  fails_without_a_trace(contrib::sam(adam(0.1), adam(nan_rate), {.sync_period = 3, .opaque_mode = true}));
}

TEST_CASE("hyperparameters in the state are put back") {
  const auto rate = [](const Hyperparams& h) { return adam(h.at("rate")); };
  fails_without_a_trace_anywhere(inject_hyperparams(
      rate, {{"rate", [](std::int64_t step) { return nan_rate(step) / static_cast<double>(step + 1); }}}));
  const auto factory = [](const Hyperparams& h) { return adam(or_throw(h.at("rate"))); };
  fails_without_a_trace(
      inject_hyperparams(factory, {{"rate", [](std::int64_t step) { return 1 / static_cast<double>(step + 1); }}}));
  const auto inner = [](const Hyperparams& h) { return chain(scale(h.at("rate")), trace(0.9), adam(nan_rate)); };
  fails_without_a_trace(
      inject_hyperparams(inner, {{"rate", [](std::int64_t step) { return 1 / static_cast<double>(step + 1); }}}));
}

TEST_CASE("functions that throw in the middle of a step leave no trace") {
  fails_without_a_trace_anywhere(
      stateless_with_tree_map([](const auto& u, const auto& /*p*/) { return or_throw(1.0) * u; }));
  fails_without_a_trace(chain(adam(0.1), Own{}, trace(0.9)));
  fails_without_a_trace(chain(monitor(named("m", [](const auto& /*u*/) { return or_throw(1.0); })), adam(0.1)));
  fails_without_a_trace(chain(adam(0.1), add_noise(0.1, 0.5, 0, [] { return or_throw(1.0); })));
  fails_without_a_trace(lbfgs());
  fails_without_a_trace(chain(adam(0.1), scale_by_backtracking_linesearch(5)));
}

TEST_CASE("the slow weights stay with the fast ones") {
  const auto optimizer = lookahead(adam(nan_rate), 2, 0.5);
  auto params = LookaheadParams<Point>::init_synced({});
  auto grads = params;
  auto state = optimizer.init(params);
  step(optimizer, grads, state, params);
  const std::string before = text(state), params_before = text(params);
  broken = true;
  CHECK_THROWS(step(optimizer, grads, state, params));
  broken = false;
  CHECK(text(state) == before);
  CHECK(text(params) == params_before);
}

TEST_CASE("updates, params and states of other structures are refused before anything is changed") {
  const auto optimizer = chain(trace(0.9), clip_by_global_norm(1.0), adam(0.1));
  Point params, other{1, Eigen::VectorXd::Ones(6)};
  auto state = optimizer.init(params), foreign = optimizer.init(other);
  const std::string before = text(state), foreign_before = text(foreign), params_before = text(params);
  CHECK_THROWS_AS(step(optimizer, other, state, params), grove::StructureError);
  Point grads;
  CHECK_THROWS_AS(step(optimizer, grads, foreign, params), grove::StructureError);
  CHECK_THROWS_AS(optimizer.update(grads, std::move(foreign), params), grove::StructureError);
  CHECK(text(state) == before);
  CHECK(text(foreign) == foreign_before);
  CHECK(text(params) == params_before);
}

TEST_CASE("one link of another structure among links that fit spoils nothing") {
  const auto optimizer = chain(trace(0.9), adam(0.1, {}, mu_dtype<float>));
  Point params, other{1, Eigen::VectorXd::Ones(6)}, grads;
  auto state = optimizer.init(params);
  std::get<1>(state) = std::get<1>(optimizer.init(other));
  const std::string before = text(state), params_before = text(params);
  CHECK_THROWS_AS(step(optimizer, grads, state, params), grove::StructureError);
  CHECK(text(state) == before);
  CHECK(text(params) == params_before);
}
