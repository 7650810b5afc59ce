// The catalogue: every optimizer takes the five steps that optax's documentation prints, and goes down the same valley.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <Eigen/Core>

#include <autodiff/autodiff.hpp>
#include <models/figures/write_figure.hpp>
#include <models/landscapes.hpp>
#include <optim/optim.hpp>

namespace models = grove::models;
namespace optim = grove::optim;

using Optimizer = optim::any_transformation<Eigen::VectorXd>;  // whichever is chosen while the program runs

struct Entry {
  std::string name;
  Optimizer (*make)(double learning_rate);
  double learning_rate;
  std::vector<double> documented;  // Σ x² after each of five steps from (1, 2, 3), to three digits
};

const std::vector<Entry> catalogue = {
    {"adabelief",
     [](double rate) -> Optimizer { return optim::adabelief(rate); },
     0.003,
     {14.0, 13.9, 13.9, 13.8, 13.8}},
    {"adadelta", [](double rate) -> Optimizer { return optim::adadelta(rate); }, 10, {13.6, 13.2, 12.9, 12.5, 12.1}},
    {"adagrad", [](double rate) -> Optimizer { return optim::adagrad(rate); }, 1, {5.01, 2.40, 1.25, 0.686, 0.385}},
    {"adafactor",
     [](double rate) -> Optimizer { return optim::adafactor(rate); },
     0.003,
     {13.9, 13.8, 13.8, 13.7, 13.6}},
    {"adam", [](double rate) -> Optimizer { return optim::adam(rate); }, 0.003, {14.0, 13.9, 13.9, 13.9, 13.8}},
    {"adamax", [](double rate) -> Optimizer { return optim::adamax(rate); }, 0.003, {14.0, 13.9, 13.9, 13.9, 13.8}},
    {"adamaxw", [](double rate) -> Optimizer { return optim::adamaxw(rate); }, 0.003, {14.0, 13.9, 13.9, 13.9, 13.8}},
    {"adamw", [](double rate) -> Optimizer { return optim::adamw(rate); }, 0.003, {14.0, 13.9, 13.9, 13.9, 13.8}},
    {"amsgrad", [](double rate) -> Optimizer { return optim::amsgrad(rate); }, 0.003, {14.0, 13.9, 13.9, 13.9, 13.8}},
    {"fromage", [](double rate) -> Optimizer { return optim::fromage(rate); }, 0.003, {13.9, 13.8, 13.7, 13.7, 13.6}},
    {"lamb", [](double rate) -> Optimizer { return optim::lamb(rate); }, 0.003, {13.9, 13.8, 13.8, 13.7, 13.6}},
    {"lars", [](double rate) -> Optimizer { return optim::lars(rate); }, 0.003, {14.0, 14.0, 14.0, 14.0, 14.0}},
    {"lion", [](double rate) -> Optimizer { return optim::lion(rate); }, 0.003, {14.0, 13.9, 13.9, 13.9, 13.8}},
    {"nadam", [](double rate) -> Optimizer { return optim::nadam(rate); }, 0.003, {13.9, 13.9, 13.9, 13.8, 13.8}},
    {"nadamw", [](double rate) -> Optimizer { return optim::nadamw(rate); }, 0.003, {13.9, 13.9, 13.9, 13.8, 13.8}},
    {"noisy_sgd",
     [](double rate) -> Optimizer { return optim::noisy_sgd(rate); },
     0.003,
     {13.8, 13.7, 13.5, 13.3, 13.2}},
    {"novograd", [](double rate) -> Optimizer { return optim::novograd(rate); }, 0.003, {14.0, 13.9, 13.9, 13.8, 13.7}},
    // Printed by an optax that took the gradient before the first for zero: its first step is twice as long as today's.
    {"optimistic_gradient_descent",
     [](double rate) -> Optimizer {
       return optim::optimistic_gradient_descent([rate](std::int64_t step) { return step == 0 ? 2 * rate : rate; });
     },
     0.003,
     {13.7, 13.5, 13.3, 13.2, 13.0}},
    {"polyak_sgd",
     [](double rate) -> Optimizer { return optim::polyak_sgd({.max_learning_rate = rate}); },
     1,
     {3.5, 0.875, 0.21875, 0.0546875, 0.013671875}},
    {"radam", [](double rate) -> Optimizer { return optim::radam(rate); }, 0.003, {13.8, 13.7, 13.5, 13.3, 13.2}},
    {"rmsprop", [](double rate) -> Optimizer { return optim::rmsprop(rate); }, 0.003, {13.9, 13.8, 13.7, 13.7, 13.6}},
    {"rprop", [](double rate) -> Optimizer { return optim::rprop(rate); }, 0.003, {14.0, 14.0, 13.9, 13.9, 13.8}},
    {"sgd", [](double rate) -> Optimizer { return optim::sgd(rate); }, 0.003, {13.8, 13.7, 13.5, 13.3, 13.2}},
    {"sm3", [](double rate) -> Optimizer { return optim::sm3(rate); }, 0.003, {14.0, 14.0, 14.0, 14.0, 14.0}},
    {"yogi", [](double rate) -> Optimizer { return optim::yogi(rate); }, 0.002, {14.0, 14.0, 13.9, 13.9, 13.9}},
};

