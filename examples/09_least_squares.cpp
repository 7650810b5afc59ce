// Fits with error bars: first to data whose answer NIST certifies to ten digits, then to the speed of a reaction with
// and without a drug, in one fit of two groups.
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <Eigen/Core>

#include <autodiff/autodiff.hpp>
#include <models/figures/write_figure.hpp>
#include <optim/least_squares/least_squares.hpp>

namespace models = grove::models;
namespace optim = grove::optim;

/// Adsorption of a dye: volume = limit·(1 - exp(-rate·pressure)).
template <class T = double>
struct Adsorption {
  T limit, rate;
};

/// Michaelis-Menten: speed = fastest·c/(half + c).
template <class T = double>
struct Kinetics {
  T fastest;  ///< speed at high concentration, counts/min²
  T half;     ///< concentration of half that speed, ppm
};
template <class T = double>
struct Both {
  Kinetics<T> treated, untreated;
};

struct Measured {
  Eigen::ArrayXd x, y;
};

const auto adsorbed = [](const auto& p, const Eigen::ArrayXd& x) { return p.limit * (1 - exp(-p.rate * x)); };
const auto speed = [](const auto& p, const Eigen::ArrayXd& x) { return p.fastest * x / (p.half + x); };

bool certified() {
  // Misra1a of the Statistical Reference Datasets, https://www.itl.nist.gov/div898/strd/nls/data/misra1a.shtml.
  Measured data{Eigen::ArrayXd(14), Eigen::ArrayXd(14)};
  data.x << 77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0;
  data.y << 10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78;
  const auto misfit = [](const auto& p, const Measured& m) { return adsorbed(p, m.x) - m.y; };
  const auto fit = optim::least_squares(misfit, Adsorption<>{.limit = 500, .rate = 1e-4}, {}, data);
  fmt::print("certified data:\n{}\n\n", fit.summary(data.y).string());

  const models::Panel curve{.title = "certified data",
                            .x_label = "pressure",
                            .y_label = "volume",
                            .series = {models::series("measured", data.x, data.y),
                                       models::series("fitted", data.x, adsorbed(fit.params, data.x), "lines")}};
  const models::Panel rest{.title = "what is left",
                           .x_label = "pressure",
                           .y_label = "fitted - measured",
                           .series = {models::series("", data.x, fit.residuals, "impulses")}};
  fmt::print("{}\n", models::write_figure({.panels = {curve, rest}}, "09_certified.svg").message);

  const auto errors = fit.standard_errors();
  const auto near = [](double x, double expected) { return std::abs(x / expected - 1) < 1e-8; };
  return near(fit.params.limit, 2.3894212918E+02) && near(fit.params.rate, 5.5015643181E-04) &&
         near(errors.limit, 2.7070075241E+00) && near(errors.rate, 7.2668688436E-06) &&
         near(2 * fit.cost, 1.2455138894E-01);
}

bool two_groups() {
  // Treloar (1974), as printed in Bates & Watts, "Nonlinear Regression Analysis" (1988), table A1.3.
  Measured treated{Eigen::ArrayXd(12), Eigen::ArrayXd(12)}, untreated{{}, Eigen::ArrayXd(11)};
  treated.x << 0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10;
  treated.y << 76, 47, 97, 107, 123, 139, 159, 152, 191, 201, 207, 200;
  untreated.x = treated.x.head(11);
  untreated.y << 67, 51, 84, 86, 98, 115, 131, 124, 144, 158, 160;

  // What does the drug change? Both in one fit, over a tree of residuals.
  const auto misfits = [](const auto& p, const Measured& with, const Measured& without) {
    return std::pair(speed(p.treated, with.x) - with.y, speed(p.untreated, without.x) - without.y);
  };
  const Kinetics<> start{.fastest = 100, .half = 1};
  const auto fit = optim::least_squares(misfits, Both<>{start, start}, {.lower = 0.0}, treated, untreated);
  fmt::print("two groups:\n{}\n", fit.summary().string());
  const auto interval = fit.confidence_intervals();
  const bool faster = interval.low.treated.fastest > interval.high.untreated.fastest;
  const bool other_half = interval.high.untreated.half < interval.low.treated.half;
  fmt::print("the drug makes the enzyme {}faster; that it needs more for half of its speed is {}\n",
             faster ? "" : "no ", other_half ? "shown too" : "not shown by these data");

  const Eigen::ArrayXd c = Eigen::ArrayXd::LinSpaced(100, 0, 1.2);
  models::Panel curves{
      .title = "an enzyme, with and without a drug",
      .x_label = "concentration",
      .y_label = "speed",
      .series = {models::series("treated", c, speed(fit.params.treated, c), "lines"),
                 models::series("untreated", c, speed(fit.params.untreated, c), "lines"),
                 models::series("", treated.x, treated.y), models::series("", untreated.x, untreated.y)}};
  for (std::size_t k = 0; k < 4; ++k) curves.series[k].look.colour = k % 2 == 0 ? "blue" : "red";
  fmt::print("{}\n", models::write_figure({.panels = {curves}}, "09_two_groups.svg").message);

  // R's documentation of nls: 212.7 and 0.06412 for the treated.
  const auto near = [](double x, double expected) { return std::abs(x / expected - 1) < 5e-4; };
  return near(fit.params.treated.fastest, 212.7) && near(fit.params.treated.half, 0.06412) && faster && !other_half;
}

int main() {
  const bool right = certified();
  return two_groups() && right ? 0 : 1;
}
