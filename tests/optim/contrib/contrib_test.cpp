// Optimizers of optax.contrib against reference trajectories.
// Headers: optim/contrib/{acprop,ademamix,adopt,cocob,dog,dpsgd,galore,madgrad,mechanize,momo}.hpp
// Headers: optim/contrib/{prodigy,reduce_on_plateau,sam,schedule_free,simplified_ademamix}.hpp
#include "optim/contrib/acprop.hpp"
#include "optim/contrib/ademamix.hpp"
#include "optim/contrib/adopt.hpp"
#include "optim/contrib/cocob.hpp"
#include "optim/contrib/dog.hpp"
#include "optim/contrib/dpsgd.hpp"
#include "optim/contrib/galore.hpp"
#include "optim/contrib/madgrad.hpp"
#include "optim/contrib/mechanize.hpp"
#include "optim/contrib/momo.hpp"
#include "optim/contrib/prodigy.hpp"
#include "optim/contrib/reduce_on_plateau.hpp"
#include "optim/contrib/sam.hpp"
#include "optim/contrib/schedule_free.hpp"
#include "optim/contrib/simplified_ademamix.hpp"

#include "optim/optimizers/adam.hpp"
#include "optim/schedules/schedule.hpp"
#include "optim/transforms/constrain.hpp"
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
  check("dog_learning_rate", dog(0.5, {.init_step_kind = DogInitStep::learning_rate, .init_step = 1e-2}));
  check("dowg", dowg(1.0));
}

TEST_CASE("acprop, adopt and simplified_ademamix follow optax") {
  check("acprop", acprop(0.1, {.weight_decay = 0.01}));
  check("adopt", adopt(0.1));
  check("adopt_options", adopt(0.1, {.b1 = 0.8, .b2 = 0.9, .nesterov = true, .use_clipping = false}));
  check("simplified_ademamix", simplified_ademamix(0.1, {.alpha = 0.5, .weight_decay = 0.01}));
}

TEST_CASE("cocob and madgrad follow optax") {
  check("cocob", cocob(1.0, {.weight_decay = 0.01}));
  check("madgrad_float64", madgrad(0.1, {.weight_decay = 0.01}));
  check("madgrad", madgrad(0.1, {.weight_decay = 0.01}), 0, 1e-6);  // optax takes the root of the count in float32
}

TEST_CASE("galore follows optax, up to the float32 of its singular vectors") {
  check("galore", galore(0.1, {.rank = 1, .weight_decay = 0.01}), 0, 1e-5);
  check("galore_full", galore(0.1, {.rank = 8, .scale = 0.5}), 0, 1e-5);
  check("galore_gap", galore(0.1, {.rank = 1, .update_proj_gap = 7}, scale_by_rms()), 0, 1e-5);
}

TEST_CASE("the state of a wide matrix is not taken for one of its transpose (foreign-state)") {
  const auto optimizer = galore(0.1);
  Eigen::MatrixXd params = Eigen::MatrixXd::Ones(3, 2), grads = params;
  for (const auto& other : {Eigen::MatrixXd(2, 3), Eigen::MatrixXd(3, 3), Eigen::MatrixXd(6, 1)}) {
    auto state = optimizer.init(other);
    CHECK_THROWS_AS(step(optimizer, grads, state, params), grove::StructureError);
  }
}

TEST_CASE("dpsgd without noise follows optax") {
  const auto optimizer = dpsgd(0.1, {.l2_norm_clip = 2.0, .noise_multiplier = 0, .momentum = 0.9, .nesterov = true});
  for (const auto& [of, run] : golden::runs("contrib.txt", "dpsgd")) {
    const golden::Sequence& input = golden::sequence(of);
    const std::size_t steps = input.grads.size();
    golden::Tree params = input.params;
    auto state = optimizer.init(params);
    for (std::size_t k = 0; k < steps; ++k) {
      const std::vector grads{input.grads[k], input.grads[(k + 1) % steps], input.grads[(k + 2) % steps]};
      auto [updates, next] = optimizer.update(grads, state, params);
      params = apply_updates(params, updates);
      state = next;
      const auto recorded = run.updates.find(static_cast<int>(k) + 1);
      if (recorded != run.updates.end()) CHECK(golden::distance(golden::to_row(updates), recorded->second) < 1e-12);
    }
    CHECK(golden::distance(golden::to_row(params), run.params) < 1e-12);
  }
}

