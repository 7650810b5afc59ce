// The tape: one flat list of scalar statements and matrix nodes, one adjoint slot per active scalar.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "autodiff/detail/arena.hpp"
#include "autodiff/error.hpp"

namespace grove {

/// What the tape of this thread holds and has held. Sizes are bytes in use, not bytes reserved.
struct TapeStats {
  std::size_t operations = 0;  ///< scalar statements and matrix nodes of the last finished (or the open) recording
  std::size_t bytes = 0;       ///< bytes that recording used: entries, nodes, values and adjoints
  std::size_t high_water = 0;  ///< the largest `bytes` of any recording on this thread so far
};

/// True where a cotangent sends nothing: exact zero in every component (a Dual with a tangent is not zero).
template <class S>
requires std::is_floating_point_v<S>
constexpr bool is_exact_zero(const S& s) { return s == S(0); }

namespace detail {

template <class S>
class Tape;

/// A run of memory that outlives the recording, so that constants in it may be referenced instead of copied.
struct ConstantRange {
  const void* begin = nullptr;
  const void* end = nullptr;
};

/// The list of ranges given by the arguments of the derivative call that opened the recording.
struct ConstantRanges {
  static constexpr int capacity = 32;
  ConstantRange ranges[capacity]{};
  int count = 0;

  void add(const void* begin, const void* end) {
    if (count < capacity && begin != end) ranges[count++] = {begin, end};
  }
  bool contains(const void* begin, const void* end) const {
    for (int i = 0; i < count; ++i) {
      if (begin >= ranges[i].begin && end <= ranges[i].end) return true;
    }
    return false;
  }
};

[[noreturn]] inline void throw_stale() {
  throw StaleVariableError(
      "variable: its recording has ended (or belongs to another thread); use value_of inside the loss to keep a value");
}
[[noreturn]] inline void throw_enclosing() {
  throw Error(
      "grad: the inner loss uses a variable of an enclosing recording, whose derivative would be lost; "
      "use hvp, hessian or jvp of the gradient for second derivatives, or value_of to treat it as a constant");
}
[[noreturn]] inline void throw_no_recording() {
  throw Error("matrix: active matrices exist only inside a loss; keep plain Eigen matrices outside");
}

/// The partials 1 and -1, as types: scaling by them costs nothing, or a change of sign.
struct One {
  template <class S>
  constexpr operator S() const {
    return S(1);
  }
};
struct MinusOne {
  template <class S>
  constexpr operator S() const {
    return S(-1);
  }
};

/// A tape whose slots, partials and values have scalar S (double, float, a Dual, or a variable of an outer level).
///
/// A scalar statement is a list of (slot, partial) pairs; its result owns the next slot. A node is a pullback over
/// blocks of slots. Statements and nodes are swept once, in reverse; an adjoint is set back to zero as it is consumed,
/// so the adjoint vector is all zeros between sweeps and nothing depends on how large an earlier recording was.
template <class S>
class Tape {
 public:
  using Pullback = void (*)(void* payload, Tape& tape);

  struct Mark {
    std::size_t entries = 0, statements = 0, nodes = 0, slots = 0, newest = 0, first_node = 0;
    std::uint32_t tag = closed_tag;
    void* owned = nullptr;
    Arena::Mark arena;
  };

  static constexpr std::uint32_t closed_tag = 0xFFFFFFFFU;
  static constexpr std::size_t max_entries = 250;  // of one statement; its count is one byte
  static constexpr std::size_t max_scaled =
      16;  // longer statements are not rescaled in place, so an operation costs O(1)

  Tape() = default;
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // ---- Scalar statements (the hot path) -------------------------------------------------------------------------

  std::uint32_t tag() const { return tag_; }
  [[gnu::always_inline]] bool is_newest(std::uint32_t slot) const { return slot + 1U == slots_; }

  template <class P>
  [[gnu::always_inline]] std::uint32_t push(std::uint32_t a, const P& da) {
    settle();
    make_room(1);
    newest_ = entries_;
    put(entries_, a, da);
    entries_ += 1;
    return finish(1);
  }
  template <class P, class Q>
  [[gnu::always_inline]] std::uint32_t push(std::uint32_t a, const P& da, std::uint32_t b, const Q& db) {
    settle();
    make_room(2);
    newest_ = entries_;
    put(entries_, a, da);
    put(entries_ + 1, b, db);
    entries_ += 2;
    return finish(2);
  }

