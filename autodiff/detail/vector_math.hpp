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

/// x ← tanh x, lane by lane, to about 2 ulp, also near zero: tanh |x| = e / (e + 2) with e = exp(2|x|) - 1.
inline __attribute__((always_inline)) void tanh_lanes(Doubles& x) {
  const Bits sign = (Bits)x & INT64_MIN;
  const Doubles magnitude = (Doubles)((Bits)x & INT64_MAX);
  // Beyond 22 tanh is 1 to the last bit; a NaN compares false and passes.
  const Bits large = (Bits)(magnitude > 22.0);
  const Doubles limit = Doubles{} + 22.0;
  const Doubles a = (Doubles)((large & (Bits)limit) | (~large & (Bits)magnitude));
  // 2a = n ln 2 + r with |r| ≤ ln 2 / 2; adding 1.5·2⁵² rounds to the integer n and leaves it in the low bits.
  const Doubles twice = a + a;
  const Doubles shifted = twice * 1.4426950408889634 + 0x1.8p52;
  const Doubles n = shifted - 0x1.8p52;
  const Doubles r = (twice - n * 0x1.62e42fefa38p-1) - n * 0x1.ef35793c7673p-45;
  // exp(r) - 1 = r + r² (1/2 + r/6 + …)
  const Doubles r2 = r * r;
  const Doubles r4 = r2 * r2;
  const Doubles c0 = (0.5 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
  const Doubles c1 = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
  const Doubles c2 = (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
  const Doubles q = r + r2 * (c0 + r4 * (c1 + r4 * c2));
  const Doubles power = (Doubles)(((Bits)shifted << 52) + (std::int64_t{1023} << 52));
  const Doubles e = power * q + (power - 1.0);
  x = (Doubles)((Bits)(e / (e + 2.0)) | sign);
}

/// data[k] ← tanh data[k]. A value gives the same bits wherever it stands.
inline void tanh_in_place(double* data, std::size_t n) {
  std::size_t k = 0;
  Doubles x;
  for (; k + lanes <= n; k += lanes) {
    std::memcpy(&x, data + k, sizeof x);
    tanh_lanes(x);
    std::memcpy(data + k, &x, sizeof x);
  }
  if (k < n) {
    x = Doubles{};
    std::memcpy(&x, data + k, (n - k) * sizeof(double));
    tanh_lanes(x);
    std::memcpy(data + k, &x, (n - k) * sizeof(double));
  }
}

#else

inline void tanh_in_place(double* data, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k) data[k] = std::tanh(data[k]);
}

#endif

}  // namespace grove::detail
