// Grove and the gradient of a function of one number.
#include <autodiff/autodiff.hpp>

int main() {
  const auto [value, slope] = grove::value_and_grad([](const auto& x) { return x * x; })(3.0);
  return value > slope ? 1 : 0;
}
