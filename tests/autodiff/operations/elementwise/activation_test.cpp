#include "autodiff/operations/elementwise/activation.hpp"

#include <cmath>
#include <numbers>

#include "tests/autodiff/operations/elementwise/check.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

// name, f, the same by the standard library, an interval inside the domain
const UnaryRow rows[] = {
    unary(
        "softplus", [](const auto& x) { return softplus(x); }, [](double x) { return std::log(1 + std::exp(x)); }, -4,
        5),
    unary(
        "softplus_inverse", [](const auto& x) { return softplus_inverse(x); },
        [](double x) { return std::log(std::exp(x) - 1); }, 0.2, 5),
    unary(
        "log_sigmoid", [](const auto& x) { return log_sigmoid(x); },
        [](double x) { return -std::log(1 + std::exp(-x)); }, -4, 5),
    unary(
        "relu", [](const auto& x) { return relu(x); }, [](double x) { return std::fmax(x, 0); }, -2, 3),
    unary(
        "leaky_relu", [](const auto& x) { return leaky_relu(x, 0.1); }, [](double x) { return std::fmax(x, 0.1 * x); },
        -2, 3),
    unary(
        "elu", [](const auto& x) { return elu(x, 0.7); }, [](double x) { return x > 0 ? x : 0.7 * (std::exp(x) - 1); },
        -2, 3),
    unary(
        "selu", [](const auto& x) { return selu(x); },
        [](double x) { return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (std::exp(x) - 1)); }, -2, 3),
    unary(
        "silu", [](const auto& x) { return silu(x); }, [](double x) { return x / (1 + std::exp(-x)); }, -4, 5),
    unary(
        "gelu", [](const auto& x) { return gelu(x); },
        [](double x) { return x / 2 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x))); },
        -3, 3),
    unary(
        "gelu exact", [](const auto& x) { return gelu<Gelu::exact>(x); },
        [](double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }, -3, 3),
};

TEST_CASE("activation functions have the right values and slopes for every kind of operand") {
  for (const auto& row : rows) CHECK(finding(row) == "");
}

}  // namespace
}  // namespace grove::test