  /// Number of entries of the newest statement.
  [[gnu::always_inline]] std::size_t newest_count() const { return entries_ - newest_; }

  /// Multiplies the newest statement's partials by p. A zero p wins over an infinite partial, as in the sweep.
  [[gnu::always_inline]] void scale_newest(One) {}
  [[gnu::always_inline]] void scale_newest(MinusOne) {
    if constexpr (lazy) {
      pending_ = -pending_;
    } else {
      scale_range(newest_, entries_, S(-1));
    }
  }
  [[gnu::always_inline]] void scale_newest(const S& p) {
    if constexpr (lazy) {
      pending_ = p == S(0) ? S(0) : pending_ * p;
    } else {
      scale_range(newest_, entries_, p);
    }
  }

  template <class P>
  [[gnu::always_inline]] void append_to_newest(std::uint32_t b, const P& db) {
    settle();
    make_room(1);
    put(entries_, b, db);
    entries_ += 1;
    counts_[statements_ - 1] = Count(entries_ - newest_);
  }

  /// Joins the two newest statements, scaled by p (older) and q (newer), into the older one.
  template <class P, class Q>
  [[gnu::always_inline]] void merge_newest_two(const P& p, const Q& q) {
    const std::size_t older = count_at(statements_ - 2);
    scale_newest(q);
    settle();
    if constexpr (!std::is_same_v<P, One>) scale_range(newest_ - older, newest_, S(p));
    join_newest_two();
  }
  [[gnu::always_inline]] bool can_merge_newest_two() const {
    return newest_count() + count_at(statements_ - 2) <= max_scaled;
  }
  /// Appends the newest statement, times q, to the one before it.
  template <class Q>
  [[gnu::always_inline]] void append_newest_to_previous(const Q& q) {
    scale_newest(q);
    settle();
    join_newest_two();
  }
  [[gnu::always_inline]] bool can_append_newest_two() const {
    return newest_count() + count_at(statements_ - 2) <= max_entries && newest_count() <= max_scaled;
  }
  bool newest_uses(std::uint32_t slot) const {
    for (std::size_t k = newest_; k < entries_; ++k) {
      if (entry_slots_[k] == slot) return true;
    }
    return false;
  }

  // ---- Values, slots and nodes ----------------------------------------------------------------------------------

  Arena& arena() { return arena_; }
  std::size_t slot_count() const { return slots_; }

  /// Uninitialised memory for n values, alive until the recording ends.
  S* allocate_values(std::size_t n) {
    if (tag_ == closed_tag) throw_no_recording();
    return arena_.allocate_array<S>(n);
  }

  /// Uninitialised memory for n objects of another type.
  template <class T>
  T* allocate_array(std::size_t n) {
    if (tag_ == closed_tag) throw_no_recording();
    return arena_.allocate_array<T>(n);
  }

  /// n consecutive fresh slots for the outputs of a node. Until `record` puts the node there, an empty one holds the
  /// place, so that the slots of later statements stay known even if an exception keeps the node from being recorded.
  std::uint32_t allocate_slots(std::size_t n) {
    const std::uint32_t first = allocate_inputs(n);
    if (!ends_with_placeholder()) {
      nodes_buffer_.reserve(nodes_ + 1, nodes_);
      nodes_buffer_.data()[nodes_++] = {nullptr, nullptr, statements_, slots_};
    }
    nodes_buffer_.data()[nodes_ - 1].slot_end = slots_;
    return first;
  }

  /// n consecutive fresh slots at the beginning of a recording, for its inputs.
  std::uint32_t allocate_inputs(std::size_t n) {
    if (std::size_t{slots_} + n > 0xFFFFFFF0U) throw Error("tape: a recording holds at most 4294967280 active scalars");
    const auto first = static_cast<std::uint32_t>(slots_);
    slots_ += static_cast<std::uint32_t>(n);
    return first;
  }

