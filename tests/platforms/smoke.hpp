// What the programs of this folder share: expectations, counted.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>

namespace smoke {

inline int failures = 0;

/// Says what did not hold, and goes on.
inline void expect(const char* what, bool holds) {
  if (holds) return;
  std::printf("  failed: %s\n", what);
  ++failures;
}

inline bool near(double a, double b, double tolerance = 1e-12) {
  return std::abs(a - b) <= tolerance * (1 + std::abs(b));
}

/// Does calling it throw an E whose message holds the text?
template <class E, class F>
bool throws(const F& call, const char* text) {
  try {
    call();
  } catch (const E& error) {
    return std::string(error.what()).find(text) != std::string::npos;
  }
  return false;
}

}  // namespace smoke
