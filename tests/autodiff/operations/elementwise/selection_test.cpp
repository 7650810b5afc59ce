#include "autodiff/operations/elementwise/selection.hpp"

#include <cmath>
#include <numbers>

#include "tests/autodiff/operations/elementwise/check.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

// name, f, the same by the standard library, an interval inside the domain
const UnaryRow rows[] = {
    unary(
        "abs", [](const auto& x) { return abs(x); }, [](double x) { return std::abs(x); }, -2, 3),
    unary(
        "sign", [](const auto& x) { return sign(x); }, [](double x) { return x > 0 ? 1.0 : -1.0; }, -2, 3),
    unary(
        "floor", [](const auto& x) { return floor(x); }, [](double x) { return std::floor(x); }, -2, 3),
    unary(
        "ceil", [](const auto& x) { return ceil(x); }, [](double x) { return std::ceil(x); }, -2, 3),
    unary(
        "round", [](const auto& x) { return round(x); }, [](double x) { return std::round(x); }, -2.1, 3),
    unary(
        "rint", [](const auto& x) { return rint(x); }, [](double x) { return std::rint(x); }, -2.1, 3),
    unary(
        "trunc", [](const auto& x) { return trunc(x); }, [](double x) { return std::trunc(x); }, -2.1, 3),
    unary(
        "clamp", [](const auto& x) { return clamp(x, -0.5, 1); }, [](double x) { return std::clamp(x, -0.5, 1.0); },
        -2.1, 3),
    unary(
        "maximum of a number", [](const auto& x) { return maximum(x, 0); }, [](double x) { return std::fmax(x, 0); },
        -2, 3),
};

// name, f, the same by the standard library, an interval for a and one for b
const BinaryRow binary_rows[] = {
    binary(
        "maximum", [](const auto& a, const auto& b) { return maximum(a, b); },
        [](double a, double b) { return std::fmax(a, b); }, 0, 3.3, 0.1, 3.1),
    binary(
        "minimum", [](const auto& a, const auto& b) { return minimum(a, b); },
        [](double a, double b) { return std::fmin(a, b); }, 0, 3.3, 0.1, 3.1),
    binary(
        "max", [](const auto& a, const auto& b) { return max(a, b); },
        [](double a, double b) { return std::fmax(a, b); }, 0, 3.3, 0.1, 3.1),
    binary(
        "min", [](const auto& a, const auto& b) { return min(a, b); },
        [](double a, double b) { return std::fmin(a, b); }, 0, 3.3, 0.1, 3.1),
    binary(
        "fmod", [](const auto& a, const auto& b) { return fmod(a, b); },
        [](double a, double b) { return std::fmod(a, b); }, 8.1, 8.9, 3.05, 3.95),
    binary(
        "remainder", [](const auto& a, const auto& b) { return remainder(a, b); },
        [](double a, double b) { return std::remainder(a, b); }, 8.1, 8.9, 3.05, 3.2),
};

TEST_CASE("signs, steps, bounds and remainders have the right values and slopes for every kind of operand") {
  for (const auto& row : rows) CHECK(finding(row) == "");
  for (const auto& row : binary_rows) CHECK(finding(row) == "");
}

}  // namespace
}  // namespace grove::test
