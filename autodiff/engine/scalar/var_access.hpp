// How operations on variables are recorded: which statement grows in place, and when a new one is made.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "var.hpp"

namespace grove {
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
    if constexpr (!std::is_lvalue_reference_v<B>) {
      if (sum.id_ + 1 == b.id_ && tape.is_newest(b.id_)) [[likely]] {
        if (!tape.append_newest_to_previous(sign)) [[unlikely]]
          sum.id_ = tape.push(sum.id_, One(), b.id_, One());
        b.id_ = moved;
        sum.value_ = value;
        return;
      }
    }
    if (tape.is_newest(sum.id_) && tape.is_live(b.id_) && sum.id_ != b.id_ && tape.can_grow()) {
      tape.scale_and_append(One(), b.id_, sign);
      sum.value_ = value;
      return;
    }
    if constexpr (!std::is_lvalue_reference_v<B>) {
      if (is_passive(sum) && tape.is_newest(b.id_) && can_scale(tape)) {
        tape.scale_newest(sign);
        assign(sum, take(b, value));
        return;
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

}  // namespace grove
