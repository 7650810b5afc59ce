// Optimization in many dimensions: the landscape of eight random wells, its gradient and Hessian, seven methods from a
// hundred starts, and a bake-off from five hundred beside the same methods in NumPy. It retells "Optimization in many
// dimensions", a notebook of The University of Texas at Austin, and checks the numbers that are printed there.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <Eigen/Core>

#include <autodiff/autodiff.hpp>
#include <models/data/csv.hpp>
#include <models/figures/write_animation.hpp>
#include <models/figures/write_figure.hpp>
#include <models/landscapes.hpp>
#include <optim/optimizers/adam.hpp>
#include <optim/optimizers/sgd.hpp>
#include <optim/protocol/any_transformation.hpp>
#include <optim/training/minimize_each.hpp>
#include <optim/transforms/noise.hpp>

#include "plain_methods.hpp"

namespace models = grove::models;
namespace optim = grove::optim;
using Eigen::Matrix2d;
using Eigen::Vector2d;

double normal_number() {
  thread_local std::mt19937_64 generator(0);
  thread_local std::normal_distribution<double> normal;
  return normal(generator);
}

using Fits = std::vector<optim::MinimizeResult<Vector2d>>;
using Optimizer = optim::any_transformation<Vector2d>;  // whichever is chosen while the program runs

struct Method {
  std::string name;
  Optimizer optimizer;
  std::int64_t steps;
  double tolerance = 1e-6;  // of the gradient
};

Optimizer noisy_descent(double rate, double noise) {
  return optim::chain(optim::add_noise(noise * noise, 0, 0, normal_number), optim::sgd(rate));
}

/// The methods as the notebook shows them from a hundred starts.
std::vector<Method> shown(const Landscape& loss) {
  return {{"gradient descent", optim::sgd(0.1), 2000},
          {"momentum", optim::sgd(0.1, {.momentum = 1e-5}), 2000},
          {"noise", noisy_descent(0.1, 0.9), 2000, 0},
          {"Newton", PlainNewton{0.1, loss}, 1000},
          {"condition-number rate", ConditionNumberRate{1e-2, loss}, 2000},
          {"BFGS", PlainBfgs{1e-2}, 2000},
          {"Adam", optim::adam(0.1), 2000}};
}

/// The same in the bake-off: all of them with a rate of 0.1, in the order of NumPy's.
std::vector<Method> competing(const Landscape& loss) {
  return {{"gradient descent", optim::sgd(0.1), 5000},
          {"Adam", optim::adam(0.1), 5000},
          {"momentum", optim::sgd(0.1, {.momentum = 0.9}), 5000},
          {"noise", noisy_descent(0.1, 0.2), 5000, 0},
          {"Newton", PlainNewton{0.1, loss}, 5000},
          {"condition-number rate", ConditionNumberRate{0.1, loss}, 5000},
          {"BFGS", PlainBfgs{0.1}, 5000}};
}

/// Values, gradients and Hessians where the notebook prints them.
bool check_derivatives(const Landscape& loss) {
  const std::vector<std::pair<Vector2d, double>> values = {{{0, 0}, -0.09565806},     {{1, 1}, -0.0812864},
                                                           {{-1, -1}, -0.00054421},   {{-1, -0.5}, -0.00266954},
                                                           {{0.1, 0.3}, -0.12900234}, {{0.1, 0.7}, -0.11453241}};
  bool right = true;
  for (const auto& [x, printed] : values) {
    fmt::print("loss({:4.1f}, {:4.1f}) = {:.8f}\n", x[0], x[1], loss(x));
    right = right && std::abs(loss(x) - printed) < 6e-9;
    grove::gradcheck(loss, x);
  }
  const std::vector<std::pair<Vector2d, Vector2d>> spectra = {
      {{2, 0}, {0.09982855, 0.19946949}}, {{0, 2}, {0.16560671, 0.19997077}}, {{-2, 0}, {-0.00161091, 0.0002924}}};
  for (const auto& [x, printed] : spectra) {
    const Matrix2d hessian = grove::hessian(loss)(x);
    const Vector2d by_tape = eigenvalues(hessian), without = eigenvalues(hessian_by_hand(loss.wells, x, 1, 1));
    fmt::print(
        "eigenvalues of the Hessian at ({:2}, {:2}): {:.8f} {:.8f}; without the factors 2 and 4, as printed: "
        "{:.8f} {:.8f}\n",
        x[0], x[1], by_tape[0], by_tape[1], without[0], without[1]);
    right = right && (hessian - hessian_by_hand(loss.wells, x, 2, 4)).norm() < 1e-14 &&
            (without - printed).cwiseAbs().maxCoeff() < 6e-9;
  }
  return right;
}

