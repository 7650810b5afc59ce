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
  constexpr Var(const Var& other) : value_(other.value_), slot_(other.slot_), tag_(other.tag_ & ~1U) {
    if ((other.tag_ & 1U) != 0) other.tag_ = tag_;
  }
  constexpr Var& operator=(const Var& other) & {
    const std::uint32_t tag = other.tag_ & ~1U;
    if ((other.tag_ & 1U) != 0) other.tag_ = tag;
    value_ = other.value_;
    slot_ = other.slot_;
    tag_ = tag;
    return *this;
  }
  constexpr ~Var() = default;

  /// The plain value.
  constexpr const S& value() const { return value_; }

  Var& operator+=(const Var& b) & { return accumulate(b, detail::One(), value_ + b.value_); }
  Var& operator-=(const Var& b) & { return accumulate(b, detail::MinusOne(), value_ - b.value_); }
  Var& operator+=(Var&& b) & { return accumulate(std::move(b), detail::One(), value_ + b.value_); }
  Var& operator-=(Var&& b) & { return accumulate(std::move(b), detail::MinusOne(), value_ - b.value_); }
  Var& operator*=(const Var& b) & { return *this = *this * b; }
  Var& operator/=(const Var& b) & { return *this = *this / b; }

 private:
  friend struct detail::VarAccess;

  Var(const S& value, std::uint32_t slot, std::uint32_t tag) : value_(value), slot_(slot), tag_(tag) {}

  template <class B, class P>
  Var& accumulate(B&& b, const P& sign, const S& value);

  S value_{};
  std::uint32_t slot_ = 0;
  mutable std::uint32_t tag_ = 0;  // of the recording; the lowest bit says 'fresh': the only handle of its statement
};

namespace detail {

/// How primitives make and read variables.
struct VarAccess {
  template <class S>
  static std::uint32_t slot(const Var<S>& x) {
    return x.slot_;
  }
  template <class S>
  static std::uint32_t tag(const Var<S>& x) {
    return x.tag_ | 1U;
  }
  template <class S>
  static Var<S> fresh(const S& value, std::uint32_t slot, const Tape<S>& tape) {
    return Var<S>(value, slot, tape.tag());
  }
  template <class S>
  static Var<S> make(const S& value, std::uint32_t slot, std::uint32_t tag) {
    return Var<S>(value, slot, tag & ~1U);
  }
  template <class S>
  static bool is_live(const Var<S>& x, const Tape<S>& tape) {
    return (x.tag_ | 1U) == tape.tag();
  }
  template <class S>
  static bool is_passive(const Var<S>& x) {
    return x.tag_ == 0;
  }

  /// True if the variable belongs to the open recording, false if it is a constant; anything else is an error.
  template <class S>
  static bool is_active(const Var<S>& x, const Tape<S>& tape) {
    if (is_live(x, tape)) return true;
    if (!is_passive(x)) tape.throw_foreign(x.tag_ | 1U);
    return false;
  }

  /// The result of a function of one variable. `Rvalue` says that x is a temporary, whose statement may be extended.
  template <bool Rvalue, class S, class P>
  [[gnu::always_inline]] static Var<S> unary(const Var<S>& x, const S& value, const P& slope) {
    Tape<S>& tape = *current_tape<S>;
    if constexpr (Rvalue) {
      if (can_extend(x, tape)) [[likely]] {
        tape.scale_newest(slope);
        return take(x, value);
      }
    }
    if (!is_live(x, tape)) [[unlikely]]
      return constant(x, value, tape);
    if constexpr (std::is_same_v<P, One>) {
      x.tag_ &= ~1U;
      return Var<S>(value, x.slot_, x.tag_);  // an identity: the result has x's slot
    } else {
      return fresh(value, tape.push(x.slot_, slope), tape);
    }
  }

  template <bool RvalueA, bool RvalueB, class S, class P, class Q>
  [[gnu::always_inline]] static Var<S> binary(const Var<S>& a, const Var<S>& b, const S& value, const P& da,
                                              const Q& db) {
    Tape<S>& tape = *current_tape<S>;
    if ((int(is_live(a, tape)) & int(is_live(b, tape))) == 0) [[unlikely]]
      return partly_constant(a, b, value, S(da), S(db), tape);
    if constexpr (RvalueA && RvalueB) {
      if (is_fresh(a) && is_fresh(b)) {
        if (tape.is_newest(b.slot_) && a.slot_ + 1 == b.slot_ && tape.can_merge_newest_two()) {
          tape.merge_newest_two(da, db);
          b.tag_ = moved;
          return take(a, value);
        }
        if (tape.is_newest(a.slot_) && b.slot_ + 1 == a.slot_ && tape.can_merge_newest_two()) {
          tape.merge_newest_two(db, da);
          a.tag_ = moved;
          return take(b, value);
        }
      }
    }
    if constexpr (RvalueA) {
      if (can_extend(a, tape) && a.slot_ != b.slot_) {
        tape.scale_newest(da);
        tape.append_to_newest(b.slot_, db);
        return take(a, value);
      }
    }
    if constexpr (RvalueB) {
      if (can_extend(b, tape) && a.slot_ != b.slot_) {
        tape.scale_newest(db);
        tape.append_to_newest(a.slot_, da);
        return take(b, value);
      }
    }
    if (a.slot_ == b.slot_) return fresh(value, tape.push(a.slot_, S(S(da) + S(db))), tape);
    return fresh(value, tape.push(a.slot_, da, b.slot_, db), tape);
  }

