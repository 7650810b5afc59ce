// The tape: one flat list of scalar statements and matrix nodes, one adjoint slot per active scalar.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "../../detail/kept_by_thread.hpp"
#include "constant_ranges.hpp"
#include "nodes.hpp"
#include "owned_objects.hpp"
#include "statements.hpp"

namespace grove {

/// What the tape of this thread holds and has held. Sizes are bytes in use, not bytes reserved.
struct TapeStats {
  std::size_t operations = 0;  ///< scalar statements and matrix nodes of the last finished (or the open) recording
  std::size_t bytes = 0;       ///< bytes that recording used: entries, nodes, values and adjoints
  std::size_t high_water = 0;  ///< the largest `bytes` of any recording on this thread so far
};

namespace detail {

/// A tape whose slots, partials and values have scalar S (double, float, a Dual, or a variable of an outer level):
/// scalar statements, matrix nodes between them, and the memory of values.
template <class S>
class Tape : public Statements<S> {
  using Base = Statements<S>;

 public:
  struct Mark : Base::Mark {
    Nodes::Mark nodes;
    OwnedObjects::Mark owned = nullptr;
    Arena::Mark arena;
    int constants = 0;
    bool guards_zero_cotangents = false;
    bool keeps_values_only = false;
  };

  constexpr Tape() = default;

  // ---- Values, slots and nodes ----------------------------------------------------------------------------------

  Arena& arena() { return arena_; }

  /// Uninitialised memory for n values, alive until the recording ends.
  S* allocate_values(std::size_t n) { return allocate_array<S>(n); }

  /// Uninitialised memory for n objects of another type.
  template <class T>
  T* allocate_array(std::size_t n) {
    if (this->tag() == closed_tag) throw_no_recording();
    return arena_.allocate_array<T>(n);
  }

  /// n consecutive fresh slots for the outputs of a node. Until `record` puts the node there, an empty one holds the
  /// place, so that the slots of later statements stay known even if an exception keeps the node from being recorded.
  std::uint32_t allocate_slots(std::size_t n) {
    const bool extends = nodes_.ends_with_placeholder(next_slot());
    const std::uint32_t first = this->take_slots(n);
    if (!extends) {
      nodes_.make_room();
      nodes_.add_placeholder(first);
    }
    nodes_.extend_placeholder(next_slot());
    return first;
  }

  /// n consecutive fresh slots for the inputs of the open recording. Throws: Error if anything else has been recorded
  /// since it was opened: the sweep takes all slots up to the last input for inputs.
  std::uint32_t allocate_inputs(std::size_t n) {
    const bool only_inputs = this->slot_count() - opened_.slots == this->other_slots() - opened_.other_slots;
    if (!only_inputs || nodes_.size() != opened_.nodes.count) throw_late_inputs();
    return this->take_slots(n);
  }

  /// Records a node whose outputs are the newest slots, those of `allocate_slots`. `pullback()` runs once in the sweep;
  /// it must consume (read, then set to zero) the adjoints of its outputs. Throws: Error if something else has been
  /// recorded since: its statements would be swept too late.
  template <class F>
  void record(F pullback) {
    if (!nodes_.ends_with_placeholder(next_slot())) [[unlikely]]
      throw_late_node();
    void* const memory = arena_.allocate(sizeof(F));
    const std::uint32_t first = nodes_.take_placeholder();
    nodes_.add(std::move(pullback), memory, first, next_slot());
  }

  /// The same with n fresh slots for the outputs: `make(first slot)` returns the pullback.
  template <class Make>
  std::uint32_t record_outputs(std::size_t n, const Make& make) {
    nodes_.make_room();
    void* memory = arena_.allocate(sizeof(decltype(make(std::uint32_t{}))));
    const std::uint32_t first = this->take_slots(n);
    nodes_.add(make(first), memory, first, next_slot());
    return first;
  }

  /// Keeps an object until the recording ends, then destroys it.
  template <class T>
  T* own(T object) {
    return owned_.keep(arena_, std::move(object));
  }

