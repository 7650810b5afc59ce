// Arithmetic on the entries [begin, end) of a statement. A zero wins over an infinity, as in the sweep.
#pragma once

#include <bit>
#include <cstdint>
#include <new>
#include <type_traits>

#include "scalar_id.hpp"
#include "tape_scalar.hpp"
#include "tape_storage.hpp"

namespace grove::detail {

template <class S>
struct EntryRun {
  using Entry = TapeEntry<S>;

  template <class P>
  [[gnu::always_inline]] static void put(Entry* at, Slot slot, const P& partial) {
    put_word(at, static_cast<std::uint32_t>(slot), partial);
  }
  /// The first entry of a statement.
  template <class P>
  [[gnu::always_inline]] static void put_first(Entry* at, Slot slot, const P& partial) {
    put_word(at, static_cast<std::uint32_t>(slot) | first_flag, partial);
  }
  [[gnu::always_inline]] static void mark_first(Entry* at) { at->slot = EntrySlot(word(at) | first_flag); }
  [[gnu::always_inline]] static void mark_following(Entry* at) { at->slot = EntrySlot(word(at) & ~first_flag); }

  /// Multiplies the partials of the n entries before `end` by p.
  [[gnu::always_inline]] static void scale(Entry*, std::uint32_t, One) {}
  template <class P>
  [[gnu::always_inline]] static void scale(Entry* end, std::uint32_t n, const P& p) {
    if (__builtin_constant_p(n)) {
#pragma GCC unroll 16
      for (std::ptrdiff_t k = -std::ptrdiff_t(n); k < 0; ++k) scale(end[k], p);
    } else {
      for (std::ptrdiff_t k = -std::ptrdiff_t(n); k < 0; ++k) scale(end[k], p);
    }
  }

  [[gnu::always_inline]] static bool has(Slot slot, const Entry* begin, const Entry* end) {
    for (; begin != end; ++begin) {
      if (slot_of(begin->slot) == static_cast<std::uint32_t>(slot)) [[unlikely]]
        return true;
    }
    return false;
  }
  /// True if the entries that begin at `other` are of the same slots.
  [[gnu::always_inline]] static bool has_slots_of(const Entry* other, const Entry* begin, const Entry* end) {
    for (; begin != end; ++begin, ++other) {
      if (word(begin) != word(other)) return false;
    }
    return true;
  }
  /// Adds p times the partials to those that begin at `to`.
  template <class P>
  [[gnu::always_inline]] static void add(Entry* to, const Entry* begin, const Entry* end, const P& p) {
    for (; begin != end; ++begin, ++to) {
      const S partial = begin->partial;
      to->partial += product(partial, p);
    }
  }

 private:
  [[gnu::always_inline]] static std::uint32_t word(const Entry* at) { return static_cast<std::uint32_t>(at->slot); }

  template <class P>
  [[gnu::always_inline]] static void scale(Entry& entry, const P& p) {
    const S partial = entry.partial;  // a copy: entries are packed, and nothing may refer into them
    entry.partial = product(partial, p);
  }
  template <class P>
  [[gnu::always_inline]] static void put_word(Entry* at, std::uint32_t slot, const P& partial) {
    at->slot = EntrySlot(slot);
    if constexpr (std::is_trivially_copyable_v<S>) {
      at->partial = S(partial);
    } else {
      new (&at->partial) S(partial);
    }
  }

  [[gnu::noinline, gnu::cold, gnu::const]] static S zero_or_nan(S a, S p) {
    return p == S(0) || (a == S(0) && p == p) ? S(0) : a * p;
  }
  /// a · p, of which zero wins over infinity; p = 0 wins over NaN, too.
  [[gnu::always_inline]] static S product(const S& a, One) { return a; }
  [[gnu::always_inline]] static S product(const S& a, MinusOne) { return -a; }
  [[gnu::always_inline]] static S product(const S& a, const S& p) {
    if constexpr (std::is_floating_point_v<S>) {
      const S q = a * p;
      if (__builtin_constant_p(p) && p - p == S(0) && p != S(0)) return q;  // an ordinary number: nothing to ask
      return q != q ? zero_or_nan(a, p) : q;
    } else {
      return is_exact_zero(p) || is_exact_zero(a) ? S(0) : S(a * p);
    }
  }
};

}  // namespace grove::detail
