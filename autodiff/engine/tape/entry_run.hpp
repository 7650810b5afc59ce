// Arithmetic on the entries [begin, end) of a statement. A zero wins over an infinity, as in the sweep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#include "entry_bytes.hpp"
#include "tape_scalar.hpp"
#include "tape_storage.hpp"

namespace grove::detail {

template <class S>
struct EntryRun {
  using Entry = TapeEntry<S>;

  template <class P>
  [[gnu::always_inline]] static void put(Entry* at, std::uint32_t slot, const P& partial) {
    at->slot = slot;
    if constexpr (std::is_trivially_copyable_v<S>) {
      at->partial = S(partial);
    } else {
      new (&at->partial) S(partial);
    }
  }

  /// a · b of factors, of which zero wins over infinity and over NaN. The usual case costs one comparison.
  [[gnu::always_inline]] static S product(S a, S b) {
    const S p = a * b;
    return p != p ? zero_or_nan(a, b) : p;
  }
  [[gnu::always_inline]] static S product(S a, One) { return a; }
  [[gnu::always_inline]] static S product(S a, MinusOne) { return -a; }

  /// Multiplies the partials by p; there is at least one.
  [[gnu::always_inline]] static void scale(Entry* begin, Entry* end, const S p) {
    if (is_zero_or_infinite(p)) [[unlikely]]
      return scale_guarded(begin, end, p);
    do {
      begin->partial *= p;
      keep_scalar();
    } while (++begin != end);
  }
  /// The same for entries none of which may be of `slot`. If one is, returns false; scaled they are in any case.
  [[gnu::always_inline]] static bool scale_without(std::uint32_t slot, Entry* begin, Entry* end, const S p) {
    if (is_zero_or_infinite(p)) [[unlikely]] {
      scale_guarded(begin, end, p);
      return false;
    }
    for (; begin != end; ++begin) {
      if (begin->slot == slot) [[unlikely]] {
        scale(begin, end, p);
        return false;
      }
      begin->partial *= p;
      keep_scalar();
    }
    return true;
  }
  [[gnu::always_inline]] static bool has(std::uint32_t slot, const Entry* begin, const Entry* end) {
    for (; begin != end; ++begin) {
      if (begin->slot == slot) [[unlikely]]
        return true;
    }
    return false;
  }

  /// True if the entries that lie `bytes` before these are of the same slots.
  [[gnu::always_inline]] static bool has_slots_before(std::size_t bytes, const Entry* begin, const Entry* end) {
    for (; begin != end; ++begin) {
      if (begin->slot != EntryBytes<S>::before(begin, bytes)->slot) return false;
    }
    return true;
  }
  /// Adds p times the partials to theirs.
  [[gnu::always_inline]] static void add_to_those_before(std::size_t bytes, Entry* begin, const Entry* end, const S p) {
    if (is_exact_zero(p)) return;
    for (; begin != end; ++begin) {
      EntryBytes<S>::before(begin, bytes)->partial += p * begin->partial;
      keep_scalar();
    }
  }

 private:
  [[gnu::noinline, gnu::cold]] static S zero_or_nan(S a, S b) { return a == S(0) || b == S(0) ? S(0) : a * b; }
  [[gnu::noinline, gnu::cold]] static void scale_guarded(Entry* begin, Entry* end, const S p) {
    for (; begin != end; ++begin) {
      const S partial = begin->partial;  // of a packed entry, to which no reference may be bound
      begin->partial = is_exact_zero(p) || is_exact_zero(partial) ? S(0) : S(partial * p);
    }
  }
  // In a loop: a vectorised one of two or three elements would stall on store forwarding.
  [[gnu::always_inline]] static void keep_scalar() {
#if defined(__GNUC__)
    asm volatile("");
#endif
  }
};

}  // namespace grove::detail
