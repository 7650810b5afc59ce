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
#include "autodiff/detail/tape_storage.hpp"
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

[[noreturn, gnu::noinline, gnu::cold]] inline void throw_stale() {
  throw StaleVariableError(
      "variable: its recording has ended (or belongs to another thread); use value_of inside the loss to keep a value");
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_enclosing() {
  throw Error(
      "grad: the inner loss uses a variable of an enclosing recording, whose derivative would be lost; "
      "use hvp, hessian or jvp of the gradient for second derivatives, or value_of to treat it as a constant");
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_no_recording() {
  throw Error("matrix: active matrices exist only inside a loss; keep plain Eigen matrices outside");
}

/// False for numbers on which no tape records: variables of such a scalar are always constants.
template <class S>
inline constexpr bool is_recordable = true;

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
/// A scalar statement is a list of entries (slot, partial); its result owns the next slot. A node is a pullback over
/// blocks of slots. Statements and nodes are swept once, in reverse; an adjoint is set back to zero as it is consumed,
/// so the adjoint vector is all zeros between sweeps and nothing depends on how large an earlier recording was.
///
/// A scalar is known by its id: the tag of its recording above the 32 bits of its slot. Of the tag, the lowest bit says
/// 'fresh': the holder is the only handle of its statement, which may then be extended in place.
template <class S>
class Tape {
 public:
  using Pullback = void (*)(void* payload, Tape& tape);
  using Id = std::uint64_t;
  using Entry = TapeEntry<S>;

  struct Mark {
    std::size_t entry_bytes = 0, newest_bytes = 0, nodes = 0, slots = 0, other_slots = 0, first_node = 0;
    std::uint32_t tag = closed_tag;
    void* owned = nullptr;
    Arena::Mark arena;
  };

  static constexpr std::uint32_t closed_tag = 0xFFFFFFFFU;
  static constexpr std::size_t max_entries = 84;  // of one statement; its size is kept in one byte
  static constexpr std::size_t max_scaled =
      16;  // longer statements are not rescaled in place, so an operation costs O(1)
  static_assert(max_entries + 2 < TapeStorage<S>::margin);

  constexpr Tape() = default;
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  static constexpr Id id_of(std::uint32_t tag, std::uint32_t slot) { return (Id{tag} << 32) | slot; }
  static constexpr std::uint32_t slot_of(Id id) { return static_cast<std::uint32_t>(id); }
  static constexpr Id fresh_bit = Id{1} << 32;

  // ---- Scalar statements (the hot path) -------------------------------------------------------------------------

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
    put(end_, a, da);
    return finish(1);
  }
  template <class P, class Q>
  [[gnu::always_inline]] Id push(Id a, const P& da, Id b, const Q& db) {
    ready();
    if (slot_of(a) == slot_of(b)) {
      put(end_, a, S(S(da) + S(db)));
      return finish(1);
    }
    put(end_, a, da);
    put(end_ + 1, b, db);
    return finish(2);
  }

  /// Records a statement with an entry for each of the N ids whose partial is not zero; without any, the id of a
  /// constant.
  template <int N, class Partials>
  [[gnu::always_inline]] Id push_nonzero(const Id* ids, const Partials& partials) {
    ready();
    Entry* entry = end_;
    for (int k = 0; k < N; ++k) {
      const S partial = partials[k];
      if (!is_exact_zero(partial)) put(entry++, ids[k], partial);
    }
    return entry == end_ ? 0 : finish(entry - end_);
  }

  /// True if the newest statement is short enough to be scaled when it grows.
  [[gnu::always_inline]] bool can_grow_scaled() const { return newest_size() < max_scaled * sizeof(Entry); }
  [[gnu::always_inline]] bool can_grow() const { return newest_size() < max_entries * sizeof(Entry); }

  /// Multiplies the newest statement's partials by p. A zero p wins over an infinite partial, as in the sweep.
  [[gnu::always_inline]] void scale_newest(One) {}
  [[gnu::always_inline]] void scale_newest(MinusOne) {
    if constexpr (lazy) {
      factor_ = -factor_;
      limit_ = nullptr;
    } else {
      scale_range(begin_, end_, S(-1));
    }
  }
  [[gnu::always_inline]] void scale_newest(const S& p) {
    if constexpr (lazy) {
      factor_ = product(factor_, p);
      limit_ = nullptr;
    } else {
      scale_range(begin_, end_, p);
    }
  }

  /// Multiplies the newest statement by p and adds an entry.
  template <class P, class Q>
  [[gnu::always_inline]] void scale_and_append(const P& p, Id b, const Q& db) {
    apply_to_newest(p);
    put(end_, b, db);
    ++end_;
  }

  /// Joins the two newest statements, scaled by p (older) and q (newer), into the older one.
  template <class P, class Q>
  [[gnu::always_inline]] void merge_newest_two(const P& p, const Q& q) {
    apply_to_newest(q);
    Entry* const older = before(begin_, previous_size());
    if constexpr (!std::is_same_v<P, One>) scale_range(older, begin_, S(p));
    begin_ = older;
    --next_;
  }
  [[gnu::always_inline]] bool can_merge_newest_two() const {
    return newest_size() + previous_size() <= max_scaled * sizeof(Entry);
  }
  [[gnu::always_inline]] bool can_append_newest_two() const {
    return newest_size() + previous_size() <= max_entries * sizeof(Entry) &&
           newest_size() <= max_scaled * sizeof(Entry);
  }
  [[gnu::always_inline]] bool newest_uses(std::uint32_t slot) const {
    for (const Entry* e = begin_; e != end_; ++e) {
      if (e->slot == slot) return true;
    }
    return false;
  }

  // ---- Values, slots and nodes ----------------------------------------------------------------------------------

  Arena& arena() { return arena_; }
  std::size_t slot_count() const { return slot_of(next_); }

  /// Uninitialised memory for n values, alive until the recording ends.
  S* allocate_values(std::size_t n) {
    if (tag() == closed_tag) throw_no_recording();
    return arena_.allocate_array<S>(n);
  }

  /// Uninitialised memory for n objects of another type.
  template <class T>
  T* allocate_array(std::size_t n) {
    if (tag() == closed_tag) throw_no_recording();
    return arena_.allocate_array<T>(n);
  }

  /// n consecutive fresh slots for the outputs of a node. Until `record` puts the node there, an empty one holds the
  /// place, so that the slots of later statements stay known even if an exception keeps the node from being recorded.
  std::uint32_t allocate_slots(std::size_t n) {
    const bool extends = ends_with_placeholder();
    const std::uint32_t first = allocate_inputs(n);
    if (!extends) {
      nodes_buffer_.reserve(nodes_ + 1, nodes_);
      nodes_buffer_.data()[nodes_++] = {nullptr, nullptr, first, 0};
    }
    nodes_buffer_.data()[nodes_ - 1].slot_end = slot_of(next_);
    return first;
  }

  /// n consecutive fresh slots at the beginning of a recording, for its inputs.
  std::uint32_t allocate_inputs(std::size_t n) {
    finish_newest();
    storage_.check_slots(other_slots_, n, slot_of(next_), entries_used());
    if constexpr (!reserves_address_space) adopt_storage();  // else it is where it was
    other_slots_ += n;
    const std::uint32_t first = slot_of(next_);
    next_ += n;
    return first;
  }

  /// Records a node whose outputs are the newest slots. `pullback()` runs once in the sweep; it must consume (read,
  /// then set to zero) the adjoints of its outputs.
  template <class F>
  void record(F pullback) {
    static_assert(std::is_trivially_destructible_v<F>, "grove: a pullback may capture handles and numbers only");
    std::uint32_t first = slot_of(next_);
    if (ends_with_placeholder()) first = nodes_buffer_.data()[--nodes_].slot_begin;
    nodes_buffer_.reserve(nodes_ + 1, nodes_);
    void* memory = arena_.allocate(sizeof(F));
    new (memory) F(std::move(pullback));
    nodes_buffer_.data()[nodes_++] = {[](void* payload, Tape&) { (*static_cast<F*>(payload))(); }, memory, first,
                                      slot_of(next_)};
  }

  /// The same with n fresh slots for the outputs: `make(first slot)` returns the pullback.
  template <class Make>
  std::uint32_t record_outputs(std::size_t n, const Make& make) {
    using F = decltype(make(std::uint32_t{}));
    static_assert(std::is_trivially_destructible_v<F>, "grove: a pullback may capture handles and numbers only");
    nodes_buffer_.reserve(nodes_ + 1, nodes_);
    void* memory = arena_.allocate(sizeof(F));
    const std::uint32_t first = allocate_inputs(n);
    new (memory) F(make(first));
    nodes_buffer_.data()[nodes_++] = {[](void* payload, Tape&) { (*static_cast<F*>(payload))(); }, memory, first,
                                      slot_of(next_)};
    return first;
  }

  /// Keeps an object until the recording ends, then destroys it.
  template <class T>
  T* own(T object) {
    T* kept = new (arena_.allocate(sizeof(T))) T(std::move(object));
    owned_ = new (arena_.allocate(sizeof(Owned))) Owned{[](void* p) { static_cast<T*>(p)->~T(); }, kept, owned_};
    return kept;
  }

  /// The adjoint of a slot; valid during a sweep and while its result is read.
  S* adjoint(std::size_t slot) { return storage_.adjoints() + slot; }

  // ---- Recordings -----------------------------------------------------------------------------------------------

  /// Opens a recording inside the current one and returns what `close` needs.
  Mark open() {
    if (is_recordable<S> && !storage_.is_open()) [[unlikely]] {
      storage_.open();
      begin_ = end_ = storage_.entries();
      adopt_storage();
    }
    finish_newest();
    Mark mark{bytes_of_entries(), newest_size(), nodes_, slot_count(), other_slots_,
              first_node_,        tag(),         owned_, arena_.mark()};
    first_node_ = nodes_;
    if (mark.tag != closed_tag) enclosing_.push_back(mark.tag);
    next_ = id_of(next_tag(), slot_of(next_));
    return mark;
  }

  void close(const Mark& mark) {
    last_ = usage_since(mark);
    for (; owned_ != mark.owned; owned_ = static_cast<Owned*>(owned_)->next) {
      static_cast<Owned*>(owned_)->destroy(static_cast<Owned*>(owned_)->object);
    }
    if (last_.bytes > high_water_) high_water_ = last_.bytes;
    end_ = moved(storage_.entries(), static_cast<std::ptrdiff_t>(mark.entry_bytes));
    begin_ = before(end_, mark.newest_bytes);
    nodes_ = mark.nodes;
    next_ = id_of(mark.tag, static_cast<std::uint32_t>(mark.slots));
    other_slots_ = mark.other_slots;
    factor_ = S(1);
    limit_ = full_;
    first_node_ = mark.first_node;
    if (mark.tag != closed_tag) enclosing_.pop_back();
    arena_.rewind(mark.arena);
  }

  /// True for the tag of a recording that this one is nested in.
  bool encloses(std::uint32_t tag) const {
    return std::find(enclosing_.begin(), enclosing_.end(), tag) != enclosing_.end();
  }

  /// The error for a variable that is neither a constant nor of the open recording.
  [[noreturn, gnu::noinline, gnu::cold]] void throw_foreign(std::uint32_t tag) const {
    if (encloses(tag)) throw_enclosing();
    throw_stale();
  }

  TapeStats stats() const { return {last_.operations, last_.bytes, high_water_}; }
  void set_high_water(std::size_t bytes) { high_water_ = bytes; }

  /// Makes the adjoints of the open recording addressable; all are zero.
  void prepare_adjoints() { storage_.prepare_adjoints(slot_count()); }

  /// Runs the open recording backwards from the seeds that stand in the adjoints. Afterwards only the slots that the
  /// recording opened with (its inputs) hold adjoints; the caller reads and clears those. Cost: one visit per entry and
  /// node.
  void sweep(const Mark& opened, std::size_t input_slots) {
    finish_newest();
    try {
      std::size_t entry = bytes_of_entries(), slot = slot_count();
      for (std::size_t n = nodes_; n-- > opened.nodes;) {
        const Node& node = nodes_buffer_.data()[n];
        const std::size_t slot_begin = node.slot_begin;  // a pullback may record, and the nodes move
        entry = sweep_statements(entry, slot, node.slot_end);
        if (node.pullback != nullptr) node.pullback(node.payload, *this);
        slot = slot_begin;
      }
      sweep_statements(entry, slot, opened.slots + input_slots);
    } catch (...) {
      clear_adjoints(opened);
      throw;
    }
  }

  /// Sets every adjoint of the open recording to zero.
  void clear_adjoints(const Mark& opened) {
    prepare_adjoints();
    std::fill(adjoint(opened.slots), adjoint(slot_count()), S(0));
  }

  ConstantRanges& constants() { return constants_; }
  const ConstantRanges& constants() const { return constants_; }
  bool copies_every_constant = false;  ///< set on tapes that outlive the call that recorded them (vjp)
  bool guards_zero_cotangents =
      false;  ///< set by `where` on arrays: from then on 0 · inf is 0 in elementwise pullbacks

 private:
  struct Node {
    Pullback pullback;
    void* payload;
    std::uint32_t slot_begin;  // of its outputs
    std::uint32_t slot_end;    // where the slots of later statements begin
  };

  struct Owned {
    void (*destroy)(void*);
    void* object;
    void* next;
  };

  bool ends_with_placeholder() const {
    return nodes_ > first_node_ && nodes_buffer_.data()[nodes_ - 1].pullback == nullptr &&
           nodes_buffer_.data()[nodes_ - 1].slot_end == slot_of(next_);
  }

  static constexpr bool lazy = std::is_floating_point_v<S>;

  std::size_t entries_used() const { return static_cast<std::size_t>(end_ - storage_.entries()); }
  std::size_t bytes_of_entries() const { return distance(storage_.entries(), end_); }

  // Sizes in memory stand for counts: no division. A statement's size is stored when the next one begins.
  static constexpr std::size_t size_unit = sizeof(Entry) == 12 ? 4 : sizeof(Entry);
  static_assert(max_entries * sizeof(Entry) / size_unit < 256);

  static std::size_t distance(const Entry* from, const Entry* to) {
    return static_cast<std::size_t>(reinterpret_cast<const char*>(to) - reinterpret_cast<const char*>(from));
  }
  static Entry* moved(Entry* entry, std::ptrdiff_t bytes) {
    return reinterpret_cast<Entry*>(reinterpret_cast<char*>(entry) + bytes);
  }
  static Entry* before(Entry* entry, std::size_t bytes) { return moved(entry, -static_cast<std::ptrdiff_t>(bytes)); }
  static std::size_t bytes_of(EntryCount size) { return static_cast<std::uint8_t>(size) * size_unit; }
  [[gnu::always_inline]] std::size_t newest_size() const { return distance(begin_, end_); }
  [[gnu::always_inline]] std::size_t previous_size() const { return bytes_of(counts_[slot_of(next_) - 2]); }
  [[gnu::always_inline]] void store_newest_size() {
    counts_[slot_of(next_) - 1] = EntryCount(newest_size() / size_unit);
  }
  template <class P>
  [[gnu::always_inline]] static void put(Entry* at, Id id, const P& partial) {
    at->slot = slot_of(id);
    if constexpr (std::is_trivially_copyable_v<S>) {
      at->partial = S(partial);
    } else {
      new (&at->partial) S(partial);
    }
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
    if (end_ > limit_) {
      settle();
      if (end_ > limit_) [[unlikely]]
        grow();
    }
    store_newest_size();
  }
  /// Applies the factor that the newest statement's partials still lack.
  [[gnu::always_inline]] void settle() {
    if constexpr (lazy) {
      if (limit_ == nullptr) scale_range(begin_, end_, take_factor());
    }
  }
  [[gnu::always_inline]] S take_factor() {
    const S factor = factor_;
    factor_ = S(1);
    limit_ = full_;
    return factor;
  }
  /// Scales the newest statement now, by p and the factor that it lacks.
  template <class P>
  [[gnu::always_inline]] void apply_to_newest(const P& p) {
    if constexpr (std::is_same_v<P, One>) {
      settle();
    } else if constexpr (lazy) {
      S factor(p);
      if (limit_ == nullptr) factor = product(take_factor(), factor);
      scale_range(begin_, end_, factor);
    } else {
      scale_range(begin_, end_, S(p));
    }
  }
  // Zero wins over infinity and over NaN. The usual case costs one comparison.
  [[gnu::always_inline]] static S product(S a, S b) {
    const S p = a * b;
    if (p != p) [[unlikely]]
      return a == S(0) || b == S(0) ? S(0) : p;
    return p;
  }
  /// Leaves nothing of the newest statement to be done, since other slots than the next statement's follow.
  void finish_newest() {
    if constexpr (is_recordable<S>) {
      settle();
      store_newest_size();
    }
  }
  [[gnu::noinline, gnu::cold]] static void zero_range(Entry* begin, Entry* end) {
    for (Entry* e = begin; e != end; ++e) e->partial = S(0);
  }
  // At least one entry.
  [[gnu::always_inline]] static void scale_range(Entry* begin, Entry* end, const S p) {
    if (is_exact_zero(p)) [[unlikely]]
      return zero_range(begin, end);
    do {
      begin->partial *= p;
#if defined(__GNUC__)
      asm volatile("");  // a vectorised loop of two or three elements would stall on store forwarding
#endif
    } while (++begin != end);
  }

  [[gnu::noinline, gnu::cold]] void grow() {
    const std::size_t used = entries_used();
    const std::ptrdiff_t newest = end_ - begin_;
    storage_.grow(used, slot_count());
    end_ = storage_.entries() + used;
    begin_ = end_ - newest;
    adopt_storage();
  }
  void adopt_storage() {
    counts_ = storage_.counts();
    limit_ = full_ = storage_.limit();
  }

  // Consumes the statements of slots [first, last); `end` and the result are bytes of entries before and after.
  std::size_t sweep_statements(std::size_t end, std::size_t last, std::size_t first) {
    constexpr std::size_t unit = sizeof(Entry) / size_unit;
    S* const adjoints = storage_.adjoints();
    Entry* entry = moved(storage_.entries(), static_cast<std::ptrdiff_t>(end));
    for (std::size_t slot = last; slot-- > first;) {
      const S a = adjoints[slot];
      std::size_t size = static_cast<std::uint8_t>(counts_[slot]);
      if (is_exact_zero(a)) {
        entry = before(entry, size * size_unit);
        continue;
      }
      adjoints[slot] = S(0);
      const auto send = [&]() __attribute__((always_inline)) {
        --entry;
        adjoints[entry->slot] += a * entry->partial;
      };
      for (; size > 4 * unit; size -= unit) send();
      switch (size) {  // most statements are short: a jump instead of a loop
        case 4 * unit:
          send();
          [[fallthrough]];
        case 3 * unit:
          send();
          [[fallthrough]];
        case 2 * unit:
          send();
          [[fallthrough]];
        default:
          send();
      }
    }
    return distance(storage_.entries(), entry);
  }

  static std::uint32_t next_tag() {
    static thread_local constinit std::uint32_t serial = 0;
    if (serial == 0) {
      static std::atomic<std::uint32_t> threads{0};
      serial = threads.fetch_add(1) * 0x01000193U;  // threads start far apart: a stray variable is recognised
    }
    std::uint32_t tag = (++serial << 1) | 1U;
    if (tag == closed_tag || tag == 1U) tag = (++serial << 1) | 1U;
    if (tag == closed_tag || tag == 1U) tag = (++serial << 1) | 1U;
    return tag;
  }

  TapeStats usage_since(const Mark& mark) const {
    const std::size_t entries = bytes_of_entries() - mark.entry_bytes, slots = slot_count() - mark.slots;
    const std::size_t statements = slots - (other_slots_ - mark.other_slots), nodes = nodes_ - mark.nodes;
    const Arena::Mark now = arena_.mark();
    const std::size_t values = now.chunk == mark.arena.chunk ? now.offset - mark.arena.offset : arena_.bytes_used();
    return {statements + nodes, entries + statements + nodes * sizeof(Node) + slots * sizeof(S) + values, 0};
  }

  // What recording a statement touches. What is stored together does not lie together: g++ would join such stores.
  Entry* end_ = nullptr;    // of the newest statement
  Entry* limit_ = nullptr;  // the last place where a statement may begin; see `ready`
  Entry* begin_ = nullptr;  // of the newest statement
  EntryCount* counts_ = nullptr;
  Id next_ = id_of(closed_tag, 1);  // of the next statement's result, fresh; slot 0 is never used
  Entry* full_ = nullptr;           // limit_ when they lack nothing
  S factor_ = S(1);                 // what the newest statement's partials still lack

  std::size_t nodes_ = 0;
  std::size_t first_node_ = 0;   // of the open recording
  void* owned_ = nullptr;        // the newest Owned
  std::size_t other_slots_ = 0;  // of inputs and nodes
  Buffer<Node> nodes_buffer_;
  TapeStorage<S> storage_;
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
