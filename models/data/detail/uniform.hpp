// Uniform random numbers that are the same on every platform: the standard fixes the engines' output, not the
// distributions'.
#pragma once

#include <random>

namespace grove::models::detail {

/// In [0, 1), with 53 random bits.
inline double uniform(std::mt19937_64& rng) { return static_cast<double>(rng() >> 11U) * 0x1.0p-53; }

}  // namespace grove::models::detail
