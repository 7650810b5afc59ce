// Bijections from all numbers onto constrained ones: what a constrained fit minimizes over without knowing it.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "../../autodiff/error.hpp"
#include "../../autodiff/operations/operations.hpp"
#include "../../autodiff/tree/tree.hpp"
#include "../numerics/detail/check.hpp"
#include "../protocol/detail/leafwise.hpp"

/// Each bijection has `forward(x)` from unconstrained numbers to constrained ones, `inverse(y)` back, and
/// `log_det_jacobian(x)`, the logarithm of |det dy/dx| over independent entries, which a density of y needs to be one
/// of x. All three take plain and active arguments and have derivatives of any order. `by_path` puts them together over
/// a tree.
namespace grove::optim::bijections {
namespace detail {

namespace od = grove::optim::detail;

/// f of each element of an array, or of a number.
template <class F, class X>
auto each(const F& f, const X& x) {
  if constexpr (od::HasElements<X>) {
    return grove::map(f, x);
  } else {
    return f(x);
  }
}

/// Σ f(element)
template <class F, class X>
auto sum_of_each(const F& f, const X& x) {
  if constexpr (od::HasElements<X>) {
    return grove::sum(grove::map(f, x));
  } else {
    return f(x);
  }
}

template <class X>
using number_t = tree::scalar_t<std::remove_cvref_t<X>>;
template <class T>
using Column = Eigen::Matrix<T, Eigen::Dynamic, 1>;
template <class T>
using Square = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// The entries of a column, a row or a matrix with one of them, as numbers that can be read many times.
template <class X>
Column<number_t<X>> entries(const char* name, const X& x) {
  static_assert(od::HasElements<X>, "a bijection of vectors needs a vector");
  if (x.cols() != 1 && x.rows() != 1 && x.size() != 0) {
    throw ShapeError(
        od::fill("{}: the unconstrained numbers must be one column, got {}×{}", {name, x.rows(), x.cols()}));
  }
  return tree::flatten(x);
}

/// The entries of a matrix with as many rows as columns.
template <class X>
Square<number_t<X>> square_entries(const char* name, const X& x) {
  static_assert(od::HasElements<X>, "a bijection onto matrices needs a matrix");
  if (x.rows() != x.cols()) {
    throw ShapeError(od::fill("{}: inverse: the matrix must be square, got {}×{}", {name, x.rows(), x.cols()}));
  }
  return tree::flatten(x).reshaped(x.rows(), x.cols());
}

/// n, if `entries` is n (n + 1) / 2. Throws: ShapeError otherwise.
inline Eigen::Index triangle_side(const char* name, Eigen::Index entries, bool with_diagonal = true) {
  Eigen::Index n = 0;
  while (n * (n + 1) / 2 < entries) ++n;
  if (n * (n + 1) / 2 == entries) return n;
  throw ShapeError(od::fill("{}: {} unconstrained numbers fill no triangle; there must be n (n {} 1) / 2",
                            {name, entries, with_diagonal ? "+" : "-"}));
}

template <class T>
[[noreturn]] void throw_outside(const char* name, const T& y, const char* set) {
  throw Error(od::fill("{}: inverse: {} is not {}", {name, od::plain(y), set}));
}

}  // namespace detail

/// What `positive` returns.
struct Positive {
  static constexpr bool elementwise = true;
  bool by_softplus;

  template <class X>
  auto forward(const X& x) const {
    return detail::each(
        [soft = by_softplus](const auto& e) {
          using std::exp;
          using T = std::remove_cvref_t<decltype(e)>;
          return soft ? T(softplus(e)) : T(exp(e));
        },
        x);
  }
  template <class Y>
  auto inverse(const Y& y) const {
    return detail::each(
        [soft = by_softplus](const auto& e) {
          using std::log, std::expm1;
          if (!(detail::od::plain(e) > 0)) detail::throw_outside("positive", e, "positive");
          using T = std::remove_cvref_t<decltype(e)>;
          return soft ? T(e + log(-expm1(-e))) : T(log(e));
        },
        y);
  }
  template <class X>
  auto log_det_jacobian(const X& x) const {
    return detail::sum_of_each(
        [soft = by_softplus](const auto& e) {
          using T = std::remove_cvref_t<decltype(e)>;
          return soft ? T(log_sigmoid(e)) : e;
        },
        x);
  }
};

/// The positive numbers, element by element: y = eˣ. x = ln y, ln |dy/dx| = x.
inline Positive positive() { return {false}; }

/// The positive numbers by y = ln(1 + eˣ), which for large x is x: gentler steps than eˣ. ln |dy/dx| = ln sigmoid x.
inline Positive softplus_positive() { return {true}; }

/// What `interval` returns.
struct Interval {
  static constexpr bool elementwise = true;
  double lower, upper;

