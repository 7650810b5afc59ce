// Active scalars: a value and the slot of the tape where its adjoint will be.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <limits>
#include <ostream>
#include <type_traits>
#include <utility>

#include "autodiff/dual.hpp"
#include "autodiff/tape.hpp"

namespace grove {

template <class S>
class Var;

namespace detail {

template <class T>
inline constexpr bool is_var = false;
template <class S>
inline constexpr bool is_var<Var<S>> = true;

struct VarAccess;

}  // namespace detail

/// An active scalar inside a loss: a small value (16 bytes for double), copied freely.
///
/// It takes part in arithmetic and in every primitive with other variables, with plain numbers and with active arrays.
/// A Var made from a number is a constant. It means something only while its recording is open; using it later throws
/// StaleVariableError at the next recorded operation (comparisons and reading the value are not checked).
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

  // A copy shares the slot, so neither side may have its statement extended in place any more.
  constexpr Var(const Var& other) : value_(other.value_), id_(other.settled()) {}
  constexpr Var& operator=(const Var& other) & {
    id_ = other.settled();
    value_ = other.value_;
    return *this;
  }
  constexpr ~Var() = default;

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

  using Id = typename detail::Tape<S>::Id;
  static constexpr Id fresh_bit = detail::Tape<S>::fresh_bit;

  Var(const S& value, Id id) : value_(value), id_(id) {}

  // The id, from here on not fresh.
  constexpr Id settled() const {
    if ((id_ & fresh_bit) != 0) id_ &= ~fresh_bit;
    return id_;
  }

  template <class B, class P>
  Var& accumulate(B&& b, const P& sign, const S& value);

  S value_{};
  mutable Id id_ = 0;  // see Tape; a constant has tag 0
};

namespace detail {

/// How primitives make and read variables.
struct VarAccess {
  template <class S>
  static std::uint32_t slot(const Var<S>& x) {
    return Tape<S>::slot_of(x.id_);
  }
  template <class S>
  static std::uint64_t id(const Var<S>& x) {
    return x.id_;
  }
  template <class S>
  static std::uint32_t tag(const Var<S>& x) {
    return static_cast<std::uint32_t>(x.id_ >> 32) | 1U;
  }
  template <class S>
  [[gnu::always_inline]] static Var<S> make(const S& value, std::uint32_t slot, std::uint32_t tag) {
    return Var<S>(value, Tape<S>::id_of(tag & ~1U, slot));
  }
  template <class S>
  static bool is_live(const Var<S>& x, const Tape<S>& tape) {
    return tape.is_live(x.id_);
  }
  template <class S>
  static bool is_passive(const Var<S>& x) {
    return (x.id_ >> 32) == 0;
  }

  /// True if the variable belongs to the open recording, false if it is a constant; anything else is an error.
  template <class S>
  static bool is_active(const Var<S>& x, const Tape<S>& tape) {
    return is_active(x.id_, tape);
  }

  /// The result of a function of one variable. `Rvalue` says that x is a temporary, whose statement may be extended.
  template <bool Rvalue, class S, class P>
  [[gnu::always_inline]] static Var<S> unary(const Var<S>& x, const S& value, const P& slope) {
    if constexpr (is_recordable<S>) {
      return recorded_unary<Rvalue>(x, value, slope);
    } else {
      return Var<S>(value, 0);
    }
  }
  /// The same for functions that cost a call anyway: only the extension of a temporary's statement is inline.
  template <bool Rvalue, class S>
  static Var<S> function(const Var<S>& x, const S& value, const S& slope) {
    Tape<S>& tape = *current_tape<S>;
    if constexpr (Rvalue) {
      if (tape.is_newest(x.id_) && can_scale(tape)) [[likely]] {
        tape.scale_newest(slope);
        return take(x, value);
      }
    }
    return Var<S>(value, record_function(x.id_, slope, tape));
  }
  template <bool RvalueA, bool RvalueB, class S, class P, class Q>
  [[gnu::always_inline]] static Var<S> binary(const Var<S>& a, const Var<S>& b, const S& value, const P& da,
                                              const Q& db) {
    if constexpr (is_recordable<S>) {
      return recorded_binary<RvalueA, RvalueB>(a, b, value, da, db);
    } else {
      return Var<S>(value, 0);
    }
  }
  /// A variable with the value of `result` and its tangents as partials of the variables with these ids.
  template <int N, class S, class D>
  [[gnu::always_inline]] static Var<S> fused(Tape<S>& tape, const std::uint64_t* ids, const D& result) {
    return Var<S>(result.value, tape.template push_nonzero<N>(ids, result.tangent));
  }

