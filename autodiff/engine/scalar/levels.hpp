// Levels of nested derivatives are types: which numbers another one is made of, and is a variable or a tangent over.
#pragma once

#include <concepts>
#include <type_traits>

namespace grove {

template <class S>
class Var;
template <class S, int N = 1, bool Forward = false>
struct Dual;

namespace detail {

/// True if T is a number of an enclosing level: one that S holds, or holds a number that holds it. A nested function
/// meets such numbers when it captures them; they are constants to S, and keep what they are to their own level.
template <class T, class S>
inline constexpr bool is_enclosing = false;
template <class T, class S>
inline constexpr bool is_enclosing<T, Var<S>> = std::same_as<T, S> || is_enclosing<T, S>;
template <class T, class S, int N, bool Forward>
inline constexpr bool is_enclosing<T, Dual<S, N, Forward>> = std::same_as<T, S> || is_enclosing<T, S>;

/// A number that is a constant to S, a variable or a Dual: arithmetic, or of an enclosing level.
template <class T, class S>
concept ConstantTo = std::is_arithmetic_v<T> || is_enclosing<T, S>;

/// True for T = Var<R> where neither Var<R> nor Var<S> is nested in the other.
template <class T, class S>
inline constexpr bool is_unrelated = false;
template <class R, class S>
inline constexpr bool is_unrelated<Var<R>, S> =
    !std::same_as<R, S> && !is_enclosing<Var<R>, Var<S>> && !is_enclosing<Var<S>, Var<R>>;

/// Says what to write where variables of the type T meet the recording of scalar S and are no constants to it.
template <class T, class S>
consteval void check_level() {
  static_assert(
      !is_unrelated<T, S>,
      "grove: a derivative at a point of plain numbers uses variables of the enclosing loss, which would lose "
      "theirs; make the point T(x) or grove::Vector<T>(x), with T the scalar of those variables "
      "(grove::scalar_t<decltype(w)>), or pass them as arguments of the inner function");
}

}  // namespace detail
}  // namespace grove
