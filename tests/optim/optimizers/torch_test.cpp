// torch.optim, where it implements the same rule: the params after each step agree.
#include "optim/optimizers/adadelta.hpp"
#include "optim/optimizers/adagrad.hpp"
#include "optim/optimizers/adamax.hpp"
#include "optim/optimizers/adamw.hpp"
#include "optim/optimizers/radam.hpp"
#include "optim/optimizers/rmsprop.hpp"
#include "optim/optimizers/sgd.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;

namespace {

/// The largest distance of our params from torch's, over all sequences of a case.
template <class T>
double distance_from_torch(const std::string& name, const T& optimizer) {
  double worst = 0;
  for (const auto& [of, run] : golden::runs("torch.txt", name)) {
    const golden::Sequence& input = golden::sequence(of);
    golden::Tree params = input.params;
    auto state = optimizer.init(params);
    for (std::size_t k = 0; k < input.grads.size(); ++k) {
      golden::Tree grads = input.grads[k];
      step(optimizer, grads, state, params);
      const auto recorded = run.updates.find(static_cast<int>(k) + 1);
      if (recorded != run.updates.end()) {
        worst = std::max(worst, golden::distance(golden::to_row(params), recorded->second));
      }
    }
  }
  return worst;
}

template <class T>
void check_torch(const std::string& name, const T& optimizer) {
  INFO(name);
  CHECK(distance_from_torch(name, optimizer) <= 1e-12);
}

}  // namespace

TEST_CASE("sgd does what torch's SGD does") {
  check_torch("torch_sgd", sgd(0.1));
  check_torch("torch_sgd_momentum", sgd(0.1, {.momentum = 0.9}));
  check_torch("torch_sgd_nesterov", sgd(0.1, {.momentum = 0.9, .nesterov = true}));
  check_torch("torch_sgd_weight_decay", chain(add_decayed_weights(0.05), sgd(0.1, {.momentum = 0.9})));
}

TEST_CASE("adam, adamw and adamax do what torch's do") {
  check_torch("torch_adam", adam(0.1));
  check_torch("torch_adam_options", adam(0.02, {.b1 = 0.8, .b2 = 0.99, .eps = 1e-6}));
  check_torch("torch_adam_weight_decay", chain(add_decayed_weights(0.05), adam(0.1)));
  check_torch("torch_adamw", adamw(0.1, {.weight_decay = 0.01}));
  check_torch("torch_adamax", adamax(0.1));
  check_torch("torch_adamax_options", adamax(0.1, {.b1 = 0.7, .b2 = 0.9, .eps = 1e-3}));
}

TEST_CASE("radam and adagrad do what torch's do, but for the place of eps") {
  check_torch("torch_radam_no_eps", radam(0.1, {.b2 = 0.99, .eps = 0}));
  check_torch("torch_adagrad_no_eps", adagrad(0.1, {.eps = 0}));
  const auto decaying = [](std::int64_t count) { return 0.1 / (1 + 0.2 * static_cast<double>(count)); };
  check_torch("torch_adagrad_lr_decay", adagrad(decaying, {.eps = 0}));
  CHECK(distance_from_torch("torch_radam_no_eps", radam(0.1, {.b2 = 0.99})) > 1e-12);
}

TEST_CASE("adadelta does what torch's does") {
  check_torch("torch_adadelta", adadelta(0.5));
  check_torch("torch_adadelta_options", adadelta(0.5, {.rho = 0.8, .eps = 1e-4, .weight_decay = 0.05}));
}

TEST_CASE("rmsprop with eps outside the root does what torch's does") {
  check_torch("torch_rmsprop", rmsprop(0.1, {.eps_in_sqrt = false}));
  check_torch("torch_rmsprop_momentum",
              rmsprop(0.1, {.decay = 0.99, .eps = 1e-4, .eps_in_sqrt = false, .momentum = 0.9}));
  check_torch("torch_rmsprop_centered", rmsprop(0.1, {.eps = 1e-2, .eps_in_sqrt = false, .centered = true}));
}
