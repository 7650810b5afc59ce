// Active scalars: a value and the slot of the tape where its adjoint will be.
#pragma once

#include <type_traits>
#include <utility>

#include "../tape/tape.hpp"
#include "levels.hpp"

namespace grove {

namespace detail {

template <class T>
inline constexpr bool is_var = false;
template <class S>
inline constexpr bool is_var<Var<S>> = true;

struct VarAccess;

template <class T>
constexpr void assignment_to_entry() {
  static_assert(
      sizeof(T) == 0,
      "grove: an entry of an active array cannot be assigned; fill an Eigen::MatrixX<T> or Eigen::VectorX<T>, or "
      "make the whole with where, stack, hcat or vcat");
}

}  // namespace detail

/// An active scalar inside a loss: a small value (16 bytes for double), copied freely.
///
/// It takes part in arithmetic and in every primitive with other variables, with plain numbers and with active arrays.
/// A Var made from a number is a constant; what a loss computes from constants alone is a variable like any other,
/// whose derivative is zero. A variable means something only while its recording is open; using it later throws
/// StaleVariableError at the next recorded operation (comparisons and reading the value are not checked), unless it was
/// kept for just 16,777,213 recordings of the thread.
template <class S>
class Var {
 public:
  using Scalar = S;

  constexpr Var() = default;
  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr Var(T value) : value_(static_cast<S>(value)) {}  // NOLINT: numbers are constants
  constexpr Var(const S& value)                              // NOLINT
      requires(!std::is_arithmetic_v<S>)
      : value_(value) {}
  template <class T>
  requires(detail::is_enclosing<T, S> && !std::is_arithmetic_v<T>) constexpr Var(const T& outer)
      : value_(outer) {}  // NOLINT: numbers of an enclosing level are constants

  // A copy shares the slot, so neither side may have its statement extended in place any more.
  constexpr Var(const Var& other) : value_(other.value_), id_(other.settled()) {}
  constexpr Var& operator=(const Var& other) & {
    id_ = other.settled();
    value_ = other.value_;
    return *this;
  }
  constexpr ~Var() = default;

  // Entries of active arrays are values.
  template <class T>
  void operator=(const T& /*value*/) && {
    detail::assignment_to_entry<T>();
  }
  template <class T>
  void operator+=(const T& /*value*/) && {
    detail::assignment_to_entry<T>();
  }
  template <class T>
  void operator-=(const T& /*value*/) && {
    detail::assignment_to_entry<T>();
  }

  /// The plain value.
  constexpr const S& value() const { return value_; }

  [[gnu::always_inline]] Var& operator+=(const Var& b) & { return accumulate(b, detail::One(), value_ + b.value_); }
  [[gnu::always_inline]] Var& operator-=(const Var& b) & {
    return accumulate(b, detail::MinusOne(), value_ - b.value_);
  }
  [[gnu::always_inline]] Var& operator+=(Var&& b) & {
    return accumulate(std::move(b), detail::One(), value_ + b.value_);
  }
  [[gnu::always_inline]] Var& operator-=(Var&& b) & {
    return accumulate(std::move(b), detail::MinusOne(), value_ - b.value_);
  }
  Var& operator*=(const Var& b) & { return *this = *this * b; }
  Var& operator/=(const Var& b) & { return *this = *this / b; }

 private:
  friend struct detail::VarAccess;

  Var(const S& value, detail::ScalarId id) : value_(value), id_(id) {}

  // The id, from here on not fresh.
  constexpr detail::ScalarId settled() const {
    const detail::ScalarId settled = id_.settled();
    if (settled.tag_and_count != id_.tag_and_count) id_.tag_and_count = settled.tag_and_count;
    return settled;
  }

  template <class B, class P>
  Var& accumulate(B&& b, const P& sign, const S& value);

  S value_{};
  mutable detail::ScalarId id_{};
};

}  // namespace grove