  ConstantRanges& constants() { return constants_; }
  const ConstantRanges& constants() const { return constants_; }
  bool returns_memory = false;         ///< set on tapes that nothing destroys: they keep none between recordings
  bool copies_every_constant = false;  ///< set on tapes that outlive the call that recorded them (vjp)
  bool guards_zero_cotangents =
      false;                       ///< set by `where` on arrays: from then on 0 · inf is 0 in elementwise pullbacks
  bool keeps_values_only = false;  ///< set for an evaluation, which nothing sweeps: its statements are forgotten

  // ---- Recordings -----------------------------------------------------------------------------------------------

  /// Opens a recording inside the current one.
  void open() {
    if (this->tag() == closed_tag) [[likely]] {
      this->begin(next_recording_tag());
    } else {
      nest();
      this->begin_nested(next_recording_tag());
    }
  }
  /// False while no recording is open, and in an evaluation, whose variables are constants all.
  bool records() const { return this->tag() != closed_tag && !keeps_values_only; }
  /// Where the tape stood when the open recording was opened.
  const Mark& opened() const { return opened_; }

  void close() {
    if (opened_.tag == closed_tag) [[likely]] {
      rewind_to(Mark{});
      if (Base::ran_out() || nodes_.ran_out() || arena_.ran_out() || returns_memory) [[unlikely]]
        return_memory();
    } else {
      unnest();
    }
  }

  /// True for the tag of a recording that this one is nested in.
  bool encloses(std::uint32_t tag) const {
    const auto has_tag = [tag](const Mark& mark) { return mark.tag == tag; };
    return has_tag(opened_) || (enclosing_ != nullptr && std::any_of(enclosing_->begin(), enclosing_->end(), has_tag));
  }

  /// The error for a variable that is neither a constant nor of the open recording.
  [[noreturn, gnu::noinline, gnu::cold]] void throw_foreign(std::uint32_t tag) const {
    if (encloses(tag)) throw_enclosing();
    throw_stale();
  }

  TapeStats stats() const { return {last_.operations, last_.bytes, high_water_}; }

  /// Runs the open recording backwards from the seeds that stand in the adjoints. Afterwards only the slots that the
  /// recording opened with (its inputs) hold adjoints; the caller reads and clears those. Cost: one visit per entry and
  /// node.
  void sweep(std::size_t input_slots) {
    try {
      std::size_t entry = this->entry_count(), slot = this->slot_count();
      for (std::size_t n = nodes_.size(); n-- > opened_.nodes.count;) {
        const TapeNode& node = nodes_[n];
        const std::size_t slot_begin = node.slot_begin;  // a pullback may record, and the nodes move
        entry = this->sweep_statements(entry, slot, node.slot_end);
        if (node.pullback != nullptr) node.pullback(node.payload);
        slot = slot_begin;
      }
      this->sweep_statements(entry, slot, opened_.slots + input_slots);
      this->clear_constants();
    } catch (...) {
      clear_adjoints();
      throw;
    }
  }
  /// Sets every adjoint of the open recording to zero.
  void clear_adjoints() { Base::clear_adjoints(opened_); }

  /// Makes room for another statement; of an evaluation, by forgetting what came before.
  void make_room() {
    if (keeps_values_only || this->tag() == closed_tag) {
      this->reuse_room(opened_);
    } else {
      Base::make_room();
    }
  }

 private:
  Mark mark() const {
    return {Base::mark(),     nodes_.mark(),          owned_.mark(),    arena_.mark(),
            constants_.count, guards_zero_cotangents, keeps_values_only};
  }
  // After a recording that found no memory, so that it is not the tape that has it all.
  [[gnu::noinline, gnu::cold]] void return_memory() {
    this->release();
    nodes_.release();
    arena_.release();
  }
  // Most recordings are not nested: they begin with an empty tape, whose mark `opened_` is then.
  [[gnu::noinline, gnu::cold]] void nest() {
    if (enclosing_ == nullptr) enclosing_ = std::make_unique<std::vector<Mark>>();
    enclosing_->push_back(opened_);
    opened_ = mark();
    nodes_.begin();
    guards_zero_cotangents = keeps_values_only = false;
  }
  [[gnu::noinline, gnu::cold]] void unnest() {
    rewind_to(opened_);
    opened_ = enclosing_->back();
    enclosing_->pop_back();
  }
  [[gnu::always_inline]] void rewind_to(const Mark& mark) {
    last_ = usage_since(mark);
    owned_.destroy_since(mark.owned);
    if (last_.bytes > high_water_) high_water_ = last_.bytes;
    this->rewind(mark);
    nodes_.rewind(mark.nodes);
    arena_.rewind(mark.arena);
    constants_.count = mark.constants;
    guards_zero_cotangents = mark.guards_zero_cotangents;
    keeps_values_only = mark.keeps_values_only;
  }

