// One row per reduction: the value y of a block x, and where its cotangent c goes. Blocks are Eigen arrays of any
// scalar.
#pragma once

#include <cmath>
#include <limits>

#include "../../../engine/array/active.hpp"
#include "../../elementwise/detail/kinks.hpp"

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

/// Σ f(x), with elements as numbers.
template <class R, class F>
R sum_over(const auto& x, const F& f) {
  R sum(0);
  for (Index j = 0; j < x.cols(); ++j) {
    for (Index i = 0; i < x.rows(); ++i) sum += f(scalar_of<decltype(x)>(x.coeff(i, j)));
  }
  return sum;
}

/// Shares the cotangent equally among the elements that attain the value, as JAX does. A value of NaN, which none
/// attains, gives NaN to all.
void share_among_equals(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
  using std::isnan;
  using S = scalar_of<decltype(x)>;
  if (isnan(y)) {
    x_bar += c * S(std::numeric_limits<double>::quiet_NaN());
    return;
  }
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
    if constexpr (std::is_floating_point_v<S>) {
      return best;
    } else {
      return shared(x, best);
    }
  }
  static void pullback(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
    share_among_equals(x, y, c, x_bar);
  }

 private:
  /// Numbers with tangents: ties share as they do in the pullback.
  template <class S>
  static S shared(const auto& x, const S& best) {
    using std::isnan;
    if (isnan(best)) return sum_over<S>(x, [](const S& e) { return number_value(Undefined{}, e); });
    double ties = 0;
    const S sum = sum_over<S>(x, [&](const S& e) { return e == best ? (++ties, e) : S(0); });
    return ties == 1 ? best : S(sum / ties);
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

// A norm at zero: the slope 0, the subgradient of smallest norm; there is no second derivative.
/// The value of the norm of zeros.
template <class S>
S norm_of_zeros(const auto& x) {
  if constexpr (is_dual<S>) {
    using T = decltype(S::value);
    const T slope = sum_over<T>(x, [](const S& e) { return number_value(Kink{}, e.value); });
    return sum_over<S>(x, [&](const S& e) {
      S part(0);
      scale_lanes_guarded(part.tangent, slope, e.tangent);
      return part;
    });
  } else if constexpr (is_var<S>) {
    using T = typename S::Scalar;
    const T slope = sum_over<T>(x, [](const S& e) { return number_value(Kink{}, e.value()); });
    return sum_over<S>(x, [&](const S& e) { return VarAccess::unary<false>(e, T(0), slope); });
  } else {
    return S(0);
  }
}
void pull_back_norm_of_zeros(const auto& x, const auto& c, auto&& x_bar) {
  using S = scalar_of<decltype(x)>;
  if constexpr (!std::is_floating_point_v<S>)
    x_bar += S(c * sum_over<S>(x, [](const S& e) { return number_value(Kink{}, e); }));
}

/// √Σx².
struct NormOf {
  static constexpr const char* name = "norm";
  static constexpr bool needs_elements = false;
  static auto value(const auto& x) {
    using std::sqrt;
    using S = scalar_of<decltype(x)>;
    const S sum = (x * x).sum();
    return sum == S(0) ? norm_of_zeros<S>(x) : S(sqrt(sum));
  }
  static void pullback(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
    using S = scalar_of<decltype(x)>;
    if (y == S(0)) return pull_back_norm_of_zeros(x, c, x_bar);
    x_bar += S(c / y) * x;
  }
};

/// The sign of a number; 0 at 0, NaN for NaN.
template <class S>
S sign_of(const S& x) {
  return x > S(0) ? S(1) : (x < S(0) ? S(-1) : S(x * S(0)));
}

/// Σ|x|.   The slope of |x| at 0 is 0.
struct AbsoluteSumOf {
  static constexpr const char* name = "lpNorm<1>";
  static constexpr bool needs_elements = false;
  static auto value(const auto& x) { return x.abs().sum(); }
  static void pullback(const auto& x, const auto&, const auto& c, auto&& x_bar) {
    using S = scalar_of<decltype(x)>;
    for (Index j = 0; j < x.cols(); ++j) {
      for (Index i = 0; i < x.rows(); ++i) x_bar.coeffRef(i, j) += c * sign_of(S(x.coeff(i, j)));
    }
  }
};

/// max|x|.   Ties share the cotangent; zeros have the slope 0.
struct LargestMagnitudeOf {
  static constexpr const char* name = "lpNorm<Infinity>";
  static constexpr bool needs_elements = false;
  static auto value(const auto& x) {
    using S = scalar_of<decltype(x)>;
    return x.size() == 0 ? S(0) : S(MaxOf::value(x.abs()));
  }
  static void pullback(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
    using std::isnan;
    using S = scalar_of<decltype(x)>;
    if (isnan(y)) return share_among_equals(x, y, c, x_bar);
    const auto attains = [&](const S& e) { return e == y || -e == y; };
    double ties = 0;
    sum_over<S>(x, [&](const S& e) { return attains(e) ? (++ties, e) : e; });
    for (Index j = 0; j < x.cols(); ++j) {
      for (Index i = 0; i < x.rows(); ++i) {
        const S e = x.coeff(i, j);
        if (attains(e)) x_bar.coeffRef(i, j) += sign_of(e) * c / S(ties);
      }
    }
  }
};

/// (Σ|x|ᵖ)^(1/p), without overflow; of an infinity like the largest magnitude.
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
    const S largest = LargestMagnitudeOf::value(x);
    if (largest == S(0)) return norm_of_zeros<S>(x);
    if (!isfinite(largest)) return largest;
    const S sum = sum_over<S>(x, [&](const S& e) { return power<P>(S(e / largest)); });
    return S(largest * pow(sum, 1.0 / P));
  }
  static void pullback(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
    using std::isfinite;
    using S = scalar_of<decltype(x)>;
    if (y == S(0)) return pull_back_norm_of_zeros(x, c, x_bar);
    if (!isfinite(y)) return LargestMagnitudeOf::pullback(x, y, c, x_bar);
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

/// ln Σ eˣ, shifted by the largest element; exact for infinite elements.   d/dx = e^(x - y), and its limit for an
/// infinite y: the elements that are as large share it.
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
    if (!isfinite(y)) return share_among_equals(x, y, c, x_bar);
    x_bar += c * (x - y).exp();
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
  static void pullback(const auto& x, const auto& y, const auto& c, auto&& x_bar) {
    using std::isnan;
    using S = scalar_of<decltype(x)>;
    if (isnan(y)) return share_among_equals(x, y, c, x_bar);
    const S m = MeanOf::value(x);
    x_bar += S((c + c) / count_of(x)) * (x - m);
  }
};

}  // namespace grove::detail