/// The points that an optimizer visits.
template <class Loss>
std::vector<Eigen::VectorXd> descend(const Loss& loss, const Optimizer& optimizer, Eigen::VectorXd x, int steps) {
  auto state = optimizer.init(x);
  std::vector<Eigen::VectorXd> path{x};
  for (int step = 0; step < steps; ++step) {
    auto [value, grads] = grove::value_and_grad(loss)(x);
    optim::step(optimizer, grads, state, x, optim::with_value(value));
    path.push_back(x);
  }
  return path;
}

/// Whether it is the number that was printed with three digits.
bool as_printed(double value, double printed) {
  const double last_digit = std::pow(10, std::floor(std::log10(printed)) - 2);
  return std::abs(value - printed) < 0.51 * last_digit;
}

bool five_steps(const Entry& entry) {
  const auto f = [](const auto& x) { return grove::sum(grove::square(x)); };
  const auto path = descend(f, entry.make(entry.learning_rate), Eigen::Vector3d(1, 2, 3), 5);
  bool same = true;
  fmt::print("{:<28} {:<6}", entry.name, entry.learning_rate);
  for (std::size_t i = 0; i < entry.documented.size(); ++i) {
    const double value = f(path[i + 1]);
    same = same && as_printed(value, entry.documented[i]);
    fmt::print(" {:9.2e}", value);
  }
  fmt::print("{}\n", same ? "" : "   NOT what the documentation prints");
  return same;
}

/// The valley with the best path of an optimizer, over learning rates from 0.0001 to 10.
models::Panel race(const Entry& entry, const models::Contours& contours) {
  const models::Rosenbrock valley;
  double best = std::numeric_limits<double>::infinity(), best_rate = 0;
  std::vector<Eigen::VectorXd> best_path;
  for (double exponent = -4; exponent <= 1; exponent += 0.25) {
    const auto path = descend(valley, entry.make(std::pow(10, exponent)), models::Rosenbrock::start(), 300);
    const double end = valley(path.back());
    if (!(end < best)) continue;
    best = end;
    best_rate = std::pow(10, exponent);
    best_path = path;
  }
  models::Series series{.look = {.colour = "red", .width = 2}};
  for (const Eigen::VectorXd& x : best_path) {
    series.x.push_back(x[0]);
    series.y.push_back(x[1]);
  }
  return {.title = fmt::format("{}({:.2g}): {:.1e}", entry.name, best_rate, best),
          .x_label = "x",
          .y_label = "y",
          .x_limits = {-2, 2},
          .y_limits = {-1, 3},
          .series = {series},
          .contours = contours};
}

int main() {
  bool same = true;
  for (const Entry& entry : catalogue) same = five_steps(entry) && same;

  const auto depth = [](const Eigen::Vector2d& x) { return std::log10(0.1 + models::Rosenbrock{}(x)); };
  const models::Contours contours = models::contours_of(depth, models::Rosenbrock::box(), 61, 12);
  models::Figure figure{.title = "300 steps in Rosenbrock's valley, by the best of 21 learning rates; where each ends",
                        .panel_width = 280,
                        .height = 260,
                        .columns = 5};
  for (const Entry& entry : catalogue) figure.panels.push_back(race(entry, contours));
  fmt::print("{}\n", models::write_figure(figure, "07_catalogue.svg").message);
  return same ? 0 : 1;
}
