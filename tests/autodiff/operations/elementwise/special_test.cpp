#include "autodiff/operations/elementwise/special.hpp"

#include <cmath>
#include <numbers>

#include "tests/autodiff/operations/elementwise/check.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

// name, f, the same by the standard library, an interval inside the domain
const UnaryRow rows[] = {
    unary(
        "erf", [](const auto& x) { return erf(x); }, [](double x) { return std::erf(x); }, -2, 2),
    unary(
        "erfc", [](const auto& x) { return erfc(x); }, [](double x) { return 1 - std::erf(x); }, -2, 2),
    unary(
        "erfcx", [](const auto& x) { return erfcx(x); }, [](double x) { return std::exp(x * x) * std::erfc(x); }, -1.5,
        2.5),
    unary(
        "lgamma", [](const auto& x) { return lgamma(x); }, [](double x) { return std::log(std::tgamma(x)); }, 0.5, 6),
    unary(
        "tgamma", [](const auto& x) { return tgamma(x); }, [](double x) { return std::exp(std::lgamma(x)); }, 0.5, 4),
    unary(
        "lgamma of negative numbers", [](const auto& x) { return lgamma(x); },
        [](double x) { return std::log(std::abs(std::tgamma(x))); }, -1.7, -1.3),
    unary(
        "digamma", [](const auto& x) { return digamma(x); }, [](double x) { return digamma(x + 1) - 1 / x; }, 0.4, 6),
    unary(
        "polygamma", [](const auto& x) { return polygamma(1, x); },
        [](double x) { return polygamma(1, x + 1) + 1 / (x * x); }, 0.6, 6),
};

TEST_CASE("special functions have the right values and slopes for every kind of operand") {
  for (const auto& row : rows) CHECK(finding(row) == "");
}

}  // namespace
}  // namespace grove::test
