// Reference trajectories of the optimizers whose rule is elementwise, beside Adam's kin.
// Headers: optim/optimizers/sign_sgd.hpp
#include "optim/optimizers/adadelta.hpp"
#include "optim/optimizers/adagrad.hpp"
#include "optim/optimizers/adan.hpp"
#include "optim/optimizers/lion.hpp"
#include "optim/optimizers/optimistic.hpp"
#include "optim/optimizers/rmsprop.hpp"
#include "optim/optimizers/rprop.hpp"
#include "optim/optimizers/sign_sgd.hpp"
#include "optim/schedules/schedule.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using grove::tree::Path;

namespace {

const Schedule half_decay = exponential_decay(0.1, 10, 0.5);
const auto only_w = [](const Path& p) { return p.ends_with("w"); };

}  // namespace

TEST_CASE("adadelta follows optax") {
  golden::check_optimizer("adadelta", adadelta(0.5));
  golden::check_optimizer(
      "adadelta_options",
      adadelta(half_decay, {.rho = 0.8, .eps = 1e-4, .weight_decay = 0.05, .weight_decay_mask = only_w}));
}

TEST_CASE("adagrad follows optax") {
  golden::check_optimizer("adagrad", adagrad(0.1));
  golden::check_optimizer("adagrad_options", adagrad(half_decay, {.initial_accumulator_value = 0.0, .eps = 1e-5}));
}

TEST_CASE("adan follows optax") {
  golden::check_optimizer("adan", adan(0.1));
  golden::check_optimizer(
      "adan_options",
      adan(0.1, {.b1 = 0.9, .b2 = 0.8, .b3 = 0.95, .eps = 1e-6, .eps_root = 1e-5, .weight_decay = 0.01}));
}

TEST_CASE("lion follows optax") {
  golden::check_optimizer("lion", lion(0.1));
  golden::check_optimizer("lion_options",
                          lion(half_decay, {.b1 = 0.8, .b2 = 0.9, .weight_decay = 0.1, .mask = only_w}));
  golden::check_transform("scale_by_lion_smooth", scale_by_lion({.mode = LionMode::smooth, .smooth_beta = 2.0}));
  golden::check_transform("scale_by_lion_refined", scale_by_lion({.mode = LionMode::refined}));
}

TEST_CASE("optimistic optimizers follow optax") {
  golden::check_optimizer("optimistic_gradient_descent", optimistic_gradient_descent(0.1, {.alpha = 0.7, .beta = 0.1}));
  golden::check_optimizer("optimistic_adam_v2", optimistic_adam_v2(0.1, {.alpha = 0.7, .beta = 0.3}));
}

TEST_CASE("rmsprop follows optax") {
  golden::check_optimizer("rmsprop", rmsprop(0.1));
  golden::check_optimizer("rmsprop_centered",
                          rmsprop(0.1, {.decay = 0.8, .eps = 1e-4, .initial_scale = 1.0, .centered = true}));
  golden::check_optimizer("rmsprop_centered_corrected",
                          rmsprop(0.1, {.eps = 1e-2, .centered = true, .bias_correction = true}));
  golden::check_optimizer("rmsprop_momentum", rmsprop(half_decay, {.momentum = 0.9, .nesterov = true}));
  golden::check_optimizer("rmsprop_corrected", rmsprop(0.1, {.eps_in_sqrt = false, .bias_correction = true}));
}

TEST_CASE("rprop follows optax, one step late") {
  golden::check_optimizer("rprop", rprop(0.1));
  golden::check_optimizer("rprop_options",
                          rprop(0.1, {.eta_minus = 0.3, .eta_plus = 1.5, .min_step_size = 1e-3, .max_step_size = 1.0}));
}

TEST_CASE("sign_sgd and signum follow optax") {
  golden::check_optimizer("sign_sgd", sign_sgd(0.1));
  golden::check_optimizer("signum", signum(0.1, {.beta = 0.8}));
}
