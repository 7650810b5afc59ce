// Reference trajectories of sm3, adafactor, polyak_sgd and of the small corrections; statistics of noise.
// Headers: optim/optimizers/{noisy_sgd,polyak,sm3}.hpp
// Headers: optim/transforms/{constrain,noise}.hpp
#include "optim/optimizers/adafactor.hpp"
#include "optim/optimizers/noisy_sgd.hpp"
#include "optim/optimizers/polyak.hpp"
#include "optim/optimizers/sm3.hpp"
#include "optim/schedules/schedule.hpp"
#include "optim/transforms/constrain.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using grove::tree::Path;

namespace {

const Schedule half_decay = exponential_decay(0.1, 10, 0.5);
const auto only_w = [](const Path& p) { return p.ends_with("w"); };

}  // namespace

TEST_CASE("sm3 follows optax") {
  golden::check_optimizer("sm3", sm3(0.1));
  golden::check_optimizer("sm3_options", sm3(0.1, {.momentum = 0.5}));
  golden::check_transform("scale_by_sm3", scale_by_sm3());
  golden::check_transform("scale_by_sm3_b2", scale_by_sm3({.b1 = 0.5, .b2 = 0.9, .eps = 1e-4}));
}

TEST_CASE("adafactor follows optax, up to the float32 of its decay") {
  golden::check_transform("scale_by_factored_rms", scale_by_factored_rms());
  golden::check_transform("scale_by_factored_rms_factored", scale_by_factored_rms({.min_dim_size_to_factor = 2}));
  golden::check_optimizer("adafactor", adafactor(0.1), 1e-5);
  golden::check_optimizer("adafactor_options",
                          adafactor(half_decay, {.min_dim_size_to_factor = 2,
                                                 .decay_rate = 0.7,
                                                 .multiply_by_parameter_scale = false,
                                                 .clipping_threshold = 0.9,
                                                 .momentum = 0.8,
                                                 .weight_decay_rate = 1e-3,
                                                 .weight_decay_mask = only_w}),
                          1e-5);
  golden::check_optimizer("adafactor_no_rate",
                          adafactor({.min_dim_size_to_factor = 2, .clipping_threshold = std::nullopt}), 1e-5);
}

TEST_CASE("polyak_sgd follows optax") {
  golden::check_optimizer("polyak_sgd", polyak_sgd());
  golden::check_optimizer(
      "polyak_sgd_options",
      polyak_sgd(
          {.max_learning_rate = 0.3, .scaling = 0.5, .f_min = 1.5, .eps = 0.1, .variant = PolyakVariant::sps_plus}));
  golden::check_transform("scale_by_polyak", scale_by_polyak({.f_min = 0.5}));
}

TEST_CASE("small corrections follow optax") {
  golden::check_transform("zero_nans", zero_nans());
  golden::check_transform("keep_params_nonnegative", keep_params_nonnegative());
  golden::check_transform("centralize", centralize());
  golden::check_transform("normalize_by_update_norm", normalize_by_update_norm(-0.5));
}

TEST_CASE("zero_nans says which leaves had one in the last call") {
  golden::Tree grads;
  grads.b(1) = std::nan("");
  auto [updates, state] = zero_nans().update(grads, zero_nans().init(grads));
  CHECK(state.found_nan == "010");
  CHECK(updates.b(1) == 0);
}

TEST_CASE("add_noise adds noise of variance eta over t to the gamma") {
  const Eigen::VectorXd zero = Eigen::VectorXd::Zero(40000);
  const auto noisy = add_noise(0.3, 0.55, 7);
  auto state = noisy.init(zero);
  for (int t = 1; t <= 3; ++t) {
    auto [noise, next] = noisy.update(zero, state);
    const double variance = noise.squaredNorm() / static_cast<double>(noise.size());
    CHECK(std::abs(variance / (0.3 / std::pow(t, 0.55)) - 1) < 0.04);
    CHECK(std::abs(noise.mean()) < 0.02);
    CHECK((noisy.update(zero, state).updates == noise));
    state = next;
  }
  const auto injected = add_noise(0.25, 1.0, 0, [] { return 2.0; });
  CHECK(injected.update(1.0, injected.init(1.0)).updates == 1.0 + 0.5 * 2.0);
  const auto optimizer = noisy_sgd(0.1, {.eta = 0.0});
  CHECK(optimizer.update(1.0, optimizer.init(1.0)).updates == -0.1);
}
