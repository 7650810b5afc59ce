// Covariance functions of Gaussian processes: trees of their hyperparameters, added and multiplied like numbers.
#pragma once

#include <Eigen/Core>
#include <numbers>

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"

namespace grove::models {

/// A kernel has `is_kernel` and k(a, b, same) → a.rows() × b.rows() array of covariances between rows. `same` says that
/// b is a, not merely equal to it: noise of observations is shared by an observation with itself only.
template <class K>
concept Kernel = requires {
  requires K::is_kernel;
};

namespace detail {

/// Squared distances between the rows of two matrices.  Throws: ShapeError unless they have as many columns.
template <class A>
Eigen::ArrayXXd squared_distances(const A& a, const A& b) {
  if (a.cols() != b.cols())
    throw ShapeError(grove::detail::fill("kernel: points of {} and of {} columns", {a.cols(), b.cols()}));
  Eigen::ArrayXXd squares(a.rows(), b.rows());
  squares.setZero();
  for (Eigen::Index j = 0; j < b.rows(); ++j) {
    for (Eigen::Index k = 0; k < a.cols(); ++k) squares.col(j) += (a.col(k).array() - b(j, k)).square();
  }
  return squares;
}

}  // namespace detail

/// variance·exp(-½ d²/length²): smooth functions. (RBF.)
template <class T = double>
struct SquaredExponential {
  static constexpr bool is_kernel = true;
  T log_variance;  ///< ln of the variance of the function
  T log_length;    ///< ln of the distance over which it varies, in the unit of x

  /// The covariances of the rows of a with those of b.
  auto operator()(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, bool /*same*/ = false) const {
    return detail::prediction(exp(log_variance - (0.5 * exp(-2.0 * log_length)) * detail::squared_distances(a, b)));
  }
};

/// variance·(1 + s + s²/3)·exp(-s), s = √5·d/length: functions that can be differentiated twice.
template <class T = double>
struct Matern52 {
  static constexpr bool is_kernel = true;
  T log_variance;  ///< ln of the variance
  T log_length;    ///< ln of the length over which it varies

  /// The covariances of the rows of a with those of b.
  auto operator()(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, bool /*same*/ = false) const {
    const auto s = detail::prediction(exp(-log_length) * (5 * detail::squared_distances(a, b)).sqrt().eval());
    return detail::prediction((1.0 + s + square(s) / 3.0) * exp(log_variance - s));
  }
};

/// variance·exp(-2 sin²(π d/period)/length²): functions that repeat.
template <class T = double>
struct Periodic {
  static constexpr bool is_kernel = true;
  T log_variance;  ///< ln of the variance
  T log_length;    ///< dimensionless
  T log_period;    ///< in the unit of x

  /// The covariances of the rows of a with those of b.
  auto operator()(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, bool /*same*/ = false) const {
    const Eigen::ArrayXXd turns = std::numbers::pi * detail::squared_distances(a, b).sqrt();
    return detail::prediction(exp(log_variance - 2.0 * exp(-2.0 * log_length) * square(sin(exp(-log_period) * turns))));
  }
};

/// Independent noise of observations.
template <class T = double>
struct WhiteNoise {
  static constexpr bool is_kernel = true;
  T log_variance;  ///< ln of the variance

  /// The covariances of the rows of a with those of b; nothing unless both are the same points.
  auto operator()(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, bool same = false) const {
    const Eigen::ArrayXXd shared = (same ? 1.0 : 0.0) * Eigen::MatrixXd::Identity(a.rows(), b.rows()).array();
    return detail::prediction(exp(log_variance) * shared);
  }
};

/// The sum of two kernels; `a + b` makes it.
template <class A, class B>
struct KernelSum {
  static constexpr bool is_kernel = true;
  A first;   ///< one kernel
  B second;  ///< the other

  /// The covariances of the rows of a with those of b.
  auto operator()(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, bool same = false) const {
    return detail::prediction(first(a, b, same) + second(a, b, same));
  }
};

/// The product of two kernels; `a * b` makes it.
template <class A, class B>
struct KernelProduct {
  static constexpr bool is_kernel = true;
  A first;   ///< one kernel
  B second;  ///< the other

  /// The covariances of the rows of a with those of b.
  auto operator()(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, bool same = false) const {
    return detail::prediction(first(a, b, same) * second(a, b, same));
  }
};

/// The sum of two kernels: their functions are added.
template <Kernel A, Kernel B>
KernelSum<A, B> operator+(const A& a, const B& b) {
  return {a, b};
}
/// The product of two kernels: one function modulates the other.
template <Kernel A, Kernel B>
KernelProduct<A, B> operator*(const A& a, const B& b) {
  return {a, b};
}

}  // namespace grove::models

/// In a loss a sum of kernels is the sum of what its kernels become.
template <class A, class B, class U>
struct grove::tree_rebind<grove::models::KernelSum<A, B>, U> {
  using type = grove::models::KernelSum<typename tree_rebind<A, U>::type, typename tree_rebind<B, U>::type>;
};
template <class A, class B, class U>
struct grove::tree_rebind<grove::models::KernelProduct<A, B>, U> {
  using type = grove::models::KernelProduct<typename tree_rebind<A, U>::type, typename tree_rebind<B, U>::type>;
};