  /// Records a node whose outputs are the newest slots. `pullback()` runs once in the sweep; it must consume (read,
  /// then set to zero) the adjoints of its outputs.
  template <class F>
  void record(F pullback) {
    static_assert(std::is_trivially_destructible_v<F>, "grove: a pullback may capture handles and numbers only");
    if (ends_with_placeholder()) --nodes_;
    nodes_buffer_.reserve(nodes_ + 1, nodes_);
    void* memory = arena_.allocate(sizeof(F));
    new (memory) F(std::move(pullback));
    nodes_buffer_.data()[nodes_++] = {[](void* payload, Tape&) { (*static_cast<F*>(payload))(); }, memory, statements_,
                                      slots_};
  }

  /// Keeps an object until the recording ends, then destroys it.
  template <class T>
  T* own(T object) {
    T* kept = new (arena_.allocate(sizeof(T))) T(std::move(object));
    owned_ = new (arena_.allocate(sizeof(Owned))) Owned{[](void* p) { static_cast<T*>(p)->~T(); }, kept, owned_};
    return kept;
  }

  /// The adjoint of a slot; valid during a sweep and while its result is read.
  S* adjoint(std::size_t slot) { return adjoints_.data() + slot; }

  // ---- Recordings -----------------------------------------------------------------------------------------------

  /// Opens a recording inside the current one and returns what `close` needs.
  Mark open() {
    settle();
    Mark mark{entries_, statements_, nodes_, slots_, newest_, first_node_, tag_, owned_, arena_.mark()};
    first_node_ = nodes_;
    enclosing_.push_back(tag_);
    tag_ = next_tag();
    return mark;
  }

  void close(const Mark& mark) {
    last_ = usage_since(mark);
    for (; owned_ != mark.owned; owned_ = static_cast<Owned*>(owned_)->next) {
      static_cast<Owned*>(owned_)->destroy(static_cast<Owned*>(owned_)->object);
    }
    if (last_.bytes > high_water_) high_water_ = last_.bytes;
    entries_ = mark.entries;
    statements_ = mark.statements;
    nodes_ = mark.nodes;
    slots_ = static_cast<std::uint32_t>(mark.slots);
    newest_ = mark.newest;
    pending_ = S(1);
    first_node_ = mark.first_node;
    tag_ = mark.tag;
    enclosing_.pop_back();
    arena_.rewind(mark.arena);
  }

  /// True for the tag of a recording that this one is nested in.
  bool encloses(std::uint32_t tag) const {
    return std::find(enclosing_.begin(), enclosing_.end(), tag) != enclosing_.end();
  }

  /// The error for a variable that is neither a constant nor of the open recording.
  [[noreturn]] void throw_foreign(std::uint32_t tag) const {
    if (encloses(tag)) throw_enclosing();
    throw_stale();
  }

  TapeStats stats() const { return {last_.operations, last_.bytes, high_water_}; }
  void set_high_water(std::size_t bytes) { high_water_ = bytes; }

  /// Makes the adjoints of the open recording addressable; all are zero.
  void prepare_adjoints() {
    const std::size_t zeroed = adjoints_.capacity();
    if (slots_ <= zeroed) return;
    adjoints_.reserve(slots_, zeroed);
    std::uninitialized_fill(adjoints_.data() + zeroed, adjoints_.data() + adjoints_.capacity(), S(0));
  }

  /// Runs the open recording backwards from the seeds that stand in the adjoints. Afterwards only the slots that the
  /// recording opened with (its inputs) hold adjoints; the caller reads and clears those. Cost: one visit per entry and
  /// node.
  void sweep(const Mark& opened, std::size_t input_slots) {
    settle();
    try {
      std::size_t entry = entries_, statement = statements_;
      std::size_t slot = slots_;
      for (std::size_t n = nodes_; n-- > opened.nodes;) {
        const Node& node = nodes_buffer_.data()[n];
        entry = sweep_statements(entry, statement, node.statement, slot);
        statement = node.statement;
        if (node.pullback != nullptr) node.pullback(node.payload, *this);
        slot = n > opened.nodes
                   ? nodes_buffer_.data()[n - 1].slot_end + (statement - nodes_buffer_.data()[n - 1].statement)
                   : opened.slots + input_slots + (statement - opened.statements);
      }
      sweep_statements(entry, statement, opened.statements, slot);
    } catch (...) {
      clear_adjoints(opened);
      throw;
    }
  }

