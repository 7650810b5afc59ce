// The Lorenz system by Euler's explicit method, as users write it, and its gradient by hand.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace benchmarks {

constexpr int lorenz_steps = 71500;
/// Small enough that a chaotic trajectory does not turn rounding into disagreement.
constexpr double lorenz_step_size = 1e-4;

template <class T = double>
struct Lorenz {
  T x, y, z;
  T sigma, rho, beta;
};

/// Sum of the coordinates after so many steps.
template <int Steps>
inline const auto lorenz_after = [](const auto& p) {
  using T = std::decay_t<decltype(p.x)>;
  constexpr double h = lorenz_step_size;
  T x = p.x, y = p.y, z = p.z;
  for (int step = 0; step < Steps; ++step) {
    const T x_next = x + h * (p.sigma * (y - x));
    const T y_next = y + h * (x * (p.rho - z) - y);
    const T z_next = z + h * (x * y - p.beta * z);
    x = x_next;
    y = y_next;
    z = z_next;
  }
  return x + y + z;
};
inline const auto lorenz = lorenz_after<lorenz_steps>;

/// A reverse sweep over the stored states.
struct LorenzByHand {
  std::vector<std::array<double, 3>> states = std::vector<std::array<double, 3>>(lorenz_steps);  ///< one a step

  double operator()(const Lorenz<>& p, Lorenz<>& grads) {
    constexpr double h = lorenz_step_size;
    double x = p.x, y = p.y, z = p.z;
    for (auto& state : states) {
      state = {x, y, z};
      const double x_next = x + h * (p.sigma * (y - x));
      const double y_next = y + h * (x * (p.rho - z) - y);
      const double z_next = z + h * (x * y - p.beta * z);
      x = x_next;
      y = y_next;
      z = z_next;
    }
    const double value = x + y + z;
    grads = {1, 1, 1, 0, 0, 0};
    for (std::size_t step = states.size(); step-- > 0;) {
      const auto [xs, ys, zs] = states[step];
      const double x_bar = grads.x, y_bar = grads.y, z_bar = grads.z;
      grads.x += h * (-p.sigma * x_bar + (p.rho - zs) * y_bar + ys * z_bar);
      grads.y += h * (p.sigma * x_bar - y_bar + xs * z_bar);
      grads.z += h * (-xs * y_bar - p.beta * z_bar);
      grads.sigma += h * (ys - xs) * x_bar;
      grads.rho += h * xs * y_bar;
      grads.beta -= h * zs * z_bar;
    }
    return value;
  }
};

}  // namespace benchmarks
