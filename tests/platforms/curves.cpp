// Least squares with bounds and errors of the params.
#include <autodiff/operations/operations.hpp>
#include <optim/least_squares/least_squares.hpp>

#include "smoke.hpp"

struct Decay {
  double height, rate;
};

int main() {
  const Eigen::ArrayXd t = Eigen::ArrayXd::LinSpaced(20, 0, 3);
  const Eigen::ArrayXd y = 2.5 * (-1.3 * t).exp();
  const auto residuals = [](const auto& p, const Eigen::ArrayXd& times, const Eigen::ArrayXd& heights) {
    const auto& [height, rate] = p;
    return height * exp(-rate * times) - heights;
  };
  const auto fit = grove::optim::least_squares(residuals, Decay{1, 1}, {.lower = {{"rate", 0.0}}}, t, y);
  smoke::expect("exact data", smoke::near(fit.params.height, 2.5, 1e-9) && smoke::near(fit.params.rate, 1.3, 1e-9));
  smoke::expect("a table", fit.summary(y).string().find("rate") != std::string::npos);
  return smoke::failures;
}
