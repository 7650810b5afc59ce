// The end of the tape, where scalar statements are recorded: what every operation reads and writes.
//
// The optimiser is meant to see through a chain of operations: the state of the first is known to the second without a
// load, the entries that the first stored are in registers when the second scales them, and the size of a statement
// is a constant inside an expression. So nothing here branches and joins again after it has stored: checks that fail do
// not return, a constant gets an entry as a variable does (of a slot that nobody reads), and only the room for a new
// statement is made by a call, before anything is read.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "entry_run.hpp"
#include "scalar_id.hpp"
#include "tape_scalar.hpp"
#include "tape_storage.hpp"

namespace grove::detail {

// Of the tape of this thread; see tape.hpp.
/// Makes room for another statement.
template <class S>
void make_room();
/// The error for a variable that is neither a constant nor of the open recording.
template <class S>
[[noreturn]] void throw_foreign(std::uint32_t tag);

template <class S>
struct Frontier {
  using Entry = TapeEntry<S>;
  using Run = EntryRun<S>;

  // Types of their own, so that other stores leave them alone.
  enum class NextSlot : std::uint32_t {};
  enum class OpenTag : std::uint32_t {};

  Entry* end = nullptr;         // of the newest statement
  Entry* limit = nullptr;       // the first place where no statement may begin
  NextSlot next{closed_slots};  // the slot of the next statement's result; slot 0 is that of constants
  OpenTag open{closed_tag};     // the tag of the open recording

  /// Where slots begin while no recording is open: above those of recordings, so that none is taken for one of theirs.
  static constexpr std::uint32_t closed_slots = 0x80000000U;
  static constexpr std::uint32_t max_entries = 200;  // of one statement; its size is kept in one byte
  // Longer statements are not rescaled in place, so an operation costs O(1).
  static constexpr std::uint32_t max_scaled = 16;
  static_assert(max_entries + 2 < TapeStorage<S>::margin && max_entries < count_mask);

  // ---- What a scalar is -------------------------------------------------------------------------------------------

  [[gnu::always_inline]] std::uint32_t tag() const { return static_cast<std::uint32_t>(open); }
  [[gnu::always_inline]] std::uint32_t next_slot() const { return static_cast<std::uint32_t>(next); }

  /// True for a variable of the open recording.
  [[gnu::always_inline]] bool is_live(ScalarId x) const { return bits_of(x.tag_and_count) - tag() <= count_mask; }
  /// True for the only handle of the newest statement.
  [[gnu::always_inline]] bool is_newest(ScalarId x) const { return is_fresh(x, bits_of(x.slot) + 1 == next_slot()); }
  /// True for the only handles of the two newest statements.
  [[gnu::always_inline]] bool are_newest_two(ScalarId older, ScalarId newer) const {
    return is_fresh(older, bits_of(older.slot) + 1 == bits_of(newer.slot)) && is_newest(newer);
  }
  // The number of entries of their statements, known at compile time inside an expression: g++ follows it as a
  // difference, clang by the bits. And clang knows the tag no more after a store, so it is to learn nothing from it: a
  // handle with the count and the slot of a fresh one, but not of this recording, is an error.
#if defined(__clang__)
  [[gnu::always_inline]] std::uint32_t count_of(ScalarId x) const { return bits_of(x.tag_and_count) & count_mask; }
  [[gnu::always_inline]] std::uint32_t tag_above_count() const { return tag() & ~count_mask; }
  [[gnu::always_inline]] bool is_fresh(ScalarId x, bool fits) const {
    if (count_of(x) == 0 || !fits) return false;
    if (!is_live(x)) [[unlikely]]
      throw_foreign<S>(x.tag());
    return true;
  }
#else
  [[gnu::always_inline]] std::uint32_t count_of(ScalarId x) const { return bits_of(x.tag_and_count) - tag(); }
  [[gnu::always_inline]] std::uint32_t tag_above_count() const { return tag(); }
  [[gnu::always_inline]] bool is_fresh(ScalarId x, bool fits) const { return count_of(x) - 1 < count_mask && fits; }
#endif
  /// The slot to which the derivative by x goes: that of nobody for a constant. Anything else is an error.
  [[gnu::always_inline]] Slot slot_of_operand(ScalarId x) const {
    if (is_live(x)) [[likely]]
      return x.slot;
    if (!x.is_constant()) throw_foreign<S>(x.tag());
    return Slot{};
  }

  // ---- Statements -------------------------------------------------------------------------------------------------

  /// Records a statement and returns the id of its result, fresh.
  template <class P>
  [[gnu::always_inline]] ScalarId push(ScalarId a, const P& da) {
    return push_slot(slot_of_operand(a), da);
  }
  template <class P, class Q>
  [[gnu::always_inline]] ScalarId push(ScalarId a, const P& da, ScalarId b, const Q& db) {
    const Slot slot_a = slot_of_operand(a), slot_b = slot_of_operand(b);
    if constexpr (omits_constants) {
      if (slot_a == Slot{}) return push_slot(slot_b, db);
      if (slot_b == Slot{}) return push_slot(slot_a, da);
    }
    ensure_room();
    Run::put_first(end, slot_a, da);
    Run::put(end + 1, slot_b, db);
    return finish(2);
  }

