#include "optim/schedules/schedule.hpp"

#include "tests/optim/golden.hpp"

using namespace grove::optim;

namespace {

void check_schedule(const std::string& name, const Schedule& schedule) {
  std::ifstream in = golden::open("schedules.txt");
  std::string line;
  while (std::getline(in, line) && line != "schedule " + name) {
  }
  REQUIRE(std::getline(in, line));
  const golden::Row want = golden::numbers(line);
  for (std::size_t count = 0; count < want.size(); ++count) {
    const double got = schedule(static_cast<std::int64_t>(count));
    INFO(name << " at " << count << ": got " << got << ", want " << want[count]);
    CHECK(std::abs(got - want[count]) <= 1e-12 * std::abs(want[count]) + 1e-15);
  }
}

}  // namespace

TEST_CASE("schedules follow optax") {
  check_schedule("constant", constant_schedule(0.3));
  check_schedule("linear", linear_schedule(0.1, 0.9, 20, 5));
  check_schedule("linear_no_steps", linear_schedule(0.1, 0.9, 0));
  check_schedule("polynomial", polynomial_schedule(30, 10, 2, 10, 4));
  check_schedule("polynomial_negative_begin", polynomial_schedule(1, 0, 2, 4, -2));
  check_schedule("polynomial_power", polynomial_schedule(2.0, 0.5, 0.7, 33, 3));
  check_schedule("exponential", exponential_decay(32, 7, 0.5));
  check_schedule("exponential_staircase", exponential_decay(32, 7, 0.5, {.transition_begin = 3, .staircase = true}));
  check_schedule("exponential_end", exponential_decay(32, 7, 0.5, {.end_value = 2.0}));
  check_schedule("exponential_growth", exponential_decay(1, 7, 1.5, {.transition_begin = 2, .end_value = 4.0}));
  check_schedule("exponential_rate_zero", exponential_decay(3, 7, 0.0));
  check_schedule("cosine", cosine_decay_schedule(0.1, 30, 0.2, 1.5));
  check_schedule("piecewise_constant", piecewise_constant_schedule(0.1, {{3, 2}, {6, 0.5}}));
  check_schedule("piecewise_linear",
                 piecewise_interpolate_schedule(Interpolation::linear, 200, {{5, 1.5}, {10, 0.25}}));
  check_schedule("piecewise_cosine",
                 piecewise_interpolate_schedule(Interpolation::cosine, 400, {{3, 0.6}, {5, 1.2}, {7, 1.0}}));
  check_schedule("piecewise_zero", piecewise_interpolate_schedule(Interpolation::linear, 13, {{0, 2}, {5, 3}}));
  check_schedule("linear_onecycle", linear_onecycle_schedule(10, 1000, 0.3, 0.7, 10, 100));
  check_schedule("linear_onecycle_1", linear_onecycle_schedule(1, 1.0));
  check_schedule("linear_onecycle_2", linear_onecycle_schedule(2, 1.0));
  check_schedule("cosine_onecycle", cosine_onecycle_schedule(37, 1000, 0.4, 10, 100));
  check_schedule("warmup_constant", warmup_constant_schedule(0.1, 0.5, 10));
  check_schedule("warmup_constant_0", warmup_constant_schedule(0.1, 0.5, 0));
  check_schedule("warmup_cosine", warmup_cosine_decay_schedule(0.2, 1.21, 10, 45, -3.0, 2.0));
  check_schedule("warmup_cosine_no_peak", warmup_cosine_decay_schedule(0.2, 0.0, 10, 45, -3.0));
  check_schedule("warmup_exponential",
                 warmup_exponential_decay_schedule(0.1, 1.0, 8, 5, 0.7,
                                                   {.transition_begin = 3, .staircase = true, .end_value = 0.2}));
  check_schedule(
      "join",
      join_schedules({linear_schedule(0, 1, 10), constant_schedule(0.7), exponential_decay(1.0, 4, 0.6)}, {8, 20}));
  check_schedule(
      "sgdr",
      sgdr_schedule({{.warmup_steps = 2, .decay_steps = 6},
                     {.peak_value = 0.5, .warmup_steps = 2, .decay_steps = 6},
                     {.init_value = 0.1, .peak_value = 0.3, .warmup_steps = 5, .decay_steps = 20, .end_value = 0.05}}));
}

TEST_CASE("schedules reject what they cannot use") {
  CHECK_THROWS_WITH(cosine_decay_schedule(1, 0), "cosine_decay_schedule: decay_steps must be positive, got 0");
  CHECK_THROWS_WITH(linear_onecycle_schedule(0, 1),
                    "linear_onecycle_schedule: transition_steps must be positive, got 0");
  CHECK_THROWS_WITH(piecewise_constant_schedule(1, {{4, -0.5}}),
                    "piecewise_constant_schedule: the scale at 4 must not be negative, got -0.5");
  CHECK_THROWS_WITH(join_schedules({constant_schedule(1)}, {3}),
                    "join_schedules: 1 schedules need 0 boundaries, got 1");
  CHECK_THROWS_WITH(warmup_cosine_decay_schedule(0, 1, 5, 5),
                    "warmup_cosine_decay_schedule: decay_steps must exceed warmup_steps = 5, got 5");
}