  template <class X>
  auto forward(const X& x) const {
    return detail::each(
        [a = lower, b = upper](const auto& e) {
          using std::exp;
          using T = std::remove_cvref_t<decltype(e)>;
          const auto low = detail::od::in_scalar_of(e, a), high = detail::od::in_scalar_of(e, b);
          switch (kind_of(a, b)) {
            case Kind::both:
              return T(low + (high - low) * sigmoid(e));
            case Kind::lower:
              return T(low + exp(e));
            case Kind::upper:
              return T(high - exp(e));
            default:
              return e;
          }
        },
        x);
  }
  template <class Y>
  auto inverse(const Y& y) const {
    return detail::each(
        [a = lower, b = upper](const auto& e) {
          using std::log;
          const double at = detail::od::plain(e);
          if (!(at > a && at < b)) {
            throw Error(detail::od::fill("interval: inverse: {} does not lie in ({}, {})", {at, a, b}));
          }
          using T = std::remove_cvref_t<decltype(e)>;
          const auto low = detail::od::in_scalar_of(e, a), high = detail::od::in_scalar_of(e, b);
          switch (kind_of(a, b)) {
            case Kind::both:
              return T(log(e - low) - log(high - e));
            case Kind::lower:
              return T(log(e - low));
            case Kind::upper:
              return T(log(high - e));
            default:
              return e;
          }
        },
        y);
  }
  template <class X>
  auto log_det_jacobian(const X& x) const {
    return detail::sum_of_each(
        [a = lower, b = upper](const auto& e) {
          using T = std::remove_cvref_t<decltype(e)>;
          switch (kind_of(a, b)) {
            case Kind::both:
              return T(log_sigmoid(e) + log_sigmoid(-e) + detail::od::in_scalar_of(e, std::log(b - a)));
            case Kind::none:
              return T(0 * e);
            default:
              return e;
          }
        },
        x);
  }

 private:
  enum class Kind { none, lower, upper, both };
  static Kind kind_of(double a, double b) {
    if (std::isinf(a)) return std::isinf(b) ? Kind::none : Kind::upper;
    return std::isinf(b) ? Kind::lower : Kind::both;
  }
};

/// The open interval (lower, upper), element by element: y = lower + (upper - lower) sigmoid x. With one infinite bound
/// lower + eˣ or upper - eˣ, with two x itself.
///
/// Throws: HyperparameterError unless lower < upper; from `inverse` Error for numbers outside.
inline Interval interval(double lower, double upper) {
  if (!(lower < upper)) {
    throw HyperparameterError(detail::od::fill("interval: lower = {} must lie below upper = {}", {lower, upper}));
  }
  return {lower, upper};
}

/// What `simplex` returns.
struct Simplex {
  static constexpr bool elementwise = false;

  template <class X>
  auto forward(const X& x) const {
    using T = detail::number_t<X>;
    const auto in = detail::entries("simplex", x);
    const auto shifted = weights(in);
    T total = shifted.sum();
    detail::Column<T> y(in.size() + 1);
    for (Eigen::Index i = 0; i < y.size(); ++i) y(i) = shifted(i) / total;
    return Vector<T>(y);
  }
  template <class Y>
  auto inverse(const Y& y) const {
    using T = detail::number_t<Y>;
    using std::log;
    const auto in = detail::entries("simplex", y);
    if (in.size() == 0) throw ShapeError("simplex: inverse: there is no simplex of 0 numbers");
    for (Eigen::Index i = 0; i < in.size(); ++i) {
      if (!(detail::od::plain(in(i)) > 0)) detail::throw_outside("simplex", in(i), "positive");
    }
    detail::Column<T> x(in.size() - 1);
    const T last = log(in(in.size() - 1));
    for (Eigen::Index i = 0; i < x.size(); ++i) x(i) = log(in(i)) - last;
    return Vector<T>(x);
  }
  /// Σ ln yᵢ over all n
  template <class X>
  auto log_det_jacobian(const X& x) const {
    using T = detail::number_t<X>;
    using std::log;
    const auto in = detail::entries("simplex", x);
    T sum = 0;
    for (Eigen::Index i = 0; i < in.size(); ++i) sum += in(i);
    const T total = weights(in).sum();
    const auto number = [&](double value) { return detail::od::in_scalar_of(total, value); };
    return T(sum - number(static_cast<double>(in.size() + 1)) * (log(total) + number(largest(in))));
  }