  /// sum ← sum ± b.
  template <class B, class S, class P>
  [[gnu::always_inline]] static void accumulate(Var<S>& sum, B&& b, const P& sign, const S& value) {
    if constexpr (is_recordable<S>) {
      record_sum(sum, std::forward<B>(b), sign, value);
    } else {
      sum.value_ = value;
    }
  }

 private:
  template <bool Rvalue, class S, class P>
  [[gnu::always_inline]] static Var<S> recorded_unary(const Var<S>& x, const S& value, const P& slope) {
    Tape<S>& tape = *current_tape<S>;
    if constexpr (Rvalue) {
      if (tape.is_newest(x.id_) && can_scale(tape)) [[likely]] {
        tape.scale_newest(slope);
        return take(x, value);
      }
    }
    if (!is_live(x, tape)) [[unlikely]]
      return Var<S>(value, constant(x.id_, tape));
    if constexpr (std::is_same_v<P, One>) {
      return Var<S>(value, x.settled());  // an identity: the result has x's slot
    } else {
      return Var<S>(value, tape.push(x.id_, slope));
    }
  }

  template <bool RvalueA, bool RvalueB, class S, class P, class Q>
  [[gnu::always_inline]] static Var<S> recorded_binary(const Var<S>& a, const Var<S>& b, const S& value, const P& da,
                                                       const Q& db) {
    Tape<S>& tape = *current_tape<S>;
    if constexpr (RvalueA && RvalueB) {
      if (tape.is_newest(b.id_) && a.id_ + 1 == b.id_ && tape.can_merge_newest_two()) [[likely]] {
        tape.merge_newest_two(da, db);
        b.id_ = moved;
        return take(a, value);
      }
      if (tape.is_newest(a.id_) && b.id_ + 1 == a.id_ && tape.can_merge_newest_two()) {
        tape.merge_newest_two(db, da);
        a.id_ = moved;
        return take(b, value);
      }
    }
    if constexpr (RvalueA) {
      if (tape.is_newest(a.id_) && tape.is_live(b.id_) && a.id_ != b.id_ && tape.can_grow_scaled()) [[likely]] {
        tape.scale_and_append(da, b.id_, db);
        return take(a, value);
      }
    }
    if constexpr (RvalueB) {
      if (tape.is_newest(b.id_) && tape.is_live(a.id_) && a.id_ != b.id_ && tape.can_grow_scaled()) [[likely]] {
        tape.scale_and_append(db, a.id_, da);
        return take(b, value);
      }
    }
    if (!tape.are_live(a.id_, b.id_)) [[unlikely]]
      return Var<S>(value, partly_constant(a.id_, b.id_, S(da), S(db), tape));
    return Var<S>(value, tape.push(a.id_, da, b.id_, db));
  }

  /// The statement of `sum` grows in place while nothing else refers to it.
  template <class B, class S, class P>
  [[gnu::always_inline]] static void record_sum(Var<S>& sum, B&& b, const P& sign, const S& value) {
    Tape<S>& tape = *current_tape<S>;
    if (tape.are_live(sum.id_, b.id_)) [[likely]] {
      if (tape.is_newest(sum.id_)) {
        if (sum.id_ != b.id_ && tape.can_grow()) {
          tape.scale_and_append(One(), b.id_, sign);
          sum.value_ = value;
          return;
        }
      } else if constexpr (!std::is_lvalue_reference_v<B>) {
        if (sum.id_ + 1 == b.id_ && tape.is_newest(b.id_) && tape.can_append_newest_two() &&
            !tape.newest_uses(slot(sum))) {
          tape.merge_newest_two(One(), sign);
          b.id_ = moved;
          sum.value_ = value;
          return;
        }
      }
    }
    assign(sum, recorded_binary<false, !std::is_lvalue_reference_v<B>>(sum, b, value, One(), sign));
  }