  /// Sets every adjoint of the open recording to zero.
  void clear_adjoints(const Mark& opened) {
    const std::size_t end = slots_ < adjoints_.capacity() ? slots_ : adjoints_.capacity();
    for (std::size_t slot = opened.slots; slot < end; ++slot) adjoints_.data()[slot] = S(0);
  }

  ConstantRanges& constants() { return constants_; }
  bool copies_every_constant = false;  ///< set on tapes that outlive the call that recorded them (vjp)
  bool guards_zero_cotangents =
      false;  ///< set by `where` on arrays: from then on 0 · inf is 0 in elementwise pullbacks

 private:
  struct Node {
    Pullback pullback;
    void* payload;
    std::size_t statement;  // statements before the node
    std::size_t slot_end;   // slots before the next statement
  };

  struct Owned {
    void (*destroy)(void*);
    void* object;
    void* next;
  };

  bool ends_with_placeholder() const {
    return nodes_ > 0 && nodes_buffer_.data()[nodes_ - 1].pullback == nullptr &&
           nodes_buffer_.data()[nodes_ - 1].statement == statements_ && nodes_ > first_node_;
  }

  static constexpr bool lazy = std::is_floating_point_v<S>;
  enum class Count : std::uint8_t {};  // not a character type: a store to it must not force reloads of everything else

  [[gnu::always_inline]] std::size_t count_at(std::size_t statement) const {
    return static_cast<std::uint8_t>(counts_[statement]);
  }

  [[gnu::always_inline]] void make_room(std::size_t n) {
    if (entries_ + n > entry_capacity_) [[unlikely]]
      grow(n);
  }
  template <class P>
  [[gnu::always_inline]] void put(std::size_t at, std::uint32_t slot, const P& partial) {
    entry_slots_[at] = slot;
    if constexpr (std::is_trivially_copyable_v<S>) {
      entry_partials_[at] = S(partial);
    } else {
      new (entry_partials_ + at) S(partial);
    }
  }
  [[gnu::always_inline]] std::uint32_t finish(std::uint8_t count) {
    counts_[statements_++] = Count(count);
    return slots_++;
  }
  [[gnu::always_inline]] void join_newest_two() {
    const std::size_t older = count_at(statements_ - 2);
    newest_ -= older;
    counts_[statements_ - 2] = Count(entries_ - newest_);
    --statements_;
    --slots_;
  }
  /// Applies the factor that the newest statement's partials still lack.
  [[gnu::always_inline]] void settle() {
    if constexpr (lazy) {
      if (pending_ != S(1)) {
        scale_range(newest_, entries_, pending_);
        pending_ = S(1);
      }
    }
  }
  [[gnu::noinline, gnu::cold]] void zero_range(std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) entry_partials_[k] = S(0);
  }
  [[gnu::always_inline]] void scale_range(std::size_t begin, std::size_t end, const S& p) {
    if (is_exact_zero(p)) [[unlikely]]
      return zero_range(begin, end);
    S* const partials = entry_partials_;
    for (std::size_t k = begin; k < end; ++k) {
      partials[k] *= p;
#if defined(__GNUC__)
      asm volatile("");  // a vectorised loop of two or three elements would stall on store forwarding
#endif
    }
  }

  // One capacity serves entries and statements: a statement has at least one entry.
  [[gnu::noinline]] void grow(std::size_t n) {
    if (std::size_t{slots_} + 2 > 0xFFFFFFF0U) throw Error("tape: a recording holds at most 4294967280 active scalars");
    const std::size_t needed = entries_ + n;
    slots_buffer_.reserve(needed, entries_);
    partials_buffer_.reserve(needed, entries_);
    counts_buffer_.reserve(std::max(needed, slots_buffer_.capacity()), statements_);
    entry_slots_ = slots_buffer_.data();
    entry_partials_ = partials_buffer_.data();
    counts_ = counts_buffer_.data();
    entry_capacity_ = std::min(slots_buffer_.capacity(), partials_buffer_.capacity());
  }

  // Consumes statements [first, last) whose results are the slots just below slot_end; returns the first entry
  // consumed.
  std::size_t sweep_statements(std::size_t entry, std::size_t last, std::size_t first, std::size_t slot_end) {
    S* const adjoints = adjoints_.data();
    const std::uint32_t* const slots = entry_slots_;
    const S* const partials = entry_partials_;
    S* result = adjoints + slot_end;
    for (std::size_t s = last; s-- > first;) {
      const std::size_t count = count_at(s);
      const S a = *--result;
      entry -= count;
      if (is_exact_zero(a)) continue;
      *result = S(0);
      for (std::size_t k = entry; k < entry + count; ++k) adjoints[slots[k]] += a * partials[k];
    }
    return entry;
  }

