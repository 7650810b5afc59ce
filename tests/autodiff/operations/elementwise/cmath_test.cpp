#include "autodiff/operations/elementwise/cmath.hpp"

#include <cmath>
#include <limits>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();

/// value, slope in a, slope in b, and the second derivatives' sum, of f at (a, b)
template <class F>
void check(F f, double (*reference)(double, double), double a, double b, double slope_a, double slope_b) {
  CHECK(f(a, b) == reference(a, b));
  const auto loss = [&](const auto& p) { return f(p(0), p(1)); };
  const auto [value, slope] = value_and_grad(loss)(Eigen::Vector2d(a, b));
  CHECK(value == reference(a, b));
  CHECK(slope == Eigen::Vector2d(slope_a, slope_b));
  CHECK(jacfwd(loss)(Eigen::Vector2d(a, b)) == Eigen::RowVector2d(slope_a, slope_b));
  CHECK(value_and_grad([&](const auto& x) { return f(x, b); })(a).grads == slope_a);
  CHECK(value_and_grad([&](const auto& x) { return f(a, x); })(b).grads == slope_b);
}

TEST_CASE("fmax, fmin, fdim, copysign and fma agree with the standard library and have slopes") {
  const auto largest = [](const auto& a, const auto& b) { return grove::fmax(a, b); };
  check(
      largest, [](double a, double b) { return std::fmax(a, b); }, 1, 2, 0, 1);
  check(
      largest, [](double a, double b) { return std::fmax(a, b); }, 3, nan, 1, 0);
  check(
      largest, [](double a, double b) { return std::fmax(a, b); }, nan, -2, 0, 1);
  check(
      largest, [](double a, double b) { return std::fmax(a, b); }, 2, 2, 0.5, 0.5);
  const auto least = [](const auto& a, const auto& b) { return grove::fmin(a, b); };
  check(
      least, [](double a, double b) { return std::fmin(a, b); }, 1, 2, 1, 0);
  check(
      least, [](double a, double b) { return std::fmin(a, b); }, nan, inf, 0, 1);
  const auto difference = [](const auto& a, const auto& b) { return grove::fdim(a, b); };
  check(
      difference, [](double a, double b) { return std::fdim(a, b); }, 3, 1, 1, -1);
  check(
      difference, [](double a, double b) { return std::fdim(a, b); }, 1, 3, 0, 0);
  const auto signed_as = [](const auto& a, const auto& b) { return grove::copysign(a, b); };
  check(
      signed_as, [](double a, double b) { return std::copysign(a, b); }, 3, -0.0, -1, 0);
  check(
      signed_as, [](double a, double b) { return std::copysign(a, b); }, -3, 2, -1, 0);
  check(
      signed_as, [](double a, double b) { return std::copysign(a, b); }, -3, -2, 1, 0);
  const auto fused = [](const auto& a, const auto& b) { return grove::fma(a, b, 2.0); };
  check(
      fused, [](double a, double b) { return std::fma(a, b, 2.0); }, 3, -0.5, -0.5, 3);
}

TEST_CASE("ldexp, hypot of three numbers") {
  const auto [value, slope] = value_and_grad([](const auto& x) { return grove::ldexp(x, -3); })(5.0);
  CHECK(value == 0.625);
  CHECK(slope == 0.125);
  const auto length = [](const auto& p) { return grove::hypot(p(0), p(1), p(2)); };
  CHECK(grove::hypot(2.0, 3.0, 6.0) == 7);
  CHECK(grad(length)(Eigen::Vector3d(2, 3, 6)).isApprox(Eigen::Vector3d(2, 3, 6) / 7));
  CHECK(std::isfinite(value_and_grad(length)(Eigen::Vector3d(1e200, 1e200, 1e200)).value));
}

}  // namespace
}  // namespace grove::test
