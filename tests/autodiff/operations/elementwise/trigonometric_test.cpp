#include "autodiff/operations/elementwise/trigonometric.hpp"

#include <cmath>
#include <numbers>

#include "tests/autodiff/operations/elementwise/check.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

// name, f, the same by the standard library, an interval inside the domain
const UnaryRow rows[] = {
    unary(
        "sin", [](const auto& x) { return sin(x); }, [](double x) { return std::sin(x); }, -3, 3),
    unary(
        "cos", [](const auto& x) { return cos(x); }, [](double x) { return std::cos(x); }, -3, 3),
    unary(
        "tan", [](const auto& x) { return tan(x); }, [](double x) { return std::sin(x) / std::cos(x); }, -1.2, 1.2),
    unary(
        "asin", [](const auto& x) { return asin(x); }, [](double x) { return std::asin(x); }, -0.8, 0.8),
    unary(
        "acos", [](const auto& x) { return acos(x); }, [](double x) { return std::acos(x); }, -0.8, 0.8),
    unary(
        "atan", [](const auto& x) { return atan(x); }, [](double x) { return std::atan(x); }, -3, 3),
    unary(
        "sinh", [](const auto& x) { return sinh(x); }, [](double x) { return (std::exp(x) - std::exp(-x)) / 2; }, -3,
        3),
    unary(
        "cosh", [](const auto& x) { return cosh(x); }, [](double x) { return (std::exp(x) + std::exp(-x)) / 2; }, -3,
        3),
    unary(
        "tanh", [](const auto& x) { return tanh(x); }, [](double x) { return std::sinh(x) / std::cosh(x); }, -3, 3),
    unary(
        "asinh", [](const auto& x) { return asinh(x); }, [](double x) { return std::asinh(x); }, -3, 3),
    unary(
        "acosh", [](const auto& x) { return acosh(x); }, [](double x) { return std::acosh(x); }, 1.5, 4),
    unary(
        "atanh", [](const auto& x) { return atanh(x); }, [](double x) { return std::atanh(x); }, -0.8, 0.8),
};

// name, f, the same by the standard library, an interval for a and one for b
const BinaryRow binary_rows[] = {
    binary(
        "atan2", [](const auto& a, const auto& b) { return atan2(a, b); },
        [](double a, double b) { return std::atan2(a, b); }, 0.5, 3.2, -3, 2.5),
};

TEST_CASE("trigonometric and hyperbolic functions have the right values and slopes for every kind of operand") {
  for (const auto& row : rows) CHECK(finding(row) == "");
  for (const auto& row : binary_rows) CHECK(finding(row) == "");
}

}  // namespace
}  // namespace grove::test
