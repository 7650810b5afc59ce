// Reference trajectories of wrappers: accumulation, conditions, lookahead, injected hyperparameters, flattening.
// Headers: optim/protocol/named_chain.hpp
// Headers: optim/transforms/stateless.hpp
// Headers: optim/wrappers/{accumulate,conditional,flatten,lookahead,monitor}.hpp
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/schedules/schedule.hpp"
#include "optim/transforms/clip.hpp"
#include "optim/transforms/stateless.hpp"
#include "optim/transforms/trust_ratio.hpp"
#include "optim/wrappers/accumulate.hpp"
#include "optim/wrappers/conditional.hpp"
#include "optim/wrappers/flatten.hpp"
#include "optim/wrappers/inject_hyperparams.hpp"
#include "optim/wrappers/lookahead.hpp"
#include "optim/wrappers/monitor.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;

namespace {

const Schedule half_decay = exponential_decay(0.1, 10, 0.5);

}  // namespace

TEST_CASE("apply_every and multi_steps follow optax") {
  golden::check_transform("apply_every", apply_every(3));
  golden::check_transform("multi_steps", multi_steps(adam(0.1), 3));
  golden::check_transform("multi_steps_sum", multi_steps(chain(clip(2.0), trace(0.9)), 4, {.use_grad_mean = false}));
  golden::check_transform("multi_steps_schedule",
                          multi_steps(sgd(0.1), [](std::int64_t k) { return k < 2 ? 1.0 : 3.0; }));
  golden::check_transform("multi_steps_skip", multi_steps(sgd(half_decay), 2, skip_not_finite));
}

TEST_CASE("multi_steps tells whether it has updated, and skips large gradients") {
  const auto optimizer = multi_steps(sgd(1.0), 2, skip_large_updates(4));
  auto state = optimizer.init(0.0);
  std::vector<double> emitted;
  for (double g : {1.0, 5.0, 0.5}) {
    auto [updates, next] = optimizer.update(g, state, 0.0);
    emitted.push_back(updates);
    state = next;
  }
  CHECK(emitted == std::vector<double>{0, 0, -0.75});
  CHECK(state.has_updated());
}

TEST_CASE("a gradient on the bound, or NaN, is too large") {
  const auto optimizer = multi_steps(sgd(1.0), 1, skip_large_updates(4.0));
  const auto step = [&](double gradient) { return optimizer.update(gradient, optimizer.init(0.0), 0.0).updates; };
  CHECK(step(1.9) == -1.9);
  CHECK(step(-2.0) == 0);
  CHECK(step(std::numeric_limits<double>::quiet_NaN()) == 0);
  CHECK(step(std::numeric_limits<double>::infinity()) == 0);
}

TEST_CASE("conditions follow optax") {
  golden::check_transform("apply_if_finite", apply_if_finite(trace(0.5), 1));
  golden::check_transform("apply_if_finite_patient", apply_if_finite(adam(0.1), 5));
  const auto most = [](std::int64_t step) { return step % 3 != 1; };
  golden::check_transform("conditionally_transform", conditionally_transform(trace(0.9), most));
  golden::check_transform("conditionally_mask", conditionally_mask(trace(0.9), most));
  const auto small = [](std::int64_t, const auto& extra) { return extra.value < 1; };
  const auto by_value = conditionally_transform(scale(2.0), small);
  CHECK(by_value.update(1.0, by_value.init(0.0), 0.0, with_value(0.5)).updates == 2);
  CHECK(by_value.update(1.0, by_value.init(0.0), 0.0, with_value(1.5)).updates == 1);
}

TEST_CASE("apply_if_finite counts") {
  const auto optimizer = apply_if_finite(sgd(1.0), 1);
  auto state = optimizer.init(0.0);
  const double nan = std::nan("");
  std::vector<std::int64_t> counts;
  for (double g : {1.0, nan, nan, nan, 1.0, nan}) {
    auto [updates, next] = optimizer.update(g, state, 0.0);
    counts.push_back(next.notfinite_count);
    state = next;
  }
  CHECK(counts == std::vector<std::int64_t>{0, 1, 2, 3, 0, 1});
  CHECK(state.total_notfinite == 4);
}

