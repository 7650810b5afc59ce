// The backward loop over scalar statements.
#pragma once

#include <cstddef>

#include "entry_bytes.hpp"
#include "tape_scalar.hpp"

namespace grove::detail {

/// Sends an infinite adjoint; not along a zero partial, so that the norm of zeros has slope 0 (and not 0·∞).
template <class S>
[[gnu::noinline, gnu::cold]] void send_infinite(const TapeEntry<S>* entry, const TapeEntry<S>* end, S a, S* adjoints) {
  for (; entry != end; ++entry) {
    const S partial = entry->partial;  // a copy: entries are packed, and nothing may refer into them
    if (!is_exact_zero(partial)) adjoints[entry->slot] += a * partial;
  }
}

/// Sends the adjoints of the slots [first, last), the newest first, along the entries that end at `entry`, and sets
/// them to zero. Returns where the entries of these statements begin. A zero adjoint sends nothing.
template <class S>
const TapeEntry<S>* sweep_entries(const TapeEntry<S>* entry, const EntryCount* counts, S* adjoints, std::size_t last,
                                  std::size_t first) {
  for (std::size_t slot = last; slot-- > first;) {
    const S a = adjoints[slot];
    std::size_t size = std::size_t(counts[slot]);
    if (is_zero_or_infinite(a)) {
      const TapeEntry<S>* const end = entry;
      entry = EntryBytes<S>::before(entry, size * EntryBytes<S>::unit);
      if (!is_exact_zero(a)) [[unlikely]] {
        adjoints[slot] = S(0);
        send_infinite(entry, end, a, adjoints);
      }
      continue;
    }
    adjoints[slot] = S(0);
    const auto send = [&]() __attribute__((always_inline)) {
      --entry;
      adjoints[entry->slot] += a * entry->partial;
    };
    constexpr std::size_t one = sizeof(TapeEntry<S>) / EntryBytes<S>::unit;
    for (; size > 2 * one; size -= one) send();  // most statements have one or two entries
    if (size == 2 * one) send();
    send();
  }
  return entry;
}

}  // namespace grove::detail
