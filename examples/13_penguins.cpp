// The main job, from a file to a figure: read real data, standardise, split, check the gradient, fit by adam and by
// sgd, and compare with the least-squares solution. Ends with 1 if they disagree, with 2 if the data or an option is
// bad.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <Eigen/Core>

#include <grove/autodiff.hpp>
#include <grove/models.hpp>
#include <grove/optim.hpp>

#include "options.hpp"

namespace models = grove::models;
using models::LinearRegression;

/// What is fitted and what it is tested on; x and y standardised by the training rows, the mean and scale of y kept.
struct Problem {
  std::vector<std::string> names;
  Eigen::MatrixXd x_train, x_test;
  Eigen::VectorXd y_train, y_test;
  models::Standardizer y_units;
};

struct Fit {
  std::string name;
  LinearRegression<> model;
  std::vector<double> losses;
};

Problem read_problem(const Options& options) {
  const models::Table all = models::read_csv(options.data, {.separator = options.separator});
  std::vector<std::string> used = options.features;
  used.push_back(options.target);
  const models::Table table = all.drop_missing(used);
  fmt::print("{}: {} of {} rows are complete\n", options.data, table.rows(), all.rows());
  const models::Design design = models::design_matrix(table, options.features);
  const Eigen::VectorXd y = table.numbers(options.target);
  const auto [train, test] =
      models::split(table.rows(), {.test_fraction = options.test_fraction, .seed = options.seed});
  fmt::print("{} rows to fit on, {} held back; {} inputs\n", train.size(), test.size(), design.names.size());

  const auto x_units = models::fit_standardizer(models::select_rows(design.x, train), design.names);
  const auto y_units = models::fit_standardizer(models::select_rows(y, train), {options.target});
  return {design.names,
          x_units(models::select_rows(design.x, train)),
          x_units(models::select_rows(design.x, test)),
          y_units(models::select_rows(y, train)),
          y_units(models::select_rows(y, test)),
          y_units};
}

template <class Optimizer>
Fit fit(const std::string& name, const Optimizer& optimizer, const Problem& problem, int epochs) {
  const LinearRegression<> start{Eigen::VectorXd::Zero(problem.x_train.cols()), 0.0};
  auto result = grove::optim::minimize(
      models::mean_squared_error, start, optimizer,
      {.max_steps = epochs, .gradient_tolerance = 1e-10, .callbacks = {grove::optim::progress_line()}}, problem.x_train,
      problem.y_train);
  fmt::print("{}: loss {:.9f} after {} epochs: {}\n", name, result.value, result.steps, to_string(result.reason));
  return {name, std::move(result.params), std::move(result.values)};
}

/// Root of the mean squared error, in the unit of the target.
double error_of(const LinearRegression<>& model, const Eigen::MatrixXd& x, const Eigen::VectorXd& y,
                const Problem& problem) {
  return std::sqrt(models::mean_squared_error(model, x, y)) * problem.y_units.scale[0];
}

double largest_difference(const LinearRegression<>& a, const LinearRegression<>& b) {
  return std::max((a.weight - b.weight).cwiseAbs().maxCoeff(), std::abs(a.bias - b.bias));
}

void print_report(const Problem& problem, const std::vector<Fit>& fits) {
  fmt::print("\n{:<24}", "coefficient");
  for (const Fit& f : fits) fmt::print("{:>16}", f.name);
  for (Eigen::Index j = 0; j < problem.x_train.cols(); ++j) {
    fmt::print("\n{:<24}", problem.names[static_cast<std::size_t>(j)]);
    for (const Fit& f : fits) fmt::print("{:>16.9f}", f.model.weight[j]);
  }
  fmt::print("\n{:<24}", "bias");
  for (const Fit& f : fits) fmt::print("{:>16.9f}", std::abs(f.model.bias) < 1e-10 ? 0.0 : f.model.bias);
  fmt::print("\n{:<24}", "train error");
  for (const Fit& f : fits) fmt::print("{:>16.3f}", error_of(f.model, problem.x_train, problem.y_train, problem));
  fmt::print("\n{:<24}", "test error");
  for (const Fit& f : fits) fmt::print("{:>16.3f}", error_of(f.model, problem.x_test, problem.y_test, problem));
  fmt::print("\n(coefficients of standardised columns; errors are root mean squares in the unit of the target)\n\n");
}

models::Figure draw(const Options& options, const Problem& problem, const std::vector<Fit>& fits) {
  const double best = models::mean_squared_error(fits[0].model, problem.x_train, problem.y_train);
  models::Panel losses{
      .title = "training", .x_label = "epoch", .y_label = "loss above the least-squares loss", .log_y = true};
  for (std::size_t i = 1; i < fits.size(); ++i) {
    models::Series& curve = losses.series.emplace_back(models::Series{.title = fits[i].name, .y = fits[i].losses});
    for (double& loss : curve.y) loss = loss - best > 1e-15 ? loss - best : std::nan("");
  }
  const auto in_units = [&](const Eigen::VectorXd& z) -> Eigen::VectorXd { return problem.y_units.inverse(z); };
  const auto predicted = [&](const Eigen::MatrixXd& x) { return in_units(fits[1].model(x)); };
  models::Panel predictions{.title = options.target, .x_label = "observed", .y_label = "predicted", .diagonal = true};
  predictions.series = {models::series("train", in_units(problem.y_train), predicted(problem.x_train)),
                        models::series("test", in_units(problem.y_test), predicted(problem.x_test))};
  return {.panels = {losses, predictions}};
}

int run(const Options& options) {
  if (!options.figure.empty()) models::check_figure_path(options.figure);
  const Problem problem = read_problem(options);
  const LinearRegression<> start{Eigen::VectorXd::Ones(problem.x_train.cols()), 0.5};
  grove::gradcheck(models::mean_squared_error, start, problem.x_train, problem.y_train);
  fmt::print("gradcheck: all {} derivatives agree with finite differences\n", grove::tree::size(start));

  // Adam's steps need not shrink near a minimum; a decaying rate lets it settle.
  const auto decaying = grove::optim::cosine_decay_schedule(options.learning_rate, options.epochs);
  const std::vector<Fit> fits = {
      {"least squares", models::least_squares(problem.x_train, problem.y_train), {}},
      fit("adam", grove::optim::adam(decaying), problem, options.epochs),
      fit("sgd", grove::optim::sgd(options.learning_rate, {.momentum = 0.9}), problem, options.epochs)};
  print_report(problem, fits);
  if (!options.figure.empty())
    fmt::print("{}\n", models::write_figure(draw(options, problem, fits), options.figure).message);

  bool agree = true;
  for (std::size_t i = 1; i < fits.size(); ++i) {
    const double difference = largest_difference(fits[i].model, fits[0].model);
    if (difference <= 1e-6) {
      fmt::print("{} agrees with least squares, largest difference {:.1e}\n", fits[i].name, difference);
    } else {
      const bool diverged = !(fits[i].losses.back() < fits[i].losses.front());
      fmt::print("{} DIFFERS from least squares by {:.1e}; try {}\n", fits[i].name, difference,
                 diverged ? "a smaller --learning-rate" : "more --epochs");
      agree = false;
    }
  }
  return agree ? 0 : 1;
}

int main(int argc, char** argv) {
  Options options;
  if (const auto exit_code = parse_options(argc, argv, options)) return *exit_code;
  try {
    return run(options);
  } catch (const grove::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