/// The loss with its gradient, the condition number of its Hessian, and the signs of the eigenvalues.
void draw_landscape(const Landscape& loss, const models::Box& box) {
  const auto panel = [](const std::string& title, models::HeatMap map) {
    return models::Panel{.title = title,
                         .x_label = "x",
                         .y_label = "y",
                         .grid = false,
                         .equal_aspect = true,
                         .legend = models::Legend::off,
                         .heat_map = std::move(map)};
  };
  models::Panel surface = panel("loss and gradient", models::heat_map_of("loss", loss, box));
  surface.arrows = {models::arrows_of(
      "", [&](const Vector2d& x) { return grove::grad(loss)(x); }, box, 25)};
  surface.arrows[0].look = {.colour = "white", .width = 0.7};
  Eigen::Index row = 0, column = 0;
  surface.heat_map.z.minCoeff(&row, &column);
  const auto at = [](const std::vector<double>& axis, Eigen::Index i) { return axis[static_cast<std::size_t>(i)]; };
  surface.series = {{.x = {at(surface.heat_map.x, column)},
                     .y = {at(surface.heat_map.y, row)},
                     .style = "points",
                     .look = {.colour = "red", .marker = "star", .marker_size = 3}},
                    {.x = {2, 0, -2},
                     .y = {0, 2, 0},
                     .style = "points",
                     .look = {.colour = "black", .marker = "star", .marker_size = 2}}};

  models::Panel condition =
      panel("condition number of the Hessian",
            models::heat_map_of(
                "", [&](const Vector2d& x) { return condition_number(grove::hessian(loss)(x)); }, box));
  condition.heat_map.log = true;
  models::Panel signs = panel(
      "signs of its eigenvalues",
      models::heat_map_of(
          "sum", [&](const Vector2d& x) { return eigenvalues(grove::hessian(loss)(x)).array().sign().sum(); }, box));
  signs.heat_map.map = models::ColourMap::diverging;
  signs.heat_map.limits = {-2, 2};
  fmt::print("{}\n", models::write_figure({.panels = {surface, condition, signs}}, "08_landscape.svg").message);
}

/// The losses of all starts over the steps, thin, and their mean.
models::Panel fan_of(const std::string& name, const Fits& fits, std::int64_t steps) {
  const Eigen::Index every = 10, rows = steps / every, n = static_cast<Eigen::Index>(fits.size());
  Eigen::MatrixXd losses(rows, n);
  for (Eigen::Index k = 0; k < n; ++k) {
    const auto& values = fits[static_cast<std::size_t>(k)].values;
    for (Eigen::Index i = 0; i < rows; ++i)
      losses(i, k) = values[std::min(static_cast<std::size_t>(every * i), values.size() - 1)];
  }
  const Eigen::VectorXd step = static_cast<double>(every) * Eigen::VectorXd::LinSpaced(rows, 0, double(rows - 1));
  models::Panel fan{.title = name, .x_label = "step", .y_label = "loss", .y_limits = {-0.3, 0.02}};
  fan.trajectories = {{.x = step.replicate(1, n),
                       .y = losses,
                       .starts = false,
                       .ends = false,
                       .look = {.colour = "grey", .width = 0.5, .opacity = 0.4}}};
  fan.series = {models::series("", step, losses.rowwise().mean(), "lines")};
  fan.series[0].look = {.colour = "black", .width = 3};
  return fan;
}

