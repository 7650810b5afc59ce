// The backward loop over scalar statements.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tape_scalar.hpp"
#include "tape_storage.hpp"

namespace grove::detail {

/// Sends an infinite adjoint; not along a zero partial, so that the norm of zeros has slope 0 (and not 0·∞).
template <class S>
[[gnu::noinline, gnu::cold]] void send_infinite(const TapeEntry<S>* entry, const TapeEntry<S>* end, S a, S* adjoints) {
  for (; entry != end; ++entry) {
    const S partial = entry->partial;  // a copy: entries are packed, and nothing may refer into them
    if (!is_exact_zero(partial)) adjoints[slot_of(entry->slot)] += a * partial;
  }
}

/// Sends the adjoints of the slots [first, last), the newest first, along the entries that end at `entry`, and sets
/// them to zero. Returns where the entries of these statements begin.
template <class S>
[[gnu::noinline]] const TapeEntry<S>* sweep_entries(const TapeEntry<S>* entry, S* adjoints, std::size_t last,
                                                    std::size_t first) {
  for (std::size_t slot = last; slot-- > first;) {
    const S a = adjoints[slot];
    adjoints[slot] = S(0);
    if (is_zero_or_infinite(a)) {
      const TapeEntry<S>* const end = entry;
      while (!is_first((--entry)->slot)) {
      }
      if (!is_exact_zero(a)) [[unlikely]]
        send_infinite(entry, end, a, adjoints);
      continue;
    }
    do {
      --entry;
      adjoints[slot_of(entry->slot)] += a * entry->partial;
    } while (!is_first(entry->slot));
  }
  return entry;
}

}  // namespace grove::detail
