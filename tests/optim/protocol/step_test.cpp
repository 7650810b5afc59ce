// Headers: optim/protocol/transformation.hpp
#include "optim/protocol/step.hpp"

#include "optim/optimizers/adamw.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/transforms/clip.hpp"
#include "optim/transforms/constrain.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;

namespace {

template <class T>
void check_step_is_update_and_apply(const T& optimizer) {
  const golden::Sequence& input = golden::sequence("plain");
  golden::Tree params = input.params;
  golden::Tree in_place = params;
  auto state = optimizer.init(params);
  auto state_in_place = state;
  for (const golden::Tree& grads : input.grads) {
    auto [updates, new_state] = optimizer.update(grads, std::move(state), params);
    params = apply_updates(std::move(params), updates);
    state = std::move(new_state);
    golden::Tree used_up = grads;
    step(optimizer, used_up, state_in_place, in_place);
    REQUIRE(golden::to_row(params) == golden::to_row(in_place));
  }
}

}  // namespace

TEST_CASE("step gives bit for bit what update and apply_updates give") {
  check_step_is_update_and_apply(sgd(0.1));
  check_step_is_update_and_apply(adam(0.1, {.nesterov = true}));
}

TEST_CASE("step gives the same where links pass formulas on, need room, or change it in place") {
  const auto only_w = [](const grove::tree::Path& p) { return p.ends_with("w"); };
  using Optimizer = any_transformation<golden::Tree>;
  const Optimizer optimizers[] = {
      chain(clip(0.5), trace(0.9, true), adamw(0.1, {.weight_decay = 0.1, .mask = only_w})),
      chain(ema(0.9), add_decayed_weights(0.1), trace(0.5), scale_by_sign(), identity(), scale(-0.1)),
      chain(scale(2.0), masked(trace(0.9), only_w), scale_by_adam(), zero_nans(), scale(-0.1))};
  for (const Optimizer& optimizer : optimizers) check_step_is_update_and_apply(optimizer);
}

TEST_CASE("step leaves the gradients of elementwise links as they are") {
  const golden::Sequence& input = golden::sequence("plain");
  golden::Tree params = input.params;
  const golden::Tree grads = input.grads.front();
  golden::Tree given = grads;
  const auto optimizer = sgd(0.1, {.momentum = 0.9});
  auto state = optimizer.init(params);
  step(optimizer, given, state, params);
  CHECK(grove::tree::equal(given, grads));
  CHECK(grove::tree::equal(state, decltype(state){{grads}, {}}));
}

TEST_CASE("apply_updates names the leaf whose shape differs") {
  golden::Tree params, updates;
  updates.w.resize(2, 2);
  CHECK_THROWS_AS(apply_updates(params, updates), grove::StructureError);
  const auto optimizer = adam(0.1);
  CHECK_THROWS_AS(optimizer.update(updates, optimizer.init(params), params), grove::StructureError);
}

TEST_CASE("incremental_update follows slowly, periodic_update now and then") {
  golden::Tree old, fresh;
  fresh.a = 2;
  CHECK(incremental_update(fresh, old, 0.25).a == 0.5);
  CHECK(periodic_update(fresh, old, 0, 3).a == 2);
  CHECK(periodic_update(fresh, old, 1, 3).a == 0);
}
