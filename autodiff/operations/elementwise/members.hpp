// The elementwise members of active arrays, with Eigen's names and meaning.
#pragma once

#include "../../engine/fusion/operators.hpp"
#include "elementwise.hpp"

namespace grove::detail {

/// What a member without "cwise" needs: for an Eigen matrix such a name means something else, or nothing.
template <class X>
X&& array_only(X&& x) {
  static_assert(bare<X>::is_array,
                "grove: this member is elementwise, and so for arrays only, as in Eigen; use .array(), or the free "
                "function");
  return std::forward<X>(x);
}
/// The same for names that plain arrays have had since Eigen 5: a loss is to compile for plain data too, or for
/// neither.
template <class X>
X&& array_of_eigen_5(X&& x) {
  static_assert(EIGEN_VERSION_AT_LEAST(3, 4, 90) && !std::is_void_v<X>,
                "grove: arrays of Eigen 3.4 have no member cbrt or exp2, so active ones have none either; write "
                "grove::cbrt(x) or grove::exp2(x)");
  return array_only(std::forward<X>(x));
}
template <class X>
X&& any_kind(X&& x) {
  return std::forward<X>(x);
}

#define GROVE_DETAIL_ELEMENTWISE_MEMBER(member, kind, function) \
  template <class Derived>                                      \
  auto DenseOps<Derived>::member() const& {                     \
    return function(kind(self()));                              \
  }                                                             \
  template <class Derived>                                      \
  auto DenseOps<Derived>::member()&& {                          \
    return function(kind(self_rvalue()));                       \
  }
#define GROVE_DETAIL_ELEMENTWISE_MEMBER_WITH(member, kind, function)  \
  template <class Derived>                                            \
  template <class Other>                                              \
  auto DenseOps<Derived>::member(Other&& other) const& {              \
    return function(kind(self()), std::forward<Other>(other));        \
  }                                                                   \
  template <class Derived>                                            \
  template <class Other>                                              \
  auto DenseOps<Derived>::member(Other&& other)&& {                   \
    return function(kind(self_rvalue()), std::forward<Other>(other)); \
  }

template <class X>
auto cubed(X&& x) {
  return grove::pow(std::forward<X>(x), 3);
}
template <class X>
auto inverted(X&& x) {
  return elementwise(Power<int>(-1), std::forward<X>(x));
}
template <class X, class Y>
auto multiplied(X&& x, Y&& y) {
  return elementwise(Multiply{}, std::forward<X>(x), std::forward<Y>(y));
}
template <class X, class Y>
auto divided(X&& x, Y&& y) {
  return elementwise(Divide{}, std::forward<X>(x), std::forward<Y>(y));
}

GROVE_DETAIL_ELEMENTWISE_MEMBER(abs, array_only, grove::abs)
GROVE_DETAIL_ELEMENTWISE_MEMBER(abs2, array_only, grove::square)
GROVE_DETAIL_ELEMENTWISE_MEMBER(sign, array_only, grove::sign)
GROVE_DETAIL_ELEMENTWISE_MEMBER(square, array_only, grove::square)
GROVE_DETAIL_ELEMENTWISE_MEMBER(sqrt, array_only, grove::sqrt)
GROVE_DETAIL_ELEMENTWISE_MEMBER(cbrt, array_of_eigen_5, grove::cbrt)
GROVE_DETAIL_ELEMENTWISE_MEMBER(rsqrt, array_only, grove::rsqrt)
GROVE_DETAIL_ELEMENTWISE_MEMBER(exp, array_only, grove::exp)
GROVE_DETAIL_ELEMENTWISE_MEMBER(exp2, array_of_eigen_5, grove::exp2)
GROVE_DETAIL_ELEMENTWISE_MEMBER(expm1, array_only, grove::expm1)
GROVE_DETAIL_ELEMENTWISE_MEMBER(log, array_only, grove::log)
GROVE_DETAIL_ELEMENTWISE_MEMBER(log1p, array_only, grove::log1p)
GROVE_DETAIL_ELEMENTWISE_MEMBER(log2, array_only, grove::log2)
GROVE_DETAIL_ELEMENTWISE_MEMBER(log10, array_only, grove::log10)
GROVE_DETAIL_ELEMENTWISE_MEMBER(sin, array_only, grove::sin)
GROVE_DETAIL_ELEMENTWISE_MEMBER(cos, array_only, grove::cos)
GROVE_DETAIL_ELEMENTWISE_MEMBER(tan, array_only, grove::tan)
GROVE_DETAIL_ELEMENTWISE_MEMBER(asin, array_only, grove::asin)
GROVE_DETAIL_ELEMENTWISE_MEMBER(acos, array_only, grove::acos)
GROVE_DETAIL_ELEMENTWISE_MEMBER(atan, array_only, grove::atan)
GROVE_DETAIL_ELEMENTWISE_MEMBER(sinh, array_only, grove::sinh)
GROVE_DETAIL_ELEMENTWISE_MEMBER(cosh, array_only, grove::cosh)
GROVE_DETAIL_ELEMENTWISE_MEMBER(tanh, array_only, grove::tanh)
GROVE_DETAIL_ELEMENTWISE_MEMBER(asinh, array_only, grove::asinh)
GROVE_DETAIL_ELEMENTWISE_MEMBER(acosh, array_only, grove::acosh)
GROVE_DETAIL_ELEMENTWISE_MEMBER(atanh, array_only, grove::atanh)
GROVE_DETAIL_ELEMENTWISE_MEMBER(erf, array_only, grove::erf)
GROVE_DETAIL_ELEMENTWISE_MEMBER(erfc, array_only, grove::erfc)
GROVE_DETAIL_ELEMENTWISE_MEMBER(lgamma, array_only, grove::lgamma)
GROVE_DETAIL_ELEMENTWISE_MEMBER(digamma, array_only, grove::digamma)
GROVE_DETAIL_ELEMENTWISE_MEMBER(logistic, array_only, grove::logistic)
GROVE_DETAIL_ELEMENTWISE_MEMBER(floor, array_only, grove::floor)
GROVE_DETAIL_ELEMENTWISE_MEMBER(ceil, array_only, grove::ceil)
GROVE_DETAIL_ELEMENTWISE_MEMBER(round, array_only, grove::round)
GROVE_DETAIL_ELEMENTWISE_MEMBER(cube, array_only, cubed)
GROVE_DETAIL_ELEMENTWISE_MEMBER(cwiseAbs, any_kind, grove::abs)
GROVE_DETAIL_ELEMENTWISE_MEMBER(cwiseAbs2, any_kind, grove::square)
GROVE_DETAIL_ELEMENTWISE_MEMBER(cwiseSqrt, any_kind, grove::sqrt)
GROVE_DETAIL_ELEMENTWISE_MEMBER(cwiseInverse, any_kind, inverted)
GROVE_DETAIL_ELEMENTWISE_MEMBER(cwiseSign, any_kind, grove::sign)
GROVE_DETAIL_ELEMENTWISE_MEMBER_WITH(pow, array_only, grove::pow)
GROVE_DETAIL_ELEMENTWISE_MEMBER_WITH(min, array_only, minimum)
GROVE_DETAIL_ELEMENTWISE_MEMBER_WITH(max, array_only, maximum)
GROVE_DETAIL_ELEMENTWISE_MEMBER_WITH(cwiseMin, any_kind, minimum)
GROVE_DETAIL_ELEMENTWISE_MEMBER_WITH(cwiseMax, any_kind, maximum)
GROVE_DETAIL_ELEMENTWISE_MEMBER_WITH(cwiseProduct, any_kind, multiplied)
GROVE_DETAIL_ELEMENTWISE_MEMBER_WITH(cwiseQuotient, any_kind, divided)
#undef GROVE_DETAIL_ELEMENTWISE_MEMBER
#undef GROVE_DETAIL_ELEMENTWISE_MEMBER_WITH

}  // namespace grove::detail
