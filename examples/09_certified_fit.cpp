// Least squares on data whose answer is certified: estimates, standard errors and intervals, to the ten digits that
// NIST gives.
#include <cmath>

#include <fmt/format.h>
#include <Eigen/Core>

#include <autodiff/autodiff.hpp>
#include <models/figures/write_figure.hpp>
#include <optim/least_squares/least_squares.hpp>

namespace models = grove::models;

/// Adsorption of a dye: volume = limit·(1 - exp(-rate·pressure)).
template <class T = double>
struct Adsorption {
  T limit, rate;
};

int main() {
  // Misra1a of the Statistical Reference Datasets, https://www.itl.nist.gov/div898/strd/nls/data/misra1a.shtml.
  Eigen::ArrayXd pressure(14), volume(14);
  pressure << 77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0;
  volume << 10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78;

  const auto predict = [](const auto& p, const Eigen::ArrayXd& x) { return p.limit * (1 - exp(-p.rate * x)); };
  const auto misfit = [&](const auto& p, const Eigen::ArrayXd& x, const Eigen::ArrayXd& y) {
    return predict(p, x) - y;
  };
  // The farther one of its two starts.
  const auto fit = grove::optim::least_squares(misfit, Adsorption<>{.limit = 500, .rate = 1e-4}, {}, pressure, volume);
  fmt::print("{}\n", fit.summary(volume).string());

  const Eigen::VectorXd residuals = fit.residuals;
  const models::Figure figure{
      .panels = {
          {.title = "Misra1a",
           .x_label = "pressure",
           .y_label = "volume",
           .series = {models::series("measured", pressure, volume),
                      models::series("fitted", pressure, predict(fit.params, pressure), "lines")}},
          {.title = "what is left",
           .x_label = "pressure",
           .y_label = "fitted - measured",
           .legend = models::Legend::off,
           .series = {models::series("", pressure, residuals, "impulses"), models::series("", pressure, residuals)}}}};
  fmt::print("{}\n", models::write_figure(figure, "09_certified_fit.svg").message);

  const auto errors = fit.standard_errors();
  const auto digits = [](double x, double certified) { return -std::log10(std::abs(x / certified - 1) + 1e-16); };
  const double in_limit = digits(fit.params.limit, 2.3894212918E+02),
               in_rate = digits(fit.params.rate, 5.5015643181E-04),
               in_limit_error = digits(errors.limit, 2.7070075241E+00),
               in_rate_error = digits(errors.rate, 7.2668688436E-06),
               in_squares = digits(residuals.squaredNorm(), 1.2455138894E-01);
  fmt::print(
      "right digits: {:.1f} and {:.1f} in the params, {:.1f} and {:.1f} in their errors, {:.1f} in the squares\n",
      in_limit, in_rate, in_limit_error, in_rate_error, in_squares);
  return in_limit > 8 && in_rate > 8 && in_limit_error > 7 && in_rate_error > 7 && in_squares > 8 ? 0 : 1;
}
