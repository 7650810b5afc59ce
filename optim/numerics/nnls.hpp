// Least squares with coefficients that are not negative.
#pragma once

#include <Eigen/Core>
#include <Eigen/QR>
#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "../../autodiff/error.hpp"
#include "detail/check.hpp"

namespace grove::optim {
namespace detail {

/// Lawson & Hanson's active set method for one right-hand side: coefficients are let go one by one where the residual
/// falls, and bound again where the solution would be negative.
template <class Matrix, class Vector>
class Nnls {
  using S = typename Matrix::Scalar;
  using Index = Eigen::Index;

 public:
  Nnls(const Matrix& a, const Vector& b) : a_(a), b_(b), x_(Vector::Zero(a.cols())) {
    const S noise = 10 * std::numeric_limits<S>::epsilon() * static_cast<S>(std::max(a.rows(), a.cols()));
    norms_ = a.colwise().stableNorm().transpose();
    slack_ = noise * norms_ * b.stableNorm();
  }

  Vector solve() {
    std::vector<bool> hopeless(static_cast<std::size_t>(a_.cols()), false);
    for (Index entered = steepest(hopeless); entered >= 0; entered = steepest(hopeless)) {
      free_.push_back(entered);
      Vector best = of_free();
      if (!(best(static_cast<Index>(free_.size()) - 1) > 0)) {  // only rounding said that it helps
        free_.pop_back();
        hopeless[static_cast<std::size_t>(entered)] = true;
        continue;
      }
      const S before = residual().squaredNorm();
      for (; !free_.empty() && best.minCoeff() <= 0; best = of_free()) step_to_bound(best);
      x_.setZero();
      for (std::size_t k = 0; k < free_.size(); ++k) x_(free_[k]) = best(static_cast<Index>(k));
      if (!(residual().squaredNorm() < before)) break;  // the end at rounding level
      hopeless.assign(hopeless.size(), false);
    }
    return x_;
  }

 private:
  Vector residual() const { return b_ - a_ * x_; }

  /// The bound coefficient whose growth lowers the residual most for its column's length; -1 if none does.
  Index steepest(const std::vector<bool>& hopeless) const {
    const Vector slope = a_.transpose() * residual();
    Index found = -1;
    S best = 0;
    for (Index j = 0; j < slope.size(); ++j) {
      const bool is_free = std::find(free_.begin(), free_.end(), j) != free_.end();
      if (is_free || hopeless[static_cast<std::size_t>(j)] || !(slope(j) > slack_(j))) continue;
      if (slope(j) / norms_(j) > best) {
        best = slope(j) / norms_(j);
        found = j;
      }
    }
    return found;
  }

  /// The least-squares solution of the free coefficients.
  Vector of_free() const {
    Matrix columns(a_.rows(), static_cast<Index>(free_.size()));
    for (std::size_t k = 0; k < free_.size(); ++k) columns.col(static_cast<Index>(k)) = a_.col(free_[k]);
    return columns.colPivHouseholderQr().solve(b_);
  }

  /// Goes from x towards the solution as far as no coefficient gets negative, and binds those that get there.
  void step_to_bound(const Vector& best) {
    S share = 1;
    std::size_t first = 0;
    for (std::size_t k = 0; k < free_.size(); ++k) {
      const S target = best(static_cast<Index>(k)), now = x_(free_[k]);
      if (target <= 0 && now / (now - target) <= share) {
        share = now == target ? S(0) : now / (now - target);
        first = k;
      }
    }
    for (std::size_t k = 0; k < free_.size(); ++k) {
      x_(free_[k]) += share * (best(static_cast<Index>(k)) - x_(free_[k]));
    }
    x_(free_[first]) = 0;
    std::erase_if(free_, [&](Index j) {
      if (x_(j) > 0) return false;
      x_(j) = 0;
      return true;
    });
  }

  const Matrix& a_;
  const Vector& b_;
  Vector x_, norms_, slack_;
  std::vector<Index> free_;
};

}  // namespace detail

/// The x ≥ 0 that makes ‖a·x - b‖ smallest; with a matrix b, one such column for each of its columns.
///
///   const VectorXd shares = nnls(spectra, mixture);
///
/// The solution is exact up to rounding, so there are no iterations to choose. Where several x are as good, it is one
/// of them. Throws: ShapeError if the numbers of rows differ; DataError if a number is not finite. Source: Lawson &
/// Hanson 1974, Solving Least Squares Problems, chapter 23.
template <class A, class B>
auto nnls(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b) {
  using S = typename A::Scalar;
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;
  if (a.rows() != b.rows()) throw ShapeError(detail::fill("nnls: a has {} rows and b has {}", {a.rows(), b.rows()}));
  const Matrix matrix = a;
  if (!matrix.allFinite() || !b.allFinite()) throw DataError("nnls: a and b must be finite");
  Eigen::Matrix<S, Eigen::Dynamic, B::ColsAtCompileTime> x(a.cols(), b.cols());
  for (Eigen::Index k = 0; k < b.cols(); ++k) {
    const Vector target = b.col(k);
    x.col(k) = detail::Nnls<Matrix, Vector>(matrix, target).solve();
  }
  return x;
}

}  // namespace grove::optim
