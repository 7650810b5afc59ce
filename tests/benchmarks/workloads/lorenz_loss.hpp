// The Lorenz system by Euler's explicit method, as users write it.
#pragma once

#include <type_traits>

namespace benchmarks {

constexpr int lorenz_steps = 71500;
/// Small enough that a chaotic trajectory does not turn rounding into disagreement.
constexpr double lorenz_step_size = 1e-4;

template <class T = double>
struct Lorenz {
  T x, y, z;
  T sigma, rho, beta;
};

/// Sum of the final coordinates.
inline const auto lorenz = [](const auto& p) {
  using T = std::decay_t<decltype(p.x)>;
  constexpr double h = lorenz_step_size;
  T x = p.x, y = p.y, z = p.z;
  for (int step = 0; step < lorenz_steps; ++step) {
    const T x_next = x + h * (p.sigma * (y - x));
    const T y_next = y + h * (x * (p.rho - z) - y);
    const T z_next = z + h * (x * y - p.beta * z);
    x = x_next;
    y = y_next;
    z = z_next;
  }
  return x + y + z;
};

}  // namespace benchmarks
