// Optimizers from scratch: a derivative, a loss by hand and by tape, descent; then SGD, RMSprop and Adam written as
// one's own transformations of ten lines each, which go step for step as the library's do.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <Eigen/Core>

#include <autodiff/autodiff.hpp>
#include <models/figures/write_figure.hpp>
#include <models/figures/write_page.hpp>
#include <models/landscapes.hpp>
#include <optim/optimizers/adam.hpp>
#include <optim/optimizers/rmsprop.hpp>
#include <optim/optimizers/sgd.hpp>
#include <optim/protocol/step.hpp>
#include <optim/training/batches.hpp>
#include <optim/transforms/add_decayed_weights.hpp>

namespace models = grove::models;
namespace optim = grove::optim;
namespace tree = grove::tree;

// A transformation is options, a state made by init, and an update from gradients to steps.

struct Sgd {
  double rate;

  template <class P>
  optim::EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class P>
  optim::Updated<P, optim::EmptyState> update(const P& grads, optim::EmptyState state, const P& /*params*/) const {
    return {tree::map([&](const auto& g) { return -rate * g; }, grads), state};
  }
};

template <class P>
struct RmspropState {
  P squares, means, push;
};
struct Rmsprop {
  double rate, decay = 0.99, momentum = 0.0;
  bool centered = false;

  template <class P>
  RmspropState<P> init(const P& params) const {
    return {tree::zeros_like(params), tree::zeros_like(params), tree::zeros_like(params)};
  }
  template <class P>
  optim::Updated<P, RmspropState<P>> update(const P& grads, RmspropState<P> s, const P& /*params*/) const {
    const auto average = [&](const auto& old, const auto& now) { return decay * old + (1 - decay) * now; };
    s.squares = tree::map([&](const auto& v, const auto& g) { return average(v, g * g); }, s.squares, grads);
    if (centered) s.means = tree::map(average, s.means, grads);
    s.push = tree::map([&](const auto& push, const auto& g, const auto& v,
                           const auto& m) { return momentum * push + g / (sqrt(v - m * m) + 1e-8); },
                       s.push, grads, s.squares, s.means);
    return {tree::map([&](const auto& push) { return -rate * push; }, s.push), s};
  }
};

template <class P>
struct AdamState {
  std::int64_t count;
  P m, v;
};
struct Adam {
  double rate, b1 = 0.9, b2 = 0.999;

  template <class P>
  AdamState<P> init(const P& params) const {
    return {0, tree::zeros_like(params), tree::zeros_like(params)};
  }
  template <class P>
  optim::Updated<P, AdamState<P>> update(const P& grads, AdamState<P> s, const P& /*params*/) const {
    const double t = static_cast<double>(++s.count), bias1 = 1 - std::pow(b1, t), bias2 = 1 - std::pow(b2, t);
    s.m = tree::map([&](const auto& m, const auto& g) { return b1 * m + (1 - b1) * g; }, s.m, grads);
    s.v = tree::map([&](const auto& v, const auto& g) { return b2 * v + (1 - b2) * g * g; }, s.v, grads);
    const auto step = [&](const auto& m, const auto& v) { return -rate * (m / bias1) / (sqrt(v / bias2) + 1e-8); };
    return {tree::map(step, s.m, s.v), s};
  }
};

/// Points of Ackley's landscape, which a bowl θ₁x² + θ₂y² + e + θ₂ is fitted to.
struct Examples {
  Eigen::VectorXd x, y, z;
};
Examples draw_examples(Eigen::Index n) {
  std::mt19937_64 rng(577);
  std::uniform_real_distribution<double> uniform(-5, 5);
  const auto random = [&] { return uniform(rng); };
  Examples e{Eigen::VectorXd::NullaryExpr(n, random), Eigen::VectorXd::NullaryExpr(n, random), Eigen::VectorXd(n)};
  for (Eigen::Index i = 0; i < n; ++i) e.z[i] = models::Ackley{}(Eigen::Vector2d(e.x[i], e.y[i]));
  return e;
}

