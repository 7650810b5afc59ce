// Exponentials of single doubles, inline: no call, so nothing around them has to leave its register.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace grove::detail {

/// 2^(i/32) and what its rounding left over, as a fraction of it.
struct PowerOfTwo {
  double value, rest;
};
inline constexpr PowerOfTwo powers_of_two[32] = {{0x1p+0, 0x0p+0},
                                                 {0x1.059b0d3158574p+0, 0x1.cd2523567f613p-55},
                                                 {0x1.0b5586cf9890fp+0, 0x1.79aa65d837b6dp-54},
                                                 {0x1.11301d0125b51p+0, -0x1.556522a2fbd0ep-54},
                                                 {0x1.172b83c7d517bp+0, -0x1.01b15eaa59348p-55},
                                                 {0x1.1d4873168b9aap+0, 0x1.aecf73e3a2f6p-54},
                                                 {0x1.2387a6e756238p+0, 0x1.68efde3a8a894p-54},
                                                 {0x1.29e9df51fdee1p+0, 0x1.2f7e16d09ab31p-55},
                                                 {0x1.306fe0a31b715p+0, 0x1.34d754db0abb6p-55},
                                                 {0x1.371a7373aa9cbp+0, -0x1.24aedcc4b5068p-54},
                                                 {0x1.3dea64c123422p+0, 0x1.59f48a72a4c6dp-55},
                                                 {0x1.44e086061892dp+0, 0x1.363ed60c2ac11p-59},
                                                 {0x1.4bfdad5362a27p+0, 0x1.690cebb7aafbp-56},
                                                 {0x1.5342b569d4f82p+0, -0x1.8dec6bd0f385fp-56},
                                                 {0x1.5ab07dd485429p+0, 0x1.063e1e21c5409p-54},
                                                 {0x1.6247eb03a5585p+0, -0x1.c33c53bef4da8p-55},
                                                 {0x1.6a09e667f3bcdp+0, -0x1.3b3efbf5e2228p-54},
                                                 {0x1.71f75e8ec5f74p+0, -0x1.81f647e5a3ecfp-56},
                                                 {0x1.7a11473eb0187p+0, -0x1.b32dcb94da51dp-56},
                                                 {0x1.82589994cce13p+0, -0x1.369b6f13b3734p-54},
                                                 {0x1.8ace5422aa0dbp+0, 0x1.db72fc1f0eab4p-55},
                                                 {0x1.93737b0cdc5e5p+0, -0x1.da9b88b6c1e29p-58},
                                                 {0x1.9c49182a3f09p+0, 0x1.1affc2b91ce27p-56},
                                                 {0x1.a5503b23e255dp+0, -0x1.1bbd1d3bcbb15p-54},
                                                 {0x1.ae89f995ad3adp+0, 0x1.c1a7792cb3387p-55},
                                                 {0x1.b7f76f2fb5e47p+0, -0x1.8d6f438ad9334p-57},
                                                 {0x1.c199bdd85529cp+0, 0x1.36eae30af0cb3p-56},
                                                 {0x1.cb720dcef9069p+0, 0x1.76b2c6c921968p-57},
                                                 {0x1.d5818dcfba487p+0, 0x1.4a385a63d07a7p-56},
                                                 {0x1.dfc97337b9b5fp+0, -0x1.2d52107b43e1fp-55},
                                                 {0x1.ea4afa2a490dap+0, -0x1.ff7128fd391fp-55},
                                                 {0x1.f50765b6e454p+0, 0x1.a64a931d185eep-55}};

/// eˣ = power (1 + r + rest) with power = 2^(k/32), k the integer nearest to 32 x / ln 2, and |rest| far below |r|.
struct ExpParts {
  double power, r, rest;
};
[[gnu::always_inline]] inline ExpParts exp_parts_of(double x) {
  // Adding 1.5·2⁵² rounds to an integer and leaves it in the low bits.
  const double shifted = x * 0x1.71547652b82fep+5 + 0x1.8p52;
  const auto k = std::bit_cast<std::int64_t>(shifted);
  const double rounded = shifted - 0x1.8p52;
  const double r = (x - rounded * 0x1.62e42fefap-6) - rounded * 0x1.cf79abc9e3b3ap-45;  // |r| ≤ ln 2 / 64
  const PowerOfTwo& fraction = powers_of_two[static_cast<std::size_t>(k & 31)];
  const double r2 = r * r;
  const double rest =
      fraction.rest + r2 * ((0.5 + r * (1.0 / 6)) + r2 * ((1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720)));
  const auto exponent = static_cast<std::uint64_t>(k & ~std::int64_t{31}) << 47;
  return {std::bit_cast<double>(std::bit_cast<std::uint64_t>(fraction.value) + exponent), r, rest};
}

#if defined(__FAST_MATH__)  // which would undo the rounding by a large number
inline constexpr bool rounds_by_addition = false;
#else
inline constexpr bool rounds_by_addition = true;
#endif

/// eˣ to 0.55 ulp where neither it nor its reciprocal is near the end of the range, else the standard library's.
[[gnu::always_inline]] inline double exp_of(double x) {
  if (!(std::abs(x) < 708.0) || !rounds_by_addition) [[unlikely]]
    return std::exp(x);
  const auto [power, r, rest] = exp_parts_of(x);
  return power + power * (r + rest);
}

/// tanh x where |x| < 0.03.
inline double tanh_near_zero(double x) {
  const double x2 = x * x;
  return x * (1 - x2 * ((1.0 / 3 - x2 * (2.0 / 15)) + x2 * x2 * ((17.0 / 315) - x2 * (62.0 / 2835))));
}

/// tanh x to 3 ulp: tanh |x| = e / (e + 2) with e = exp(2|x|) - 1.
[[gnu::always_inline]] inline double tanh_of(double x) {
  const double a = std::abs(x);
  if (!(a < 20.0) || !rounds_by_addition) [[unlikely]]
    return std::tanh(x);
  if (a < 0.03) [[unlikely]]
    return tanh_near_zero(x);
  const auto [power, r, rest] = exp_parts_of(a + a);
  const double e = ((power - 1.0) + power * r) + power * rest;
  return std::copysign(e / (e + 2.0), x);
}

}  // namespace grove::detail
