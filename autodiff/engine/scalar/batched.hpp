// One number of several instances of a batch, side by side in vector registers.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <limits>
#include <ostream>
#include <type_traits>

#include "../tape/tape_scalar.hpp"
#include "levels.hpp"
#include "number_traits.hpp"
#include "tangent_lanes.hpp"

namespace grove {
namespace detail {

/// Thrown where the lanes of a batched number do not agree on one way to go; the instances then go one by one. No
/// exception that a loss has reason to catch; one that catches everything is found out by the mark.
struct Divergence {};
/// Whether lanes have disagreed on this thread since the mark was taken away.
inline thread_local bool lanes_diverged = false;
[[noreturn, gnu::noinline, gnu::cold]] inline void diverge() {
  lanes_diverged = true;
  throw Divergence();
}

/// A truth value of each lane. As a condition it is one truth value, if all agree.
template <int N>
struct LaneMask {
  static constexpr std::uint32_t all = (std::uint32_t{1} << N) - 1;
  std::uint32_t bits = 0;

  bool operator[](int k) const { return (bits >> k & 1U) != 0; }
  operator bool() const {  // NOLINT: that is what comparisons are for
    if (bits != 0 && bits != all) diverge();
    return bits != 0;
  }
};

template <class T>
inline constexpr bool is_lane_mask = false;
template <int N>
inline constexpr bool is_lane_mask<LaneMask<N>> = true;

}  // namespace detail

/// The number of N instances: what `vmap` runs a loss on where it takes several instances at once. It computes like S,
/// and S is a constant to it.
template <class S, int N>
struct Batched {
  using Lanes = detail::Lanes<S, N>;
  using Mask = detail::LaneMask<N>;
  static constexpr int size = N;

  Lanes lanes{};

  constexpr Batched() = default;
  template <class T>
  requires std::is_arithmetic_v<T> Batched(T v)
      : lanes(detail::equal_lanes<Lanes>(static_cast<S>(v))) {}  // NOLINT: numbers are constants
  explicit Batched(const Lanes& v) { detail::copy_lanes(lanes, v); }
  // Register by register: what g++ copies as a whole it copies by string instructions.
  Batched(const Batched& other) { detail::copy_lanes(lanes, other.lanes); }
  Batched& operator=(const Batched& other) {
    detail::copy_lanes(lanes, other.lanes);
    return *this;
  }
  ~Batched() = default;

  S operator[](int k) const { return lanes[k]; }
  void set(int k, S number) { lanes.set(k, number); }

  Batched& operator+=(const Batched& b) { return *this = *this + b; }
  Batched& operator-=(const Batched& b) { return *this = *this - b; }
  Batched& operator*=(const Batched& b) { return *this = *this * b; }
  Batched& operator/=(const Batched& b) { return *this = *this / b; }

  friend Batched operator+(const Batched& a) { return a; }
  friend Batched operator-(const Batched& a) { return Batched(-a.lanes); }
  friend Batched operator+(const Batched& a, const Batched& b) { return Batched(a.lanes + b.lanes); }
  friend Batched operator-(const Batched& a, const Batched& b) { return Batched(a.lanes - b.lanes); }
  friend Batched operator*(const Batched& a, const Batched& b) { return Batched(a.lanes * b.lanes); }
  friend Batched operator/(const Batched& a, const Batched& b) { return Batched(a.lanes / b.lanes); }

  friend Mask operator==(const Batched& a, const Batched& b) {
    return each(a, b, [](S x, S y) { return x == y; });
  }
  friend Mask operator!=(const Batched& a, const Batched& b) {
    return each(a, b, [](S x, S y) { return x != y; });
  }
  friend Mask operator<(const Batched& a, const Batched& b) {
    return each(a, b, [](S x, S y) { return x < y; });
  }
  friend Mask operator>(const Batched& a, const Batched& b) { return b < a; }
  friend Mask operator<=(const Batched& a, const Batched& b) {
    return each(a, b, [](S x, S y) { return x <= y; });
  }
  friend Mask operator>=(const Batched& a, const Batched& b) { return b <= a; }

