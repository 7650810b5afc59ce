// The arrays of a tape: entries of statements, their number by slot, and adjoints by slot.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <type_traits>

#include "autodiff/engine/tape/arena.hpp"
#include "autodiff/engine/tape/reserved_memory.hpp"
#include "autodiff/error.hpp"

namespace grove::detail {

/// One term of a scalar statement: partial times the adjoint of the statement goes to the adjoint of `slot`.
template <class S>
struct NaturalEntry {
  std::uint32_t slot;
  S partial;
};
#pragma pack(push, 4)
struct PackedEntry {
  std::uint32_t slot;
  double partial;
};
#pragma pack(pop)
template <class S>
using TapeEntry = std::conditional_t<std::is_same_v<S, double>, PackedEntry, NaturalEntry<S>>;

/// The number of entries of a statement. Not a character type: a store to it must not force reloads of everything else.
enum class EntryCount : std::uint8_t {};

[[noreturn, gnu::noinline, gnu::cold]] inline void throw_full(std::size_t capacity) {
  throw Error("tape: a recording on this machine holds at most " + std::to_string(capacity) +
              " entries of scalar statements and as many elements of active arrays");
}

/// Room for `capacity` entries and twice as many slots: a statement takes one slot and at least one entry. Where the
/// system reserves address space the arrays have their final size from the start, else they grow by moving.
template <class S>
class TapeStorage {
 public:
  using Entry = TapeEntry<S>;

  static constexpr std::size_t max_capacity = 0x7FFFFF00U;
  static constexpr std::size_t margin = 256;  // entries that always fit behind `limit`

  constexpr TapeStorage() = default;
  TapeStorage(const TapeStorage&) = delete;
  TapeStorage& operator=(const TapeStorage&) = delete;
  ~TapeStorage() {
    if constexpr (reserves_address_space) {
      if (adjoints_ != nullptr) release_memory(adjoints_, bytes_of(capacity_));
    }
  }

  Entry* entries() const { return entries_; }
  EntryCount* counts() const { return counts_; }
  S* adjoints() const { return adjoints_; }
  bool is_open() const { return entries_ != nullptr; }
  /// The last place where a statement may begin.
  Entry* limit() const { return entries_ + (capacity_ - margin); }

  [[gnu::noinline, gnu::cold]] void open() {
    if constexpr (reserves_address_space) {
      std::size_t capacity = std::clamp(memory_limit() / sizeof(Entry), std::size_t{1} << 16, max_capacity);
      void* memory = nullptr;
      // A limit on the process may leave less than the machine has.
      while ((memory = reserve_memory(bytes_of(capacity))) == nullptr) {
        capacity /= 2;
        if (capacity < 2 * margin) throw std::bad_alloc();
      }
      capacity_ = capacity;
      adjoints_ = static_cast<S*>(memory);
      entries_ = reinterpret_cast<Entry*>(adjoints_ + 2 * capacity);
      counts_ = reinterpret_cast<EntryCount*>(entries_ + capacity);
    } else {
      grow(0, 0);
    }
  }

  /// Makes room for more entries, and for `slots` slots besides a new one for each of these.
  void grow(std::size_t used_entries, std::size_t slots) {
    if constexpr (reserves_address_space) {
      throw_full(capacity_);
    } else {
      if (used_entries + 2 * margin > capacity_) {
        capacity_ = std::min(max_capacity, std::max<std::size_t>(2048, 2 * capacity_));
        if (used_entries + 2 * margin > capacity_) throw_full(capacity_);
        entries_buffer_.reserve(capacity_, used_entries);
      }
      entries_ = entries_buffer_.data();
      counts_buffer_.reserve(slots + capacity_, slots);
      counts_ = counts_buffer_.data();
    }
  }

  /// Checks that n slots more than `other` may belong to inputs and matrix nodes.
  void check_slots(std::size_t other, std::size_t n, std::size_t slots, std::size_t used_entries) {
    if (n > (reserves_address_space ? capacity_ : max_capacity) - other) throw_full(capacity_);
    if constexpr (!reserves_address_space) grow(used_entries, slots + n);
  }

  /// Makes the adjoints of `slots` slots addressable; they are zero.
  void prepare_adjoints(std::size_t slots) {
    if constexpr (!reserves_address_space) {
      const std::size_t zeroed = adjoints_buffer_.capacity();
      if (slots <= zeroed) return;
      adjoints_buffer_.reserve(slots, zeroed);
      adjoints_ = adjoints_buffer_.data();
      std::uninitialized_fill(adjoints_ + zeroed, adjoints_ + adjoints_buffer_.capacity(), S(0));
    }
  }

 private:
  static std::size_t bytes_of(std::size_t capacity) {
    return capacity * (sizeof(Entry) + 2 * sizeof(EntryCount) + 2 * sizeof(S));
  }

  Entry* entries_ = nullptr;
  EntryCount* counts_ = nullptr;
  S* adjoints_ = nullptr;
  std::size_t capacity_ = 0;
  Buffer<Entry> entries_buffer_;
  Buffer<EntryCount> counts_buffer_;
  Buffer<S> adjoints_buffer_;
};

}  // namespace grove::detail
