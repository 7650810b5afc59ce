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
    return bits_of(x.id_.slot);
  }
  template <class S>
  static ScalarId id(const Var<S>& x) {
    return x.id_;
  }
  template <class S>
  static std::uint32_t tag(const Var<S>& x) {
    return x.id_.tag();
  }
  template <class S>
  [[gnu::always_inline]] static Var<S> make(const S& value, std::uint32_t slot, std::uint32_t tag) {
    return Var<S>(value, ScalarId{Slot(slot), TagAndCount(tag)});
  }
  template <class S>
  static bool is_live(const Var<S>& x, const Tape<S>& tape) {
    return tape.is_live(x.id_);
  }
  /// True for a constant, and for whatever an evaluation computes.
  template <class S>
  static bool is_passive(const Var<S>& x) {
    return x.id_.is_constant() || !current_tape<S>->records();
  }

  /// True if the variable belongs to the open recording, false if it is a constant; anything else is an error.
  template <class S>
  static bool is_active(const Var<S>& x, const Tape<S>& tape) {
    if (tape.is_live(x.id_)) return tape.records();
    if (!x.id_.is_constant()) tape.throw_foreign(tag(x));
    return false;
  }

  /// The result of a function of one variable. `Rvalue` says that x is a temporary, whose statement may be extended.
  template <bool Rvalue, class S, class P>
  [[gnu::always_inline]] static Var<S> unary(const Var<S>& x, const S& value, const P& slope) {
    if constexpr (is_recordable<S>) {
      return recorded_unary<Rvalue>(x, value, slope);
    } else {
      return Var<S>(value, ScalarId{});
    }
  }
  /// The same for functions that cost a call anyway: only the extension of a temporary's statement is inline.
  template <bool Rvalue, class S>
  static Var<S> function(const Var<S>& x, const S& value, const S& slope) {
    if constexpr (Rvalue) {
      if (can_scale(x)) [[likely]] {
        frontier<S>.scale(x.id_, slope);
        return take(x, value);
      }
    }
    return Var<S>(value, record_function(x.id_, slope));
  }
  template <bool RvalueA, bool RvalueB, class S, class P, class Q>
  [[gnu::always_inline]] static Var<S> binary(const Var<S>& a, const Var<S>& b, const S& value, const P& da,
                                              const Q& db) {
    if constexpr (is_recordable<S>) {
      return recorded_binary<RvalueA, RvalueB>(a, b, value, da, db);
    } else {
      return Var<S>(value, ScalarId{});
    }
  }
  /// A variable with the value of `result` and its tangents as partials of the variables with these slots.
  template <int N, class S, class D>
  [[gnu::always_inline]] static Var<S> fused(const Slot* slots, const D& result) {
    return Var<S>(result.value, frontier<S>.template push_nonzero<N>(slots, result.tangent));
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
    if constexpr (Rvalue) {
      if (can_scale(x)) [[likely]] {
        frontier<S>.scale(x.id_, slope);
        return take(x, value);
      }
    }
    if constexpr (std::is_same_v<P, One>) {  // an identity: the result has x's slot
      frontier<S>.slot_of_operand(x.id_);
      return Var<S>(value, x.settled());
    } else {
      return Var<S>(value, frontier<S>.push(x.id_, slope));
    }
  }

  template <bool RvalueA, bool RvalueB, class S, class P, class Q>
  [[gnu::always_inline]] static Var<S> recorded_binary(const Var<S>& a, const Var<S>& b, const S& value, const P& da,
                                                       const Q& db) {
    Frontier<S>& tape = frontier<S>;
    if constexpr (RvalueA && RvalueB) {
      if (tape.are_newest_two(a.id_, b.id_) && can_merge(a, b)) [[likely]] {
        const ScalarId id = tape.merge(a.id_, da, b.id_, db);
        a.id_ = b.id_ = moved_id;
        return Var<S>(value, id);
      }
      if (tape.are_newest_two(b.id_, a.id_) && can_merge(b, a)) {
        const ScalarId id = tape.merge(b.id_, db, a.id_, da);
        a.id_ = b.id_ = moved_id;
        return Var<S>(value, id);
      }
    }
    if constexpr (RvalueA) {
      if (can_scale(a) && &a != &b) [[likely]] {
        const ScalarId id = tape.scale_and_append(a.id_, da, b.id_, db);
        a.id_ = moved_id;
        return Var<S>(value, id);
      }
    }
    if constexpr (RvalueB) {
      if (can_scale(b) && &a != &b) [[likely]] {
        const ScalarId id = tape.scale_and_append(b.id_, db, a.id_, da);
        b.id_ = moved_id;
        return Var<S>(value, id);
      }
    }
    if (__builtin_constant_p(&a == &b) && &a == &b) return Var<S>(value, tape.push(a.id_, S(S(da) + S(db))));
    return Var<S>(value, tape.push(a.id_, da, b.id_, db));
  }

  /// The statement of `sum` grows in place while nothing else refers to it.
  template <class B, class S, class P>
  [[gnu::always_inline]] static void record_sum(Var<S>& sum, B&& b, const P& sign, const S& value) {
    Frontier<S>& tape = frontier<S>;
    constexpr bool temporary = !std::is_lvalue_reference_v<B>;
    if constexpr (temporary) {
      if (tape.are_newest_two(sum.id_, b.id_)) [[likely]] {
        if (!tape.merge_sum(sum.id_, b.id_, sign)) [[unlikely]]
          sum.id_ = tape.push(sum.id_, One(), b.id_, sign);
        b.id_ = moved_id;
        sum.value_ = value;
        return;
      }
    }
    if (tape.is_newest(sum.id_) && tape.count_of(sum.id_) < Frontier<S>::max_entries && &sum != &b) {
      sum.id_ = tape.scale_and_append(sum.id_, One(), b.id_, sign);
      sum.value_ = value;
      return;
    }
    if constexpr (temporary) {
      if (sum.id_.is_constant() && can_scale(b)) {
        tape.scale(b.id_, sign);
        assign(sum, take(b, value));
        return;
      }
    }
    assign(sum, recorded_binary<false, temporary>(sum, b, value, One(), sign));
  }

  template <class S>
  [[gnu::noinline]] static ScalarId record_function(ScalarId x, S slope) {
    return frontier<S>.push(x, slope);
  }

  /// True for the only handle of the newest statement if it is short enough to be scaled in place.
  template <class S>
  [[gnu::always_inline]] static bool can_scale(const Var<S>& x) {
    return frontier<S>.is_newest(x.id_) && frontier<S>.count_of(x.id_) < Frontier<S>::max_scaled;
  }
  /// The same for the two newest ones.
  template <class S>
  [[gnu::always_inline]] static bool can_merge(const Var<S>& older, const Var<S>& newer) {
    return frontier<S>.count_of(older.id_) + frontier<S>.count_of(newer.id_) <= Frontier<S>::max_scaled;
  }
  // Hands the statement of a temporary over to the result.
  template <class S>
  [[gnu::always_inline]] static Var<S> take(const Var<S>& x, const S& value) {
    Var<S> result(value, x.id_);
    x.id_ = moved_id;
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
