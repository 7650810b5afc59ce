// E_ros, E_ack: two test functions of optimisation, Rosenbrock's with 1000 variables and Ackley's with 2.
#pragma once

#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>
#include <memory>

#include "../peers.hpp"
#include "../random_data.hpp"
#include "../rows.hpp"
#include "landscapes_loss.hpp"

namespace benchmarks {

/// Rosenbrock's function as one array expression.
inline const auto rosenbrock_of_array = [](const auto& x) {
  const auto here = x.head(x.size() - 1);
  const auto next = x.tail(x.size() - 1);
  return grove::sum(100.0 * grove::square(next - grove::square(here)) + grove::square(1.0 - here));
};

inline Workload rosenbrock_workload() {
  constexpr Eigen::Index size = 1000;
  const auto x = std::make_shared<const Eigen::ArrayXd>(Random(4).uniform_vector(size, -1.5, 1.5));
  Workload workload{"E_ros", "Rosenbrock's function of 1000 variables", (size - 1) * 8};
  workload.data = x;
  workload.rows = {
      primal_row("primal", rosenbrock, *x),
      hand_row<Eigen::ArrayXd>([&x = *x](auto& grad) { return rosenbrock_by_hand(x, grad); }),
      grove_row("grove, scalars", 14, rosenbrock, *x),
      recording_row("grove, scalars", rosenbrock, *x),
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
      grove_row("grove", 1.9, ackley, *at),
  };
  const auto make = []<class T>(const auto& x) { return Position<T>{x[0], x[1]}; };
  workload.rows.push_back(forward_row<GroveForward<2>, 2>(ackley, make, grove::tree::flatten(*at)));
  add_peers<2>(workload, ackley, make, grove::tree::flatten(*at));
  workload.difference = difference_of(workload.rows[1], ackley, *at);
  return workload;
}

inline std::vector<Workload> workloads() { return {rosenbrock_workload(), ackley_workload()}; }

}  // namespace benchmarks
