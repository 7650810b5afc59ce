// Eigen's FullPivLU of matrices of variables or duals.
//
// Eigen ends where all that is left is zero: what a determinant owes to the rest is lost there, and what is solved
// with such a matrix has no derivative.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "eigen_lu.hpp"

namespace grove::detail {

/// Eigen's interface, but for rcond. The rank goes by the pivots' values, as with Eigen; solutions, the inverse, the
/// kernel and the image of a matrix that is only by chance of less than full rank throw an Error.
template <class M>
class FullPivotLu {
  using T = typename M::Scalar;
  using Real = magnitude_t<T>;
  using Whole = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  template <class B>
  using solution_t = Eigen::Matrix<T, M::ColsAtCompileTime, B::ColsAtCompileTime>;

 public:
  using MatrixType = M;
  using Scalar = T;
  using PermutationPType = Eigen::PermutationMatrix<M::RowsAtCompileTime, M::MaxRowsAtCompileTime>;
  using PermutationQType = Eigen::PermutationMatrix<M::ColsAtCompileTime, M::MaxColsAtCompileTime>;

  FullPivotLu() = default;
  FullPivotLu(Eigen::Index, Eigen::Index) {}
  template <class X>
  explicit FullPivotLu(const Eigen::EigenBase<X>& matrix) {
    compute(matrix);
  }

  template <class X>
  FullPivotLu& compute(const Eigen::EigenBase<X>& matrix) {
    matrix_ = matrix.derived();
    lu_ = matrix_;
    p_.setIdentity(rows());
    q_.setIdentity(cols());
    odd_ = false;
    pivots_ = 0;
    while (pivots_ < size() && bring_largest_to(pivots_)) eliminate(pivots_++);
    return *this;
  }

  const M& matrixLU() const { return lu_; }
  const PermutationPType& permutationP() const { return p_; }
  const PermutationQType& permutationQ() const { return q_; }
  Eigen::Index rows() const { return lu_.rows(); }
  Eigen::Index cols() const { return lu_.cols(); }
  Eigen::Index nonzeroPivots() const { return pivots_; }
  Real maxPivot() const { return pivots_ == 0 ? Real(0) : Real(magnitude(lu_(0, 0))); }
  M reconstructedMatrix() const { return matrix_; }

  FullPivotLu& setThreshold(const Real& threshold) {
    threshold_ = threshold;
    return *this;
  }
  FullPivotLu& setThreshold(Eigen::Default_t) {
    threshold_.reset();
    return *this;
  }
  Real threshold() const {
    return threshold_.value_or(std::numeric_limits<Real>::epsilon() * static_cast<Real>(size()));
  }
  Eigen::Index rank() const {
    const Real smallest = maxPivot() * threshold();
    Eigen::Index rank = 0;
    for (Eigen::Index k = 0; k < pivots_; ++k) rank += magnitude(lu_(k, k)) > smallest;
    return rank;
  }
  Eigen::Index dimensionOfKernel() const { return cols() - rank(); }
  bool isInjective() const { return rank() == cols(); }
  bool isSurjective() const { return rank() == rows(); }
  bool isInvertible() const { return isInjective() && rows() == cols(); }

  /// One solution, with zeros for the unknowns that the equations leave free.
  template <class B>
  solution_t<B> solve(const Eigen::MatrixBase<B>& b) const {
    check_sides_of_lu("fullPivLu: solve", rows(), cols(), b.rows(), b.cols());
    const Eigen::Index r = checked_rank("solve");
    solution_t<B> x = solution_t<B>::Zero(cols(), b.cols());
    Whole sides = p_ * b.derived().template cast<T>();
    Whole top = sides.topRows(r);
    lu_.topLeftCorner(r, r).template triangularView<Eigen::UnitLower>().solveInPlace(top);
    lu_.topLeftCorner(r, r).template triangularView<Eigen::Upper>().solveInPlace(top);
    x.topRows(r) = top;
    return q_ * x;
  }
  const M inverse() const {
    check_square_lu("fullPivLu: inverse", rows(), cols());
    return solve(M::Identity(rows(), cols()));
  }
  T determinant() const {
    check_square_lu("fullPivLu: determinant", rows(), cols());
    return determinant_by_pivots(matrix_, lu_, odd_);
  }
  /// A basis of the null space, as columns; a column of zeros if there is none but zero.
  Whole kernel() const {
    const Eigen::Index r = checked_rank("kernel"), free = cols() - r;
    if (free == 0) return Whole::Zero(cols(), 1);
    Whole top = lu_.topRightCorner(r, free), basis = Whole::Zero(cols(), free);
    lu_.topLeftCorner(r, r).template triangularView<Eigen::Upper>().solveInPlace(top);
    basis.topRows(r) = -top;
    for (Eigen::Index k = 0; k < free; ++k) basis(r + k, k) = T(1);
    return q_ * basis;
  }
  /// The columns of the original matrix that span its image; a column of zeros if all is zero.
  template <class Original>
  Whole image(const Eigen::MatrixBase<Original>& original) const {
    const Eigen::Index r = checked_rank("image");
    if (r == 0) return Whole::Zero(rows(), 1);
    Whole basis(rows(), r);
    for (Eigen::Index k = 0; k < r; ++k) basis.col(k) = original.col(q_.indices()(k));
    return basis;
  }

