#include "optim/apply_updates.hpp"

#include "optim/adam.hpp"
#include "optim/sgd.hpp"
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
