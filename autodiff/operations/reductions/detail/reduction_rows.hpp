// One row per reduction: the value y of a block x, and where its cotangent c goes. Blocks are Eigen arrays of any
// scalar.
#pragma once

#include <cmath>
#include <limits>

#include "autodiff/engine/array/active.hpp"

namespace grove::detail {

template <class X>
using scalar_of = typename bare<X>::Scalar;

/// Number of elements, as a scalar of x.
template <class X>
auto count_of(const X& x) {
  using S = scalar_of<X>;
  return S(static_cast<double>(x.size()));
}

/// Σ x
struct SumOf {
  static constexpr const char* name = "sum";
  static constexpr bool needs_elements = false;
  static auto value(const auto& x) { return x.sum(); }
  static void pullback(const auto&, const auto&, const auto& c, auto&& x_bar) { x_bar += c; }
};

/// Σ x / n
struct MeanOf {
  static constexpr const char* name = "mean";
  static constexpr bool needs_elements = true;
  static auto value(const auto& x) { return x.sum() / count_of(x); }
  static void pullback(const auto& x, const auto&, const auto& c, auto&& x_bar) { x_bar += c / count_of(x); }
};

/// Π x.   The slope of an element is the product of the others, also where some are zero.
struct ProdOf {
  static constexpr const char* name = "prod";
  static constexpr bool needs_elements = false;
  static auto value(const auto& x) {
    using S = scalar_of<decltype(x)>;
    return x.size() == 0 ? S(1) : S(x.prod());
  }
  // The product of the elements before, times that of the elements after.
  static void pullback(const auto& x, const auto&, const auto& c, auto&& x_bar) {
    using S = scalar_of<decltype(x)>;
    Tape<S>& tape = *current_tape<S>;
    const Arena::Mark mark = tape.arena().mark();
    const Index n = x.size(), rows = x.rows();
    S* before = tape.allocate_values(static_cast<std::size_t>(n));
    S product(1);
    for (Index k = 0; k < n; ++k) {
      new (before + k) S(product);
      product *= x.coeff(k % rows, k / rows);
    }
    product = S(1);
    for (Index k = n; k-- > 0;) {
      x_bar.coeffRef(k % rows, k / rows) += c * before[k] * product;
      product *= x.coeff(k % rows, k / rows);
    }
    tape.arena().rewind(mark);
  }
};

/// Shares the cotangent equally among the elements that attain the value, as JAX does.
void share_among_equals(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
  using S = scalar_of<decltype(x)>;
  double ties = 0;
  for (Index j = 0; j < x.cols(); ++j) {
    for (Index i = 0; i < x.rows(); ++i) ties += x.coeff(i, j) == y ? 1 : 0;
  }
  for (Index j = 0; j < x.cols(); ++j) {
    for (Index i = 0; i < x.rows(); ++i) {
      if (x.coeff(i, j) == y) x_bar.coeffRef(i, j) += c / S(ties);
    }
  }
}

/// The largest element; NaN if there is one.
struct MaxOf {
  static constexpr const char* name = "max";
  static constexpr bool needs_elements = true;
  static auto value(const auto& x) {
    using std::isnan;
    using S = scalar_of<decltype(x)>;
    S best = x.coeff(0, 0);
    for (Index j = 0; j < x.cols(); ++j) {
      for (Index i = 0; i < x.rows(); ++i) {
        const S candidate = x.coeff(i, j);
        if (candidate > best || isnan(candidate)) best = candidate;
      }
    }
    return best;
  }
  static void pullback(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
    share_among_equals(x, y, c, x_bar);
  }
};

/// The smallest element; NaN if there is one.
struct MinOf {
  static constexpr const char* name = "min";
  static constexpr bool needs_elements = true;
  static auto value(const auto& x) {
    using S = scalar_of<decltype(x)>;
    return S(-MaxOf::value(-x));
  }
  static void pullback(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
    share_among_equals(x, y, c, x_bar);
  }
};

/// Σ x²
struct SquaredNormOf {
  static constexpr const char* name = "squaredNorm";
  static constexpr bool needs_elements = false;
  static auto value(const auto& x) { return (x * x).sum(); }
  static void pullback(const auto& x, const auto&, const auto& c, auto&& x_bar) { x_bar += (c + c) * x; }
};

/// √Σx².   The slope at zero is 0, the subgradient of smallest norm.
struct NormOf {
  static constexpr const char* name = "norm";
  static constexpr bool needs_elements = false;
  static auto value(const auto& x) {
    using std::sqrt;
    using S = scalar_of<decltype(x)>;
    const S sum = (x * x).sum();
    return sum == S(0) ? S(0) : S(sqrt(sum));
  }
  static void pullback(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
    using S = scalar_of<decltype(x)>;
    if (y != S(0)) x_bar += S(c / y) * x;
  }
};

/// Σ|x|.   The slope of |x| at 0 is 0.
struct AbsoluteSumOf {
  static constexpr const char* name = "lpNorm<1>";
  static constexpr bool needs_elements = false;
  static auto value(const auto& x) { return x.abs().sum(); }
  static void pullback(const auto& x, const auto&, const auto& c, auto&& x_bar) { x_bar += c * x.sign(); }
};

/// (Σ|x|ᵖ)^(1/p), without overflow.   The slope at zero is 0.
template <int P>
struct ScaledNormOf {
  static_assert(P >= 1, "grove: lpNorm<p> needs p >= 1, or Eigen::Infinity");
  static constexpr const char* name = "lpNorm";
  static constexpr bool needs_elements = false;
  static auto value(const auto& x) {
    using std::isfinite;
    using std::pow;
    using S = scalar_of<decltype(x)>;
    if (x.size() == 0) return S(0);
    const S largest = MaxOf::value(x.abs());
    if (!(largest > S(0)) || !isfinite(largest)) return largest;
    S sum(0);
    for (Index j = 0; j < x.cols(); ++j) {
      for (Index i = 0; i < x.rows(); ++i) sum += power<P>(S(x.coeff(i, j) / largest));
    }
    return S(largest * pow(sum, 1.0 / P));
  }
  static void pullback(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
    using S = scalar_of<decltype(x)>;
    if (y == S(0)) return;
    for (Index j = 0; j < x.cols(); ++j) {
      for (Index i = 0; i < x.rows(); ++i) {
        const S slope = power<P - 1>(S(x.coeff(i, j) / y));
        x_bar.coeffRef(i, j) += x.coeff(i, j) < S(0) ? S(-c * slope) : S(c * slope);
      }
    }
  }
  /// |x|ⁿ
  template <int N, class S>
  static S power(const S& x) {
    S product(1);
    for (int k = 0; k < N; ++k) product *= x;
    return product < S(0) ? S(-product) : product;
  }
};

/// max|x|.   Ties share the cotangent.
struct LargestMagnitudeOf {
  static constexpr const char* name = "lpNorm<Infinity>";
  static constexpr bool needs_elements = false;
  static auto value(const auto& x) {
    using S = scalar_of<decltype(x)>;
    return x.size() == 0 ? S(0) : S(MaxOf::value(x.abs()));
  }
  static void pullback(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
    using S = scalar_of<decltype(x)>;
    double ties = 0;
    for (Index k = 0; k < x.size(); ++k) ties += at(x.abs(), k) == y ? 1 : 0;
    for (Index k = 0; k < x.size(); ++k) {
      if (at(x.abs(), k) == y)
        x_bar.coeffRef(k % x.rows(), k / x.rows()) += at(x, k) < S(0) ? S(-c / S(ties)) : S(c / S(ties));
    }
  }
  static auto at(const auto& x, Index k) {
    using S = scalar_of<decltype(x)>;
    return S(x.coeff(k % x.rows(), k / x.rows()));
  }
};

/// ln Σ eˣ, shifted by the largest element; exact for infinite elements.   d/dx = e^(x - y)
struct LogSumExpOf {
  static constexpr const char* name = "logsumexp";
  static constexpr bool needs_elements = false;
  static auto value(const auto& x) {
    using std::isfinite;
    using std::log;
    using S = scalar_of<decltype(x)>;
    if (x.size() == 0) return S(-std::numeric_limits<double>::infinity());
    const S largest = MaxOf::value(x);
    if (!isfinite(largest)) return largest;
    return S(largest + log(S((x - largest).exp().sum())));
  }
  static void pullback(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
    using std::isfinite;
    if (isfinite(y)) x_bar += c * (x - y).exp();
  }
};

/// Σ (x - mean)² / n, the population variance
struct VarianceOf {
  static constexpr const char* name = "variance";
  static constexpr bool needs_elements = true;
  static auto value(const auto& x) {
    using S = scalar_of<decltype(x)>;
    const S m = MeanOf::value(x);
    return SquaredNormOf::value(x - m) / count_of(x);
  }
  static void pullback(const auto& x, const auto&, const auto& c, auto&& x_bar) {
    using S = scalar_of<decltype(x)>;
    const S m = MeanOf::value(x);
    x_bar += S((c + c) / count_of(x)) * (x - m);
  }
};

}  // namespace grove::detail
