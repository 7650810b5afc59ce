// The scalar statements of a tape: their memory, their slots, and their sweep. They are recorded at the frontier.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "frontier.hpp"
#include "sweep_entries.hpp"
#include "tape_storage.hpp"

namespace grove::detail {

/// The list of scalar statements of a tape, with the slots and adjoints that statements, inputs and nodes share.
///
/// A statement is a list of entries (slot, partial); its result owns the next slot. Statements are swept once, in
/// reverse; an adjoint is set back to zero as it is consumed, so the adjoint vector is all zeros between sweeps and
/// nothing depends on how large an earlier recording was.
///
/// While a tape is current its end is `frontier<S>` of the thread; another's is put aside in it.
template <class S>
class Statements {
 public:
  using Entry = TapeEntry<S>;

  struct Mark {
    std::size_t entries = 0, slots = 1, other_slots = 0;
    std::uint32_t tag = closed_tag;
  };

  constexpr Statements() = default;
  Statements(const Statements&) = delete;
  Statements& operator=(const Statements&) = delete;

  std::uint32_t tag() const { return frontier<S>.tag(); }
  bool is_live(ScalarId x) const { return frontier<S>.is_live(x); }

  // ---- Slots and adjoints ---------------------------------------------------------------------------------------

  std::size_t slot_count() const { return frontier<S>.next_slot(); }

  /// n consecutive fresh slots that no statement owns.
  std::uint32_t take_slots(std::size_t n) {
    if (n > storage_.capacity() - other_slots_) [[unlikely]]
      grow(other_slots_ + n);
    other_slots_ += n;
    const std::uint32_t first = frontier<S>.next_slot();
    frontier<S>.next = NextSlot(first + n);
    return first;
  }

  /// The adjoint of a slot; zero but during a sweep and while its result is read. Recording may move it.
  S* adjoint(std::size_t slot) { return storage_.adjoints() + slot; }
  /// Sets every adjoint of the open recording to zero.
  void clear_adjoints(const Mark& opened) {
    clear_constants();
    std::fill(adjoint(opened.slots), adjoint(slot_count()), S(0));
  }
  /// The same for the slot to which the derivatives by constants go.
  void clear_constants() { *adjoint(0) = S(0); }

  // ---- Recordings -----------------------------------------------------------------------------------------------

  Mark mark() const { return {entry_count(), slot_count(), other_slots_, tag()}; }
  /// Begins the statements of a recording that is nested in none.
  void begin(std::uint32_t tag) {
    if (is_recordable<S> && storage_.capacity() == 0) [[unlikely]]
      grow(1);
    other_slots_ = 0;
    frontier<S> = {storage_.entries(), storage_.limit(), NextSlot(Mark().slots), OpenTag(tag)};
  }
  /// The same of one that is.
  void begin_nested(std::uint32_t tag) { frontier<S>.open = OpenTag(tag); }
  /// Forgets what came after a mark. While no recording is open scalars are constants, and nobody reads their
  /// statements.
  [[gnu::always_inline]] void rewind(const Mark& mark) {
    other_slots_ = mark.other_slots;
    const std::size_t slots = mark.tag == closed_tag ? Frontier<S>::closed_slots : mark.slots;
    frontier<S> = {storage_.entries() + mark.entries, storage_.limit(), NextSlot(slots), OpenTag(mark.tag)};
  }
  /// Changes places with the tape whose end the frontier is.
  void exchange_frontier() { std::swap(frontier<S>, aside_); }

  /// Makes room for another statement.
  void make_room() { grow(storage_.capacity() + 1); }
  /// The same where nothing will be swept: what was recorded since the mark is forgotten. Handles of it may still be
  /// fresh, so the memory before the new end stays that of entries.
  void reuse_room(const Mark& opened) {
    const std::size_t end = opened.entries + TapeStorage<S>::margin;
    if (storage_.capacity() < end + 2 * TapeStorage<S>::margin) grow(end + 2 * TapeStorage<S>::margin);
    frontier<S>.end = storage_.entries() + end;
    frontier<S>.limit = storage_.limit();
  }

  /// True if memory ran out since the last release.
  bool ran_out() const { return ran_out_; }
  /// Gives the memory of an empty tape back to the system.
  void release() {
    storage_.release();
    frontier<S> = {};
    ran_out_ = false;
  }

  std::size_t entry_count() const { return static_cast<std::size_t>(frontier<S>.end - storage_.entries()); }
  std::size_t other_slots() const { return other_slots_; }

  /// Consumes the statements of slots [first, last); `end` and the result are numbers of entries before and after.
  std::size_t sweep_statements(std::size_t end, std::size_t last, std::size_t first) {
    const Entry* const entry = sweep_entries<S>(storage_.entries() + end, storage_.adjoints(), last, first);
    return static_cast<std::size_t>(entry - storage_.entries());
  }

 private:
  using NextSlot = typename Frontier<S>::NextSlot;
  using OpenTag = typename Frontier<S>::OpenTag;

  /// Makes room for `least` entries.
  [[gnu::noinline, gnu::cold]] void grow(std::size_t least) {
    const std::size_t used = entry_count();
    try {
      storage_.grow(least);
    } catch (const std::bad_alloc&) {
      ran_out_ = true;
      throw;
    }
    frontier<S>.end = storage_.entries() + used;
    frontier<S>.limit = storage_.limit();
  }

  std::size_t other_slots_ = 0;  // of inputs and nodes
  bool ran_out_ = false;
  TapeStorage<S> storage_;
  Frontier<S> aside_{};
};

}  // namespace grove::detail
