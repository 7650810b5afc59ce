// The tangents of a forward-mode number: in vector registers where they are plain numbers, else an array.
#pragma once

#include <cstddef>
#include <type_traits>

#include "../tape/tape_scalar.hpp"
#include "lanes.hpp"

namespace grove::detail {

template <class S, int N>
struct tangent_lanes {
  using type = S[static_cast<std::size_t>(N)];
};
template <class S, int N>
requires(std::is_floating_point_v<S> && sizeof(S) <= 8) struct tangent_lanes<S, N> {
  using type = Lanes<S, N>;
};

template <class S, int N>
void set_lane(Lanes<S, N>& r, long k, const S& value) {
  r.set(k, value);
}
template <class S, std::size_t N>
constexpr void set_lane(S (&r)[N], long k, const S& value) {
  r[k] = value;
}
/// r ← 1 in lane k, 0 in the others; whole registers at a time, since they will be read so.
template <class S, int N>
void seed_lane(Lanes<S, N>& r, long k) {
  static constexpr struct Row {
    S numbers[3 * N]{};  // behind the N lanes there may be as many idle ones
    constexpr Row() { numbers[N] = 1; }
  } row;
  r = load_lanes<S, N>(row.numbers + (N - k));
}
template <class S, int N>
void scale_lanes(Lanes<S, N>& r, const S& a, const Lanes<S, N>& x) {
  r = x * a;
}
/// The same where a zero among the x wins over an infinite or undefined a: a constant has no tangent, so the slope at
/// it must not enter. Costs next to nothing.
template <class S, int N>
void scale_lanes_guarded(Lanes<S, N>& r, const S& a, const Lanes<S, N>& x) {
  r = guarded_product(x, equal_lanes<Lanes<S, N>>(a));
}
template <class S, int N>
void combine_lanes(Lanes<S, N>& r, const S& a, const Lanes<S, N>& x, const S& b, const Lanes<S, N>& y) {
  r = x * a + y * b;
}
template <class S, int N>
void copy_lanes(Lanes<S, N>& r, const Lanes<S, N>& x) {
  if constexpr (fills_one_register<S, N>) {
    r.numbers = x.numbers;
  } else {
    copy_lanes(r.low, x.low);
    copy_lanes(r.high, x.high);
  }
}
template <class S, int N>
void sum_lanes(Lanes<S, N>& r, const Lanes<S, N>& x, const Lanes<S, N>& y) {
  r = x + y;
}
template <class S, int N>
void difference_lanes(Lanes<S, N>& r, const Lanes<S, N>& x, const Lanes<S, N>& y) {
  r = x - y;
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
constexpr void scale_lanes_guarded(S (&r)[N], const S& a, const S (&x)[N]) {
  for (std::size_t k = 0; k < N; ++k) r[k] = is_exact_zero(x[k]) ? S(0) : S(a * x[k]);
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
