// Random bits: small, fast, and the same with every standard library.
#pragma once

#include <cstdint>

namespace grove::detail {

/// 64 random bits from a state that may start anywhere. Source: Steele, Lea & Flood 2014 (SplitMix).
inline std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace grove::detail
