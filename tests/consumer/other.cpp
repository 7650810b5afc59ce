// The second translation unit of a user's program.
#include <autodiff/autodiff.hpp>
#include <models/models.hpp>
#include <optim/optim.hpp>

struct Line {
  double slope, intercept;
};

double fitted_slope();

double fitted_slope() {
  const Eigen::ArrayXd x = Eigen::ArrayXd::LinSpaced(20, -1, 1), y = 3 * x + 1;
  const auto loss = [](const auto& p, const Eigen::ArrayXd& inputs, const Eigen::ArrayXd& outputs) {
    auto& [slope, intercept] = p;
    return grove::mean(grove::square(slope * inputs + intercept - outputs));
  };
  return grove::optim::minimize(loss, Line{0, 0}, grove::optim::sgd(0.5), {.max_steps = 200}, x, y).params.slope;
}