  static constexpr std::uint64_t moved = std::uint64_t{1} << 63;  // of no recording: use after std::move is an error

  template <class S>
  [[gnu::noinline]] static std::uint64_t record_function(std::uint64_t x, S slope, Tape<S>& tape) {
    return is_active(x, tape) ? tape.push(x, slope) : 0;
  }

  // The slow paths take and return ids: a variable whose address is taken would live in memory.

  /// True if x belongs to the open recording, false if it is a constant; anything else is an error.
  template <class S>
  static bool is_active(std::uint64_t x, const Tape<S>& tape) {
    if (tape.is_live(x)) return true;
    if ((x >> 32) != 0) tape.throw_foreign(static_cast<std::uint32_t>(x >> 32) | 1U);
    return false;
  }
  /// The slow path of `unary`: x is a constant, or an error.
  template <class S>
  [[gnu::noinline, gnu::cold]] static std::uint64_t constant(std::uint64_t x, const Tape<S>& tape) {
    is_active(x, tape);
    return 0;
  }
  /// The slow path of `binary`: an operand is a constant, or an error.
  template <class S>
  [[gnu::noinline, gnu::cold]] static std::uint64_t partly_constant(std::uint64_t a, std::uint64_t b, S da, S db,
                                                                    Tape<S>& tape) {
    if (is_active(a, tape)) {
      is_active(b, tape);
      return tape.push(a, da);
    }
    return is_active(b, tape) ? tape.push(b, db) : 0;
  }
  // A factor costs nothing until something else is recorded, unless the tape applies it at once.
  template <class S>
  [[gnu::always_inline]] static bool can_scale(const Tape<S>& tape) {
    return std::is_floating_point_v<S> || tape.can_grow_scaled();
  }
  // Hands the statement of a temporary over to the result.
  template <class S>
  [[gnu::always_inline]] static Var<S> take(const Var<S>& x, const S& value) {
    Var<S> result(value, x.id_);
    x.id_ = moved;
    return result;
  }
  // Assignment that keeps the result fresh.
  template <class S>
  [[gnu::always_inline]] static void assign(Var<S>& target, const Var<S>& result) {
    target.value_ = result.value_;
    target.id_ = result.id_;
  }
};

}  // namespace detail

template <class S>
template <class B, class P>
[[gnu::always_inline]] inline Var<S>& Var<S>::accumulate(B&& b, const P& sign, const S& value) {
  detail::VarAccess::accumulate(*this, std::forward<B>(b), sign, value);
  return *this;
}