  friend Mask isfinite(const Batched& x) {
    return each(x, x, [](S y, S) { return std::isfinite(y); });
  }
  friend Mask isnan(const Batched& x) {
    return each(x, x, [](S y, S) { return std::isnan(y); });
  }
  friend Mask isinf(const Batched& x) {
    return each(x, x, [](S y, S) { return std::isinf(y); });
  }
  friend std::ostream& operator<<(std::ostream& out, const Batched& x) {
    for (int k = 0; k < N; ++k) out << (k == 0 ? "" : "|") << x[k];
    return out;
  }

  /// The number that all lanes are; those of a batch seldom are.
  S common() const {
    for (int k = 1; k < N; ++k) {
      if (!(lanes[k] == lanes[0])) detail::diverge();
    }
    return lanes[0];
  }

 private:
  template <class Holds>
  static Mask each(const Batched& a, const Batched& b, const Holds& holds) {
    Mask mask;
    for (int k = 0; k < N; ++k) mask.bits |= std::uint32_t(holds(a[k], b[k])) << k;
    return mask;
  }
};

/// Exactly zero in each lane.
template <class S, int N>
[[gnu::always_inline]] inline bool is_exact_zero(const Batched<S, N>& x) {
  return detail::are_zero(x.lanes);
}

namespace detail {

template <class T>
inline constexpr bool is_batched = false;
template <class S, int N>
inline constexpr bool is_batched<Batched<S, N>> = true;
template <class T, class S, int N>
inline constexpr bool is_enclosing<T, Batched<S, N>> = std::same_as<T, S>;

/// a where the mask holds, else b.
template <class S, int N>
Batched<S, N> select(LaneMask<N> mask, const Batched<S, N>& a, const Batched<S, N>& b) {
  Batched<S, N> chosen;
  for (int k = 0; k < N; ++k) chosen.set(k, mask[k] ? a[k] : b[k]);
  return chosen;
}

/// f of each lane.
template <class F, class S, int N, class... Rest>
Batched<S, N> each_lane(const F& f, const Batched<S, N>& a, const Rest&... rest) {
  Batched<S, N> result;
  for (int k = 0; k < N; ++k) result.set(k, S(f(a[k], rest[k]...)));
  return result;
}

/// f of the lanes as an Eigen array.
template <class F, class S, int N, class... Rest>
[[gnu::always_inline]] inline Batched<S, N> on_lanes(const F& f, const Batched<S, N>& a, const Rest&... rest) {
  const auto array = [](const Batched<S, N>& x) __attribute__((always_inline)) {
    Eigen::Array<S, N, 1> numbers;
    store_lanes(numbers.data(), x.lanes);
    return numbers;
  };
  const Eigen::Array<S, N, 1> result = f(array(a), array(rest)...);
  return Batched<S, N>(load_lanes<S, N>(result.data()));
}

}  // namespace detail
}  // namespace grove

template <class S, int N>
struct Eigen::NumTraits<grove::Batched<S, N>>
    : grove::detail::NumberTraits<grove::Batched<S, N>, S, 2 * int(Eigen::NumTraits<S>::ReadCost),
                                  2 * int(Eigen::NumTraits<S>::AddCost), 2 * int(Eigen::NumTraits<S>::MulCost)> {};

template <class S, int N, class Op>
struct Eigen::ScalarBinaryOpTraits<grove::Batched<S, N>, S, Op> {
  using ReturnType = grove::Batched<S, N>;
};
template <class S, int N, class Op>
struct Eigen::ScalarBinaryOpTraits<S, grove::Batched<S, N>, Op> {
  using ReturnType = grove::Batched<S, N>;
};

template <class S, int N>
class std::numeric_limits<grove::Batched<S, N>> : public grove::detail::NumberLimits<grove::Batched<S, N>, S> {};
