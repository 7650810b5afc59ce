// The tangents of a forward-mode number: an array, or vector registers where no tape will hold them.
#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>

#include "autodiff/detail/lanes.hpp"

namespace grove::detail {

#if defined(__GNUC__)

/// N numbers in as many vector registers as they need, with no more alignment than one number.
template <class S, int N>
struct RegisterLanes {
  static constexpr int width = [] {
    int w = 1;
    while (w < N && 2 * w * int(sizeof(S)) <= register_bytes) w *= 2;
    return w;
  }();
  static constexpr int count = (N + width - 1) / width;
  typedef S Register __attribute__((vector_size(width * sizeof(S)), aligned(alignof(S))));

  Register parts[count]{};

  S operator[](long k) const { return parts[k / width][k % width]; }
};

template <class S, int N>
void set_lane(RegisterLanes<S, N>& r, long k, const S& value) {
  r.parts[k / r.width][k % r.width] = value;
}
/// r ← 1 in lane k, 0 in the others; whole registers at a time, since they will be read so.
template <class S, int N>
void seed_lane(RegisterLanes<S, N>& r, long k) {
  constexpr long size = RegisterLanes<S, N>::width * RegisterLanes<S, N>::count;
  static constexpr struct Row {
    S numbers[2 * size]{};
    constexpr Row() { numbers[size] = 1; }
  } row;
  std::memcpy(r.parts, row.numbers + (size - k), sizeof r.parts);
}
template <class S, int N>
void scale_lanes(RegisterLanes<S, N>& r, const S& a, const RegisterLanes<S, N>& x) {
  for (int k = 0; k < r.count; ++k) r.parts[k] = a * x.parts[k];
}
/// The same where a zero among the x wins over an infinite or undefined a. Without a branch it costs next to nothing.
template <class S, int N>
void scale_lanes_guarded(RegisterLanes<S, N>& r, const S& a, const RegisterLanes<S, N>& x) {
  using Register = typename RegisterLanes<S, N>::Register;
  for (int k = 0; k < r.count; ++k) r.parts[k] = x.parts[k] == Register{} ? Register{} : a * x.parts[k];
}
template <class S, int N>
void combine_lanes(RegisterLanes<S, N>& r, const S& a, const RegisterLanes<S, N>& x, const S& b,
                   const RegisterLanes<S, N>& y) {
  for (int k = 0; k < r.count; ++k) r.parts[k] = a * x.parts[k] + b * y.parts[k];
}
template <class S, int N>
void copy_lanes(RegisterLanes<S, N>& r, const RegisterLanes<S, N>& x) {
  for (int k = 0; k < r.count; ++k) r.parts[k] = x.parts[k];
}
template <class S, int N>
void sum_lanes(RegisterLanes<S, N>& r, const RegisterLanes<S, N>& x, const RegisterLanes<S, N>& y) {
  for (int k = 0; k < r.count; ++k) r.parts[k] = x.parts[k] + y.parts[k];
}
template <class S, int N>
void difference_lanes(RegisterLanes<S, N>& r, const RegisterLanes<S, N>& x, const RegisterLanes<S, N>& y) {
  for (int k = 0; k < r.count; ++k) r.parts[k] = x.parts[k] - y.parts[k];
}

template <class S, int N, bool Forward>
struct tangent_lanes {
  using type = S[static_cast<std::size_t>(N)];
};
template <class S, int N>
requires(std::is_floating_point_v<S> && sizeof(S) <= 8) struct tangent_lanes<S, N, true> {
  using type = RegisterLanes<S, N>;
};

#else

template <class S, int N, bool Forward>
struct tangent_lanes {
  using type = S[static_cast<std::size_t>(N)];
};

#endif

template <class S, std::size_t N>
constexpr void set_lane(S (&r)[N], long k, const S& value) {
  r[k] = value;
}
template <class S, std::size_t N>
constexpr void seed_lane(S (&r)[N], long k) {
  r[k] = S(1);
}
template <class S, std::size_t N>
constexpr void scale_lanes(S (&r)[N], const S& a, const S (&x)[N]) {
  for (std::size_t k = 0; k < N; ++k) r[k] = a * x[k];
}
template <class S, std::size_t N>
constexpr void combine_lanes(S (&r)[N], const S& a, const S (&x)[N], const S& b, const S (&y)[N]) {
  for (std::size_t k = 0; k < N; ++k) r[k] = a * x[k] + b * y[k];
}
template <class S, std::size_t N>
constexpr void copy_lanes(S (&r)[N], const S (&x)[N]) {
  for (std::size_t k = 0; k < N; ++k) r[k] = x[k];
}
template <class S, std::size_t N>
constexpr void sum_lanes(S (&r)[N], const S (&x)[N], const S (&y)[N]) {
  for (std::size_t k = 0; k < N; ++k) r[k] = x[k] + y[k];
}
template <class S, std::size_t N>
constexpr void difference_lanes(S (&r)[N], const S (&x)[N], const S (&y)[N]) {
  for (std::size_t k = 0; k < N; ++k) r[k] = x[k] - y[k];
}

}  // namespace grove::detail
