// The race on a saddle: three optimizers from one point beside the ridge, step for step those of NumPy and PyTorch.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <Eigen/Core>

#include <autodiff/derivatives/grad.hpp>
#include <models/data/csv.hpp>
#include <models/figures/write_animation.hpp>
#include <models/figures/write_figure.hpp>
#include <models/figures/write_page.hpp>
#include <models/landscapes.hpp>
#include <optim/optimizers/adam.hpp>
#include <optim/optimizers/rmsprop.hpp>
#include <optim/optimizers/sgd.hpp>
#include <optim/protocol/step.hpp>

namespace models = grove::models;
namespace optim = grove::optim;
using models::Saddle;

using Path = std::vector<Eigen::Vector2d>;  // where an optimizer is before each epoch

template <class Optimizer>
Path run(const Optimizer& optimizer, int epochs) {
  Eigen::Vector2d x = Saddle::start();
  auto state = optimizer.init(x);
  Path path{x};
  for (int epoch = 0; epoch < epochs; ++epoch) {
    optim::step(optimizer, grove::grad(Saddle{})(x), state, x);
    path.push_back(x);
  }
  return path;
}

/// The largest difference, relative to the numbers, of a path from the one that another program has recorded.
double difference(const Path& path, const models::Table& recorded, const std::string& name) {
  const Eigen::VectorXd epoch = recorded.numbers("epoch"), x = recorded.numbers(name + "_x"),
                        y = recorded.numbers(name + "_y");
  double largest = 0;
  for (Eigen::Index i = 0; i < epoch.size(); ++i) {
    const Eigen::Vector2d theirs(x[i], y[i]), ours = path[static_cast<std::size_t>(epoch[i])];
    for (int axis = 0; axis < 2; ++axis)
      largest = std::max(largest, std::abs(ours[axis] - theirs[axis]) / (std::abs(theirs[axis]) + 1e-6));
  }
  return largest;
}

/// The frames of the race: how high each is over the epochs, and where it is on the surface, until it leaves the box.
models::Figure draw(const std::vector<std::string>& names, const std::vector<Path>& paths,
                    const Eigen::VectorXd& epochs) {
  const models::Box box{-5, 25, -5, 25};
  models::Panel heights{.title = "height", .x_label = "epoch", .y_label = "z", .y_limits = {-650, 450}};
  heights.x_limits = {0, epochs[epochs.size() - 1]};
  models::Panel surface{.title = "where they are", .x_label = "x", .y_label = "y", .z_label = "z"};
  surface.z_limits = {-650, 650};
  surface.surfaces = {models::surface_of(Saddle{}, box, 25)};
  surface.surfaces[0].map = models::ColourMap::grey;
  surface.view = {60, 220};
  surface.legend = models::Legend::off;
  const std::vector<std::string> colours = {"blue", "red", "green"};
  for (std::size_t k = 0; k < paths.size(); ++k) {
    models::Series height{.title = names[k], .look = {.colour = colours[k], .width = 2}};
    std::vector<double> x, y;
    for (const double epoch : epochs) {
      const Eigen::Vector2d at = paths[k][static_cast<std::size_t>(epoch)];
      if (at[1] > box.y_high) break;
      height.x.push_back(epoch);
      height.y.push_back(Saddle{}(at));
      x.push_back(at[0]);
      y.push_back(at[1]);
    }
    surface.space_paths.push_back(models::path_on(Saddle{}, names[k], x, y));
    surface.space_paths.back().look = height.look;
    heights.series.push_back(std::move(height));
  }
  return {.panels = {heights, surface}, .title = "Optimizers on a saddle", .panel_width = 420, .height = 360};
}

int main() {
  const int epochs = 4000;
  const double rate = 0.005;
  const std::vector<std::string> names = {"SGD", "Adam", "RMSprop"};
  const std::vector<Path> paths = {run(optim::sgd(rate), epochs), run(optim::adam(rate), epochs),
                                   run(optim::rmsprop(rate, {.decay = 0.99, .eps_in_sqrt = false}), epochs)};

  const models::Table recorded = models::read_csv(GROVE_EXAMPLE_DATA "/saddle_race.csv");
  const std::vector<std::string> columns = {"sgd", "adam", "rmsprop"};
  bool equal = true;
  for (std::size_t k = 0; k < paths.size(); ++k) {
    const Eigen::Vector2d end = paths[k].back();
    const double from_numpy = difference(paths[k], recorded, "numpy_" + columns[k]);
    const double from_torch = difference(paths[k], recorded, "torch_" + columns[k]);
    fmt::print(
        "{} is at ({:.5g}, {:.5g}), z = {:.5g}; its path differs from NumPy's by {:.1e}, from torch's by {:.1e}\n",
        names[k], end[0], end[1], Saddle{}(end), from_numpy, from_torch);
    equal = equal && from_numpy < 1e-9 && from_torch < 1e-9;
  }

  const models::Figure race = draw(names, paths, recorded.numbers("epoch"));
  fmt::print("{}\n", models::write_figure(race, "06_race_on_a_saddle.svg").message);
  fmt::print("{}\n", models::write_animation(race, "06_race_on_a_saddle.gif", {.frames_per_second = 8}).message);
  fmt::print("{}\n", models::write_page(models::growing(race, 100), "06_race_on_a_saddle.html").message);
  return equal ? 0 : 1;
}
