// A small neural network learns a sine: parameters are a vector of layers, and nothing else changes.
#include <fmt/format.h>
#include <Eigen/Core>

#include <grove/autodiff.hpp>
#include <grove/models.hpp>
#include <grove/optim.hpp>

namespace models = grove::models;

int main() {
  const Eigen::MatrixXd x = Eigen::VectorXd::LinSpaced(128, -1, 1);
  const Eigen::MatrixXd y = (6 * x.array()).sin();

  models::Mlp<> params = models::make_mlp({1, 24, 24, 1}, 3);
  grove::gradcheck(models::mean_squared_error, params, x, y);

  const auto result =
      grove::optim::minimize(models::mean_squared_error, params, grove::optim::adam(5e-3), {.max_steps = 1500}, x, y);
  params = result.params;
  fmt::print("{} parameters, mean squared error {:.2e}\n", grove::tree::size(params), result.value);

  const models::Figure figure{.panels = {{.title = "training",
                                          .x_label = "step",
                                          .y_label = "loss",
                                          .log_y = true,
                                          .series = {{.title = "adam", .y = result.values}}},
                                         {.title = "fit",
                                          .x_label = "x",
                                          .y_label = "y",
                                          .series = {models::series("sin 6x", x.col(0), y.col(0)),
                                                     models::series("network", x.col(0), params(x).col(0), "lines")}}}};
  fmt::print("{}\n", models::write_figure(figure, "11_neural_network.svg").message);
  return result.value < 1e-3 ? 0 : 1;
}