template <class T = double>
struct Bowl {
  T theta1, theta2;
};
const auto misfit = [](const auto& p, const Eigen::VectorXd& x, const Eigen::VectorXd& y, const Eigen::VectorXd& z) {
  const Eigen::ArrayXd x2 = x.array().square(), y2 = y.array().square();
  return grove::mean(grove::square(p.theta1 * x2 + p.theta2 * (y2 + 1) + std::exp(1.0) - z.array()));
};

struct History {
  std::vector<double> theta1, theta2, losses;
};

/// At most 50 steps on batches that are drawn from the examples; it ends where the loss changes by less than 0.01.
template <class Optimizer>
History fit(const Optimizer& optimizer, std::int64_t batch_size, const Examples& e) {
  optim::Batches batches({.batch_size = batch_size, .seed = 577, .replacement = true}, e.x, e.y, e.z);
  Bowl<> params{0.2, 0.2};
  auto state = optimizer.init(params);
  History history;
  double before = std::numeric_limits<double>::infinity();
  for (int step = 0; step < 50; ++step) {
    batches.advance();
    Bowl<> grads = batches.apply([&](const auto&... batch) { return grove::grad(misfit)(params, batch...); });
    optim::step(optimizer, grads, state, params);
    const double loss = batches.apply([&](const auto&... batch) { return misfit(params, batch...); });
    history.theta1.push_back(params.theta1);
    history.theta2.push_back(params.theta2);
    history.losses.push_back(loss);
    if (std::abs(loss - before) < 1e-2) break;
    before = loss;
  }
  return history;
}

/// Fits with one's own optimizer and the library's; whether both go the same way, downhill.
template <class Own, class Library>
bool compare(const std::string& name, const Own& own, const Library& library, std::int64_t batch_size,
             const Examples& e, models::Figure& figure) {
  const History a = fit(own, batch_size, e), b = fit(library, batch_size, e);
  double difference = a.losses.size() == b.losses.size() ? 0 : std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < std::min(a.losses.size(), b.losses.size()); ++i)
    difference = std::max({difference, std::abs(a.theta1[i] - b.theta1[i]), std::abs(a.theta2[i] - b.theta2[i])});
  const Bowl<> end{a.theta1.back(), a.theta2.back()};
  const double first = misfit(Bowl<>{0.2, 0.2}, e.x, e.y, e.z), last = misfit(end, e.x, e.y, e.z);
  fmt::print("{}: {} steps to [{:.4f}, {:.4f}], loss of all examples {:.3f} -> {:.3f}; the library differs by {:.0e}\n",
             name, a.losses.size(), end.theta1, end.theta2, first, last, difference);
  figure.panels[0].series.push_back({.title = name, .x = a.theta1, .y = a.theta2});
  figure.panels[1].series.push_back({.title = name, .y = a.losses});
  return difference < 1e-12 && last < first;
}

/// The derivative of 4x, and the gradient of a loss in two ways.
bool derivatives(const Eigen::VectorXd& x) {
  const auto f = [](const auto& at) { return 4 * at; };
  Eigen::VectorXd slope(x.size());
  for (Eigen::Index i = 0; i < x.size(); ++i) slope[i] = grove::grad(f)(x[i]);
  const models::Panel panel{
      .title = "4x and its derivative",
      .x_label = "x",
      .y_label = "y",
      .series = {models::series("4x", x, 4 * x, "lines"), models::series("its derivative", x, slope, "lines")}};
  fmt::print("{}\n", models::write_figure({.panels = {panel}}, "04_derivative.svg").message);

  const auto error = [](const auto& theta, const Eigen::VectorXd& at, const Eigen::VectorXd& truth) {
    return grove::mean(grove::square(theta * at.array() - truth.array()));
  };
  const double by_hand = -2 * ((4 * x - 2.0 * x).array() * x.array()).mean(),
               by_tape = grove::grad(error)(2.0, x, 4 * x);
  fmt::print("slope of the squared error at theta = 2: by hand {:.3f}, by tape {:.3f}\n", by_hand, by_tape);
  return slope.isConstant(4) && std::abs(by_hand + 131.34) < 1e-9 && std::abs(by_tape - by_hand) < 1e-9;
}

