// Bijections onto Cholesky factors and correlation matrices.
#pragma once

#include <Eigen/Core>
#include <cmath>

#include "detail/bijection_entries.hpp"

namespace grove::optim::bijections {

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
