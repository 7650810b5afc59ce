// A few numbers side by side in vector registers: what a walk over arrays takes at once, and the tangents of forward
// mode.
//
// Written with the compilers' own vectors: expressions of small arrays compute the same, but take seconds to compile.
#pragma once

#include <bit>
#include <type_traits>
#include <utility>

namespace grove::detail {

#if defined(__AVX512F__)
inline constexpr int register_bytes = 64;
#elif defined(__AVX__)
inline constexpr int register_bytes = 32;
#elif defined(__GNUC__)
inline constexpr int register_bytes = 16;
#else
inline constexpr int register_bytes = 1;  // no vectors: one number at a time
#endif

/// N numbers in a register, with no more alignment than one number. Only for members: clang forgets the alignment
/// behind a reference or a pointer.
template <class S, int N>
struct vector_register {
#if defined(__GNUC__)
  typedef S type __attribute__((vector_size(N * sizeof(S)), aligned(alignof(S)), may_alias));
#endif
};
template <class S>
struct vector_register<S, 1> {
  using type = S;
};

/// Numbers that the widest register holds.
template <class S>
inline constexpr int register_lanes = register_bytes > int(sizeof(S)) ? register_bytes / int(sizeof(S)) : 1;

template <class S, int N>
inline constexpr bool fills_one_register = N <= register_lanes<S>;
/// That register; one of three numbers has an idle lane.
template <class S, int N>
using register_t = typename vector_register<S, int(std::bit_ceil(unsigned(N)))>::type;

/// Numbers anywhere in memory, looked at as a register. (memcpy would do, but g++ may copy by halves and through the
/// stack.)
template <class S, int N>
struct [[gnu::may_alias]] RegisterInMemory {
  register_t<S, N> numbers;
};

/// N numbers: in one register, or in two parts of whole registers. (Not in an array of registers: at -O2 g++ keeps that
/// in memory.)
template <class S, int N>
struct Lanes {
  using Number = S;
  using Half = Lanes<S, N / 2>;  // of a power of two
  static constexpr int size = N;
  static constexpr int low_size = (N + register_lanes<S> - 1) / register_lanes<S> / 2 * register_lanes<S>;

  Lanes<S, low_size> low;
  Lanes<S, N - low_size> high;

  S operator[](long k) const { return k < low_size ? low[k] : high[k - low_size]; }
  S& operator[](long k) { return k < low_size ? low[k] : high[k - low_size]; }
  /// The same as (*this)[k] = number, but what is in a register stays there.
  void set(long k, const S& number) { k < low_size ? low.set(k, number) : high.set(k - low_size, number); }
};
template <class S, int N>
requires fills_one_register<S, N>
struct Lanes<S, N> {
  using Number = S;
  using Half = Lanes<S, N / 2>;
  static constexpr int size = N;

  register_t<S, N> numbers;

  // Not a block of zeros, which may become a string instruction: a register of zeros.
  constexpr Lanes() : numbers{} {}
  constexpr Lanes(register_t<S, N>&& in_register) : numbers(in_register) {}  // a result, never a place in memory

