// Schedules with a state of their own.
#include "optim/wrappers/inject_hyperparams.hpp"

#include <Eigen/Core>

#include "autodiff/derivatives/grad.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/step.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;

namespace {

/// Halves the rate when the loss rises.
struct Halve {
  struct State {
    double rate = 0.5;
    double last = 1e300;
  };
  State init() const { return {}; }
  double operator()(const State& state, const auto& /*extra*/) const { return state.rate; }
  State update(State state, const auto& extra) const {
    return {extra.value > state.last ? state.rate / 2 : state.rate, extra.value};
  }
};

}  // namespace

TEST_CASE("stateful schedules see the extra arguments and keep a state") {
  const auto optimizer = inject_stateful_hyperparams(
      [](const Hyperparams& h) { return sgd(h.at("learning_rate"), {.momentum = h.at("momentum")}); },
      {{"momentum", 0.0}}, named("learning_rate", Halve{}));
  auto state = optimizer.init(1.0);
  CHECK(state.hyperparams.at("learning_rate") == 0.5);
  // As in optax a step uses the value of the state before it, and updates the state afterwards.
  const double losses[] = {3, 2, 4, 5, 1};
  const double rates[] = {0.5, 0.5, 0.5, 0.25, 0.125};
  for (int i = 0; i < 5; ++i) {
    auto [updates, next] = optimizer.update(1.0, state, 1.0, with_value(losses[i]));
    CHECK(updates == -rates[i]);
    state = next;
    CHECK(state.hyperparams.at("learning_rate") == rates[i]);
  }
  CHECK(state.count == 5);
  CHECK(std::get<0>(state.hyperparams_states).last == 1);
  CHECK_THROWS_WITH(
      inject_stateful_hyperparams([](const Hyperparams&) { return sgd(0.1); }, {{"rate", 0.1}}, named("rate", Halve{})),
      "inject_stateful_hyperparams: the name 'rate' is given twice");
  const auto misspelt =
      inject_stateful_hyperparams([](const Hyperparams& h) { return sgd(h.at("rat")); }, {}, named("rate", Halve{}));
  CHECK_THROWS_WITH(misspelt.init(1.0), "inject_hyperparams: there is no hyperparameter 'rat'; valid are rate");
}
