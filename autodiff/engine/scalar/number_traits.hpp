// What Eigen and the standard library ask of a scalar, answered for a class of numbers over S.
#pragma once

#include <Eigen/Core>
#include <limits>

namespace grove::detail {

/// Base of Eigen::NumTraits<Number>; the costs are those of Eigen's unrolling.
template <class Number, class S, int read, int add, int multiply>
struct NumberTraits : Eigen::GenericNumTraits<Number> {
  using Real = Number;
  using NonInteger = Number;
  using Nested = Number;
  using Literal = Number;
  enum {
    IsComplex = 0,
    IsInteger = 0,
    IsSigned = 1,
    RequireInitialization = 1,
    ReadCost = read,
    AddCost = add,
    MulCost = multiply
  };
  static Number epsilon() { return Eigen::NumTraits<S>::epsilon(); }
  static Number dummy_precision() { return Eigen::NumTraits<S>::dummy_precision(); }
  static Number highest() { return Eigen::NumTraits<S>::highest(); }
  static Number lowest() { return Eigen::NumTraits<S>::lowest(); }
  static Number infinity() { return Eigen::NumTraits<S>::infinity(); }
  static Number quiet_NaN() { return Eigen::NumTraits<S>::quiet_NaN(); }
  static int digits10() { return Eigen::NumTraits<S>::digits10(); }
};

/// Base of std::numeric_limits<Number>.
template <class Number, class S>
struct NumberLimits : std::numeric_limits<S> {
  static constexpr Number min() { return std::numeric_limits<S>::min(); }
  static constexpr Number max() { return std::numeric_limits<S>::max(); }
  static constexpr Number lowest() { return std::numeric_limits<S>::lowest(); }
  static constexpr Number epsilon() { return std::numeric_limits<S>::epsilon(); }
  static constexpr Number infinity() { return std::numeric_limits<S>::infinity(); }
  static constexpr Number quiet_NaN() { return std::numeric_limits<S>::quiet_NaN(); }
};

}  // namespace grove::detail
