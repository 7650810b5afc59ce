// Where did the cameras stand? A bundle adjustment of 49 cameras and 7776 points: 23,769 params, 63,686 residuals, each
// of which depends on one camera and one point. The Jacobian is sparse, and the points are eliminated first.
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include <grove/autodiff.hpp>
#include <grove/optim.hpp>
#include <grove/sparse.hpp>

#include "bundle.hpp"

/// Root of the mean squared error of the focal lengths, which the data determine as they do no position: all cameras
/// and points may turn, move and grow together.
double focal_error(const Scene<>& scene, const Scene<>& truth) {
  double squares = 0;
  for (std::size_t i = 0; i < scene.cameras.size(); ++i)
    squares += std::pow(scene.cameras[i].focal - truth.cameras[i].focal, 2);
  return std::sqrt(squares / double(scene.cameras.size()));
}

int main() {
  const Bundle bundle;
  const auto begin = std::chrono::steady_clock::now();
  const auto residuals = grove::optim::sparse(misses, {.eliminate = {"points"}});
  const auto fit = grove::optim::least_squares(residuals, bundle.start, {.cost_tolerance = 1e-6}, bundle.sights);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;

  // Two residuals for each sight, less the params but for the seven numbers of a motion and a scale.
  const double freedom = 2.0 * double(bundle.sights.size()) - (9.0 * Bundle::cameras + 3.0 * Bundle::points - 7);
  const double noise = std::sqrt(2 * fit.cost / freedom);
  fmt::print("{} in {:.2f} s, {} steps: {}\n", fit.converged() ? "converged" : "failed", time.count(), fit.steps,
             fit.message);
  fmt::print("noise of a pixel: {:.4f}, and {} was added\n", noise, Bundle::noise);
  fmt::print("focal lengths are off by {:.2f} of {} pixels, from {:.2f} at the start\n",
             focal_error(fit.params, bundle.truth), 500, focal_error(bundle.start, bundle.truth));
  const bool right = std::abs(noise / Bundle::noise - 1) < 3 / std::sqrt(2 * freedom);  // three standard deviations
  return fit.converged() && right && focal_error(fit.params, bundle.truth) < 3 ? 0 : 1;
}
