// The energy of a point among eight Gaussian wells in the plane, and its gradient by hand.
#pragma once

#include <array>
#include <cmath>
#include <type_traits>

#include "../random_data.hpp"

namespace benchmarks {

struct Well {
  double x, y;
  double depth;
  double sharpness;  ///< 1 / (2 width²)
};

using Wells = std::array<Well, 8>;

template <class T = double>
struct Point {
  T x, y;
};

/// Energy of one point; the scalar may be any that has `exp`.
inline const auto point_energy = [](const auto& p, const Wells& wells) {
  using std::exp;
  using T = std::decay_t<decltype(p.x)>;
  T energy(0.0);
  for (const Well& well : wells) {
    const T dx = p.x - well.x;
    const T dy = p.y - well.y;
    energy -= well.depth * exp(-well.sharpness * (dx * dx + dy * dy));
  }
  return energy;
};

inline double point_energy_by_hand(const Point<>& p, const Wells& wells, Point<>& grads) {
  double energy = 0;
  grads = {0, 0};
  for (const Well& well : wells) {
    const double dx = p.x - well.x;
    const double dy = p.y - well.y;
    const double term = well.depth * std::exp(-well.sharpness * (dx * dx + dy * dy));
    energy -= term;
    grads.x += 2 * well.sharpness * term * dx;
    grads.y += 2 * well.sharpness * term * dy;
  }
  return energy;
}

inline Wells random_wells(Random& random) {
  Wells wells;
  for (Well& well : wells)
    well = {random.uniform(-2, 2), random.uniform(-2, 2), random.uniform(0.5, 2), random.uniform(0.3, 1.5)};
  return wells;
}

}  // namespace benchmarks