  std::uint32_t next_slot() const { return static_cast<std::uint32_t>(this->slot_count()); }

  [[gnu::always_inline]] TapeStats usage_since(const Mark& mark) const {
    const std::size_t nodes = nodes_.size() - mark.nodes.count;
    const std::size_t bytes = nodes * sizeof(TapeNode) + arena_.bytes_since(mark.arena);
    if (keeps_values_only) return {nodes, bytes, 0};
    const std::size_t entries = this->entry_count() - mark.entries, slots = this->slot_count() - mark.slots;
    const std::size_t statements = slots - (this->other_slots() - mark.other_slots);
    return {statements + nodes, bytes + entries * sizeof(TapeEntry<S>) + slots * sizeof(S), 0};
  }

  Nodes nodes_;
  OwnedObjects owned_;
  Arena arena_;
  Mark opened_;
  // The marks of the recordings that the open one is nested in; before libc++ 15 no vector is made by the compiler.
  std::unique_ptr<std::vector<Mark>> enclosing_;
  ConstantRanges constants_;
  TapeStats last_;
  std::size_t high_water_ = 0;
};

/// An object that the end of the program, or of a thread, leaves alone.
template <class T>
union Undestroyed {
  T object;
  constexpr Undestroyed() : object() {}
  constexpr ~Undestroyed() {}
};

/// Stands in for a tape while no recording is open; its tag matches no variable.
template <class S>
inline constinit Undestroyed<Tape<S>> closed_tape{};

/// The tape that this thread records on.
template <class S>
inline thread_local constinit Tape<S>* current_tape = &closed_tape<S>.object;

/// The tape of a thread, until the thread ends.
template <class S>
struct ThreadTape : Tape<S> {
  ThreadTape() = default;
  ~ThreadTape() {
    current_tape<S> = &closed_tape<S>.object;  // the program may end within a loss
    frontier<S> = {};
  }
};

/// The tape of a thread that has destroyed its own; static objects are destroyed later, and may differentiate.
template <class S>
[[gnu::noinline, gnu::cold]] Tape<S>& tape_after_end() {
  alignas(Tape<S>) static thread_local constinit std::byte memory[sizeof(Tape<S>)]{};
  static thread_local constinit Tape<S>* tape = nullptr;
  if (tape == nullptr) {
    tape = new (memory) Tape<S>();
    tape->returns_memory = true;
  }
  return *tape;
}

/// The tape of this thread, made at its first recording and kept until the thread ends.
template <class S>
Tape<S>& tape_of_this_thread() {
  ThreadTape<S>* const tape = kept_by_thread<ThreadTape<S>>();
  return tape != nullptr ? *tape : tape_after_end<S>();
}

template <class S>
[[gnu::noinline, gnu::cold]] void make_room() {
  if (frontier<S>.tag() == closed_tag) {
    tape_of_this_thread<S>().make_room();
  } else {
    current_tape<S>->make_room();
  }
}
template <class S>
[[noreturn, gnu::noinline, gnu::cold]] void throw_foreign(std::uint32_t tag) {
  current_tape<S>->throw_foreign(tag);
}

}  // namespace detail

/// Operations, bytes and high-water mark of this thread's tape of scalar S.
template <class S = double>
TapeStats tape_stats() {
  return detail::tape_of_this_thread<S>().stats();
}

}  // namespace grove
