#include "optim/optimizers/adam.hpp"

#include "optim/schedules/schedule.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;

TEST_CASE("adam follows optax") {
  const auto half_decay = exponential_decay(0.1, 10, 0.5);
  golden::check_optimizer("adam", adam(0.1));
  golden::check_optimizer("adam_options", adam(half_decay, {.b1 = 0.8, .b2 = 0.99, .eps = 1e-6, .eps_root = 1e-10}));
  golden::check_optimizer("adam_nesterov", adam(1e-2, {.b1 = 0.5, .nesterov = true}));
  golden::check_optimizer("nadam", nadam(0.1));
}

TEST_CASE("adam rejects bad hyperparameters where they are given") {
  CHECK_THROWS_WITH(adam(1e-3, {.b1 = 1.2}), "adam: b1 must lie in [0, 1), got 1.2");
  CHECK_THROWS_WITH(adam(-1e-3), "adam: learning_rate must not be negative, got -0.001");
}
