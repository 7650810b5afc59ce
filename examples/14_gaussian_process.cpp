// A Gaussian process: a curve through noisy data without a formula for it, and how sure it is of itself. Its two
// hyperparameters and the noise are those of the largest marginal likelihood.
#include <cmath>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <Eigen/LU>

#include <autodiff/autodiff.hpp>
#include <models/figures/write_figure.hpp>
#include <models/fitting/gaussian_process.hpp>

namespace models = grove::models;

double truth(double x) { return x * std::sin(x); }

int main() {
  // Nothing is measured between 4 and 6.
  std::mt19937_64 rng(1);
  std::uniform_real_distribution<double> uniform(0, 8);
  std::normal_distribution<double> noise(0, 0.5);
  const Eigen::MatrixXd x = Eigen::VectorXd::NullaryExpr(30, [&] {
    const double place = uniform(rng);
    return place < 4 ? place : place + 2;
  });
  const Eigen::VectorXd y = x.col(0).unaryExpr([&](double at) { return truth(at) + noise(rng); });

  // A kernel is a tree of hyperparameters, in logarithms.
  const auto start = models::SquaredExponential<>{.log_variance = 0, .log_length = 0} + models::WhiteNoise<>{-1};
  const auto process = models::fit(start, x, y);
  fmt::print("{}\n", process.summary().string());
  const auto& [smooth, white] = process.kernel();
  fmt::print("length {:.2f}, deviation of the noise {:.2f}; the data have 0.5\n", std::exp(smooth.log_length),
             std::exp(white.log_variance / 2));

  const Eigen::VectorXd places = Eigen::VectorXd::LinSpaced(201, 0, 10);
  const auto [mean, deviation, with_noise] = process.predict(places);
  const Eigen::ArrayXd line = places.unaryExpr([](double at) { return truth(at); });
  const auto vector = [](const Eigen::ArrayXd& a) { return std::vector<double>(a.data(), a.data() + a.size()); };
  models::Panel panel{.title = "what 30 measurements say", .x_label = "x", .y_label = "y"};
  panel.bands = {{.title = "mean and two deviations",
                  .x = vector(places),
                  .low = vector(mean - 2 * deviation),
                  .high = vector(mean + 2 * deviation),
                  .middle = vector(mean)}};
  panel.series = {models::series("x sin x", places, line, "lines"), models::series("measured", x.col(0), y)};
  panel.series[0].look = {.colour = "black", .dashed = true};
  fmt::print("{}\n", models::write_figure({.panels = {panel}, .panel_width = 640}, "14_gaussian_process.svg").message);

  // By hand: K⁻¹ itself instead of a factorization.
  const auto kernel = [&](double a, double b) {
    return std::exp(smooth.log_variance - 0.5 * std::pow((a - b) / std::exp(smooth.log_length), 2));
  };
  Eigen::MatrixXd covariance = std::exp(white.log_variance) * Eigen::MatrixXd::Identity(30, 30);
  Eigen::VectorXd to_five(30);
  for (Eigen::Index i = 0; i < 30; ++i) {
    for (Eigen::Index j = 0; j < 30; ++j) covariance(i, j) += kernel(x(i, 0), x(j, 0));
    to_five[i] = kernel(x(i, 0), 5);
  }
  const Eigen::VectorXd weights = covariance.inverse() * to_five;
  const bool as_by_hand = std::abs(weights.dot(y) - mean[100]) < 1e-8 &&
                          std::abs(std::sqrt(kernel(5, 5) - weights.dot(to_five)) - deviation[100]) < 1e-8;
  const double inside = ((line - mean).abs() < 2 * deviation).cast<double>().mean();
  fmt::print(
      "the truth is in the band on {:.0f} % of the way; at 5, amid the gap, the deviation is {:.2f}, at 3 {:.2f}\n",
      100 * inside, deviation[100], deviation[60]);
  return as_by_hand && inside > 0.9 && deviation[100] > 2 * deviation[60] ? 0 : 1;
}
