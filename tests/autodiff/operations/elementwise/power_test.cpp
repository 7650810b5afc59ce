#include "autodiff/operations/elementwise/power.hpp"

#include <cmath>
#include <numbers>

#include "tests/autodiff/operations/elementwise/check.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

// name, f, the same by the standard library, an interval inside the domain
const UnaryRow rows[] = {
    unary(
        "square", [](const auto& x) { return square(x); }, [](double x) { return x * x; }, -2, 3),
    unary(
        "sqrt", [](const auto& x) { return sqrt(x); }, [](double x) { return std::sqrt(x); }, 0.2, 4),
    unary(
        "cbrt", [](const auto& x) { return cbrt(x); }, [](double x) { return std::cbrt(x); }, 0.2, 4),
    unary(
        "cbrt of negative numbers", [](const auto& x) { return cbrt(x); }, [](double x) { return -std::cbrt(-x); }, -4,
        -0.2),
    unary(
        "rsqrt", [](const auto& x) { return rsqrt(x); }, [](double x) { return 1 / std::sqrt(x); }, 0.3, 4),
    unary(
        "pow 2.5", [](const auto& x) { return pow(x, 2.5); }, [](double x) { return x * x * std::sqrt(x); }, 0.3, 3),
    unary(
        "pow 1.0", [](const auto& x) { return pow(x, 1.0); }, [](double x) { return x; }, 0.3, 3),
    unary(
        "pow 0", [](const auto& x) { return pow(x, 0); }, [](double x) { return x * 0 + 1; }, -2, 3),
    unary(
        "pow 1", [](const auto& x) { return pow(x, 1); }, [](double x) { return x; }, -2, 3),
    unary(
        "pow 2", [](const auto& x) { return pow(x, 2); }, [](double x) { return x * x; }, -2, 3),
    unary(
        "pow 3", [](const auto& x) { return pow(x, 3); }, [](double x) { return x * x * x; }, -2, 3),
    unary(
        "pow -2", [](const auto& x) { return pow(x, -2); }, [](double x) { return 1 / (x * x); }, -4, -0.5),
    unary(
        "2 to the power", [](const auto& x) { return pow(2, x); }, [](double x) { return std::exp2(x); }, -2, 3),
};

// name, f, the same by the standard library, an interval for a and one for b
const BinaryRow binary_rows[] = {
    binary(
        "pow", [](const auto& a, const auto& b) { return pow(a, b); },
        [](double a, double b) { return std::exp(b * std::log(a)); }, 0.5, 3.2, 0.5, 3.2),
    binary(
        "hypot", [](const auto& a, const auto& b) { return hypot(a, b); },
        [](double a, double b) { return std::sqrt(a * a + b * b); }, 0.5, 3.2, -3, 2.5),
};

TEST_CASE("powers and roots have the right values and slopes for every kind of operand") {
  for (const auto& row : rows) CHECK(finding(row) == "");
  for (const auto& row : binary_rows) CHECK(finding(row) == "");
}

}  // namespace
}  // namespace grove::test
