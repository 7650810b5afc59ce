// E_ros, E_ack: two test functions of optimisation, Rosenbrock's with 1000 variables and Ackley's with 2.
#pragma once

#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>
#include <cmath>
#include <memory>
#include <numbers>

#include "../peers.hpp"
#include "../random_data.hpp"
#include "../rows.hpp"

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

/// The same as one array expression.
inline const auto rosenbrock_of_array = [](const auto& x) {
  const auto here = x.head(x.size() - 1);
  const auto next = x.tail(x.size() - 1);
  return grove::sum(100.0 * grove::square(next - grove::square(here)) + grove::square(1.0 - here));
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

inline Workload rosenbrock_workload() {
  constexpr Eigen::Index size = 1000;
  const auto x = std::make_shared<const Eigen::ArrayXd>(Random(4).uniform_vector(size, -1.5, 1.5));
  Workload workload{"E_ros", "Rosenbrock's function of 1000 variables", (size - 1) * 8};
  workload.data = x;
  workload.rows = {
      primal_row("primal", rosenbrock, *x),
      hand_row<Eigen::ArrayXd>([&x = *x](auto& grad) { return rosenbrock_by_hand(x, grad); }),
      grove_row("grove, scalars", 18, rosenbrock, *x),
      grove_row("grove, arrays", 1.5, rosenbrock_of_array, *x),
  };
  workload.difference = difference_of(workload.rows[1], rosenbrock, *x);
  return workload;
}

inline Workload ackley_workload() {
  const auto at = std::make_shared<const Position<>>(Position<>{0.7, -1.3});
  Workload workload{"E_ack", "Ackley's function of 2 variables", 17};
  workload.data = at;
  workload.rows = {
      primal_row("primal", ackley, *at),
      hand_row<Position<>>([&at = *at](auto& grad) { return ackley_by_hand(at, grad); }),
      grove_row("grove", 2.0, ackley, *at),
  };
  const auto make = []<class T>(const auto& x) { return Position<T>{x[0], x[1]}; };
  workload.rows.push_back(forward_row<GroveForward<2>, 2>(ackley, make, grove::tree::flatten(*at)));
  add_peers<2>(workload, ackley, make, grove::tree::flatten(*at));
  workload.difference = difference_of(workload.rows[1], ackley, *at);
  return workload;
}

inline std::vector<Workload> workloads() { return {rosenbrock_workload(), ackley_workload()}; }

}  // namespace benchmarks
