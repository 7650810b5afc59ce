// G_lor: the Lorenz system by Euler's explicit method, a serial chain of 71500 steps with 14 operations each.
#pragma once

#include <array>
#include <autodiff/autodiff.hpp>
#include <memory>
#include <vector>

#include "../peers.hpp"
#include "../rows.hpp"
#include "lorenz_loss.hpp"

namespace benchmarks {

/// The same with each step as one operation.
inline const auto lorenz_of_steps = [](const auto& p) {
  using T = std::decay_t<decltype(p.x)>;
  const auto step = [](auto x, auto y, auto z, auto sigma, auto rho, auto beta) {
    constexpr double h = lorenz_step_size;
    return std::array{x + h * (sigma * (y - x)), y + h * (x * (rho - z) - y), z + h * (x * y - beta * z)};
  };
  std::array<T, 3> at{p.x, p.y, p.z};
  for (int i = 0; i < lorenz_steps; ++i) at = grove::fuse(step, at[0], at[1], at[2], p.sigma, p.rho, p.beta);
  return at[0] + at[1] + at[2];
};

inline std::vector<Workload> workloads() {
  const auto at = std::make_shared<const Lorenz<>>(Lorenz<>{1.0, 1.2, 20.0, 10.0, 28.0, 8.0 / 3.0});
  Workload workload{"G_lor", "Lorenz system, explicit Euler, 71500 steps, 6 inputs", lorenz_steps * 14.0};
  workload.data = at;
  workload.rows = {
      primal_row("primal", lorenz, *at),
      hand_row<Lorenz<>>([&at = *at, by_hand = LorenzByHand{}](auto& grads) mutable { return by_hand(at, grads); }),
      grove_row("grove, plain loop", 2.6, lorenz, *at),
      recording_row("grove, plain loop", lorenz, *at),
      grove_row("grove, fused steps", 2.0, lorenz_of_steps, *at),
  };
  const auto make = []<class T>(const auto& x) { return Lorenz<T>{x[0], x[1], x[2], x[3], x[4], x[5]}; };
  workload.rows.push_back(forward_row<GroveForward<6>, 6>(lorenz, make, grove::tree::flatten(*at)));
  add_peers<6>(workload, lorenz, make, grove::tree::flatten(*at));
  workload.difference = difference_of(workload.rows[1], lorenz, *at);
  return {workload};
}

}  // namespace benchmarks
