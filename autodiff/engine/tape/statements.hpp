// Scalar statements: how they are recorded, how the newest one grows in place, and how they are swept.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>

#include "entry_bytes.hpp"
#include "entry_run.hpp"
#include "recording_tags.hpp"
#include "sweep_entries.hpp"
#include "tape_scalar.hpp"
#include "tape_storage.hpp"

namespace grove::detail {

/// The list of scalar statements of a tape, with the slots and adjoints that statements, inputs and nodes share.
///
/// A statement is a list of entries (slot, partial); its result owns the next slot. Statements are swept once, in
/// reverse; an adjoint is set back to zero as it is consumed, so the adjoint vector is all zeros between sweeps and
/// nothing depends on how large an earlier recording was.
///
/// A scalar is known by its id: the tag of its recording above the 32 bits of its slot. Of the tag, the lowest bit says
/// 'fresh': the holder is the only handle of its statement, which may then be extended in place.
template <class S>
class Statements {
 public:
  using Id = std::uint64_t;
  using Entry = TapeEntry<S>;

  struct Mark {
    std::size_t entry_bytes = 0, newest_bytes = 0, slots = 1, other_slots = 0;
    std::uint32_t tag = closed_tag;
  };

  static constexpr std::size_t max_entries = 84;  // of one statement; its size is kept in one byte
  static constexpr std::size_t max_scaled =
      16;  // longer statements are not rescaled in place, so an operation costs O(1)
  static_assert(max_entries + 2 < TapeStorage<S>::margin);

  constexpr Statements() = default;
  Statements(const Statements&) = delete;
  Statements& operator=(const Statements&) = delete;

  static constexpr Id id_of(std::uint32_t tag, std::uint32_t slot) { return (Id{tag} << 32) | slot; }
  static constexpr std::uint32_t slot_of(Id id) { return static_cast<std::uint32_t>(id); }
  static constexpr Id fresh_bit = Id{1} << 32;

  // ---- The hot path ---------------------------------------------------------------------------------------------

  std::uint32_t tag() const { return static_cast<std::uint32_t>(next_ >> 32); }
  /// True if both ids are of the open recording, fresh or not.
  [[gnu::always_inline]] bool are_live(Id a, Id b) const { return (((a ^ next_) | (b ^ next_)) >> 33) == 0; }
  [[gnu::always_inline]] bool is_live(Id a) const { return ((a ^ next_) >> 33) == 0; }
  /// True for the only handle of the newest statement.
  [[gnu::always_inline]] bool is_newest(Id fresh) const { return fresh + 1 == next_; }

  /// Records a statement and returns the id of its result, fresh.
  template <class P>
  [[gnu::always_inline]] Id push(Id a, const P& da) {
    ready();
    Run::put(end_, slot_of(a), da);
    return finish(1);
  }
  template <class P, class Q>
  [[gnu::always_inline]] Id push(Id a, const P& da, Id b, const Q& db) {
    ready();
    if (slot_of(a) == slot_of(b)) {
      Run::put(end_, slot_of(a), S(S(da) + S(db)));
      return finish(1);
    }
    Run::put(end_, slot_of(a), da);
    Run::put(end_ + 1, slot_of(b), db);
    return finish(2);
  }

  /// Records a statement with an entry for each of the N ids whose partial is not zero; without any, the id of a
  /// constant.
  template <int N, class Partials>
  [[gnu::always_inline]] Id push_nonzero(const Id* ids, const Partials& partials) {
    ready();
    Entry* entry = end_;
    if constexpr (std::is_same_v<S, double>) {  // the bits of zeros of both signs are told faster, and moved faster
      std::uint64_t bits[sizeof(Partials) / sizeof(S)];
      std::memcpy(bits, &partials, sizeof partials);
      for (int k = 0; k < N; ++k) {
        if (bits[k] << 1 != 0) Run::put(entry++, slot_of(ids[k]), std::bit_cast<double>(bits[k]));
      }
    } else {
      for (int k = 0; k < N; ++k) {
        const S partial = partials[k];
        if (!is_exact_zero(partial)) Run::put(entry++, slot_of(ids[k]), partial);
      }
    }
    return entry == end_ ? 0 : finish(entry - end_);
  }

  /// True if the newest statement is short enough to be scaled when it grows.
  [[gnu::always_inline]] bool can_grow_scaled() const { return newest_size() < max_scaled * sizeof(Entry); }
  [[gnu::always_inline]] bool can_grow() const { return newest_size() < max_entries * sizeof(Entry); }