/// Descent of theta in theta·x towards 4x³ + 3, one frame of the page for each step.
bool descend(const Eigen::VectorXd& x) {
  const Eigen::VectorXd truth = 4 * x.array().cube() + 3;
  const auto error = [](const auto& theta, const Eigen::VectorXd& at, const Eigen::VectorXd& y) {
    return grove::mean(grove::square(theta * at.array() - y.array()));
  };
  std::vector<models::Figure> frames;
  std::vector<std::string> names;
  double theta = 0.5, before = 0;
  for (int step = 1; step <= 20; ++step) {
    theta -= 0.01 * grove::grad(error)(theta, x, truth);
    const double loss = error(theta, x, truth);
    if (std::abs(loss - before) < 1e-6) break;
    before = loss;
    frames.push_back({.panels = {{.title = fmt::format("theta = {:.3f}, loss = {:.3f}", theta, loss),
                                  .x_label = "x",
                                  .y_label = "y",
                                  .series = {models::series("4x³ + 3", x, truth, "lines"),
                                             models::series("theta x", x, theta * x, "lines")}}}});
    names.push_back(fmt::format("step {}", step));
  }
  const double best = x.dot(truth) / x.squaredNorm();
  fmt::print("descent ends after {} steps at theta = {:.6f}, least squares says {:.6f}\n", frames.size(), theta, best);
  fmt::print("{}\n", models::write_page(frames, "04_descent.html", {.names = names}).message);
  return std::abs(theta - best) < 1e-4;
}

int main() {
  const Eigen::VectorXd x = 0.1 * Eigen::VectorXd::LinSpaced(100, 0, 99);
  bool right = derivatives(x) && descend(x);

  const Examples e = draw_examples(100);
  grove::gradcheck(misfit, Bowl<>{0.2, 0.2}, e.x, e.y, e.z);
  const auto loss_of = [&](const Eigen::Vector2d& theta) { return misfit(Bowl<>{theta[0], theta[1]}, e.x, e.y, e.z); };
  models::Figure paths{.panels = {{.title = "where they go",
                                   .x_label = "theta1",
                                   .y_label = "theta2",
                                   .contours = models::contours_of(loss_of, {-0.1, 1.2, -0.1, 0.9})},
                                  {.title = "loss of the batch", .x_label = "step", .y_label = "loss", .log_y = true}},
                       .title = "A bowl fitted to Ackley's function"};
  right &= compare("SGD", Sgd{1e-5}, optim::sgd(1e-5), 1, e, paths);
  right &= compare("SGD, batches of 32", Sgd{1e-5}, optim::sgd(1e-5), 32, e, paths);
  const auto decay = optim::add_decayed_weights(0.1);
  right &= compare("RMSprop", optim::chain(decay, Rmsprop{.rate = 1e-2, .momentum = 0.9}),
                   optim::chain(decay, optim::rmsprop(1e-2, {.decay = 0.99, .eps_in_sqrt = false, .momentum = 0.9})), 1,
                   e, paths);
  right &= compare("RMSprop, centred", Rmsprop{.rate = 1e-2, .centered = true},
                   optim::rmsprop(1e-2, {.decay = 0.99, .eps_in_sqrt = false, .centered = true}), 1, e, paths);
  right &= compare("Adam", Adam{1e-2}, optim::adam(1e-2), 1, e, paths);
  fmt::print("{}\n", models::write_figure(paths, "04_optimizers_from_scratch.svg").message);
  fmt::print("{}\n", models::write_page(models::growing(paths, 50), "04_optimizers_from_scratch.html").message);

  const models::Panel ackley{.title = "Ackley's function, and the examples",
                             .x_label = "x",
                             .y_label = "y",
                             .equal_aspect = true,
                             .series = {models::series("examples", e.x, e.y)},
                             .heat_map = models::heat_map_of("z", models::Ackley{}, {-5, 5, -5, 5}, 121)};
  fmt::print("{}\n", models::write_figure({.panels = {ackley}}, "04_ackley.svg").message);
  return right ? 0 : 1;
}
