// Sizes and strides that take no room where they are static.
#pragma once

#include <Eigen/Core>

namespace grove::detail {

using Eigen::Index;

/// A copy through a register. Members copied side by side would be merged into one vector load, which has to wait until
/// the stores that wrote them one by one have left the processor's queue.
template <class T>
[[gnu::always_inline]] inline T through_register(T x) {
#if defined(__GNUC__)
  asm("" : "+r"(x));
#endif
  return x;
}

/// A number of rows or columns; stored only if it is not static.
template <int N>
struct Extent {
  Extent() = default;
  Extent(Index /*n*/) {}
  operator Index() const { return N; }
};
template <>
struct Extent<Eigen::Dynamic> {
  Extent() = default;
  Extent(Index n) : n_(n) {}
  Extent(const Extent& other) : n_(through_register(other.n_)) {}
  Extent& operator=(const Extent& other) = default;
  operator Index() const { return n_; }

 private:
  Index n_ = 0;
};

/// How far the slices of a view and the elements in them are apart.
struct Steps {
  Index outer = 0, inner = 1;
};
struct NoSteps {
  NoSteps() = default;
  NoSteps(Index /*outer*/, Index /*inner*/) {}
  static constexpr Index outer = 0, inner = 1;
};

}  // namespace grove::detail
