// Optimizers of optax.contrib against reference trajectories.
#include "optim/contrib/ademamix.hpp"
#include "optim/contrib/dog.hpp"
#include "optim/contrib/mechanize.hpp"
#include "optim/contrib/momo.hpp"
#include "optim/contrib/prodigy.hpp"
#include "optim/contrib/reduce_on_plateau.hpp"
#include "optim/contrib/sam.hpp"
#include "optim/contrib/schedule_free.hpp"

#include "optim/adam.hpp"
#include "optim/constrain.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using namespace grove::optim::contrib;

namespace {

const Schedule half_decay = exponential_decay(0.1, 10, 0.5);

template <class T>
void check(const std::string& name, const T& optimizer, double floor = 0, double tolerance = 1e-12) {
  INFO(name);
  CHECK(golden::worst_distance(optimizer, "contrib.txt", name, true, tolerance, floor) <= tolerance);
}

}  // namespace

TEST_CASE("ademamix, dog and dowg follow optax") {
  check("ademamix", ademamix(0.1, {.b3 = 0.99, .weight_decay = 0.01}));
  check("dog", dog(1.0, {.weight_decay = 0.01}));
  check("dog_distance", dog(0.5, {.init_step_kind = DogInitStep::distance, .init_step = 1e-3}));
  check("dowg", dowg(1.0));
}

TEST_CASE("prodigy and dadapt_adamw follow optax") {
  check("prodigy", prodigy(0.5, {.weight_decay = 0.01}));
  check("prodigy_safeguard", prodigy(half_decay, {.beta3 = 0.9, .estim_lr0 = 1e-3, .safeguard_warmup = true}));
  check("dadapt_adamw", dadapt_adamw(0.1, {.weight_decay = 0.01}));
}

TEST_CASE("momo and momo_adam follow optax") {
  check("momo", momo(0.1, {.weight_decay = 0.01}));
  check("momo_adapt", momo(0.5, {.lower_bound = 1.0, .adapt_lower_bound = true}));
  check("momo_adam", momo_adam(0.1, {.weight_decay = 0.01}));
  check("momo_adam_adapt", momo_adam(0.5, {.lower_bound = 1.0, .adapt_lower_bound = true}));
}

TEST_CASE("reduce_on_plateau follows optax") {
  check("reduce_on_plateau",
        chain(sgd(0.1), reduce_on_plateau(
                            {.factor = 0.5, .patience = 3, .cooldown = 2, .accumulation_size = 2, .min_scale = 0.01})));
  CHECK_THROWS_WITH(reduce_on_plateau({.factor = 1.5}), "reduce_on_plateau: factor must lie in [0, 1), got 1.5");
}

TEST_CASE("schedule_free follows optax") {
  // optax computes the warm-up in float32. The update is the difference of params near 1: with a rate of 0 at the first
  // step it is nothing but rounding.
  check("schedule_free_sgd", schedule_free_sgd(0.1, {.warmup_steps = 10, .weight_decay = 0.01}), 1.0, 1e-7);
  check("schedule_free_adamw", schedule_free_adamw(0.1, {.warmup_steps = 10, .weight_decay = 0.01}), 1.0, 1e-7);
}

TEST_CASE("sam follows optax") { check("sam", sam(sgd(0.1, {.momentum = 0.9}), chain(normalize(), sgd(0.05)), 3)); }

TEST_CASE("mechanize follows optax") { check("mechanize", mechanize(adam(1.0), {.weight_decay = 0.01})); }

TEST_CASE("schedule_free works on leaves that are larger than a block") {
  Eigen::VectorXd params = Eigen::VectorXd::Constant(1500, 2.0);
  const auto optimizer = schedule_free_sgd(0.5);
  auto state = optimizer.init(params);
  for (int i = 0; i < 30; ++i) {
    auto [updates, next] = optimizer.update(params, std::move(state), params);  // the gradient of ½‖params‖²
    params = apply_updates(std::move(params), updates);
    state = std::move(next);
  }
  CHECK(params.cwiseAbs().maxCoeff() < 0.1);
  CHECK(params.minCoeff() == params.maxCoeff());
}
