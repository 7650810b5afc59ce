// The rows behind + - * / and unary minus (the operators are in arithmetic.hpp).
#pragma once

#include "row.hpp"

namespace grove::detail {

struct Add : CheapRow {
  static constexpr const char* name = "add";
  static auto value(const auto& a, const auto& b) { return a + b; }
  static auto slope_a(const auto&, const auto&, const auto&) { return Unit{}; }
  static auto slope_b(const auto&, const auto&, const auto&) { return Unit{}; }
};
struct Subtract : CheapRow {
  static constexpr const char* name = "subtract";
  static auto value(const auto& a, const auto& b) { return a - b; }
  static auto slope_a(const auto&, const auto&, const auto&) { return Unit{}; }
  static auto slope_b(const auto&, const auto&, const auto&) { return MinusUnit{}; }
};
struct Multiply : CheapRow {
  static constexpr const char* name = "multiply";
  static auto value(const auto& a, const auto& b) { return a * b; }
  static auto slope_a(const auto&, const auto& b, const auto&) { return b; }
  static auto slope_b(const auto& a, const auto&, const auto&) { return a; }
};
struct Divide : CheapRow {
  static constexpr const char* name = "divide";
  static auto value(const auto& a, const auto& b) { return a / b; }
  static auto slope_a(const auto&, const auto& b, const auto&) { return 1 / b; }
  static auto slope_b(const auto&, const auto& b, const auto& y) { return -y / b; }
};
struct Negate : CheapRow {
  static constexpr const char* name = "negate";
  static auto value(const auto& a) { return -a; }
  static auto slope(const auto&, const auto&) { return MinusUnit{}; }
};

}  // namespace grove::detail