  /// Multiplies the newest statement's partials by p. A zero p wins over an infinite partial, as in the sweep.
  [[gnu::always_inline]] void scale_newest(One) {}
  template <class P>
  [[gnu::always_inline]] void scale_newest(const P& p) {
    if constexpr (lazy) {
      factor_ = Run::product(factor_, p);
      limit_ = nullptr;
    } else {
      Run::scale(begin_, end_, S(p));
    }
  }

  /// Multiplies the newest statement by p and adds an entry.
  template <class P, class Q>
  [[gnu::always_inline]] void scale_and_append(const P& p, Id b, const Q& db) {
    apply_to_newest(p);
    Run::put(end_, slot_of(b), db);
    ++end_;
  }

  [[gnu::always_inline]] bool can_merge_newest_two() const {
    return newest_size() + previous_size() <= max_scaled * sizeof(Entry);
  }
  /// Joins the two newest statements, scaled by p (older) and q (newer), into the older one.
  template <class P, class Q>
  [[gnu::always_inline]] void merge_newest_two(const P& p, const Q& q) {
    apply_to_newest(q);
    Entry* const older = Bytes::before(begin_, previous_size());
    if constexpr (!std::is_same_v<P, One>) Run::scale(older, begin_, S(p));
    begin_ = older;
    --next_;
  }

  /// Multiplies the newest statement by q and joins it to the one before it; but if it depends on that one's result, or
  /// they are too long together, it stays a statement. True if they are one now.
  template <class Q>
  [[gnu::always_inline]] bool append_newest_to_previous(const Q& q) {
    const std::size_t previous = previous_size();
    if (previous == newest_size() && Run::has_slots_before(previous, begin_, end_)) {
      Run::add_to_those_before(previous, begin_, end_, whole_factor(q));  // a sum of terms in the same variables
      end_ = begin_;
    } else if (newest_size() + previous > max_entries * sizeof(Entry)) {
      apply_to_newest(q);
      return false;
    } else if (std::is_same_v<Q, One> && !lacks_factor()) {
      if (Run::has(slot_of(next_) - 2, begin_, end_)) return false;
    } else if (!Run::scale_without(slot_of(next_) - 2, begin_, end_, whole_factor(q))) {
      return false;
    }
    begin_ = Bytes::before(begin_, previous);
    --next_;
    return true;
  }

  // ---- Slots and adjoints ---------------------------------------------------------------------------------------

  std::size_t slot_count() const { return slot_of(next_); }

  /// n consecutive fresh slots that no statement owns.
  std::uint32_t take_slots(std::size_t n) {
    finish_newest();
    return take_first_slots(n);
  }

 protected:
  /// The same before the first statement of a recording, which the caller makes sure of.
  std::uint32_t take_first_slots(std::size_t n) {
    if (n > storage_.capacity() - other_slots_) [[unlikely]]
      grow(other_slots_ + n);
    other_slots_ += n;
    const std::uint32_t first = slot_of(next_);
    next_ += n;
    return first;
  }

 public:
  /// The adjoint of a slot; zero but during a sweep and while its result is read. Recording may move it.
  S* adjoint(std::size_t slot) { return storage_.adjoints() + slot; }
  /// Sets every adjoint of the open recording to zero.
  void clear_adjoints(const Mark& opened) { std::fill(adjoint(opened.slots), adjoint(slot_count()), S(0)); }

  // ---- Recordings -----------------------------------------------------------------------------------------------

  Mark mark() const { return {bytes_of_entries(), newest_size(), slot_count(), other_slots_, tag()}; }
  /// Begins the statements of a new recording.
  void begin(std::uint32_t tag_of_new) {
    if (is_recordable<S> && storage_.capacity() == 0) [[unlikely]]
      grow(1);
    next_ = id_of(tag_of_new, slot_of(next_));
  }
  [[gnu::always_inline]] void rewind(const Mark& mark) {
    end_ = Bytes::after(storage_.entries(), mark.entry_bytes);
    begin_ = Bytes::before(end_, mark.newest_bytes);
    next_ = id_of(mark.tag, static_cast<std::uint32_t>(mark.slots));
    other_slots_ = mark.other_slots;
    factor_ = unit();
    limit_ = full_;
  }

  /// True if memory ran out since the last release.
  bool ran_out() const { return ran_out_; }
  /// Gives the memory of an empty tape back to the system.
  void release() {
    storage_.release();
    end_ = begin_ = limit_ = full_ = nullptr;
    counts_ = nullptr;
    ran_out_ = false;
  }