TEST_CASE("inject_hyperparams rejects values out of range where they are given") {
  const auto factory = [](const Hyperparams& h) { return adam(0.1, {.b1 = h.at("b1")}); };
  CHECK_THROWS_WITH(inject_hyperparams(factory, {{"b1", 1.5}}), "adam: b1 must lie in [0, 1), got 1.5");
}

TEST_CASE("inject_hyperparams keeps the values of the last step, which may be overwritten") {
  const auto factory = [](const Hyperparams& h) { return adam(h.at("learning_rate"), {.b1 = h.at("b1")}); };
  golden::check_transform("inject_hyperparams",
                          inject_hyperparams(factory, {{"learning_rate", half_decay}, {"b1", 0.8}}));
  const auto optimizer = inject_hyperparams([](const Hyperparams& h) { return sgd(h.at("rate")); }, {{"rate", 0.5}});
  auto state = optimizer.init(1.0);
  state.hyperparams["rate"] = 0.25;
  CHECK(optimizer.update(1.0, state, 1.0).updates == -0.25);
}

TEST_CASE("flatten and named_chain follow optax") {
  golden::check_transform("flatten_trust_ratio", flatten(scale_by_trust_ratio()));
  const auto named_parts = named_chain(named("clip", clip(0.5)), named("adam", adam(0.1)));
  golden::check_transform("named_chain", named_parts);
  CHECK(named_parts.position("adam") == 1);
  CHECK_THROWS_WITH(named_chain(named("a", clip(0.5)), named("a", adam(0.1))),
                    "named_chain: the name 'a' is given twice");
}

TEST_CASE("stateless functions and monitors") {
  const golden::Tree params = golden::sequence("plain").params, grads = golden::sequence("plain").grads[0];
  const auto twice = stateless([](auto updates, const auto&) { return grove::tree::scale(2.0, updates); });
  CHECK(twice.update(grads, twice.init(params), params).updates.a == 2 * grads.a);
  const auto product = stateless_with_tree_map([](const auto& u, const auto& p) { return u * p; });
  CHECK(product.update(grads, product.init(params), params).updates.b(1) == grads.b(1) * params.b(1));
  const auto norm = [](const auto& t) { return grove::tree::global_norm(t); };
  const auto watched = chain(snapshot("norm", norm), clip_by_global_norm(0.1));
  auto [updates, state] = watched.update(grads, watched.init(params), params);
  CHECK(std::get<0>(state).measurements.at("norm") == norm(grads));
  const auto averaged = measure_with_ema(norm, 0.5);
  CHECK(averaged.update(grads, averaged.init(params), params).state.measurement == Approx(norm(grads)));
}

TEST_CASE("lookahead follows optax") {
  for (const bool reset : {false, true}) {
    const auto optimizer = lookahead(sgd(0.1, {.momentum = 0.9}), 4, 0.3, reset);
    const auto run = golden::runs("lookahead.txt", reset ? "lookahead_reset" : "lookahead").at("plain");
    const golden::Sequence& input = golden::sequence("plain");
    auto params = LookaheadParams<golden::Tree>::init_synced(input.params);
    auto state = optimizer.init(params);
    for (std::size_t k = 0; k < input.grads.size(); ++k) {
      const LookaheadParams<golden::Tree> grads{input.grads[k], {}};
      auto [updates, next] = optimizer.update(grads, state, params);
      params = apply_updates(params, updates);
      state = next;
      const auto recorded = run.updates.find(static_cast<int>(k) + 1);
      if (recorded != run.updates.end()) CHECK(golden::distance(golden::to_row(params.fast), recorded->second) < 1e-12);
    }
    CHECK(golden::distance(golden::to_row(params.slow), run.params) < 1e-12);
  }
}

TEST_CASE("wrappers reject bad periods") {
  CHECK_THROWS_WITH(apply_every(0), "apply_every: k must be positive, got 0");
  CHECK_THROWS_WITH(multi_steps(sgd(0.1), 0), "multi_steps: every_k_schedule must be positive, got 0");
  CHECK_THROWS_WITH(lookahead(sgd(0.1), 0, 0.5), "lookahead: sync_period must be positive, got 0");
  CHECK_THROWS_WITH(apply_if_finite(sgd(0.1), -1),
                    "apply_if_finite: max_consecutive_errors must not be negative, got -1");
}
