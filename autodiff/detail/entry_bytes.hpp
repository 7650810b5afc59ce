// Sizes of statements in bytes, and pointers moved by them: the hot path counts no entries, so it never divides.
#pragma once

#include <cstddef>
#include <cstdint>

#include "autodiff/detail/tape_storage.hpp"

namespace grove::detail {

template <class S>
struct EntryBytes {
  using Entry = TapeEntry<S>;

  /// What an EntryCount counts: an entry, or a third of one where that saves a division.
  static constexpr std::size_t unit = sizeof(Entry) == 12 ? 4 : sizeof(Entry);

  static std::size_t of(EntryCount size) { return static_cast<std::uint8_t>(size) * unit; }
  static EntryCount count(std::size_t bytes) { return EntryCount(bytes / unit); }
  static std::size_t between(const Entry* from, const Entry* to) {
    return static_cast<std::size_t>(reinterpret_cast<const char*>(to) - reinterpret_cast<const char*>(from));
  }
  static Entry* moved(Entry* entry, std::ptrdiff_t bytes) {
    return reinterpret_cast<Entry*>(reinterpret_cast<char*>(entry) + bytes);
  }
  static Entry* before(Entry* entry, std::size_t bytes) { return moved(entry, -static_cast<std::ptrdiff_t>(bytes)); }
  static const Entry* before(const Entry* entry, std::size_t bytes) {
    return reinterpret_cast<const Entry*>(reinterpret_cast<const char*>(entry) - bytes);
  }
};

}  // namespace grove::detail