TEST_CASE("private aggregation adds noise to the sum and divides by the number of examples") {
  const auto injected = differentially_private_aggregate(2.0, 0.5, 0, [] { return 3.0; });
  CHECK(injected.update(std::vector{1.0, 8.0}, injected.init(0.0)).updates == (1.0 + 2.0 + 2.0 * 0.5 * 3.0) / 2);
  const Eigen::VectorXd zero = Eigen::VectorXd::Zero(40000);
  const auto aggregate = differentially_private_aggregate(2.0, 0.5, 7);
  const auto [first, state] = aggregate.update(std::vector{zero, zero}, aggregate.init(zero));
  CHECK(std::abs(first.squaredNorm() / 40000 / 0.25 - 1) < 0.04);
  CHECK(std::abs(first.mean()) < 0.01);
  CHECK((aggregate.update(std::vector{zero, zero}, state).updates - first).cwiseAbs().maxCoeff() > 0.1);
  CHECK_THROWS_AS(aggregate.update(std::vector<double>{}, state), grove::ShapeError);
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
  CHECK_THROWS_WITH(reduce_on_plateau({.factor = 1.5}), "reduce_on_plateau: factor must lie in (0, 1), got 1.5");
}

TEST_CASE("schedule_free follows optax") {
  check("schedule_free_sgd_float64", schedule_free_sgd(0.1, {.warmup_steps = 10, .weight_decay = 0.01}), 1.0);
  check("schedule_free_adamw_float64", schedule_free_adamw(0.1, {.warmup_steps = 10, .weight_decay = 0.01}), 1.0);
  // optax computes the warm-up in float32. The update is the difference of params near 1: with a rate of 0 at the first
  // step it is nothing but rounding.
  check("schedule_free_sgd", schedule_free_sgd(0.1, {.warmup_steps = 10, .weight_decay = 0.01}), 1.0, 1e-7);
  check("schedule_free_adamw", schedule_free_adamw(0.1, {.warmup_steps = 10, .weight_decay = 0.01}), 1.0, 1e-7);
}

TEST_CASE("sam follows optax") {
  check("sam", sam(sgd(0.1, {.momentum = 0.9}), chain(normalize(), sgd(0.05)), {.sync_period = 3}));
  const auto optimizer = sam(sgd(0.1, {.momentum = 0.9}), chain(normalize(), sgd(0.05, {.momentum = 0.5})),
                             {.sync_period = 3, .opaque_mode = true});
  for (const auto& [of, run] : golden::runs("contrib.txt", "sam_opaque")) {
    const golden::Sequence& input = golden::sequence(of);
    golden::Tree params = input.params;
    auto state = optimizer.init(params);
    for (std::size_t k = 0; k < input.grads.size(); ++k) {
      const auto gradient = [&](const golden::Tree& p, golden::Tree& grads) {
        grads = grove::tree::add(grove::tree::scale(0.5, p), input.grads[k]);
        return 0.0;
      };
      auto [updates, next] = optimizer.update(input.grads[k], state, params, with_value_and_grad_fn(gradient));
      params = apply_updates(params, updates);
      state = next;
      const auto recorded = run.updates.find(static_cast<int>(k) + 1);
      if (recorded != run.updates.end()) CHECK(golden::distance(golden::to_row(updates), recorded->second) < 1e-12);
    }
    CHECK(golden::distance(golden::to_row(params), run.params) < 1e-12);
  }
  CHECK_THROWS_WITH(optimizer.update(golden::Tree{}, optimizer.init(golden::Tree{}), golden::Tree{}),
                    "sam: in opaque_mode update needs the gradient: pass optim::with_value_and_grad_fn(f)");
  check("sam_keep", sam(adam(0.1), sgd(0.05, {.momentum = 0.9}), {.reset_state = false}));
}

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
