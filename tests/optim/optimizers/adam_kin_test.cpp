// Headers: optim/optimizers/adamw.hpp
#include "optim/optimizers/adabelief.hpp"
#include "optim/optimizers/adamax.hpp"
#include "optim/optimizers/adamw.hpp"
#include "optim/optimizers/amsgrad.hpp"
#include "optim/optimizers/radam.hpp"
#include "optim/optimizers/yogi.hpp"
#include "optim/schedules/schedule.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using grove::tree::Path;

namespace {

const Schedule half_decay = exponential_decay(0.1, 10, 0.5);
const auto only_w = [](const Path& p) { return p.ends_with("w"); };
const auto not_a = [](const Path& p) { return !p.ends_with("a"); };

}  // namespace

TEST_CASE("adamw and nadamw follow optax") {
  golden::check_optimizer("adamw", adamw(0.1));
  golden::check_optimizer("adamw_options", adamw(half_decay, {.weight_decay = 0.1, .mask = only_w, .nesterov = true}));
  golden::check_optimizer("adamw_scheduled_decay", adamw(0.1, {.weight_decay = half_decay}));
  golden::check_optimizer("nadamw", nadamw(0.1, {.weight_decay = 0.01}));
}

TEST_CASE("adamax and adamaxw follow optax") {
  golden::check_optimizer("adamax", adamax(0.1));
  golden::check_optimizer("adamax_options", adamax(0.1, {.b1 = 0.7, .b2 = 0.9, .eps = 1e-3}));
  golden::check_optimizer("adamaxw", adamaxw(0.1));
  golden::check_optimizer("adamaxw_options", adamaxw(0.1, {.weight_decay = 0.1, .mask = not_a}));
}

TEST_CASE("amsgrad follows optax") {
  golden::check_optimizer("amsgrad", amsgrad(0.1));
  golden::check_optimizer("amsgrad_options", amsgrad(0.1, {.b1 = 0.8,
                                                           .b2 = 0.9,
                                                           .eps = 1e-6,
                                                           .eps_root = 1e-8,
                                                           .bias_correction_mu = false,
                                                           .bias_correction_nu = false}));
}

TEST_CASE("adabelief follows optax") {
  golden::check_optimizer("adabelief", adabelief(0.1));
  golden::check_optimizer(
      "adabelief_options",
      adabelief(half_decay,
                {.b1 = 0.8, .b2 = 0.95, .eps = 1e-10, .eps_root = 1e-12, .weight_decay = 1e-2, .nesterov = true}));
}

TEST_CASE("yogi follows optax") {
  golden::check_optimizer("yogi", yogi(0.1));
  golden::check_optimizer("yogi_options", yogi(half_decay, {.b1 = 0.8, .b2 = 0.9, .eps = 1e-2}));
}

TEST_CASE("radam follows optax") {
  golden::check_optimizer("radam", radam(0.1));
  golden::check_optimizer(
      "radam_options",
      radam(half_decay, {.b1 = 0.8, .b2 = 0.9, .eps = 1e-5, .eps_root = 1e-9, .threshold = 4.5, .nesterov = true}));
}

TEST_CASE("the kin of adam rejects bad hyperparameters in its own name") {
  CHECK_THROWS_WITH(adamw(0.1, {.weight_decay = -1}), "adamw: weight_decay must not be negative, got -1");
  CHECK_THROWS_WITH(radam(0.1, {.b2 = 1}), "radam: b2 must lie in [0, 1), got 1");
  CHECK_THROWS_WITH(yogi(0.1, {.eps = -1}), "yogi: eps must not be negative, got -1");
  CHECK_THROWS_WITH(adamax(0.1, {.b1 = -0.1}), "adamax: b1 must lie in [0, 1), got -0.1");
}
