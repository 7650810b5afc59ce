// What is applied to the eigenvalues of a matrix, by its divided differences over them.
#pragma once

#include <array>
#include <cmath>

#include "divided_differences.hpp"
#include "gaps.hpp"

namespace grove::detail {

/// A function of one number, by its divided differences.
template <class F>
struct OfFunction {
  const char* name;
  const char* domain;
  F f;
  bool clamps = false;  // eigenvalues that are negative by rounding only count as zero

  /// Throws unless f is finite at all eigenvalues.
  template <class T>
  void admit(View<T> values) const {
    using std::isfinite;
    const T rounding = T(8) * static_cast<T>(values.rows()) * std::numeric_limits<T>::epsilon() *
                       (values.rows() == 0 ? T(0) : largest_magnitude(values));
    for (Index k = 0; k < values.rows(); ++k) {
      T& x = values(k, 0);
      if (clamps && x < T(0) && x >= -rounding) x = T(0);
      if (!isfinite(T(f(x)))) [[unlikely]]
        throw Error(fill("{}: eigenvalue {} is {}; {}", {name, k, static_cast<double>(x), domain}));
    }
  }
  template <class T, std::size_t M>
  T difference(const View<T>& values, const std::array<Index, M>& at) const {
    using std::isfinite;
    std::array<T, M> x;
    for (std::size_t k = 0; k < M; ++k) x[k] = values(at[k], 0);
    const T d = divided_difference(f, x);
    if (!isfinite(d)) [[unlikely]]
      throw Error(
          fill("{}: eigenvalue {} is {}, where there is no finite derivative; add a small multiple of the "
               "identity",
               {name, at[0], static_cast<double>(x[0])}));
    return d;
  }
};

/// 1 on the eigenvalues first, …, first + count - 1, else 0.
struct OfSpace {
  static constexpr const char* name = "eigenspace_projector";
  Index first, count;

  bool inside(Index k) const { return k >= first && k < first + count; }

  /// Throws unless there is a gap on both sides.
  template <class T>
  void admit(View<T> values) const {
    check_range(name, first, count, values.rows());
    const Gaps<T> gaps(name, "eigenvalues", "", values);
    for (const Index k : {first, first + count}) {
      if (count > 0 && k > 0 && k < values.rows() && gaps.close(k - 1, k)) [[unlikely]]
        throw Error(
            fill("{}: eigenvalue {} is inside and {} outside, but their gap is {}; take all of an equal group, "
                 "or none",
                 {name, k == first ? k : k - 1, k == first ? k - 1 : k,
                  static_cast<double>(T(values(k, 0) - values(k - 1, 0)))}));
    }
  }
  template <class T, std::size_t M>
  T difference(const View<T>& values, const std::array<Index, M>& at) const {
    if constexpr (M == 1) {
      return T(inside(at[0]) ? 1 : 0);
    } else {
      // Always the quotient by a gap between one inside and one outside; without such a pair the function is constant.
      std::size_t in = M, out = M;
      for (std::size_t k = 0; k < M; ++k) (inside(at[k]) ? in : out) = k;
      if (in == M || out == M) return T(0);
      const auto without = [&](std::size_t skipped) {
        std::array<Index, M - 1> rest;
        for (std::size_t k = 0, to = 0; k < M; ++k) {
          if (k != skipped) rest[to++] = at[k];
        }
        return difference(values, rest);
      };
      return (without(out) - without(in)) / (values(at[in], 0) - values(at[out], 0));
    }
  }
};

}  // namespace grove::detail
