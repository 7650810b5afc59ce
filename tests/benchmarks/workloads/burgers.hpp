// G_bur: Burgers' equation on a periodic line, 200 cells and 500 explicit steps, 10 operations a cell.
#pragma once

#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "../random_data.hpp"
#include "../rows.hpp"
#include "burgers_loss.hpp"

namespace benchmarks {

/// The same with one array expression a step.
inline const auto burgers_of_arrays = [](const auto& p) {
  grove::Array<std::decay_t<decltype(p.speed)>> u = p.initial;
  for (int step = 0; step < burgers_steps; ++step) {
    const auto left = grove::vcat(u.tail(1), u.head(burgers_cells - 1));
    const auto right = grove::vcat(u.tail(burgers_cells - 1), u.head(1));
    u = burgers_cell(left, u, right, p.speed, p.viscosity);
  }
  return grove::sum(grove::square(u));
};

/// A reverse sweep over the stored states; each row of `states` has a ghost cell at both ends.
struct BurgersByHand {
  static constexpr Eigen::Index n = burgers_cells;
  Eigen::ArrayXXd states = Eigen::ArrayXXd(n + 2, burgers_steps + 1);
  Eigen::ArrayXd adjoint = Eigen::ArrayXd(n + 2), previous = Eigen::ArrayXd(n + 2);

  static void wrap(double* cells) {
    cells[0] = cells[n];
    cells[n + 1] = cells[1];
  }

  double operator()(const Burgers<>& p, Burgers<>& grads) {
    constexpr double h = burgers_step_size;
    states.col(0).segment(1, n) = p.initial;
    for (int step = 0; step < burgers_steps; ++step) {
      double* u = states.col(step).data();
      double* next = states.col(step + 1).data();
      wrap(u);
      for (Eigen::Index i = 1; i <= n; ++i)
        next[i] = u[i] + h * (p.viscosity * (u[i + 1] - 2 * u[i] + u[i - 1]) - p.speed * u[i] * (u[i + 1] - u[i - 1]));
    }
    const auto final_state = states.col(burgers_steps).segment(1, n);
    adjoint.segment(1, n) = 2 * final_state;
    double speed_bar = 0, viscosity_bar = 0;
    for (int step = burgers_steps; step-- > 0;) {
      const double* u = states.col(step).data();
      double* a = adjoint.data();
      double* b = previous.data();
      wrap(a);
      for (Eigen::Index i = 1; i <= n; ++i) {
        const double gradient = u[i + 1] - u[i - 1];
        viscosity_bar += h * a[i] * (u[i + 1] - 2 * u[i] + u[i - 1]);
        speed_bar -= h * a[i] * u[i] * gradient;
        b[i] = a[i] + h * (p.viscosity * (a[i - 1] - 2 * a[i] + a[i + 1]) - p.speed * a[i] * gradient -
                           p.speed * (a[i - 1] * u[i - 1] - a[i + 1] * u[i + 1]));
      }
      std::swap(adjoint, previous);
    }
    grads.initial = adjoint.segment(1, n);
    grads.speed = speed_bar;
    grads.viscosity = viscosity_bar;
    return final_state.square().sum();
  }
};

inline std::vector<Workload> workloads() {
  const auto at = std::make_shared<const Burgers<>>(
      Burgers<>{Random(5).uniform_vector(burgers_cells, -1, 1).array() * 0.2 +
                    Eigen::ArrayXd::LinSpaced(burgers_cells, 0, 2 * std::numbers::pi).sin(),
                0.5, 0.6});
  Workload workload{"G_bur", "Burgers' equation, 200 cells, 500 steps, 202 inputs",
                    burgers_cells * burgers_steps * 10.0};
  workload.data = at;
  workload.rows = {
      primal_row("primal", burgers, *at),
      hand_row<Burgers<>>([&at = *at, by_hand = BurgersByHand{}](auto& grads) mutable { return by_hand(at, grads); }),
      grove_row("grove, scalars", 12.5, burgers, *at),
      recording_row("grove, scalars", burgers, *at),
      grove_row("grove, arrays", 4, burgers_of_arrays, *at),
  };
  workload.difference = difference_of(workload.rows[1], burgers, *at);
  return {workload};
}

}  // namespace benchmarks
