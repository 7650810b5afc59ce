// Exponential decay.
#include <models/exponential_decay.hpp>

#include <cmath>

#include <models/mean_squared_error.hpp>
#include <optim/schedules/schedule.hpp>

#include "tests/catch.hpp"

using namespace grove::models;

TEST_CASE("a decay falls from amplitude + offset towards the offset", "[exponential_decay]") {
  const ExponentialDecay<> decay{.amplitude = 3, .rate = 2, .offset = 1};
  const Eigen::ArrayXd y = decay(Eigen::Vector3d(0, 1, 100));
  CHECK(y[0] == 4);
  CHECK(y[1] == Approx(3 * std::exp(-2) + 1));
  CHECK(y[2] == 1);
}

TEST_CASE("its gradient is that computed by hand", "[exponential_decay]") {
  const ExponentialDecay<> decay{.amplitude = 3, .rate = 2, .offset = 1};
  const Eigen::VectorXd t = Eigen::VectorXd::LinSpaced(9, 0, 2);
  const Eigen::VectorXd y = Eigen::VectorXd::Random(9);
  const Eigen::ArrayXd e = (-2 * t.array()).exp();
  const Eigen::ArrayXd r = 3 * e + 1 - y.array();
  const auto [value, grads] = grove::value_and_grad(mean_squared_error)(decay, t, y);
  CHECK(value == Approx(r.square().mean()).epsilon(1e-14));
  CHECK(grads.amplitude == Approx(2 * (r * e).mean()).epsilon(1e-13));
  CHECK(grads.rate == Approx(2 * (r * -3 * t.array() * e).mean()).epsilon(1e-13));
  CHECK(grads.offset == Approx(2 * r.mean()).epsilon(1e-13));
}

TEST_CASE("the model and the schedule have names of their own") {
  using namespace grove::optim;  // NOLINT: what users write
  const ExponentialDecay<> decay{.amplitude = 1, .rate = 1, .offset = 0};
  const Schedule rate = exponential_decay(0.5, 10, 0.1, {.staircase = true});
  CHECK(rate(9) == 0.5 * decay.rate);
}
