#include "autodiff/gradcheck/detail/finite_difference.hpp"

#include <bit>
#include <cstdint>
#include <string>

#include "autodiff/gradcheck/detail/sweep.hpp"
#include "tests/catch.hpp"

using grove::detail::check::Line;
using grove::detail::check::NumericDerivative;
using grove::detail::check::Probe;

namespace {

struct Case {
  const char* name;
  double (*f)(double);
  double (*derivative)(double);
  double x;
  double error;    // relative error of the sweep that we hold ourselves to
  double claimed;  // and of its own estimate
};

const Case cases[] = {
    {"exp, 1", [](double x) { return std::exp(x); }, [](double x) { return std::exp(x); }, 1, 1e-12, 1e-11},
    {"log, 1e-8", [](double x) { return std::log(x); }, [](double x) { return 1 / x; }, 1e-8, 1e-10, 2e-10},
    {"x³, 2e4", [](double x) { return x * x * x; }, [](double x) { return 3 * x * x; }, 2e4, 1e-14, 1e-13},
    {"sin(30x), 1", [](double x) { return std::sin(30 * x); }, [](double x) { return 30 * std::cos(30 * x); }, 1, 2e-11,
     4e-11},
    {"sin(300x), 1", [](double x) { return std::sin(300 * x); }, [](double x) { return 300 * std::cos(300 * x); }, 1,
     2e-10, 4e-10},
    {"sin(1000x), 1", [](double x) { return std::sin(1000 * x); }, [](double x) { return 1000 * std::cos(1000 * x); },
     1, 5e-10, 1e-9},
    {"1e6 + x², 1", [](double x) { return 1e6 + x * x; }, [](double x) { return 2 * x; }, 1, 1e-8, 1e-7},
    {"sqrt, 1e-6", [](double x) { return std::sqrt(x); }, [](double x) { return 0.5 / std::sqrt(x); }, 1e-6, 2e-12,
     3e-11},
    {"x² + x, 0", [](double x) { return x * x + x; }, [](double x) { return 2 * x + 1; }, 0, 1e-14, 1e-14},
};

Line line_through(double (*f)(double), double x) {
  return {[f, x](double t) {
            const double moved = x + t;
            return Probe{moved - x, f(moved)};
          },
          f(x), std::numeric_limits<double>::epsilon(), 0};
}

double scale_of(double x) { return x == 0 ? 1 : std::abs(x); }

}  // namespace

TEST_CASE("the sweep is accurate where every fixed step fails somewhere") {
  for (const Case& each : cases) {
    INFO(each.name);
    const double truth = each.derivative(each.x);
    const NumericDerivative found = grove::detail::check::sweep(line_through(each.f, each.x), scale_of(each.x));
    CHECK(std::abs(found.value - truth) <= each.error * std::abs(truth));
    CHECK(found.error <= each.claimed * std::abs(truth));
    CHECK(std::abs(found.value - truth) <= 3 * found.error);
  }
}

TEST_CASE("the sweep does not claim a derivative that rounding hides") {
  const Line line = line_through([](double x) { return 1e12 + 1e-3 * x; }, 1);
  const NumericDerivative found = grove::detail::check::sweep(line, 1);
  CHECK(found.error > 1e-3);
  CHECK(std::abs(found.value - 1e-3) <= 3 * found.error);
}

TEST_CASE("the sweep takes noise for what it is") {
  // Noise of relative size 1e-9, as from an iterative solver.
  const auto noisy = [](double x) {
    std::uint64_t scrambled = std::bit_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15u;
    scrambled = (scrambled ^ (scrambled >> 29)) * 0xbf58476d1ce4e5b9u;
    return std::exp(x) * (1 + 1e-9 * (static_cast<double>(scrambled >> 32) / 0x1p31 - 1));
  };
  for (int k = 0; k < 200; ++k) {
    const double x = 0.5 + 0.01 * k;
    const NumericDerivative found = grove::detail::check::sweep(line_through(noisy, x), x);
    INFO("x = " << x);
    CHECK(std::abs(found.value - std::exp(x)) <= 3 * found.error);
    CHECK(found.error <= 1e-4 * std::exp(x));
  }
}

TEST_CASE("central differences use the step that was really made") {
  const Line line = line_through([](double x) { return 3 * x; }, 1.1e8);
  CHECK(std::abs(grove::detail::check::central_difference(line, 1e-3).value - 3) < 1e-4);
  CHECK(std::abs(grove::detail::check::fourth_order_difference(line, 1e-3).value - 3) < 1e-4);
}

TEST_CASE("Ridders' extrapolation claims no less than the rounding allows") {
  for (const Case& each : cases) {
    const bool oscillates = std::string(each.name).find("sin(") == 0;
    if (oscillates) continue;  // aliasing defeats its large first steps, which is why it is not the default
    INFO(each.name);
    const double truth = each.derivative(each.x);
    const NumericDerivative found = grove::detail::check::richardson(line_through(each.f, each.x), scale_of(each.x));
    CHECK(std::abs(found.value - truth) <= 3 * found.error);
    CHECK(found.error <= 1e-7 * std::abs(truth));
  }
}

TEST_CASE("one-sided slopes tell a kink, a jump and a smooth point apart") {
  const auto kink = line_through([](double x) { return std::abs(x) + 2 * x; }, 0);
  CHECK(std::abs(grove::detail::check::one_sided_slope(kink, 1, 1).slope.value - 3) < 1e-9);
  CHECK(std::abs(grove::detail::check::one_sided_slope(kink, 1, -1).slope.value - 1) < 1e-9);

  const auto jump = line_through([](double x) { return std::floor(x); }, 2);
  CHECK_FALSE(grove::detail::check::one_sided_slope(jump, 2, 1).unbounded);
  CHECK(grove::detail::check::one_sided_slope(jump, 2, -1).unbounded);

  for (const Case& each : cases) {
    INFO(each.name);
    const double truth = each.derivative(each.x);
    for (double side : {-1.0, 1.0}) {
      const auto found = grove::detail::check::one_sided_slope(line_through(each.f, each.x), scale_of(each.x), side);
      CHECK_FALSE(found.unbounded);
      CHECK(std::abs(found.slope.value - truth) <= 4 * found.slope.error);
      CHECK(found.slope.error <= 1e-6 * std::abs(truth));
    }
  }
}
