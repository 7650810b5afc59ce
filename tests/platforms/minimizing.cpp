// minimize: a linesearch to the bottom of a valley, batches, and a line of progress.
#include <autodiff/operations/operations.hpp>
#include <optim/optimizers/adam.hpp>
#include <optim/optimizers/lbfgs.hpp>
#include <optim/training/minimize.hpp>

#include "smoke.hpp"

int main() {
  namespace optim = grove::optim;
  const auto valley = [](const auto& p) { return square(1 - p[0]) + 100 * square(p[1] - p[0] * p[0]); };
  const auto fit = optim::minimize(valley, Eigen::VectorXd(Eigen::Vector2d(-1.2, 1)), optim::lbfgs());
  smoke::expect("lbfgs converged", fit.converged());
  smoke::expect("at the minimum", (fit.params.array() - 1).matrix().norm() < 1e-8);

  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(60, 2);
  const Eigen::VectorXd y = x * Eigen::Vector2d(1, -2);
  const auto loss = [](const auto& w, const Eigen::MatrixXd& in, const Eigen::VectorXd& out) {
    return grove::mean(grove::square(in * w - out));
  };
  const auto trained = optim::minimize(
      loss, Eigen::VectorXd(Eigen::Vector2d::Zero()), optim::adam(0.05),
      {.max_steps = 2000, .batch_size = 16, .callbacks = {optim::progress_line("training", stdout)}}, x, y);
  smoke::expect("batches", (trained.params - Eigen::Vector2d(1, -2)).norm() < 1e-3);
  return smoke::failures;
}
