// Random bits: small, fast, and the same with every standard library.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace grove::detail {

/// 64 random bits from a state that may start anywhere. Source: Steele, Lea & Flood 2014 (SplitMix).
inline std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// A stream of such bits, and numbers made of them.
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() { return split_mix(state_); }
  // In (0, 1).
  double uniform() { return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53; }
  double sign() { return (next() >> 63) != 0 ? 1 : -1; }
  double normal() { return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform()); }
  std::ptrdiff_t below(std::ptrdiff_t n) { return static_cast<std::ptrdiff_t>(next() % static_cast<std::uint64_t>(n)); }

 private:
  std::uint64_t state_;
};

}  // namespace grove::detail
