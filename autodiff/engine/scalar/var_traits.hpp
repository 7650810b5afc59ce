// What Eigen and the standard library ask of a scalar, answered for variables.
#pragma once

#include <Eigen/Core>
#include <limits>

#include "var.hpp"

template <class S>
struct Eigen::NumTraits<grove::Var<S>> : Eigen::GenericNumTraits<grove::Var<S>> {
  using Real = grove::Var<S>;
  using NonInteger = grove::Var<S>;
  using Nested = grove::Var<S>;
  using Literal = grove::Var<S>;
  enum {
    IsComplex = 0,
    IsInteger = 0,
    IsSigned = 1,
    RequireInitialization = 1,
    ReadCost = 2,
    AddCost = 8,
    MulCost = 8
  };
  static Real epsilon() { return Eigen::NumTraits<S>::epsilon(); }
  static Real dummy_precision() { return Eigen::NumTraits<S>::dummy_precision(); }
  static Real highest() { return Eigen::NumTraits<S>::highest(); }
  static Real lowest() { return Eigen::NumTraits<S>::lowest(); }
  static Real infinity() { return Eigen::NumTraits<S>::infinity(); }
  static Real quiet_NaN() { return Eigen::NumTraits<S>::quiet_NaN(); }
  static int digits10() { return Eigen::NumTraits<S>::digits10(); }
};

// Products and sums of Eigen matrices of variables with plain ones, or with those of an enclosing level.
template <class S, class T, class Op>
requires grove::detail::is_enclosing<T, grove::Var<S>>
struct Eigen::ScalarBinaryOpTraits<grove::Var<S>, T, Op> {
  using ReturnType = grove::Var<S>;
};
template <class S, class T, class Op>
requires grove::detail::is_enclosing<T, grove::Var<S>>
struct Eigen::ScalarBinaryOpTraits<T, grove::Var<S>, Op> {
  using ReturnType = grove::Var<S>;
};

template <class S>
class std::numeric_limits<grove::Var<S>> : public std::numeric_limits<S> {
 public:
  using V = grove::Var<S>;
  static constexpr V min() { return std::numeric_limits<S>::min(); }
  static constexpr V max() { return std::numeric_limits<S>::max(); }
  static constexpr V lowest() { return std::numeric_limits<S>::lowest(); }
  static constexpr V epsilon() { return std::numeric_limits<S>::epsilon(); }
  static constexpr V infinity() { return std::numeric_limits<S>::infinity(); }
  static constexpr V quiet_NaN() { return std::numeric_limits<S>::quiet_NaN(); }
};
