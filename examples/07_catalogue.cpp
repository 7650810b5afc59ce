// One loop, four optimizers, Rosenbrock's valley: plain descent creeps, momentum and Adam do not. L-BFGS needs no
// learning rate, and in `minimize` no loop.
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <Eigen/Core>

#include <grove/autodiff.hpp>
#include <grove/models.hpp>
#include <grove/optim.hpp>

using grove::models::Rosenbrock;

/// The path of an optimizer from the landscape's usual start.
template <class Optimizer>
grove::models::Series descend(const std::string& name, const Optimizer& optimizer, int steps) {
  const Rosenbrock valley;
  Eigen::Vector2d x = valley.start();
  auto state = optimizer.init(x);
  grove::models::Series path{.title = name, .x = {x[0]}, .y = {x[1]}};
  for (int step = 0; step < steps; ++step) {
    auto [updates, new_state] = optimizer.update(grove::grad(valley)(x), std::move(state), x);
    x = grove::optim::apply_updates(std::move(x), updates);
    state = std::move(new_state);
    path.x.push_back(x[0]);
    path.y.push_back(x[1]);
  }
  fmt::print("{:<10} ends at ({:8.5f}, {:8.5f}), f = {:.2e}\n", name, x[0], x[1], valley(x));
  return path;
}

int main() {
  const int steps = 2000;
  std::vector<grove::models::Series> paths;
  paths.push_back(descend("descent", grove::optim::sgd(1e-3), steps));
  paths.push_back(descend("momentum", grove::optim::sgd(1e-3, {.momentum = 0.9}), steps));
  paths.push_back(descend("nesterov", grove::optim::sgd(1e-3, {.momentum = 0.9, .nesterov = true}), steps));
  paths.push_back(descend("adam", grove::optim::adam(5e-2), steps));

  const auto distance = [](const grove::models::Series& path) {
    return (Eigen::Vector2d(path.x.back(), path.y.back()) - Eigen::Vector2d(1, 1)).norm();
  };
  const bool right =
      distance(paths[1]) < 0.05 && distance(paths[2]) < 0.05 && distance(paths[3]) < 0.05 && distance(paths[0]) > 0.1;

  const auto fit =
      grove::optim::minimize(Rosenbrock{}, Rosenbrock{}.start(), grove::optim::lbfgs(), {.gradient_tolerance = 1e-8});
  fmt::print("{:<10} ends at ({:8.5f}, {:8.5f}), f = {:.2e}, after {} steps: {}\n", "L-BFGS", fit.params[0],
             fit.params[1], fit.value, fit.steps, grove::optim::to_string(fit.reason));

  const auto contours = grove::models::contours_of(Rosenbrock{}, Rosenbrock::box());
  const grove::models::Figure figure{
      .panels = {
          {.title = "Rosenbrock's valley", .x_label = "x", .y_label = "y", .series = paths, .contours = contours}}};
  fmt::print("{}\n", grove::models::write_figure(figure, "07_catalogue.svg").message);
  return right && fit.converged() ? 0 : 1;
}
