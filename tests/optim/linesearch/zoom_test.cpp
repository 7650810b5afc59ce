// The zoom linesearch on scripted trial points, where its choices can be told apart. (What it finds on functions is
// compared with optax in optimizers/lbfgs_test.cpp.)
#include "optim/linesearch/zoom.hpp"

#include <vector>

#include "tests/catch.hpp"

using namespace grove::optim;
using detail::LinePoint;

namespace {

/// The result of a search that sees these points, whatever rates it asks for; the loss starts at 1 with slope -1.
detail::ZoomResult search(std::vector<LinePoint> script, detail::ZoomSettings settings) {
  settings.max_steps = static_cast<std::int64_t>(script.size());
  std::size_t next = 0;
  const auto evaluate = [&](double rate) {
    LinePoint point = script.at(next++);
    point.rate = rate;
    return point;
  };
  LinePoint start{};
  start.value = 1;
  start.slope = -1;
  return detail::zoom(start, 1.0, settings, evaluate, [] {});
}

LinePoint point(double value, double slope) {
  LinePoint result{};
  result.value = value;
  result.slope = slope;
  return result;
}

const detail::ZoomSettings settings{.max_steps = 0,
                                    .max_rate = {},
                                    .tol = 0,
                                    .increase_factor = 2,
                                    .slope_rtol = 0.1,
                                    .curv_rtol = 0.5,
                                    .approx_dec_rtol = {},
                                    .stepsize_precision = 1e-9};

}  // namespace

TEST_CASE("the approximate decrease condition compares slopes by (2 c1 - 1)") {
  detail::ZoomSettings plain = settings;
  plain.tol = 1;  // the first trial is taken, whatever it misses
  detail::ZoomSettings approximate = plain;
  approximate.approx_dec_rtol = 1e-6;
  // No decrease, within the rounding of the loss; the slope misses (1 - 2 c1) = 0.8 by 0.05.
  CHECK(search({point(1 + 1e-9, 0.85)}, approximate).decrease_error == Approx(0.05));
  CHECK(search({point(1 + 1e-9, 0.75)}, approximate).decrease_error == 0);
  CHECK(search({point(1 + 1e-9, 0.75)}, plain).decrease_error == Approx(0.1));
}

TEST_CASE("a search that ends without success keeps the lowest of the steps that decrease the loss") {
  const detail::ZoomResult found = search({point(0.5, 1), point(0.6, 1)}, settings);
  CHECK(found.point.value == 0.5);
  CHECK(found.point.rate == 1);
  CHECK_FALSE(found.is_last_trial);
  CHECK(search({point(0.5, 1), point(0.4, 1)}, settings).point.value == 0.4);
}

TEST_CASE("a search that met nothing lower goes on with ever shorter steps") {
  std::vector<double> rates;
  LinePoint start{};
  start.value = 1;
  start.slope = -1;
  detail::ZoomSettings brief = settings;
  brief.max_steps = 2;
  const auto cliff = [&](double rate) {
    rates.push_back(rate);
    LinePoint at = rate < 1e-3 ? point(1 - 0.5 * rate, -0.5) : point(7, 3);
    at.rate = rate;
    return at;
  };
  const detail::ZoomResult found = detail::zoom(start, 1.0, brief, cliff, [] {});
  CHECK_FALSE(found.failed);
  CHECK(found.point.value < 1);
  CHECK(rates.back() < 1e-3);
  CHECK(rates.size() < 2 + 20);
}