namespace detail {

/// Any of the numbers that mix with Var<S>: S itself, or an arithmetic type.
template <class T, class S>
concept NumberFor = std::is_arithmetic_v<T> || std::same_as<T, S>;

template <class A>
using bare = std::remove_cvref_t<A>;

/// One operand is a variable, the other a variable of the same kind or a number.
template <class A, class B>
inline constexpr bool are_scalar_operands = false;
template <class S>
inline constexpr bool are_scalar_operands<Var<S>, Var<S>> = true;
template <class S, class T>
requires NumberFor<T, S>
inline constexpr bool are_scalar_operands<Var<S>, T> = true;
template <class S, class T>
requires NumberFor<T, S>
inline constexpr bool are_scalar_operands<T, Var<S>> = true;

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
requires NumberFor<T, S>
struct common_tape_scalar<Var<S>, T> {
  using type = S;
};
template <class S, class T>
requires NumberFor<T, S>
struct common_tape_scalar<T, Var<S>> {
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
  return S(x);
}

/// The operand of an operation on values: a plain number beside a Dual stays one, as it has no tangents.
template <class S, class T>
constexpr decltype(auto) number(const T& x) {
  if constexpr (std::same_as<T, Var<S>>) {
    return x.value();
  } else if constexpr (is_dual<S> && std::is_arithmetic_v<T>) {
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

}  // namespace detail

template <class A, class B>
requires detail::ScalarOperands<A, B>
[[gnu::always_inline]] inline auto operator+(A&& a, B&& b) {
  using S = detail::common_scalar<A, B>;
  const auto one = [] { return detail::One(); };
  return detail::scalar_binary(std::forward<A>(a), std::forward<B>(b), S(detail::number<S>(a) + detail::number<S>(b)),
                               one, one);
}

template <class A, class B>
requires detail::ScalarOperands<A, B>
[[gnu::always_inline]] inline auto operator-(A&& a, B&& b) {
  using S = detail::common_scalar<A, B>;
  return detail::scalar_binary(
      std::forward<A>(a), std::forward<B>(b), S(detail::number<S>(a) - detail::number<S>(b)),
      [] { return detail::One(); }, [] { return detail::MinusOne(); });
}

template <class A, class B>
requires detail::ScalarOperands<A, B>
[[gnu::always_inline]] inline auto operator*(A&& a, B&& b) {
  using S = detail::common_scalar<A, B>;
  const detail::number_t<S, A> x = detail::number<S>(a);
  const detail::number_t<S, B> y = detail::number<S>(b);
  return detail::scalar_binary(
      std::forward<A>(a), std::forward<B>(b), S(x * y), [&] { return S(y); }, [&] { return S(x); });
}

template <class A, class B>
requires detail::ScalarOperands<A, B>
[[gnu::always_inline]] inline auto operator/(A&& a, B&& b) {
  using S = detail::common_scalar<A, B>;
  const detail::number_t<S, A> x = detail::number<S>(a);
  const detail::number_t<S, B> y = detail::number<S>(b);
  const S quotient = x / y;
  return detail::scalar_binary(
      std::forward<A>(a), std::forward<B>(b), quotient, [&] { return S(S(1) / y); }, [&] { return S(-quotient / y); });
}

template <class A>
requires detail::is_var<detail::bare<A>>
[[gnu::always_inline]] inline auto operator-(A&& a) {
  using S = typename detail::bare<A>::Scalar;
  return detail::VarAccess::unary<detail::is_temporary<A>>(a, S(-a.value()), detail::MinusOne());
}
template <class S>
Var<S> operator+(const Var<S>& a) {
  return a;
}

#define GROVE_DETAIL_COMPARE(op)                       \
  template <class A, class B>                          \
  requires detail::ScalarOperands<A, B>                \
  bool operator op(const A& a, const B& b) {           \
    using S = detail::common_scalar<A, B>;             \
    return detail::plain<S>(a) op detail::plain<S>(b); \
  }
GROVE_DETAIL_COMPARE(==)
GROVE_DETAIL_COMPARE(!=)
GROVE_DETAIL_COMPARE(<)
GROVE_DETAIL_COMPARE(>)
GROVE_DETAIL_COMPARE(<=)
GROVE_DETAIL_COMPARE(>=)
#undef GROVE_DETAIL_COMPARE

template <class S>
bool isfinite(const Var<S>& x) {
  using std::isfinite;
  return isfinite(x.value());
}
template <class S>
bool isnan(const Var<S>& x) {
  using std::isnan;
  return isnan(x.value());
}
template <class S>
bool isinf(const Var<S>& x) {
  using std::isinf;
  return isinf(x.value());
}
template <class S>
std::ostream& operator<<(std::ostream& out, const Var<S>& x) {
  return out << x.value();
}

/// Exactly zero and constant.
template <class S>
bool is_exact_zero(const Var<S>& x) {
  return detail::VarAccess::is_passive(x) && is_exact_zero(x.value());
}

}  // namespace grove

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

// Products and sums of Eigen matrices of variables with plain ones.
template <class S, class Op>
struct Eigen::ScalarBinaryOpTraits<grove::Var<S>, S, Op> {
  using ReturnType = grove::Var<S>;
};
template <class S, class Op>
struct Eigen::ScalarBinaryOpTraits<S, grove::Var<S>, Op> {
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
