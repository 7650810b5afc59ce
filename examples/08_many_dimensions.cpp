// Many starts on a rugged landscape: each ends in some well, the best of them in the deepest.
#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <Eigen/Core>

#include <grove/autodiff.hpp>
#include <grove/models.hpp>
#include <grove/optim.hpp>

namespace models = grove::models;

int main() {
  const models::GaussianWells wells = models::random_wells(8, 1);
  const models::Contours contours = models::contours_of(wells, wells.box());
  const auto optimizer = grove::optim::adam(0.05);

  std::mt19937_64 rng(2);
  std::uniform_real_distribution<double> uniform(-3, 3);
  models::Series starts{.title = "starts", .style = "points", .look = {.colour = "black", .marker = "ring"}};
  models::Series ends{.title = "ends", .style = "points", .look = {.colour = "red", .marker_size = 0.8}};
  double lowest = 0;
  for (int start = 0; start < 40; ++start) {
    Eigen::Vector2d x(uniform(rng), uniform(rng));
    if (start == 0) grove::gradcheck(wells, x);
    starts.x.push_back(x[0]), starts.y.push_back(x[1]);
    auto state = optimizer.init(x);
    for (int step = 0; step < 300; ++step) {
      auto [updates, new_state] = optimizer.update(grove::grad(wells)(x), std::move(state), x);
      x = grove::optim::apply_updates(std::move(x), updates);
      state = std::move(new_state);
    }
    ends.x.push_back(x[0]), ends.y.push_back(x[1]);
    lowest = std::min(lowest, wells(x));
  }

  fmt::print("lowest of 40 descents {:.6f}, lowest of {} grid points {:.6f}\n", lowest, contours.z.size(),
             contours.z.minCoeff());
  const models::Figure figure{.panels = {{.title = "eight Gaussian wells",
                                          .x_label = "x",
                                          .y_label = "y",
                                          .equal_aspect = true,
                                          .series = {starts, ends},
                                          .heat_map = models::heat_map_of("value", wells, wells.box(), 101, 15)}}};
  fmt::print("{}\n", models::write_figure(figure, "08_many_dimensions.svg").message);
  return lowest <= contours.z.minCoeff() ? 0 : 1;
}