  std::size_t bytes_of_entries() const { return Bytes::between(storage_.entries(), end_); }
  std::size_t other_slots() const { return other_slots_; }

  /// Leaves nothing of the newest statement to be done, since other slots than the next statement's follow.
  void finish_newest() {
    if constexpr (is_recordable<S>) {
      settle();
      store_newest_size();
    }
  }

  /// Consumes the statements of slots [first, last); `end` and the result are bytes of entries before and after.
  std::size_t sweep_statements(std::size_t end, std::size_t last, std::size_t first) {
    Entry* const entry = Bytes::after(storage_.entries(), end);
    return Bytes::between(storage_.entries(), sweep_entries<S>(entry, counts_, storage_.adjoints(), last, first));
  }

 private:
  using Bytes = EntryBytes<S>;
  using Run = EntryRun<S>;
  static constexpr bool lazy = std::is_floating_point_v<S>;
  // Only those that are applied late need a factor, and not every scalar has a 1 at compile time.
  static constexpr S unit() {
    if constexpr (lazy) {
      return S(1);
    } else {
      return S();
    }
  }

  // In bytes.
  [[gnu::always_inline]] std::size_t newest_size() const { return Bytes::between(begin_, end_); }
  [[gnu::always_inline]] std::size_t previous_size() const {
    return std::size_t(counts_[slot_of(next_) - 2]) * Bytes::unit;
  }
  [[gnu::always_inline]] void store_newest_size() {
    counts_[slot_of(next_) - 1] = EntryCount(newest_size() / Bytes::unit);
  }
  [[gnu::always_inline]] Id finish(std::ptrdiff_t count) {
    const Id id = next_;
    begin_ = end_;
    end_ += count;
    next_ = id + 1;
    return id;
  }
  /// Makes the tape ready for a statement. One comparison serves two ends: while the newest statement lacks its factor,
  /// `limit_` is zero.
  [[gnu::always_inline]] void ready() {
    if (end_ > limit_) [[unlikely]] {
      settle();
      if (end_ > limit_) [[unlikely]]
        grow();
    }
    store_newest_size();
  }
  [[gnu::always_inline]] bool lacks_factor() const { return lazy && limit_ == nullptr; }
  /// Applies the factor that the newest statement's partials still lack.
  [[gnu::always_inline]] void settle() {
    if constexpr (lazy) {
      if (lacks_factor()) Run::scale(begin_, end_, take_factor());
    }
  }
  [[gnu::always_inline]] S take_factor() {
    const S factor = factor_;
    factor_ = S(1);
    limit_ = full_;
    return factor;
  }
  /// p and the factor that the newest statement lacks, which is no longer lacking.
  template <class P>
  [[gnu::always_inline]] S whole_factor(const P& p) {
    if constexpr (lazy) {
      if (lacks_factor()) return Run::product(take_factor(), p);
    }
    return S(p);
  }
  /// Scales the newest statement now, by p and the factor that it lacks.
  template <class P>
  [[gnu::always_inline]] void apply_to_newest(const P& p) {
    if constexpr (std::is_same_v<P, One>) {
      settle();
    } else {
      Run::scale(begin_, end_, whole_factor(p));
    }
  }
  [[gnu::noinline, gnu::cold]] void grow() { grow(storage_.capacity() + 1); }
  /// Makes room for `least` entries; to be called while the newest statement lacks nothing.
  [[gnu::noinline, gnu::cold]] void grow(std::size_t least) {
    const std::size_t used = bytes_of_entries(), newest = newest_size();
    try {
      storage_.grow(least);
    } catch (const std::bad_alloc&) {
      ran_out_ = true;
      throw;
    }
    end_ = Bytes::after(storage_.entries(), used);
    begin_ = Bytes::before(end_, newest);
    counts_ = storage_.counts();
    limit_ = full_ = storage_.limit();
  }

  // What recording a statement touches. What is stored together does not lie together: g++ would join such stores.
  Entry* end_ = nullptr;    // of the newest statement
  Entry* limit_ = nullptr;  // the last place where a statement may begin; see `ready`
  Entry* begin_ = nullptr;  // of the newest statement
  EntryCount* counts_ = nullptr;
  Id next_ = id_of(closed_tag, 1);  // of the next statement's result, fresh; slot 0 is never used
  Entry* full_ = nullptr;           // limit_ when they lack nothing
  S factor_ = unit();               // what the newest statement's partials still lack

  std::size_t other_slots_ = 0;  // of inputs and nodes
  bool ran_out_ = false;
  TapeStorage<S> storage_;
};

}  // namespace grove::detail