  /// Records a statement with an entry for each of the N slots whose partial is not zero; without any, the id of a
  /// constant.
  template <int N, class Partials>
  [[gnu::always_inline]] ScalarId push_nonzero(const Slot* slots, const Partials& partials) {
    ensure_room();
    Entry* entry = end;
    if constexpr (std::is_same_v<S, double>) {  // the bits of zeros of both signs are told faster, and moved faster
      std::uint64_t bits[sizeof(Partials) / sizeof(S)];
      std::memcpy(bits, &partials, sizeof partials);
      for (int k = 0; k < N; ++k) {
        if (bits[k] << 1 != 0) Run::put(entry++, slots[k], std::bit_cast<double>(bits[k]));
      }
    } else {
      for (int k = 0; k < N; ++k) {
        const S partial = partials[k];
        if (!is_exact_zero(partial)) Run::put(entry++, slots[k], partial);
      }
    }
    if (entry == end) return {};
    Run::mark_first(end);
    return finish(static_cast<std::uint32_t>(entry - end));
  }

  // ---- Statements that grow in place ------------------------------------------------------------------------------
  // `a`, or `older` and `newer`, are the only handles of the newest statements, as the caller has seen to.

  /// a ← p · a. A zero p wins over an infinite partial, as in the sweep.
  template <class P>
  [[gnu::always_inline]] void scale(ScalarId a, const P& p) {
    Run::scale(end, count_of(a), p);
  }
  /// p · a + db · b
  template <class P, class Q>
  [[gnu::always_inline]] ScalarId scale_and_append(ScalarId a, const P& p, ScalarId b, const Q& db) {
    const Slot slot = slot_of_operand(b);
    scale(a, p);
    if constexpr (omits_constants) {
      if (slot == Slot{}) return a;
    }
    Run::put(end, slot, db);
    ++end;
    return longer(a, 1);
  }
  /// p · older + q · newer, as one statement.
  template <class P, class Q>
  [[gnu::always_inline]] ScalarId merge(ScalarId older, const P& p, ScalarId newer, const Q& q) {
    const std::uint32_t n = count_of(newer);
    Run::scale(end - n, count_of(older), p);
    Run::scale(end, n, q);
    return join(older, n);
  }
  /// older + q · newer, unless newer depends on older's result or they are too long together. False: nothing is done.
  template <class Q>
  [[gnu::always_inline]] bool merge_sum(ScalarId& older, ScalarId newer, const Q& q) {
    const std::uint32_t n = count_of(newer), m = count_of(older);
    Entry* const middle = end - n;
    if (n == m && Run::has_slots_of(middle - m, middle, end)) {  // a sum of terms in the same variables
      Run::add(middle - m, middle, end, q);
      end = middle;
      take_back_slot();
      return true;
    }
    if (n + m > max_entries || Run::has(older.slot, middle, end)) return false;
    Run::scale(end, n, q);
    older = join(older, n);
    return true;
  }

 private:
  // Partials that are numbers cost less than to ask whether they are needed.
  static constexpr bool omits_constants = !std::is_floating_point_v<S>;

  template <class P>
  [[gnu::always_inline]] ScalarId push_slot(Slot slot, const P& partial) {
    if constexpr (omits_constants) {
      if (slot == Slot{}) return {};
    }
    ensure_room();
    Run::put_first(end, slot, partial);
    return finish(1);
  }
  [[gnu::always_inline]] static ScalarId longer(ScalarId x, std::uint32_t n) {
    return {x.slot, TagAndCount(bits_of(x.tag_and_count) + n)};
  }
  [[gnu::always_inline]] void ensure_room() {
    if (end >= limit) [[unlikely]] {
      const NextSlot same_next = next;  // said to the optimiser, which knows nothing of the call
      const OpenTag same_open = open;
      make_room<S>();
      next = same_next;
      open = same_open;
    }
  }
  [[gnu::always_inline]] ScalarId finish(std::uint32_t count) {
    const std::uint32_t slot = next_slot();
    end += count;
    next = NextSlot(slot + 1);
    return {Slot(slot), TagAndCount(tag_above_count() + count)};
  }
  [[gnu::always_inline]] void take_back_slot() { next = NextSlot(next_slot() - 1); }
  // The n entries of the newest statement become some of the one before.
  [[gnu::always_inline]] ScalarId join(ScalarId older, std::uint32_t n) {
    Run::mark_following(end - n);
    take_back_slot();
    return longer(older, n);
  }
};

/// Where this thread records scalars of S.
template <class S>
inline thread_local constinit Frontier<S> frontier{};

}  // namespace grove::detail