/// Where seven methods go from a hundred starts, and how the loss falls.
bool draw_paths(const Landscape& loss, const models::Box& box) {
  models::Figure paths{.panel_width = 330, .height = 330, .columns = 4}, fans = paths;
  fans.panel_width = 420;
  const models::Contours contours = models::contours_of(loss, box, 61, 12);
  const auto starts = read_starts("starts_100.csv");
  double highest = 0;
  for (const Method& method : shown(loss)) {
    const Fits fits =
        optim::minimize_each(
            loss, starts, method.optimizer,
            {.max_steps = method.steps, .gradient_tolerance = method.tolerance, .record_every = 20, .threads = 2})
            .each;
    std::vector<std::vector<Vector2d>> visited;
    double mean = 0;
    for (const auto& fit : fits) {
      visited.push_back(fit.path);
      mean += fit.value / static_cast<double>(fits.size());
    }
    highest = std::max(highest, std::abs(mean));
    paths.panels.push_back({.title = fmt::format("{}, mean loss {:.3f}", method.name, mean),
                            .x_label = "x",
                            .y_label = "y",
                            .x_limits = {box.x_low, box.x_high},
                            .y_limits = {box.y_low, box.y_high},
                            .contours = contours,
                            .trajectories = {models::trajectories("", visited)}});
    fans.panels.push_back(fan_of(method.name, fits, method.steps));
  }
  fmt::print("{}\n", models::write_figure(paths, "08_paths.svg").message);
  fmt::print("{}\n", models::write_figure(fans, "08_losses.svg").message);
  fmt::print("{}\n", models::write_animation(paths, "08_paths.gif", {.frames_per_second = 10, .frames = 50}).message);
  return highest > 0.19;
}

/// Five hundred starts: the mean loss at the end and the time of a processor, beside NumPy's.
bool bake_off(const Landscape& loss) {
  const models::Table numpy = models::read_csv(GROVE_EXAMPLE_DATA "/bake_off.csv");
  const Eigen::VectorXd their_loss = numpy.numbers("loss"), their_time = numpy.numbers("seconds");
  const auto starts = read_starts("starts_500.csv");
  std::vector<std::string> names;
  std::vector<double> losses, times;
  models::Panel scatter{
      .title = "loss and time", .x_label = "mean loss at the end", .y_label = "seconds of a processor", .log_y = true};
  fmt::print("\n500 starts               mean loss  NumPy's loss    seconds  NumPy's seconds\n");
  bool near = true;
  const auto start = std::chrono::steady_clock::now();
  for (const Method& method : competing(loss)) {
    const std::clock_t began = std::clock();
    const auto fits =
        optim::minimize_each(loss, starts, method.optimizer,
                             {.max_steps = method.steps, .gradient_tolerance = method.tolerance, .threads = 2});
    times.push_back(static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC);
    double sum = 0;
    for (const auto& fit : fits.each) sum += fit.value;
    losses.push_back(sum / static_cast<double>(starts.size()));
    names.push_back(method.name);

    const auto i = static_cast<Eigen::Index>(names.size() - 1);
    fmt::print("{:<24}{:10.6f}{:14.6f}{:11.3f}{:17.3f}\n", method.name, losses.back(), their_loss[i], times.back(),
               their_time[i]);
    // Near a singular Hessian one rounding decides where a plain Newton step leads, and noise is another noise.
    const bool chaotic = method.name == "Newton" || method.name == "BFGS";
    near = near && std::abs(losses.back() - their_loss[i]) < (chaotic ? 5e-3 : method.name == "noise" ? 2e-2 : 1e-5);
    scatter.labels.push_back({method.name, losses.back(), times.back()});
  }
  scatter.series = {{.x = losses, .y = times, .style = "points"}};
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  fmt::print("all in {:.2f} s on two threads, {:.2f} s of a processor; the recorded run of NumPy took {:.2f} s\n",
             passed.count(), std::accumulate(times.begin(), times.end(), 0.0), their_time.sum());
  const std::vector<double> numpy_times(their_time.data(), their_time.data() + their_time.size());
  const models::Figure figure{
      .panels = {{.title = "mean loss at the end", .y_label = "loss", .bars = {{.names = names, .values = losses}}},
                 {.title = "time",
                  .y_label = "seconds of a processor",
                  .log_y = true,
                  .bars = {{"Grove", names, times}, {"NumPy", names, numpy_times}}},
                 scatter}};
  fmt::print("{}\n", models::write_figure(figure, "08_bake_off.svg").message);
  return near;
}

/// With --bake-off only that, for tests/benchmarks/bake_off.sh.
int main(int argc, char** argv) {
  const Landscape loss = read_wells();
  if (argc > 1 && std::string(argv[1]) == "--bake-off") return bake_off(loss) ? 0 : 1;
  const models::Box box = models::GaussianWells::box();
  bool right = check_derivatives(loss);
  draw_landscape(loss, box);
  right = draw_paths(loss, box) && right;
  right = bake_off(loss) && right;
  return right ? 0 : 1;
}