  static std::uint32_t next_tag() {
    thread_local std::uint32_t serial = [] {
      static std::atomic<std::uint32_t> threads{0};
      return threads.fetch_add(1) * 0x01000193U;  // threads start far apart, so that a stray variable is recognised
    }();
    std::uint32_t tag = (++serial << 1) | 1U;
    if (tag == closed_tag || tag == 1U) tag = (++serial << 1) | 1U;
    if (tag == closed_tag || tag == 1U) tag = (++serial << 1) | 1U;
    return tag;
  }

  TapeStats usage_since(const Mark& mark) const {
    const std::size_t entries = entries_ - mark.entries, statements = statements_ - mark.statements;
    const std::size_t nodes = nodes_ - mark.nodes, slots = slots_ - mark.slots;
    const Arena::Mark now = arena_.mark();
    const std::size_t values = now.chunk == mark.arena.chunk ? now.offset - mark.arena.offset : arena_.bytes_used();
    return {
        statements + nodes,
        entries * (sizeof(S) + sizeof(std::uint32_t)) + statements + nodes * sizeof(Node) + slots * sizeof(S) + values,
        0};
  }

  // The first cache line: what recording a statement touches.
  std::uint32_t tag_ = closed_tag;
  std::uint32_t* entry_slots_ = nullptr;
  S* entry_partials_ = nullptr;
  Count* counts_ = nullptr;
  std::size_t entries_ = 0;
  std::size_t entry_capacity_ = 0;
  std::size_t statements_ = 0;
  std::uint32_t slots_ = 0;
  std::size_t newest_ = 0;
  S pending_ = S(1);

  std::size_t nodes_ = 0;
  std::size_t first_node_ = 0;  // of the open recording
  void* owned_ = nullptr;       // the newest Owned
  Buffer<std::uint32_t> slots_buffer_;
  Buffer<S> partials_buffer_;
  Buffer<Count> counts_buffer_;
  Buffer<Node> nodes_buffer_;
  Buffer<S> adjoints_;
  Arena arena_;
  std::vector<std::uint32_t> enclosing_;
  ConstantRanges constants_;
  TapeStats last_;
  std::size_t high_water_ = 0;
};

/// Stands in for a tape while no recording is open; its tag matches no variable.
template <class S>
inline constinit Tape<S> closed_tape{};

/// The tape that this thread records on.
template <class S>
inline thread_local constinit Tape<S>* current_tape = &closed_tape<S>;

/// The tape of this thread, made at its first recording and kept until the thread ends.
template <class S>
Tape<S>& tape_of_this_thread() {
  thread_local Tape<S> tape;
  return tape;
}

/// A scope in which operations on variables are recorded; nests. Leaving it, also by an exception, forgets everything
/// recorded.
template <class S>
class Recording {
 public:
  Recording() : Recording(current_tape<S> == &closed_tape<S> ? tape_of_this_thread<S>() : *current_tape<S>) {}
  explicit Recording(Tape<S>& tape)
      : tape_(tape),
        previous_(current_tape<S>),
        constants_(tape.constants().count),
        guards_(tape.guards_zero_cotangents),
        opened_(tape.open()) {
    current_tape<S> = &tape;
    tape.guards_zero_cotangents = false;
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording() {
    tape_.close(opened_);
    tape_.constants().count = constants_;
    tape_.guards_zero_cotangents = guards_;
    current_tape<S> = previous_;
  }

  Tape<S>& tape() { return tape_; }
  const typename Tape<S>::Mark& opened() const { return opened_; }

 private:
  Tape<S>& tape_;
  Tape<S>* previous_;
  int constants_;
  bool guards_;
  typename Tape<S>::Mark opened_;
};

}  // namespace detail

/// Operations, bytes and high-water mark of this thread's tape of scalar S.
template <class S = double>
TapeStats tape_stats() {
  return detail::tape_of_this_thread<S>().stats();
}

}  // namespace grove
