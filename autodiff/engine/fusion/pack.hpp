// A few neighbouring elements of an array at a time, and rows (formula, slope) applied to them or to a single element.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <type_traits>

#include "../scalar/lanes.hpp"
#include "../scalar/row_on_number.hpp"
#include "terms.hpp"

namespace grove::detail {

/// Elements that a walk over arrays of S takes at once: as many as fill the widest vector register.
template <class S>
inline constexpr Index pack_size = 1;
template <>
inline constexpr Index pack_size<double> = 8;
template <>
inline constexpr Index pack_size<float> = 16;

template <class S>
using Pack = Lanes<S, int(pack_size<S>)>;
template <class S>
using HalfPack = typename Pack<S>::Half;
/// What a sum takes at once: where a pack is a single register each addition would wait for the one before.
template <class S>
using SumPack = std::conditional_t<register_bytes >= 64, Lanes<S, int(2 * pack_size<S>)>, Pack<S>>;

/// The element at `data` (P = S), or the lanes of P from there on; numbers of another type are converted.
template <class P, class T>
[[gnu::always_inline]] inline P load(const T* data) {
  if constexpr (!is_lanes<P>) {
    return P(*data);
  } else if constexpr (std::same_as<typename P::Number, T>) {
    return load_lanes<T, P::size>(data);
  } else {
    typename P::Number numbers[P::size];
    for (int i = 0; i < P::size; ++i) numbers[i] = static_cast<typename P::Number>(data[i]);
    return load_lanes<typename P::Number, P::size>(numbers);
  }
}
template <class P, class T>
[[gnu::always_inline]] inline void store(T* data, const P& p) {
  if constexpr (!is_lanes<P>) {
    *data = static_cast<T>(p);
  } else if constexpr (std::same_as<typename P::Number, T>) {
    store_lanes(data, p);
  } else {
    typename P::Number numbers[P::size];
    store_lanes(numbers, p);
    for (int i = 0; i < P::size; ++i) data[i] = static_cast<T>(numbers[i]);
  }
}
template <class P, class S>
[[gnu::always_inline]] inline void add(S* data, const P& p) {
  if constexpr (is_lanes<P>) {
    store(data, load<P>(data) + p);
  } else {
    *data += p;
  }
}
template <class P, class S>
[[gnu::always_inline]] inline P repeated(const S& s) {
  if constexpr (is_lanes<P>) {
    return equal_lanes<P>(s);
  } else {
    return s;
  }
}

// Rows that are not cheap are written for Eigen's arrays.
template <class S, int N>
[[gnu::always_inline]] inline Eigen::Array<S, N, 1> to_array(const Lanes<S, N>& x) {
  Eigen::Array<S, N, 1> array;
  store_lanes(array.data(), x);
  return array;
}
template <class P, class A>
[[gnu::always_inline]] inline P to_lanes(const A& expression) {
  const Eigen::Array<typename P::Number, P::size, 1> array = expression;
  return load<P>(array.data());
}

/// `body(k)` for k in [first, n): a short loop, which the compiler's own vectors would only slow down.
template <class Body>
[[gnu::always_inline]] inline void one_by_one(Index first, Index n, const Body& body) {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC unroll 1
#endif
  for (Index k = first; k < n; ++k) {
    body(k);
#if defined(__GNUC__)
    asm volatile("");
#endif
  }
}

/// `body(std::type_identity<P>{}, k)` for k in [0, n): packs, then single elements. Summing: with what a sum takes at
/// once before, and half a pack after the packs.
template <class S, bool Summing = false, class Body>
[[gnu::always_inline]] inline void in_packs(Index n, const Body& body) {
  Index k = 0;
  if constexpr (pack_size < S >> 1) {
    if constexpr (Summing && !std::same_as<SumPack<S>, Pack<S>>) {
      for (; k + 2 * pack_size<S> <= n; k += 2 * pack_size<S>) body(std::type_identity<SumPack<S>>{}, k);
    }
    for (; k + pack_size<S> <= n; k += pack_size<S>) body(std::type_identity<Pack<S>>{}, k);
    if constexpr (Summing) {
      if (k + pack_size<S> / 2 <= n) {
        body(std::type_identity<HalfPack<S>>{}, k);
        k += pack_size<S> / 2;
      }
    }
  }
  one_by_one(
      k, n, [&](Index i) __attribute__((always_inline)) { body(std::type_identity<S>{}, i); });
}

/// The row's value on packs (or numbers) of scalar S.
template <class S, class Row, class P, class... Rest>
[[gnu::always_inline]] inline P value_on(const Row& row, const P& a, const Rest&... rest) {
  if constexpr (Row::cheap) {
    return P(row.value(a, rest...));
  } else if constexpr (is_lanes<P>) {
    return to_lanes<P>(array_value<S>(row, to_array(a), to_array(rest)...));
  } else {
    return number_value<S>(row, a, rest...);
  }
}

/// Its slope in operand K; y is its value.
template <std::size_t K, class S, class Row, class P>
[[gnu::always_inline]] inline auto slope_on(const Row& row, const P& a, const P& y) {
  static_assert(K == 0);
  if constexpr (is_lanes<P> && !Row::cheap) {
    return to_lanes<P>(array_slope<S>(row, to_array(a), to_array(y)));
  } else if constexpr (is_batched<P> && !Row::cheap) {
    return number_slope<K, P>(row, a, y);
  } else {
    return row.slope(a, y);
  }
}
template <std::size_t K, class S, class Row, class P>
[[gnu::always_inline]] inline auto slope_on(const Row& row, const P& a, const P& b, const P& y) {
  if constexpr (is_lanes<P> && !Row::cheap) {
    return to_lanes<P>(array_slope<int(K), S>(row, to_array(a), to_array(b), to_array(y)));
  } else if constexpr (is_batched<P> && !Row::cheap) {
    return number_slope<int(K), P>(row, a, b, y);
  } else if constexpr (K == 0) {
    return row.slope_a(a, b, y);
  } else {
    return row.slope_b(a, b, y);
  }
}

/// cotangent · slope. Guarded: an exact zero wins over an infinite or undefined slope.
template <bool Guarded, class S, class P, class Slope>
[[gnu::always_inline]] inline P chained(const P& c, const Slope& slope) {
  if constexpr (std::same_as<Slope, Unit>) {
    return c;
  } else if constexpr (std::same_as<Slope, MinusUnit>) {
    return P(-c);
  } else if constexpr (Guarded && is_lanes<P>) {
    return guarded_product(c, slope);
  } else if constexpr (Guarded) {
    return is_exact_zero(c) ? P(0) : P(c * slope);
  } else {
    return P(c * slope);
  }
}

}  // namespace grove::detail