  S operator[](long k) const {
    if constexpr (N == 1) {
      return numbers;
    } else {
      return numbers[k];
    }
  }
  S& operator[](long k) { return reinterpret_cast<S*>(&numbers)[k]; }
  void set(long k, const S& number) {
    if constexpr (N == 1) {
      numbers = number;
    } else {
      numbers[k] = number;
    }
  }
};

template <class T>
inline constexpr bool is_lanes = false;
template <class S, int N>
inline constexpr bool is_lanes<Lanes<S, N>> = true;

/// The numbers at `data`; idle lanes are read too.
template <class S, int N>
[[gnu::always_inline]] inline Lanes<S, N> load_lanes(const S* data) {
  if constexpr (fills_one_register<S, N>) {
    return {register_t<S, N>(reinterpret_cast<const RegisterInMemory<S, N>*>(data)->numbers)};
  } else {
    constexpr int low = Lanes<S, N>::low_size;
    return {load_lanes<S, low>(data), load_lanes<S, N - low>(data + low)};
  }
}
template <class S, int N>
[[gnu::always_inline]] inline void store_lanes(S* data, const Lanes<S, N>& x) {
  if constexpr (fills_one_register<S, N>) {
    reinterpret_cast<RegisterInMemory<S, N>*>(data)->numbers = x.numbers;
  } else {
    store_lanes(data, x.low);
    store_lanes(data + x.low_size, x.high);
  }
}

template <class L, class S>
[[gnu::always_inline]] inline L equal_lanes(const S& s) {
  if constexpr (fills_one_register<S, L::size>) {
    return {s - register_t<S, L::size>{}};  // minus zero, so that a zero keeps its sign
  } else {
    return {equal_lanes<decltype(L::low)>(s), equal_lanes<decltype(L::high)>(s)};
  }
}

template <class S, int N>
[[gnu::always_inline]] inline Lanes<S, N> operator-(const Lanes<S, N>& a) {
  if constexpr (fills_one_register<S, N>) {
    return {-a.numbers};
  } else {
    return {-a.low, -a.high};
  }
}
template <class S, int N>
[[gnu::always_inline]] inline Lanes<S, N> magnitudes(const Lanes<S, N>& a) {
  if constexpr (fills_one_register<S, N>) {
    return {a.numbers < register_t<S, N>{} ? -a.numbers : a.numbers};
  } else {
    return {magnitudes(a.low), magnitudes(a.high)};
  }
}
template <class S, int N>
[[gnu::always_inline]] inline Lanes<S, N> operator+(const Lanes<S, N>& a, const Lanes<S, N>& b) {
  if constexpr (fills_one_register<S, N>) {
    return {a.numbers + b.numbers};
  } else {
    return {a.low + b.low, a.high + b.high};
  }
}
template <class S, int N>
[[gnu::always_inline]] inline Lanes<S, N> operator-(const Lanes<S, N>& a, const Lanes<S, N>& b) {
  if constexpr (fills_one_register<S, N>) {
    return {a.numbers - b.numbers};
  } else {
    return {a.low - b.low, a.high - b.high};
  }
}
template <class S, int N>
[[gnu::always_inline]] inline Lanes<S, N> operator*(const Lanes<S, N>& a, const Lanes<S, N>& b) {
  if constexpr (fills_one_register<S, N>) {
    return {a.numbers * b.numbers};
  } else {
    return {a.low * b.low, a.high * b.high};
  }
}
template <class S, int N>
[[gnu::always_inline]] inline Lanes<S, N> operator/(const Lanes<S, N>& a, const Lanes<S, N>& b) {
  if constexpr (fills_one_register<S, N>) {
    return {a.numbers / b.numbers};
  } else {
    return {a.low / b.low, a.high / b.high};
  }
}
template <class S, int N>
[[gnu::always_inline]] inline Lanes<S, N> operator*(const Lanes<S, N>& a, const std::type_identity_t<S>& b) {
  return a * equal_lanes<Lanes<S, N>>(b);
}
template <class S, int N>
[[gnu::always_inline]] inline Lanes<S, N> operator/(const std::type_identity_t<S>& a, const Lanes<S, N>& b) {
  return equal_lanes<Lanes<S, N>>(a) / b;
}
template <class S, int N>
[[gnu::always_inline]] inline Lanes<S, N>& operator+=(Lanes<S, N>& a, const Lanes<S, N>& b) {
  return a = a + b;
}

/// All lanes are zero, of either sign.
template <class S, int N>
[[gnu::always_inline]] inline bool are_zero(const Lanes<S, N>& x) {
  if constexpr (N == 1) {
    return x.numbers == S(0);
  } else if constexpr (fills_one_register<S, N>) {
    bool zero = true;
    for (int k = 0; k < N; ++k) zero = zero && x[k] == S(0);
    return zero;
  } else if constexpr (2 * Lanes<S, N>::low_size == N) {
    return are_zero(magnitudes(x.low) + magnitudes(x.high));
  } else {
    return are_zero(x.low) && are_zero(x.high);
  }
}

/// a · b, where an exact zero among the a wins over what is infinite or undefined among the b.
template <class S, int N>
[[gnu::always_inline]] inline Lanes<S, N> guarded_product(const Lanes<S, N>& a, const Lanes<S, N>& b) {
  if constexpr (fills_one_register<S, N>) {
    return {a.numbers == register_t<S, N>{} ? register_t<S, N>{} : a.numbers * b.numbers};
  } else {
    return {guarded_product(a.low, b.low), guarded_product(a.high, b.high)};
  }
}

/// The first half of the lanes plus the second.
template <class S, int N>
[[gnu::always_inline]] inline Lanes<S, N / 2> folded(const Lanes<S, N>& x) {
  if constexpr (!fills_one_register<S, N>) {
    return x.low + x.high;
  } else {
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
    return [&]<int... K>(std::integer_sequence<int, K...>) __attribute__((always_inline)) {
      return Lanes<S, N / 2>{__builtin_shufflevector(x.numbers, x.numbers, K...)} +
             Lanes<S, N / 2>{__builtin_shufflevector(x.numbers, x.numbers, (K + N / 2)...)};
    }
    (std::make_integer_sequence<int, N / 2>{});
#endif
#else
    S halves[N];
    store_lanes(halves, x);
    return load_lanes<S, N / 2>(halves) + load_lanes<S, N / 2>(halves + N / 2);
#endif
  }
}
template <class S, int N>
[[gnu::always_inline]] inline S sum_of_lanes(const Lanes<S, N>& x) {
  if constexpr (N == 1) {
    return x.numbers;
  } else if constexpr (N == 2 && fills_one_register<S, N>) {
    return x.numbers[0] + x.numbers[1];
  } else {
    return sum_of_lanes(folded(x));
  }
}

}  // namespace grove::detail
