// The arrays of a tape: entries of statements, and adjoints by slot.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <type_traits>

#include "../../error.hpp"
#include "growing_memory.hpp"

namespace grove::detail {

/// The slot to which an entry sends; the highest bit is set in the first entry of a statement.
enum class EntrySlot : std::uint32_t {};

inline constexpr std::uint32_t first_flag = 0x80000000U;

[[gnu::always_inline]] constexpr std::uint32_t slot_of(EntrySlot slot) {
  return static_cast<std::uint32_t>(slot) & ~first_flag;
}
[[gnu::always_inline]] constexpr bool is_first(EntrySlot slot) {
  return (static_cast<std::uint32_t>(slot) & first_flag) != 0;
}

/// One term of a scalar statement: partial times the adjoint of the statement goes to the adjoint of `slot`.
template <class S>
struct NaturalEntry {
  EntrySlot slot;
  S partial;
};
#pragma pack(push, 4)
struct PackedEntry {
  EntrySlot slot;
  double partial;
};
#pragma pack(pop)
template <class S>
using TapeEntry = std::conditional_t<std::is_same_v<S, double>, PackedEntry, NaturalEntry<S>>;

[[noreturn, gnu::noinline, gnu::cold]] inline void throw_full(std::size_t capacity) {
  throw Error("tape: a recording holds at most " + std::to_string(capacity) +
              " entries of scalar statements and as many elements of active arrays");
}

/// Room for `capacity` entries and twice as many slots: a statement takes one slot and at least one entry. Begins small
/// and grows by halves: at most half as much again as is used is reserved, as address space. The arrays move as they
/// grow.
template <class S>
class TapeStorage {
 public:
  using Entry = TapeEntry<S>;

  static constexpr std::size_t max_capacity = 0x3FFFFF00U;  // twice as many slots are told by 31 bits
  static constexpr std::size_t margin = 256;                // entries that always fit behind `limit`

  constexpr TapeStorage() = default;
  TapeStorage(const TapeStorage&) = delete;
  TapeStorage& operator=(const TapeStorage&) = delete;

  Entry* entries() const { return entries_.data(); }
  S* adjoints() const { return adjoints_.data(); }  // zero until they are written
  std::size_t capacity() const { return capacity_; }
  /// The first place where no statement may begin.
  Entry* limit() const { return capacity_ == 0 ? nullptr : entries() + (capacity_ - margin); }

  /// Makes room for `least` entries or more. Throws std::bad_alloc, and nothing is lost, where there is no memory.
  [[gnu::noinline, gnu::cold]] void grow(std::size_t least) {
    if (least > max_capacity) throw_full(max_capacity);
    const std::size_t wanted = std::min(max_capacity, std::max({least, capacity_ + capacity_ / 2, first_capacity}));
    for (std::size_t spare = wanted - least; !try_grow(least + spare); spare /= 2) {
      if (spare == 0) throw std::bad_alloc();
    }
  }
  void release() {
    entries_.release();
    adjoints_.release();
    capacity_ = 0;
  }

 private:
  static constexpr std::size_t first_capacity =
      std::max(4 * margin, (std::size_t{1} << 16) / (sizeof(Entry) + 2 * sizeof(S)));

  bool try_grow(std::size_t capacity) {
    if (!entries_.grow(capacity) || !adjoints_.grow(2 * capacity)) return false;
    capacity_ = capacity;
    return true;
  }

  std::size_t capacity_ = 0;
  GrowingArray<Entry> entries_;
  GrowingArray<S> adjoints_;
};

}  // namespace grove::detail
