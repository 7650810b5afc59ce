#include <grove/autodiff.hpp>

int main() {
  const auto cube = [](const auto& x) { return x * x * x; };
  return grove::grad(cube)(2.0) == 12 ? 0 : 1;
}
