// Transcendental functions over runs of doubles, several at a time, at the speed that the machine's vectors allow.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace grove::detail {

#if defined(__GNUC__)

using Doubles = double __attribute__((vector_size(64)));
using Bits = std::int64_t __attribute__((vector_size(64)));
inline constexpr std::size_t lanes = 8;

// Functions take and give vectors by reference: by value, they would not have the same ABI on all machines.

/// x ← x where it is at most `limit`, else the limit; a NaN stays.
[[gnu::always_inline]] inline void cut_above(Doubles& x, double limit) {
  const Bits beyond = (Bits)(x > limit);
  x = (Doubles)((beyond & (Bits)(Doubles{} + limit)) | (~beyond & (Bits)x));
}

/// The parts of exp(x) = 2ⁿ (1 + q), with q = exp(r) - 1, r = x - n ln 2 and |r| ≤ ln 2 / 2.
[[gnu::always_inline]] inline void exp_parts(const Doubles& x, Bits& n, Doubles& q) {
  // Adding 1.5·2⁵² rounds to an integer and leaves it in the low bits.
  const Doubles shifted = x * 1.4426950408889634 + 0x1.8p52;
  n = (Bits)shifted - (Bits)(Doubles{} + 0x1.8p52);
  const Doubles rounded = shifted - 0x1.8p52;
  const Doubles r = (x - rounded * 0x1.62e42fefa38p-1) - rounded * 0x1.ef35793c7673p-45;
  // q = r + r² (1/2 + r/6 + …)
  const Doubles r2 = r * r;
  const Doubles r4 = r2 * r2;
  const Doubles c0 = (0.5 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
  const Doubles c1 = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
  const Doubles c2 = (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
  q = r + r2 * (c0 + r4 * (c1 + r4 * c2));
}

/// x ← eˣ to 1 ulp, with its overflow to infinity and gradual underflow.
[[gnu::always_inline]] inline void exp_lanes(Doubles& x) {
  cut_above(x, 710.0);
  x = -x;
  cut_above(x, 746.0);
  x = -x;
  Bits n;
  Doubles q;
  exp_parts(x, n, q);
  const Bits half = n >> 1;  // 2ⁿ itself may be out of range
  x = (1.0 + q) * (Doubles)((half + 1023) << 52) * (Doubles)((n - half + 1023) << 52);
}

/// x ← 1 / (1 + e⁻ˣ)
[[gnu::always_inline]] inline void logistic_lanes(Doubles& x) {
  x = -x;
  exp_lanes(x);
  x = 1.0 / (1.0 + x);
}

/// x ← tanh x to about 2 ulp, also near zero: tanh |x| = e / (e + 2) with e = exp(2|x|) - 1.
[[gnu::always_inline]] inline void tanh_lanes(Doubles& x) {
  const Bits sign = (Bits)x & INT64_MIN;
  Doubles a = (Doubles)((Bits)x & INT64_MAX);
  cut_above(a, 22.0);  // from there on tanh is 1 to the last bit
  a += a;
  Bits n;
  Doubles q;
  exp_parts(a, n, q);
  const Doubles power = (Doubles)((n + 1023) << 52);
  const Doubles e = power * q + (power - 1.0);
  x = (Doubles)((Bits)(e / (e + 2.0)) | sign);
}

/// f on data[0 … n), some lanes at a time. A value gives the same bits wherever it stands.
template <class F>
void lanes_in_place(double* data, std::size_t n, const F& f) {
  Doubles x, last{};
  if (n < lanes) {
    for (std::size_t k = 0; k < n; ++k) last[k] = data[k];
    f(last);
    for (std::size_t k = 0; k < n; ++k) data[k] = last[k];
    return;
  }
  const bool whole = n % lanes == 0;
  if (!whole) {  // the last lanes overlap those before; read first, they give the same there
    std::memcpy(&last, data + n - lanes, sizeof last);
    f(last);
  }
  for (std::size_t k = 0; k + lanes <= n; k += lanes) {
    std::memcpy(&x, data + k, sizeof x);
    f(x);
    std::memcpy(data + k, &x, sizeof x);
  }
  if (!whole) std::memcpy(data + n - lanes, &last, sizeof last);
}

inline void exp_in_place(double* data, std::size_t n) {
  lanes_in_place(data, n, [](Doubles& x) { exp_lanes(x); });
}
inline void logistic_in_place(double* data, std::size_t n) {
  lanes_in_place(data, n, [](Doubles& x) { logistic_lanes(x); });
}
inline void tanh_in_place(double* data, std::size_t n) {
  lanes_in_place(data, n, [](Doubles& x) { tanh_lanes(x); });
}

#else

inline void exp_in_place(double* data, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k) data[k] = std::exp(data[k]);
}
inline void logistic_in_place(double* data, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k) data[k] = 1 / (1 + std::exp(-data[k]));
}
inline void tanh_in_place(double* data, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k) data[k] = std::tanh(data[k]);
}

#endif

}  // namespace grove::detail
