#include "optim/optimizers/sgd.hpp"

#include "optim/schedules/schedule.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;

TEST_CASE("sgd follows optax") {
  golden::check_optimizer("sgd", sgd(0.1));
  golden::check_optimizer("sgd_momentum", sgd(exponential_decay(0.1, 10, 0.5), {.momentum = 0.9}));
  golden::check_optimizer("sgd_nesterov", sgd(0.1, {.momentum = 0.9, .nesterov = true}));
}

TEST_CASE("a momentum set by hand moves params whose gradient is zero") {
  golden::Tree params;
  const auto optimizer = sgd(0.1, {.momentum = 0.5});
  auto state = optimizer.init(params);
  std::get<0>(state).trace.a = 1;
  auto [updates, next] = optimizer.update(golden::Tree{}, std::move(state), params);
  CHECK(updates.a == -0.05);
  CHECK(std::get<0>(next).trace.a == 0.5);
}
