#include "autodiff/operations/elementwise/exponential.hpp"

#include <cmath>
#include <numbers>

#include "tests/autodiff/operations/elementwise/check.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

// name, f, the same by the standard library, an interval inside the domain
const UnaryRow rows[] = {
    unary(
        "exp", [](const auto& x) { return exp(x); }, [](double x) { return std::exp(x); }, -3, 3),
    unary(
        "exp2", [](const auto& x) { return exp2(x); }, [](double x) { return std::exp2(x); }, -3, 3),
    unary(
        "expm1", [](const auto& x) { return expm1(x); }, [](double x) { return std::exp(x) - 1; }, -2, 2),
    unary(
        "log", [](const auto& x) { return log(x); }, [](double x) { return std::log(x); }, 0.2, 4),
    unary(
        "log2", [](const auto& x) { return log2(x); }, [](double x) { return std::log2(x); }, 0.2, 4),
    unary(
        "log10", [](const auto& x) { return log10(x); }, [](double x) { return std::log10(x); }, 0.2, 4),
    unary(
        "log1p", [](const auto& x) { return log1p(x); }, [](double x) { return std::log(1 + x); }, -0.7, 3),
    unary(
        "log1mexp", [](const auto& x) { return log1mexp(x); }, [](double x) { return std::log(1 - std::exp(x)); }, -3,
        -0.2),
    unary(
        "logistic", [](const auto& x) { return logistic(x); }, [](double x) { return 0.5 + 0.5 * std::tanh(x / 2); },
        -4, 4),
    unary(
        "sigmoid", [](const auto& x) { return sigmoid(x); }, [](double x) { return 0.5 + 0.5 * std::tanh(x / 2); }, -4,
        4),
};

// name, f, the same by the standard library, an interval for a and one for b
const BinaryRow binary_rows[] = {
    binary(
        "xlogy", [](const auto& a, const auto& b) { return xlogy(a, b); },
        [](double a, double b) { return a * std::log(b); }, 0.3, 4, 0.3, 4),
    binary(
        "logaddexp", [](const auto& a, const auto& b) { return logaddexp(a, b); },
        [](double a, double b) { return std::log(std::exp(a) + std::exp(b)); }, -1, 3.3, -1.2, 3),
};

TEST_CASE("exponentials and logarithms have the right values and slopes for every kind of operand") {
  for (const auto& row : rows) CHECK(finding(row) == "");
  for (const auto& row : binary_rows) CHECK(finding(row) == "");
}

}  // namespace
}  // namespace grove::test