  /// sum ← sum ± b. The statement of `sum` grows in place while nothing else refers to it.
  template <class B, class S, class P>
  [[gnu::always_inline]] static void accumulate(Var<S>& sum, B&& b, const P& sign, const S& value) {
    Tape<S>& tape = *current_tape<S>;
    if (is_live(sum, tape) && is_live(b, tape) && is_fresh(sum) && sum.slot_ != b.slot_) {
      if (tape.is_newest(sum.slot_)) {
        if (tape.newest_count() < Tape<S>::max_entries) {
          tape.append_to_newest(b.slot_, sign);
          sum.value_ = value;
          return;
        }
      } else if constexpr (!std::is_lvalue_reference_v<B>) {
        if (is_fresh(b) && tape.is_newest(b.slot_) && sum.slot_ + 1 == b.slot_ && !tape.newest_uses(sum.slot_) &&
            tape.can_append_newest_two()) {
          tape.append_newest_to_previous(sign);
          b.tag_ = moved;
          sum.value_ = value;
          return;
        }
      }
    }
    assign(sum, binary<false, !std::is_lvalue_reference_v<B>>(sum, b, value, One(), sign));
  }

 private:
  static constexpr std::uint32_t moved = 0x80000000U;  // a tag that no recording has: use after std::move is an error

  /// The slow path of `unary`: x is a constant, or an error.
  template <class S>
  [[gnu::noinline, gnu::cold]] static Var<S> constant(const Var<S>& x, const S& value, const Tape<S>& tape) {
    is_active(x, tape);
    return Var<S>(value, 0, 0);
  }
  /// The slow path of `binary`: an operand is a constant, or an error.
  template <class S>
  [[gnu::noinline, gnu::cold]] static Var<S> partly_constant(const Var<S>& a, const Var<S>& b, const S& value,
                                                             const S& da, const S& db, const Tape<S>& tape) {
    if (is_active(a, tape)) {
      is_active(b, tape);
      return unary<false>(a, value, da);
    }
    return unary<false>(b, value, db);
  }
  template <class S>
  static bool is_fresh(const Var<S>& x) {
    return (x.tag_ & 1U) != 0;
  }
  template <class S>
  static bool can_extend(const Var<S>& x, const Tape<S>& tape) {
    return x.tag_ == tape.tag() && tape.is_newest(x.slot_) && tape.newest_count() < Tape<S>::max_scaled;
  }
  // Hands the statement of a temporary over to the result.
  template <class S>
  static Var<S> take(const Var<S>& x, const S& value) {
    Var<S> result(value, x.slot_, x.tag_);
    x.tag_ = moved;
    return result;
  }
  // Assignment that keeps the result fresh.
  template <class S>
  static void assign(Var<S>& target, const Var<S>& result) {
    target.value_ = result.value_;
    target.slot_ = result.slot_;
    target.tag_ = result.tag_;
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

/// The value, by its partials, of a function of two operands of which either may be a plain number.
template <class A, class B, class S, class Da, class Db>
[[gnu::always_inline]] inline Var<S> scalar_binary(A&& a, B&& b, const S& value, const Da& da, const Db& db) {
  if constexpr (!std::same_as<bare<A>, Var<S>>) {
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
  return detail::scalar_binary(std::forward<A>(a), std::forward<B>(b), S(detail::plain<S>(a) + detail::plain<S>(b)),
                               one, one);
}

template <class A, class B>
requires detail::ScalarOperands<A, B>
[[gnu::always_inline]] inline auto operator-(A&& a, B&& b) {
  using S = detail::common_scalar<A, B>;
  return detail::scalar_binary(
      std::forward<A>(a), std::forward<B>(b), S(detail::plain<S>(a) - detail::plain<S>(b)),
      [] { return detail::One(); }, [] { return detail::MinusOne(); });
}

template <class A, class B>
requires detail::ScalarOperands<A, B>
[[gnu::always_inline]] inline auto operator*(A&& a, B&& b) {
  using S = detail::common_scalar<A, B>;
  const S x = detail::plain<S>(a), y = detail::plain<S>(b);
  return detail::scalar_binary(
      std::forward<A>(a), std::forward<B>(b), S(x * y), [&] { return y; }, [&] { return x; });
}

template <class A, class B>
requires detail::ScalarOperands<A, B>
[[gnu::always_inline]] inline auto operator/(A&& a, B&& b) {
  using S = detail::common_scalar<A, B>;
  const S x = detail::plain<S>(a), y = detail::plain<S>(b);
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
