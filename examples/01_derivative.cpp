// The derivative of an ordinary C++ function, beside its finite difference.
#include <cmath>

#include <fmt/format.h>

#include <grove/autodiff.hpp>

int main() {
  auto f = [](const auto& x) { return exp(-x) * sin(3 * x); };

  const double x = 0.7;
  auto [value, slope] = grove::value_and_grad(f)(x);

  const double h = 1e-6;
  const double difference = (f(x + h) - f(x - h)) / (2 * h);
  fmt::print("f(x) = {:.12f}   f'(x) = {:.12f}   finite difference {:.12f}\n", value, slope, difference);
  return std::abs(slope - difference) < 1e-8 ? 0 : 1;
}
