// Numbers that write down every operation on them: forward-mode numbers without tangents, so that all that takes those
// takes these.
#pragma once

#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../engine/scalar/row_on_number.hpp"

namespace grove::detail {

/// A number that took part in an operation: its value, and where it comes from: 0 for a constant, k for the k-th entry
/// of the list of operations.
struct ObservedOperand {
  double value = 0;
  std::uint32_t origin = 0;
};

/// An operation on observed numbers; without operands, a scalar of the parameters.
struct ObservedOperation {
  std::string_view name;
  ObservedOperand operands[2];
  int count = 0;
  double result = 0;
};

/// The operations on this thread, the first at position 1; none are written down without a list.
using Observations = std::vector<ObservedOperation>;
inline thread_local constinit Observations* observations = nullptr;

/// Where the operands of the same operations come from, and no more: an eighth of the memory.
using Origins = std::vector<std::array<std::uint32_t, 2>>;
inline thread_local constinit Origins* origins = nullptr;

/// Gives this thread a list of either kind for the time of a scope.
class Observing {
 public:
  explicit Observing(Observations& list) : Observing(&list, nullptr) {}
  explicit Observing(Origins& list) : Observing(nullptr, &list) {}
  Observing(const Observing&) = delete;
  Observing& operator=(const Observing&) = delete;
  ~Observing() {
    observations = previous_;
    origins = previous_origins_;
  }

 private:
  Observing(Observations* list, Origins* short_list)
      : previous_(std::exchange(observations, list)), previous_origins_(std::exchange(origins, short_list)) {}
  Observations* previous_;
  Origins* previous_origins_;
};

inline std::uint32_t observe(const ObservedOperation& operation) {
  if (origins != nullptr) {
    if (origins->empty()) origins->emplace_back();
    origins->push_back({operation.operands[0].origin, operation.operands[1].origin});
    return static_cast<std::uint32_t>(origins->size() - 1);
  }
  if (observations == nullptr) return 0;
  if (observations->empty()) observations->emplace_back();
  observations->push_back(operation);
  return static_cast<std::uint32_t>(observations->size() - 1);
}

/// The name of a row: its own, or that of its type.
template <class Row>
constexpr std::string_view row_name() {
  if constexpr (requires { std::string_view(Row::name); }) {
    return Row::name;
  } else {
#if defined(_MSC_VER) && !defined(__clang__)
    std::string_view name = __FUNCSIG__;
    name.remove_prefix(name.find("row_name<") + 9);
#else
    std::string_view name = __PRETTY_FUNCTION__;
    name.remove_prefix(name.find("Row = ") + 6);
#endif
    name = name.substr(0, name.find_first_of("<;]>"));
    return name.substr(name.rfind(':') + 1);
  }
}

/// The same as users write it: log_sigmoid, not LogSigmoid.
inline std::string readable_name(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const bool upper = std::isupper(static_cast<unsigned char>(c)) != 0;
    if (upper && !text.empty()) text += '_';
    text += upper ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : c;
  }
  return text;
}

/// Stands for tangents where there are none: reads as zeros, and takes whatever is written.
struct NoLanes {
  struct Sink {
    template <class T>
    Sink& operator=(const T&) {
      return *this;
    }
    template <class T>
    Sink& operator+=(const T&) {
      return *this;
    }
    constexpr operator double() const { return 0; }
  };
  template <class I>
  constexpr double operator[](I) const {
    return 0;
  }
  template <class I>
  constexpr Sink operator[](I) {
    return {};
  }
  template <class S>
  friend constexpr void scale_lanes_guarded(NoLanes&, const S&, const NoLanes&) {}
};

}  // namespace grove::detail

namespace grove {

/// The number that is observed. Forward says that it is never recorded, as of other forward-mode numbers.
template <class S, bool Forward>
struct Dual<S, 0, Forward> {
  S value{};
  std::uint32_t origin = 0;  ///< its place in the list of operations; 0 for a constant
  detail::NoLanes tangent;

  constexpr Dual() = default;
  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr Dual(T v) : value(static_cast<S>(v)) {}  // NOLINT: numbers are constants
  template <class T>
  requires(detail::is_enclosing<T, S> && !std::is_arithmetic_v<T>) constexpr Dual(const T& v)
      : value(v) {}  // NOLINT: so are those of an enclosing level

