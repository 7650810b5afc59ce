// Burgers' equation by a loop over its cells, as users write it.
#pragma once

#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace benchmarks {

constexpr Eigen::Index burgers_cells = 200;
constexpr int burgers_steps = 500;
constexpr double burgers_step_size = 0.1;

template <class T = double>
struct Burgers {
  grove::Array<T> initial;
  T speed;      ///< of advection, in cells a unit of time
  T viscosity;  ///< in cells² a unit of time
};

/// One step of a cell from its neighbours.
inline const auto burgers_cell = [](const auto& left, const auto& here, const auto& right, const auto& speed,
                                    const auto& viscosity) {
  return here + burgers_step_size * (viscosity * (right - 2.0 * here + left) - speed * here * (right - left));
};

/// Energy of the final state, a scalar loop over the cells.
inline const auto burgers = [](const auto& p) {
  using T = std::decay_t<decltype(p.speed)>;
  constexpr std::size_t n = burgers_cells;
  std::vector<T> u(n), next(n);
  for (std::size_t i = 0; i < n; ++i) u[i] = p.initial[static_cast<Eigen::Index>(i)];
  for (int step = 0; step < burgers_steps; ++step) {
    next[0] = burgers_cell(u[n - 1], u[0], u[1], p.speed, p.viscosity);
    for (std::size_t i = 1; i + 1 < n; ++i) next[i] = burgers_cell(u[i - 1], u[i], u[i + 1], p.speed, p.viscosity);
    next[n - 1] = burgers_cell(u[n - 2], u[n - 1], u[0], p.speed, p.viscosity);
    std::swap(u, next);
  }
  T energy = 0.0;
  for (const T& cell : u) energy += cell * cell;
  return energy;
};

}  // namespace benchmarks
