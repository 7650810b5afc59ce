// An optimizer's state is a value: set its momentum by hand, and descent escapes the saddle that would hold it for
// ever.
#include <utility>

#include <fmt/format.h>
#include <Eigen/Core>

#include <grove/autodiff.hpp>
#include <grove/optim.hpp>
#include <models/landscapes.hpp>

using grove::models::DoubleWell;

template <class Optimizer, class State>
Eigen::Vector2d descend(const Optimizer& optimizer, State state, Eigen::Vector2d x) {
  for (int step = 0; step < 100; ++step) {
    auto [updates, new_state] = optimizer.update(grove::grad(DoubleWell{})(x), std::move(state), x);
    x = grove::optim::apply_updates(std::move(x), updates);
    state = std::move(new_state);
  }
  return x;
}

int main() {
  const auto optimizer = grove::optim::sgd(0.1, {.momentum = 0.5, .nesterov = true});
  const Eigen::Vector2d above_the_saddle(0, 1);

  auto state = optimizer.init(above_the_saddle);
  fmt::print("state at the start\n{}\n", grove::tree::to_string(state));
  const Eigen::Vector2d stuck = descend(optimizer, state, above_the_saddle);

  std::get<0>(state).trace = Eigen::Vector2d(0.1, 0);
  fmt::print("with a push\n{}\n", grove::tree::to_string(state));
  const Eigen::Vector2d escaped = descend(optimizer, state, above_the_saddle);

  fmt::print("without a push: ({:.6f}, {:.6f}), f = {:.6f}\n", stuck[0], stuck[1], DoubleWell{}(stuck));
  fmt::print("with a push:    ({:.6f}, {:.6f}), f = {:.6f}\n", escaped[0], escaped[1], DoubleWell{}(escaped));
  return stuck.norm() < 1e-6 && std::abs(DoubleWell{}(escaped) + 1) < 1e-9 ? 0 : 1;
}
