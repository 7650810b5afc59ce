// A nonlinear fit: three numbers of a decay, from noisy measurements.
#include <cmath>
#include <random>

#include <fmt/format.h>
#include <Eigen/Core>

#include <grove/autodiff.hpp>
#include <grove/models.hpp>
#include <grove/optim.hpp>

using grove::models::ExponentialDecay;
using grove::models::mean_squared_error;

int main() {
  const ExponentialDecay<> truth{.amplitude = 5.0, .rate = 0.8, .offset = 1.0};
  std::mt19937_64 rng(2);
  std::normal_distribution<double> noise(0, 0.02);
  const Eigen::VectorXd t = Eigen::VectorXd::LinSpaced(80, 0, 6);
  const Eigen::VectorXd y = truth(t) + Eigen::ArrayXd::NullaryExpr(80, [&] { return noise(rng); });

  ExponentialDecay<> params{.amplitude = 1, .rate = 0.1, .offset = 0};
  grove::gradcheck(mean_squared_error, params, t, y);

  const auto result =
      grove::optim::minimize(mean_squared_error, params, grove::optim::adam(0.05), {.max_steps = 3000}, t, y);
  params = result.params;
  fmt::print("amplitude {:.3f} (5), rate {:.3f} (0.8), offset {:.3f} (1), root mean squared error {:.4f} (0.02)\n",
             params.amplitude, params.rate, params.offset, std::sqrt(result.value));

  const grove::models::Figure figure{.panels = {{.x_label = "t",
                                                 .y_label = "y",
                                                 .series = {grove::models::series("measured", t, y),
                                                            grove::models::series("fitted", t, params(t), "lines")}}}};
  fmt::print("{}\n", grove::models::write_figure(figure, "09_exponential_decay.svg").message);
  return std::abs(params.rate - truth.rate) < 0.02 ? 0 : 1;
}