 private:
  template <class T>
  static double largest(const detail::Column<T>& in) {
    double most = 0;
    for (Eigen::Index i = 0; i < in.size(); ++i) most = std::max(most, detail::od::plain(in(i)));
    return most;
  }
  /// e^(xᵢ - m), and last e^(0 - m), with m the largest of all.
  template <class T>
  static detail::Column<T> weights(const detail::Column<T>& in) {
    using std::exp;
    const double most = largest(in);
    detail::Column<T> result(in.size() + 1);
    for (Eigen::Index i = 0; i < in.size(); ++i) result(i) = exp(in(i)-detail::od::in_scalar_of(in(i), most));
    result(in.size()) = T(std::exp(-most));
    return result;
  }
};

/// n positive numbers that sum to 1, of n - 1 unconstrained ones: y = softmax(x₁ … xₙ₋₁, 0). xᵢ = ln(yᵢ / yₙ).
///
/// The determinant is that of the first n - 1 entries of y: ln |det| = Σ ln yᵢ over all n.
/// Source: Aitchison 1982, the additive log-ratio
inline Simplex simplex() { return {}; }

/// What `lower_cholesky` returns.
struct LowerCholesky {
  static constexpr bool elementwise = false;

  template <class X>
  auto forward(const X& x) const {
    using T = detail::number_t<X>;
    using std::exp;
    const auto in = detail::entries("lower_cholesky", x);
    const Eigen::Index n = detail::triangle_side("lower_cholesky", in.size());
    detail::Square<T> y = detail::Square<T>::Constant(n, n, T(0));
    for (Eigen::Index i = 0, k = 0; i < n; ++i) {
      for (Eigen::Index j = 0; j < i; ++j) y(i, j) = in(k++);
      y(i, i) = exp(in(k++));
    }
    return Matrix<T>(y);
  }
  template <class Y>
  auto inverse(const Y& y) const {
    using T = detail::number_t<Y>;
    using std::log;
    const auto in = detail::square_entries("lower_cholesky", y);
    detail::Column<T> x(in.rows() * (in.rows() + 1) / 2);
    for (Eigen::Index i = 0, k = 0; i < in.rows(); ++i) {
      for (Eigen::Index j = 0; j < i; ++j) x(k++) = in(i, j);
      if (!(detail::od::plain(in(i, i)) > 0)) detail::throw_outside("lower_cholesky", in(i, i), "positive");
      x(k++) = log(in(i, i));
    }
    return Vector<T>(x);
  }
  template <class X>
  auto log_det_jacobian(const X& x) const {
    const auto in = detail::entries("lower_cholesky", x);
    const Eigen::Index n = detail::triangle_side("lower_cholesky", in.size());
    detail::number_t<X> sum = 0;
    for (Eigen::Index i = 0; i < n; ++i) sum += in((i + 1) * (i + 2) / 2 - 1);
    return sum;
  }
};

/// Lower triangular matrices n×n with a positive diagonal, of n (n + 1) / 2 numbers, row by row; the diagonal is eˣ.
/// L Lᵀ is then any positive definite matrix. ln |det| = the sum of the numbers behind the diagonal.
inline LowerCholesky lower_cholesky() { return {}; }

/// What `correlation` returns.
struct Correlation {
  static constexpr bool elementwise = false;

