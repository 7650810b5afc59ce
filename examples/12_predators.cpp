// A differential equation is fitted to data: hares and the lynx that hunt them, as Lotka and Volterra wrote them down.
// The animation shows the fit at work.
#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <Eigen/Core>

#include <autodiff/autodiff.hpp>
#include <models/figures/write_animation.hpp>
#include <models/figures/write_figure.hpp>
#include <optim/least_squares/least_squares.hpp>

namespace models = grove::models;

template <class T = double>
struct Predation {
  T birth;    ///< of hares, a year
  T hunting;  ///< share of the hares that a thousand lynx take, a year
  T death;    ///< of lynx, a year
  T growth;   ///< of lynx, a year and thousand hares
  T hares;    ///< in 1900, in thousands, like lynx
  T lynx;
};

/// Hares and lynx at the start of each of so many years, by steps of Runge and Kutta.
template <class P>
auto simulate(const P& p, std::size_t years, int steps_a_year = 20) {
  using T = grove::scalar_t<P>;
  using State = std::array<T, 2>;
  const auto slope = [&p](const State& z) {
    return State{(p.birth - p.hunting * z[1]) * z[0], (p.growth * z[0] - p.death) * z[1]};
  };
  const auto moved = [](const State& z, double h, const State& d) { return State{z[0] + h * d[0], z[1] + h * d[1]}; };
  const double h = 1.0 / steps_a_year;
  std::vector<State> path{{p.hares, p.lynx}};
  State z = path.front();
  while (path.size() < years) {
    for (int i = 0; i < steps_a_year; ++i) {
      const State a = slope(z), b = slope(moved(z, h / 2, a)), c = slope(moved(z, h / 2, b)), d = slope(moved(z, h, c));
      for (std::size_t k = 0; k < 2; ++k) z[k] += h / 6 * (a[k] + 2 * b[k] + 2 * c[k] + d[k]);
    }
    path.push_back(z);
  }
  return path;
}

struct Pelts {
  Eigen::VectorXd hares, lynx;  // in thousands, one entry a year
};

/// One residual for each number of the data, on a logarithmic scale: errors are shares of what is there.
const auto misfit = [](const auto& p, const Pelts& data) {
  std::vector<grove::scalar_t<decltype(p)>> residuals;
  const auto path = simulate(p, static_cast<std::size_t>(data.hares.size()));
  for (std::size_t year = 0; year < path.size(); ++year) {
    residuals.push_back(log(path[year][0] / data.hares[static_cast<Eigen::Index>(year)]));
    residuals.push_back(log(path[year][1] / data.lynx[static_cast<Eigen::Index>(year)]));
  }
  return residuals;
};

models::Figure draw(const Predation<>& p, const Pelts& data, int step) {
  const Eigen::VectorXd years = Eigen::VectorXd::LinSpaced(data.hares.size(), 1900, 1920);
  models::Series hares{.title = "hares", .look = {.colour = "blue", .width = 2}};
  models::Series lynx{.title = "lynx", .look = {.colour = "red", .width = 2}};
  models::Series cycle{.look = {.colour = "black", .width = 2}};
  // Twenty points a year make smooth curves: the same equation with slower clocks.
  Predation<> slow = p;
  for (double* rate : {&slow.birth, &slow.hunting, &slow.death, &slow.growth}) *rate /= 20;
  for (const auto& [h, l] : simulate(slow, 401, 1)) {
    hares.x.push_back(1900 + static_cast<double>(hares.x.size()) / 20);
    hares.y.push_back(h);
    lynx.y.push_back(l);
  }
  lynx.x = hares.x;
  cycle.x = hares.y;
  cycle.y = lynx.y;
  models::Series hare_pelts = models::series("", years, data.hares), lynx_pelts = models::series("", years, data.lynx);
  hare_pelts.look.colour = "blue";
  lynx_pelts.look.colour = "red";
  return {.panels = {{.title = fmt::format("pelts, step {}", step),
                      .x_label = "year",
                      .y_label = "thousands",
                      .y_limits = {0, 100},
                      .series = {hares, lynx, hare_pelts, lynx_pelts}},
                     {.title = "the cycle",
                      .x_label = "hares",
                      .y_label = "lynx",
                      .x_limits = {0, 100},
                      .y_limits = {0, 100},
                      .legend = models::Legend::off,
                      .series = {cycle, models::series("", data.hares, data.lynx)}}},
          .panel_width = 420,
          .height = 340};
}

int main() {
  // The Hudson's Bay Company's count of pelts, 1900 to 1920; Howard 2009, "Modeling basics", and Carpenter 2018,
  // "Predator-prey population dynamics: the Lotka-Volterra model in Stan".
  Pelts data{Eigen::VectorXd(21), Eigen::VectorXd(21)};
  data.hares << 30, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22, 25.4, 27.1, 40.3, 57, 76.6, 52.3, 19.5, 11.2, 7.6,
      14.6, 16.2, 24.7;
  data.lynx << 4, 6.1, 9.8, 35.2, 59.4, 41.7, 19, 13, 8.3, 9.1, 7.4, 8, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7, 10.1,
      8.6;

  const Predation<> start{.birth = 0.8, .hunting = 0.05, .death = 0.6, .growth = 0.015, .hares = 30, .lynx = 4};
  std::vector<models::Figure> frames;
  for (int steps = 0; steps <= 8; ++steps) {
    const auto so_far = grove::optim::least_squares(misfit, start, {.max_steps = steps, .lower = 0.0}, data);
    frames.push_back(draw(so_far.params, data, steps));
  }
  const auto fit = grove::optim::least_squares(misfit, start, {.lower = 0.0}, data);
  fmt::print("{}\n", fit.summary().string());
  fmt::print("{}\n", models::write_figure(frames.back(), "12_predators.svg").message);
  fmt::print("{}\n", models::write_animation(frames, "12_predators.gif", {.frames_per_second = 2}).message);

  // SciPy's fit, with another integrator and derivatives by differences: tests/golden/make_predators.py.
  const Eigen::VectorXd estimates = grove::tree::flatten(fit.params),
                        errors = grove::tree::flatten(fit.standard_errors());
  Eigen::VectorXd scipy(6), scipy_errors(6);
  scipy << 0.54015898, 0.027165356, 0.79638606, 0.023694639, 34.602424, 5.8445061;
  scipy_errors << 0.059489, 0.003843, 0.083856, 0.003286, 2.9294, 0.4793;
  const double off = (estimates.array() / scipy.array() - 1).abs().maxCoeff(),
               errors_off = (errors.array() / scipy_errors.array() - 1).abs().maxCoeff();
  fmt::print("from SciPy's estimates by {:.0e} of them, from its standard errors by {:.0e}\n", off, errors_off);
  return off < 1e-5 && errors_off < 1e-3 ? 0 : 1;
}
