// Distances between entries in bytes: the hot path counts no entries, so it never divides or multiplies.
#pragma once

#include <cstddef>

#include "tape_storage.hpp"

namespace grove::detail {

template <class S>
struct EntryBytes {
  using Entry = TapeEntry<S>;

  /// The bytes that an EntryCount of one stands for: an entry, or a third of a packed one.
  static constexpr std::size_t unit = sizeof(Entry) == 12 ? 4 : sizeof(Entry);

  static std::size_t between(const Entry* from, const Entry* to) {
    return static_cast<std::size_t>(reinterpret_cast<const char*>(to) - reinterpret_cast<const char*>(from));
  }
  static Entry* after(Entry* entry, std::size_t bytes) {
    return reinterpret_cast<Entry*>(reinterpret_cast<char*>(entry) + bytes);
  }
  static Entry* before(Entry* entry, std::size_t bytes) {
    return reinterpret_cast<Entry*>(reinterpret_cast<char*>(entry) - bytes);
  }
  static const Entry* before(const Entry* entry, std::size_t bytes) {
    return reinterpret_cast<const Entry*>(reinterpret_cast<const char*>(entry) - bytes);
  }
};

}  // namespace grove::detail
