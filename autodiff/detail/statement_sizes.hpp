// How large statements are: sizes stand for numbers of entries, so that the hot path never divides or multiplies.
#pragma once

#include <cstddef>

#include "autodiff/detail/tape_storage.hpp"

namespace grove::detail {

/// A size counts units of 4 bytes for the packed entries of 12, else entries; it fits an EntryCount.
template <class S>
struct StatementSizes {
  using Entry = TapeEntry<S>;

  static constexpr std::size_t unit = sizeof(Entry) == 12 ? 4 : sizeof(Entry);

  static constexpr std::size_t of(std::size_t entries) { return entries * (sizeof(Entry) / unit); }

  /// The entry `size` before the given one.
  static Entry* before(Entry* entry, std::size_t size) {
    return reinterpret_cast<Entry*>(reinterpret_cast<char*>(entry) - size * unit);
  }
  static const Entry* before(const Entry* entry, std::size_t size) {
    return reinterpret_cast<const Entry*>(reinterpret_cast<const char*>(entry) - size * unit);
  }

  static std::size_t bytes(const Entry* from, const Entry* to) {
    return static_cast<std::size_t>(reinterpret_cast<const char*>(to) - reinterpret_cast<const char*>(from));
  }
  static Entry* at_byte(Entry* first, std::size_t byte) {
    return reinterpret_cast<Entry*>(reinterpret_cast<char*>(first) + byte);
  }
};

}  // namespace grove::detail
