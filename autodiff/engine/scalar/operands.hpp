// The operands of operations on scalars: variables, numbers, and how a function of two of them is recorded.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "dual.hpp"
#include "var_access.hpp"

namespace grove::detail {

template <class A>
using bare = std::remove_cvref_t<A>;

/// One operand is a variable, the other a variable of the same kind or a number.
template <class A, class B>
inline constexpr bool are_scalar_operands = false;
template <class S>
inline constexpr bool are_scalar_operands<Var<S>, Var<S>> = true;
template <class S, class T>
requires ConstantTo<T, Var<S>>
inline constexpr bool are_scalar_operands<Var<S>, T> = true;
template <class S, class T>
requires ConstantTo<T, Var<S>>
inline constexpr bool are_scalar_operands<T, Var<S>> = true;
template <class S, class T>
requires is_unrelated<Var<T>, S>
inline constexpr bool are_scalar_operands<Var<S>, Var<T>> = true;  // so that check_level speaks

template <class A, class B>
concept ScalarOperands = are_scalar_operands<bare<A>, bare<B>>;

template <class A>
inline constexpr bool is_temporary = !std::is_reference_v<A> && !std::is_const_v<A>;

// The tape scalar of two operands: of the variable, or of the inner of two levels, to which the outer is a constant.
template <class A, class B>
struct common_tape_scalar;
template <class S>
struct common_tape_scalar<Var<S>, Var<S>> {
  using type = S;
};
template <class S, class T>
requires ConstantTo<T, Var<S>>
struct common_tape_scalar<Var<S>, T> {
  using type = S;
};
template <class S, class T>
requires ConstantTo<T, Var<S>>
struct common_tape_scalar<T, Var<S>> {
  using type = S;
};
template <class S, class T>
requires is_unrelated<Var<T>, S>
struct common_tape_scalar<Var<S>, Var<T>> {
  using type = S;
};
template <class A, class B>
using common_scalar = typename common_tape_scalar<bare<A>, bare<B>>::type;

template <class S, class T>
constexpr const S& plain(const T& x) requires std::same_as<T, Var<S>> {
  return x.value();
}
template <class S, class T>
constexpr S plain(const T& x) requires(!std::same_as<T, Var<S>>) {
  check_level<T, S>();
  return S(x);
}

/// The operand of an operation on values: a constant beside a Dual stays what it is, as it has no tangents.
template <class S, class T>
constexpr decltype(auto) number(const T& x) {
  check_level<T, S>();
  if constexpr (std::same_as<T, Var<S>>) {
    return x.value();
  } else if constexpr (is_dual<S> && ConstantTo<T, S>) {
    return x;
  } else {
    return S(x);
  }
}

// A copy of a float, a reference to what is large.
template <class S, class A>
using number_t =
    std::conditional_t<std::is_floating_point_v<S>, S, decltype(number<S>(std::declval<const bare<A>&>()))>;

/// The value, by its partials, of a function of two operands of which either may be a plain number.
template <class A, class B, class S, class Da, class Db>
[[gnu::always_inline]] inline Var<S> scalar_binary(A&& a, B&& b, const S& value, const Da& da, const Db& db) {
  if constexpr (!is_recordable<S>) {
    return Var<S>(value);
  } else if constexpr (!std::same_as<bare<A>, Var<S>>) {
    return VarAccess::unary<is_temporary<B>>(b, value, db());
  } else if constexpr (!std::same_as<bare<B>, Var<S>>) {
    return VarAccess::unary<is_temporary<A>>(a, value, da());
  } else {
    return VarAccess::binary<is_temporary<A>, is_temporary<B>>(a, b, value, da(), db());
  }
}

}  // namespace grove::detail
