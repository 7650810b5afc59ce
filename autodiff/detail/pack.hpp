// A few neighbouring elements of an array at a time, and rows (formula, slope) applied to them or to a single element.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <type_traits>

#include "autodiff/detail/number.hpp"
#include "autodiff/detail/terms.hpp"

namespace grove::detail {

/// Elements that a walk over arrays of S takes at once: as many as fill the widest vector register.
template <class S>
inline constexpr Index pack_size = 1;
template <>
inline constexpr Index pack_size<double> = 8;
template <>
inline constexpr Index pack_size<float> = 16;

template <class S>
using Pack = Eigen::Array<S, int(pack_size<S>), 1>;
template <class S>
using HalfPack = Eigen::Array<S, int(pack_size<S> / 2), 1>;
/// What a sum takes at once: where a pack is a single register each addition would wait for the one before.
template <class S>
using SumPack =
    std::conditional_t<EIGEN_MAX_STATIC_ALIGN_BYTES >= 64, Eigen::Array<S, int(2 * pack_size<S>), 1>, Pack<S>>;

/// The elements at `data`, as a pack or (P = S) as one number.
template <class P, class T>
[[gnu::always_inline]] inline P load(const T* data) {
  if constexpr (std::same_as<P, T>) {
    return *data;
  } else if constexpr (requires { requires std::same_as<typename P::Scalar, T>; }) {
    return P::Map(data);
  } else if constexpr (requires { P::SizeAtCompileTime; }) {
    return Eigen::Map<const Eigen::Array<T, P::SizeAtCompileTime, 1>>(data).template cast<typename P::Scalar>();
  } else {
    return P(*data);
  }
}
template <class P, class S>
[[gnu::always_inline]] inline void store(S* data, const P& p) {
  if constexpr (std::same_as<P, S>) {
    *data = p;
  } else {
    Eigen::Map<P>{data} = p;
  }
}
template <class P, class S>
[[gnu::always_inline]] inline void add(S* data, const P& p) {
  if constexpr (std::same_as<P, S>) {
    *data += p;
  } else {
    Eigen::Map<P>{data} += p;
  }
}
template <class P, class S>
[[gnu::always_inline]] inline P repeated(const S& s) {
  if constexpr (std::same_as<P, S>) {
    return s;
  } else {
    return -P::Constant(-s);  // Eigen fills a bare constant element by element
  }
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
  if constexpr (!std::same_as<P, S>) {
    return array_value<S>(row, a, rest...);
  } else if constexpr (Row::cheap) {
    return P(row.value(a, rest...));
  } else {
    return number_value<S>(row, a, rest...);
  }
}

/// Its slope in operand K; y is its value.
template <std::size_t K, class S, class Row, class P>
[[gnu::always_inline]] inline auto slope_on(const Row& row, const P& a, const P& y) {
  static_assert(K == 0);
  if constexpr (std::same_as<P, S>) {
    return row.slope(a, y);
  } else {
    return array_slope<S>(row, a, y);
  }
}
template <std::size_t K, class S, class Row, class P>
[[gnu::always_inline]] inline auto slope_on(const Row& row, const P& a, const P& b, const P& y) {
  if constexpr (!std::same_as<P, S>) {
    return array_slope<int(K), S>(row, a, b, y);
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
  } else if constexpr (!std::same_as<P, S>) {
    return times<Guarded>(c, slope);
  } else {
    return Guarded && is_exact_zero(c) ? P(0) : P(c * slope);
  }
}

}  // namespace grove::detail
