// Divided differences f[x₀, …, xₚ] of a function of one number, accurate also where the points are equal or nearly so.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "../../../engine/scalar/dual.hpp"

namespace grove::detail {

/// The derivative of order P, by nested forward mode.
template <int P, class F, class T>
T derivative_at(const F& f, const T& x) {
  if constexpr (P == 0) {
    return T(f(x));
  } else {
    using D = Dual<T, 1, true>;
    return T(derivative_at<P - 1>(f, D(x, T(1))).tangent[0]);
  }
}

/// Gauss's nodes and weights on [0, 1].
template <int Nodes>
struct gauss;
template <>
struct gauss<3> {
  static constexpr double node[] = {0.1127016653792583, 0.5, 0.8872983346207417};
  static constexpr double weight[] = {0.2777777777777778, 0.4444444444444444, 0.2777777777777778};
};
template <>
struct gauss<4> {
  static constexpr double node[] = {0.06943184420297371, 0.33000947820757187, 0.6699905217924281, 0.9305681557970263};
  static constexpr double weight[] = {0.17392742256872692, 0.32607257743127307, 0.32607257743127307,
                                      0.17392742256872692};
};

/// ∫ g(Σ tᵢ xᵢ) over the simplex of the weights t, by Gauss's rule in each direction.
template <int Nodes, class G, class T, std::size_t M>
T simplex_integral(const G& g, const std::array<T, M>& x) {
  if constexpr (M == 1) {
    return g(x[0]);
  } else {
    std::array<T, M - 1> rest;
    std::copy(x.begin() + 1, x.end(), rest.begin());
    T sum(0);
    for (int k = 0; k < Nodes; ++k) {
      const T s = static_cast<T>(gauss<Nodes>::node[k]);
      T weight = static_cast<T>(gauss<Nodes>::weight[k]);
      for (std::size_t power = 2; power < M; ++power) weight *= s;
      const auto inner = [&](const T& y) { return g(T(x[0] + s * (y - x[0]))); };
      sum += weight * simplex_integral<Nodes>(inner, rest);
    }
    return sum;
  }
}

template <class F, class T>
concept HasDifference = requires(const F& f, T x) {
  f.difference(x, x);
};

/// f[x₀, …, xₚ]; equal points take derivatives.
///
/// The quotient of two differences of the order below, if that does not cancel; else the integral
/// of the derivative of order p over the simplex of the points (Hermite and Genocchi), if two rules for it agree to
/// the rounding of the quotient. So no scale of f is assumed, and about 13 of 16 digits are right at the worst
/// distance. A function may bring its own first `difference(a, b)`, a <= b.
template <class F, class T, std::size_t M>
T divided_difference(const F& f, std::array<T, M> x) {
  constexpr int order = static_cast<int>(M) - 1;
  std::sort(x.begin(), x.end());
  if constexpr (M == 1) {
    return T(f(x[0]));
  } else if constexpr (M == 2 && HasDifference<F, T>) {
    return f.difference(x[0], x[1]);
  } else {
    using std::abs;
    std::array<T, M - 1> low, high;
    std::copy(x.begin(), x.end() - 1, low.begin());
    std::copy(x.begin() + 1, x.end(), high.begin());
    const T gap = x.back() - x.front(), left = divided_difference(f, low), right = divided_difference(f, high);
    const T quotient = (right - left) / gap;
    constexpr T epsilon = std::numeric_limits<T>::epsilon();
    const T rounding = T(8 * order * order) * epsilon * (abs(left) + abs(right)) / gap;
    if (rounding <= 200 * epsilon * abs(quotient)) return quotient;
    const auto derivative = [&f](const T& y) { return derivative_at<order>(f, y); };
    const T coarse = simplex_integral<3>(derivative, x), fine = simplex_integral<4>(derivative, x);
    return gap > T(0) && abs(fine - coarse) > rounding ? quotient : fine;
  }
}

}  // namespace grove::detail