  /// The correlation matrix R.
  template <class X>
  auto forward(const X& x) const {
    using T = detail::number_t<X>;
    const auto l = factor(detail::entries("correlation", x));
    detail::Square<T> y(l.rows(), l.cols());
    for (Eigen::Index i = 0; i < l.rows(); ++i) {
      y(i, i) = T(1);
      for (Eigen::Index j = 0; j < i; ++j) {
        y(i, j) = l(i, 0) * l(j, 0);
        for (Eigen::Index k = 1; k <= j; ++k) y(i, j) += l(i, k) * l(j, k);
        y(j, i) = y(i, j);
      }
    }
    return Matrix<T>(y);
  }
  /// Its lower Cholesky factor L, without a factorization.
  template <class X>
  auto cholesky(const X& x) const {
    return Matrix<detail::number_t<X>>(factor(detail::entries("correlation", x)));
  }
  template <class Y>
  auto inverse(const Y& y) const {
    using T = detail::number_t<Y>;
    using std::atanh, std::sqrt;
    const auto in = detail::square_entries("correlation", y);
    const Eigen::Index n = in.rows();
    detail::Square<T> l = detail::Square<T>::Constant(n, n, T(0));
    detail::Column<T> x(n * (n - 1) / 2);
    for (Eigen::Index i = 0, position = 0; i < n; ++i) {
      if (!(std::abs(detail::od::plain(in(i, i)) - 1) < 1e-6))
        detail::throw_outside("correlation", in(i, i), "1, as the diagonal must be");
      T rest = 1;
      for (Eigen::Index j = 0; j < i; ++j) {
        l(i, j) = in(i, j);
        for (Eigen::Index k = 0; k < j; ++k) l(i, j) -= l(i, k) * l(j, k);
        l(i, j) /= l(j, j);
        x(position++) = atanh(l(i, j) / sqrt(rest));
        rest -= l(i, j) * l(i, j);
        if (!(detail::od::plain(rest) > 0)) throw Error("correlation: inverse: the matrix is not positive definite");
      }
      l(i, i) = sqrt(rest);
    }
    return Vector<T>(x);
  }
  template <class X>
  auto log_det_jacobian(const X& x) const {
    const auto in = detail::entries("correlation", x);
    const Eigen::Index n = side(in.size());
    detail::number_t<X> sum = 0;
    for (Eigen::Index i = 0, k = 0; i < n; ++i) {
      for (Eigen::Index j = 0; j < i; ++j, ++k) {  // ln(1 - tanh²x) = 2 (ln 2 - x - ln(1 + e^(-2x)))
        const auto number = [&](double value) { return detail::od::in_scalar_of(in(k), value); };
        sum += number(static_cast<double>(n - j)) * (number(std::log(2.0)) - in(k)-softplus(-2 * in(k)));
      }
    }
    return sum;
  }

 private:
  static Eigen::Index side(Eigen::Index count) { return 1 + detail::triangle_side("correlation", count, false); }

  /// Rows of unit length from partial correlations z = tanh x.
  template <class T>
  static detail::Square<T> factor(const detail::Column<T>& in) {
    using std::exp, std::tanh;
    const Eigen::Index n = side(in.size());
    detail::Square<T> l = detail::Square<T>::Constant(n, n, T(0));
    for (Eigen::Index i = 0, k = 0; i < n; ++i) {
      T root = 1;  // of what is left of the row's length 1
      for (Eigen::Index j = 0; j < i; ++j) {
        const T x = in(k++);
        const T decay = exp(detail::od::plain(x) < 0 ? x : T(-x));
        l(i, j) = tanh(x) * root;
        root *= 2 * decay / (1 + decay * decay);  // √(1 - z²) = 1 / cosh x
      }
      l(i, i) = root;
    }
    return l;
  }
};

/// Correlation matrices n×n (symmetric, positive definite, ones on the diagonal), of n (n - 1) / 2 numbers, row by row
/// below the diagonal: tanh x are partial correlations. `cholesky(x)` gives the lower factor.
///
/// The determinant is that of the entries below the diagonal: ln |det| = Σ (n - j) / 2 · ln(1 - tanh² x) over the
/// columns j = 0, 1, ….
/// Source: Lewandowski, Kurowicka & Joe 2009; Stan's reference manual, "Correlation matrix transform"
inline Correlation correlation() { return {}; }

}  // namespace grove::optim::bijections