 private:
  Eigen::Index size() const { return std::min(rows(), cols()); }

  /// Makes the largest of the entries from (k, k) on the pivot; false if all are zero.
  bool bring_largest_to(Eigen::Index k) {
    Eigen::Index row = k, col = k;
    for (Eigen::Index j = k; j < cols(); ++j) {
      for (Eigen::Index i = k; i < rows(); ++i) {
        if (magnitude(lu_(i, j)) > magnitude(lu_(row, col))) row = i, col = j;
      }
    }
    if (lu_(row, col) == T(0)) return false;
    odd_ = odd_ != ((row != k) != (col != k));
    if (row != k) {
      for (Eigen::Index j = 0; j < cols(); ++j) std::swap(lu_(k, j), lu_(row, j));
      p_.applyTranspositionOnTheLeft(k, row);
    }
    if (col != k) {
      for (Eigen::Index i = 0; i < rows(); ++i) std::swap(lu_(i, k), lu_(i, col));
      q_.applyTranspositionOnTheRight(k, col);
    }
    return true;
  }
  void eliminate(Eigen::Index k) {
    for (Eigen::Index i = k + 1; i < rows(); ++i) {
      if (is_exact_zero(lu_(i, k))) continue;
      lu_(i, k) /= lu_(k, k);
      for (Eigen::Index j = k + 1; j < cols(); ++j) lu_(i, j) -= lu_(i, k) * lu_(k, j);
    }
  }

  /// The rank, where it stays what it is when the entries change.
  Eigen::Index checked_rank(const char* what) const {
    const Eigen::Index r = rank();
    for (Eigen::Index j = r; r < size() && j < cols(); ++j) {
      for (Eigen::Index i = r; i < rows(); ++i) {
        if (is_exact_zero(lu_(i, j))) continue;
        throw Error(
            fill("fullPivLu: {} of a matrix of rank {}, {}, has no derivative: the rank changes with the entries",
                 {what, r, shape_text(rows(), cols())}));
      }
    }
    return r;
  }

  M matrix_, lu_;
  PermutationPType p_;
  PermutationQType q_;
  Eigen::Index pivots_ = 0;
  std::optional<Real> threshold_;
  bool odd_ = false;
};

}  // namespace grove::detail

#if EIGEN_VERSION_AT_LEAST(3, 4, 90)
template <class T, int R, int C, int O, int MR, int MC, class Index>
requires grove::detail::is_differentiable_number<T>
class Eigen::FullPivLU<Eigen::Matrix<T, R, C, O, MR, MC>, Index>
    : public grove::detail::FullPivotLu<Eigen::Matrix<T, R, C, O, MR, MC>> {
  using grove::detail::FullPivotLu<Eigen::Matrix<T, R, C, O, MR, MC>>::FullPivotLu;
};
#else
template <class T, int R, int C, int O, int MR, int MC>
requires grove::detail::is_differentiable_number<T>
class Eigen::FullPivLU<Eigen::Matrix<T, R, C, O, MR, MC>>
    : public grove::detail::FullPivotLu<Eigen::Matrix<T, R, C, O, MR, MC>> {
  using grove::detail::FullPivotLu<Eigen::Matrix<T, R, C, O, MR, MC>>::FullPivotLu;
};
#endif