  static Dual chain(const S& value, const S&, const Dual& x) { return result("chain rule", value, x); }
  static Dual chain(const S& value, const S&, const Dual& a, const S&, const Dual& b) {
    return result("chain rule", value, a, b);
  }
  static Dual with_tangent_of(const Dual& x, const S& value) { return result("copy", value, x); }

  template <class Row>
  static Dual applied(const Row& row, const Dual& a) {
    return result(detail::row_name<Row>(), detail::number_value<S>(row, a.value), a);
  }
  template <class Row>
  static Dual applied(const Row& row, const Dual& a, const Dual& b) {
    return result(detail::row_name<Row>(), detail::number_value<S>(row, a.value, b.value), a, b);
  }

  Dual& operator+=(const Dual& b) { return *this = *this + b; }
  Dual& operator-=(const Dual& b) { return *this = *this - b; }
  Dual& operator*=(const Dual& b) { return *this = *this * b; }
  Dual& operator/=(const Dual& b) { return *this = *this / b; }

  friend Dual operator+(const Dual& a) { return a; }
  friend Dual operator-(const Dual& a) { return result("-", -a.value, a); }
  friend Dual operator+(const Dual& a, const Dual& b) { return result("+", a.value + b.value, a, b); }
  friend Dual operator-(const Dual& a, const Dual& b) { return result("-", a.value - b.value, a, b); }
  friend Dual operator*(const Dual& a, const Dual& b) { return result("*", a.value * b.value, a, b); }
  friend Dual operator/(const Dual& a, const Dual& b) { return result("/", a.value / b.value, a, b); }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend Dual operator+(const Dual& a, T b) { return a + Dual(b); }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend Dual operator+(T a, const Dual& b) { return Dual(a) + b; }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend Dual operator-(const Dual& a, T b) { return a - Dual(b); }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend Dual operator-(T a, const Dual& b) { return Dual(a) - b; }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend Dual operator*(const Dual& a, T b) { return a * Dual(b); }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend Dual operator*(T a, const Dual& b) { return Dual(a) * b; }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend Dual operator/(const Dual& a, T b) { return a / Dual(b); }
  template <class T>
  requires detail::ConstantTo<T, Dual>
  friend Dual operator/(T a, const Dual& b) { return Dual(a) / b; }

  friend constexpr bool operator==(const Dual& a, const Dual& b) { return a.value == b.value; }
  friend constexpr bool operator!=(const Dual& a, const Dual& b) { return a.value != b.value; }
  friend constexpr bool operator<(const Dual& a, const Dual& b) { return a.value < b.value; }
  friend constexpr bool operator>(const Dual& a, const Dual& b) { return a.value > b.value; }
  friend constexpr bool operator<=(const Dual& a, const Dual& b) { return a.value <= b.value; }
  friend constexpr bool operator>=(const Dual& a, const Dual& b) { return a.value >= b.value; }

  friend bool isfinite(const Dual& x) { return std::isfinite(x.value); }
  friend bool isnan(const Dual& x) { return std::isnan(x.value); }
  friend bool isinf(const Dual& x) { return std::isinf(x.value); }
  friend std::ostream& operator<<(std::ostream& out, const Dual& x) { return out << x.value; }

 private:
  static Dual result(std::string_view name, S value, const Dual& a) { return noted({name, {operand(a)}, 1}, value); }
  static Dual result(std::string_view name, S value, const Dual& a, const Dual& b) {
    return noted({name, {operand(a), operand(b)}, 2}, value);
  }
  static detail::ObservedOperand operand(const Dual& x) { return {double(x.value), x.origin}; }
  // What is made of constants is a constant.
  static Dual noted(detail::ObservedOperation operation, S value) {
    Dual r(value);
    operation.result = double(value);
    if (operation.operands[0].origin != 0 || operation.operands[1].origin != 0) r.origin = detail::observe(operation);
    return r;
  }
};

namespace detail {
template <class S, bool Forward>
inline constexpr bool is_observed<Dual<S, 0, Forward>> = true;

/// A seed that enters the scalars of the parameters into the list, the k-th at position k + 1.
inline constexpr auto observe_parameter = [](auto& x, auto) {
  x.origin = observe({"parameter", {}, 0, double(x.value)});
};

}  // namespace detail

}  // namespace grove
