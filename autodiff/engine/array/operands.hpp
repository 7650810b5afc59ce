// Operands of a primitive: numbers, variables, plain and active arrays; their tape, their elements, their common
// number.
#pragma once

#include <Eigen/Core>
#include <type_traits>
#include <utility>

#include "../scalar/dual.hpp"
#include "eigen_traits.hpp"

namespace grove::detail {

template <class X>
inline constexpr bool is_number = std::is_arithmetic_v<bare<X>> || is_dual<bare<X>> || is_batched<bare<X>>;

/// Anything that a primitive takes.
template <class X>
concept Operand = is_number<X> || is_var<bare<X>> || Dense<X>;

// The tape scalar of an active operand; void for a plain one.
template <class X>
struct tape_scalar_of {
  using type = void;
};
template <class S>
struct tape_scalar_of<Var<S>> {
  using type = S;
};
template <class X>
requires ActiveDense<X>
struct tape_scalar_of<X> {
  using type = typename X::S;
};
template <class X>
requires EigenDense<X>
struct tape_scalar_of<X> {
  using type = typename tape_scalar_of<typename X::Scalar>::type;
};

// The scalar of the innermost recording among the operands; to it the others are constants.
template <class... X>
struct tape_scalar;
template <>
struct tape_scalar<> {
  using type = void;
};
template <class X, class... Rest>
struct tape_scalar<X, Rest...> {
  using head = typename tape_scalar_of<bare<X>>::type;
  using rest = typename tape_scalar<Rest...>::type;
  using type =
      std::conditional_t<std::is_void_v<head> || (!std::is_void_v<rest> && is_enclosing<head, rest>), rest, head>;
};
template <class... X>
using tape_scalar_t = typename tape_scalar<X...>::type;

template <class... X>
inline constexpr bool any_active_dense = (false || ... || is_active_dense<bare<X>>);
template <class... X>
inline constexpr bool any_dense = (false || ... || Dense<X>);
template <class... X>
inline constexpr bool any_var = (false || ... || is_var<bare<X>>);
template <class X>
inline constexpr bool is_eigen_of_vars = false;
template <class X>
requires EigenDense<X>
inline constexpr bool is_eigen_of_vars<X> = is_var<typename bare<X>::Scalar>;

// The common plain number type: a Dual if any is one (of two, the one that holds the other), else what the language
// says; integers become double.
template <class X, class Y = X>
struct common_number {
  static auto pick() {
    if constexpr (is_dual<X> && is_dual<Y>) {
      return std::conditional_t<std::is_convertible_v<X, Y>, std::type_identity<Y>, std::type_identity<X>>{};
    } else if constexpr (is_dual<X>) {
      return std::type_identity<X>{};
    } else if constexpr (is_dual<Y> || is_batched<Y>) {
      return std::type_identity<Y>{};
    } else if constexpr (is_batched<X>) {
      return std::type_identity<X>{};
    } else {
      using arithmetic = std::common_type_t<X, Y>;
      return std::conditional_t<std::is_integral_v<arithmetic>, std::type_identity<double>,
                                std::type_identity<arithmetic>>{};
    }
  }
  using type = typename decltype(pick())::type;
};

/// An operand's element (i, j); a scalar stands for an array of equal elements.
template <class X>
decltype(auto) element_of(const X& x, Index i, Index j) {
  if constexpr (Dense<X>) {
    return x.coeff(i, j);
  } else {
    return (x);
  }
}
template <class X>
struct element_type {
  using type = X;
};
template <class X>
requires EigenDense<X>
struct element_type<X> {
  using type = typename X::Scalar;
};

// The Eigen type of a result with elements T on plain operands, of which at least one is dense.
template <class T, class X, class Y>
struct plain_result {
  static auto pick() {
    if constexpr (EigenDense<X> && EigenDense<Y>) {
      static_assert(is_array_expression<X> == is_array_expression<Y>,
                    "grove: an elementwise operation mixes a matrix with an array; use .array() or .matrix()");
      return std::type_identity<
          resized<with_scalar<plain_of<X>, T>, merged(int(X::RowsAtCompileTime), int(Y::RowsAtCompileTime)),
                  merged(int(X::ColsAtCompileTime), int(Y::ColsAtCompileTime))>>{};
    } else if constexpr (EigenDense<X>) {
      return std::type_identity<with_scalar<plain_of<X>, T>>{};
    } else {
      return std::type_identity<with_scalar<plain_of<Y>, T>>{};
    }
  }
  using type = typename decltype(pick())::type;
};

}  // namespace grove::detail
