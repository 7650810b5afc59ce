// Rosenbrock's function of any number of variables and Ackley's of two, and their gradients by hand.
#pragma once

#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>
#include <cmath>
#include <numbers>

namespace benchmarks {

/// Rosenbrock's function, a scalar loop over anything that has `size` and `[]`.
inline const auto rosenbrock = [](const auto& x) {
  using T = grove::scalar_t<decltype(x)>;
  T sum = 0.0;
  for (Eigen::Index i = 0; i + 1 < x.size(); ++i) {
    const T valley = x[i + 1] - x[i] * x[i];
    const T slope = 1.0 - x[i];
    sum += 100.0 * valley * valley + slope * slope;
  }
  return sum;
};

inline double rosenbrock_by_hand(const Eigen::ArrayXd& x, Eigen::ArrayXd& grad) {
  grad.setZero(x.size());
  double sum = 0;
  for (Eigen::Index i = 0; i + 1 < x.size(); ++i) {
    const double valley = x[i + 1] - x[i] * x[i];
    const double slope = 1 - x[i];
    sum += 100 * valley * valley + slope * slope;
    grad[i] -= 400 * valley * x[i] + 2 * slope;
    grad[i + 1] += 200 * valley;
  }
  return sum;
}

template <class T = double>
struct Position {
  T x, y;
};

inline const auto ackley = [](const auto& p) {
  using std::cos;
  using std::exp;
  using std::sqrt;
  constexpr double turn = 2 * std::numbers::pi;
  return -20.0 * exp(-0.2 * sqrt(0.5 * (p.x * p.x + p.y * p.y))) - exp(0.5 * (cos(turn * p.x) + cos(turn * p.y))) +
         20.0 + std::numbers::e;
};

inline double ackley_by_hand(const Position<>& p, Position<>& grad) {
  constexpr double turn = 2 * std::numbers::pi;
  const double radius = std::sqrt(0.5 * (p.x * p.x + p.y * p.y));
  const double hill = 20 * std::exp(-0.2 * radius);
  const double ripple = std::exp(0.5 * (std::cos(turn * p.x) + std::cos(turn * p.y)));
  const double hill_slope = 0.1 * hill / radius;
  const double ripple_slope = std::numbers::pi * ripple;
  grad.x = hill_slope * p.x + ripple_slope * std::sin(turn * p.x);
  grad.y = hill_slope * p.y + ripple_slope * std::sin(turn * p.y);
  return -hill - ripple + 20 + std::numbers::e;
}

}  // namespace benchmarks
