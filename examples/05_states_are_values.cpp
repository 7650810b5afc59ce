// One `solve` for every optimizer. Its state is a value: printed, and edited by hand, so that descent escapes the
// saddle that would hold it for ever.
#include <cmath>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <Eigen/Core>

#include <autodiff/derivatives/grad.hpp>
#include <autodiff/tree/to_string.hpp>
#include <models/figures/write_figure.hpp>
#include <models/landscapes.hpp>
#include <optim/optimizers/sgd.hpp>
#include <optim/protocol/step.hpp>

namespace models = grove::models;
using Eigen::Vector2d;

const models::DoubleWell f;

/// The path of 100 steps from `params`, with the optimizer's initial state or another.
template <class Optimizer>
std::vector<Vector2d> solve(Vector2d params, const Optimizer& optimizer, auto state, int steps = 100) {
  std::vector<Vector2d> path{params};
  for (int i = 0; i < steps; ++i) {
    grove::optim::step(optimizer, grove::grad(f)(params), state, params);
    path.push_back(params);
  }
  return path;
}
template <class Optimizer>
std::vector<Vector2d> solve(Vector2d params, const Optimizer& optimizer) {
  return solve(params, optimizer, optimizer.init(params));
}

models::Arrows arrows_along(const std::vector<Vector2d>& path) {
  const Vector2d from = path.front();
  std::vector<double> x, y;
  for (const Vector2d& point : path) {
    x.push_back(point[0]);
    y.push_back(point[1]);
  }
  return models::arrows_along(fmt::format("from ({}, {})", from[0], from[1]), x, y);
}

int main() {
  // In papers the learning rate is often called alpha, and the momentum beta.
  const auto optimizer = grove::optim::sgd(0.1, {.momentum = 0.5, .nesterov = true});

  models::Panel four{.title = "different starts",
                     .x_label = "x",
                     .y_label = "y",
                     .equal_aspect = true,
                     .contours = models::contours_of(f, models::DoubleWell::box(), 101, 30)};
  models::Panel pushed = four;
  pushed.title = "with a push";
  const std::vector<Vector2d> starts = {{-1.5, -1.5}, {0.0, 1.0}, {0.01, 1.0}, {1.5, 1.5}};
  std::vector<Vector2d> ends;
  for (const Vector2d& start : starts) {
    const auto path = solve(start, optimizer);
    four.arrows.push_back(arrows_along(path));
    ends.push_back(path.back());
    fmt::print("from ({:5.2f}, {:5.2f}) to ({:9.6f}, {:9.6f}), f = {:9.6f}\n", start[0], start[1], path.back()[0],
               path.back()[1], f(path.back()));
  }

  // Right above the saddle nothing pushes it to a side. What does one step look like?
  const Vector2d above_the_saddle(0, 1);
  auto state = optimizer.init(above_the_saddle);
  fmt::print("\nthe state at first\n{}\n", grove::tree::to_string(state));
  const Vector2d gradient = grove::grad(f)(above_the_saddle);
  const auto [updates, after] = optimizer.update(gradient, state, above_the_saddle);
  fmt::print("gradient [{}, {}], update [{}, {}], and the state after it\n{}\n", gradient[0], gradient[1], updates[0],
             updates[1], grove::tree::to_string(after));

  std::get<0>(state).trace = Vector2d(0.1, 0);
  fmt::print("the state with a push\n{}\n", grove::tree::to_string(state));
  const auto path = solve(above_the_saddle, optimizer, state);
  pushed.arrows.push_back(arrows_along(path));
  fmt::print("with the push it ends at ({:.6f}, {:.6f}), f = {:.6f}\n", path.back()[0], path.back()[1], f(path.back()));
  fmt::print("{}\n", models::write_figure({.panels = {four, pushed}}, "05_states_are_values.svg").message);

  const bool as_printed = gradient == Vector2d(0, 2) && (updates - Vector2d(0, -0.3)).norm() < 1e-15 &&
                          std::get<0>(after).trace == Vector2d(0, 2);
  const bool in_wells = (ends[0] - Vector2d(-1, 0)).norm() < 1e-6 && (ends[2] - Vector2d(1, 0)).norm() < 1e-6 &&
                        (ends[3] - Vector2d(1, 0)).norm() < 1e-6 && std::abs(f(path.back()) + 1) < 1e-12;
  const bool held = ends[1].norm() < 1e-6;
  return as_printed && in_wells && held ? 0 : 1;
}
