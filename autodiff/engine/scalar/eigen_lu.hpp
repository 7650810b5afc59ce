// Eigen's PartialPivLU, and with it determinant() and inverse(), of matrices of variables or duals.
//
// Where a column has no pivot Eigen leaves it as it is, and loses what the determinant owes to it.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <limits>
#include <utility>

#include "../../detail/message.hpp"
#include "../../error.hpp"
#include "eigen_zeros.hpp"
#include "innermost.hpp"

namespace grove::detail {

/// det A by products and sums alone (R. S. Bird, 2011): right with all its derivatives where A is singular.  O(n⁴)
template <class M>
typename M::Scalar division_free_determinant(const M& a) {
  using T = typename M::Scalar;
  const Eigen::Index n = a.rows();
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> f = a, g = a;
  for (Eigen::Index step = 1; step < n; ++step) {
    T below(0);
    for (Eigen::Index i = n; i-- > 0;) {
      for (Eigen::Index j = 0; j < i; ++j) g(i, j) = T(0);
      for (Eigen::Index j = i + 1; j < n; ++j) g(i, j) = f(i, j);
      g(i, i) = -below;
      below += f(i, i);
    }
    f = g * a;
  }
  return n % 2 == 1 ? f(0, 0) : T(-f(0, 0));
}

/// The determinant from the factors of a matrix with exchanged rows and columns, where no pivot that others were
/// divided by is so small that derivatives are lost or lose half of their digits; for larger matrices, where the way
/// without divisions is long, no pivot that is rounding.
template <class M>
typename M::Scalar determinant_by_pivots(const M& matrix, const M& lu, bool odd) {
  using T = typename M::Scalar;
  using Real = magnitude_t<T>;
  constexpr Real epsilon = std::numeric_limits<Real>::epsilon();
  const Eigen::Index n = lu.rows();
  Real largest(0), smallest = std::numeric_limits<Real>::max();
  for (Eigen::Index k = 0; k < n; ++k) {
    const Real pivot = Real(magnitude(lu(k, k)));
    largest = std::max(largest, pivot);
    if (k + 1 < n) smallest = std::min(smallest, pivot);
  }
  const bool is_small = n <= 16 ? (smallest / largest) * (smallest / largest) <= epsilon
                                : smallest <= static_cast<Real>(n) * epsilon * largest;
  if (n > 1 && (largest == Real(0) || is_small)) return division_free_determinant(matrix);
  T product(odd ? -1 : 1);
  for (Eigen::Index k = 0; k < n; ++k) product *= lu(k, k);
  return product;
}

/// Eigen asserts such things; a loss that is compiled without assertions would read out of bounds.
inline void check_square_lu(const char* what, Eigen::Index rows, Eigen::Index cols) {
  if (rows != cols) [[unlikely]]
    throw ShapeError(fill("{}: needs a square matrix, got {}", {what, shape_text(rows, cols)}));
}
inline void check_sides_of_lu(const char* what, Eigen::Index rows, Eigen::Index cols, Eigen::Index of_b,
                              Eigen::Index b_cols) {
  if (rows != of_b) [[unlikely]]
    throw ShapeError(
        fill("{}: {} and {} have not as many rows", {what, shape_text(rows, cols), shape_text(of_b, b_cols)}));
}

/// Eigen's interface; what it solves and inverts must be regular, as with Eigen.
template <class M>
class PartialPivotLu {
  using T = typename M::Scalar;
  template <class B>
  using solution_t = Eigen::Matrix<T, M::RowsAtCompileTime, B::ColsAtCompileTime>;

  /// What transpose() returns.
  class Transposed {
   public:
    explicit Transposed(const PartialPivotLu& lu) : lu_(lu) {}
    template <class B>
    solution_t<B> solve(const Eigen::MatrixBase<B>& b) const {
      check_sides_of_lu("partialPivLu: solve", lu_.rows(), lu_.cols(), b.rows(), b.cols());
      solution_t<B> x = b.derived().template cast<T>();
      lu_.lu_.transpose().template triangularView<Eigen::Lower>().solveInPlace(x);
      lu_.lu_.transpose().template triangularView<Eigen::UnitUpper>().solveInPlace(x);
      return lu_.permutation_.transpose() * x;
    }

   private:
    const PartialPivotLu& lu_;
  };

 public:
  using MatrixType = M;
  using Scalar = T;
  using PermutationType = Eigen::PermutationMatrix<M::RowsAtCompileTime, M::MaxRowsAtCompileTime>;

  PartialPivotLu() = default;
  explicit PartialPivotLu(Eigen::Index) {}
  template <class X>
  explicit PartialPivotLu(const Eigen::EigenBase<X>& matrix) {
    compute(matrix);
  }

  template <class X>
  PartialPivotLu& compute(const Eigen::EigenBase<X>& matrix) {
    matrix_ = matrix.derived();
    lu_ = matrix_;
    const Eigen::Index n = lu_.rows();
    check_square_lu("partialPivLu", n, lu_.cols());
    permutation_.setIdentity(n);
    odd_ = false;
    for (Eigen::Index k = 0; k < n; ++k) {
      Eigen::Index pivot = k;
      for (Eigen::Index i = k + 1; i < n; ++i) {
        if (magnitude(lu_(i, k)) > magnitude(lu_(pivot, k))) pivot = i;
      }
      if (pivot != k) {
        for (Eigen::Index j = 0; j < n; ++j) std::swap(lu_(k, j), lu_(pivot, j));
        permutation_.applyTranspositionOnTheLeft(k, pivot);
        odd_ = !odd_;
      }
      if (lu_(k, k) == T(0)) continue;
      for (Eigen::Index i = k + 1; i < n; ++i) {
        if (is_exact_zero(lu_(i, k))) continue;
        lu_(i, k) /= lu_(k, k);
        for (Eigen::Index j = k + 1; j < n; ++j) lu_(i, j) -= lu_(i, k) * lu_(k, j);
      }
    }
    return *this;
  }

  const M& matrixLU() const { return lu_; }
  const PermutationType& permutationP() const { return permutation_; }
  Eigen::Index rows() const { return lu_.rows(); }
  Eigen::Index cols() const { return lu_.cols(); }
  Eigen::ComputationInfo info() const { return Eigen::Success; }
  M reconstructedMatrix() const { return matrix_; }

  template <class B>
  solution_t<B> solve(const Eigen::MatrixBase<B>& b) const {
    check_sides_of_lu("partialPivLu: solve", rows(), cols(), b.rows(), b.cols());
    solution_t<B> x = permutation_ * b.derived().template cast<T>();
    lu_.template triangularView<Eigen::UnitLower>().solveInPlace(x);
    lu_.template triangularView<Eigen::Upper>().solveInPlace(x);
    return x;
  }
  Transposed transpose() const { return Transposed(*this); }
  Transposed adjoint() const { return Transposed(*this); }
  /// (const: Eigen assigns it to a matrix whose address it knows already, so that must not be moved into.)
  const M inverse() const { return solve(M::Identity(rows(), cols())); }
  T determinant() const { return determinant_by_pivots(matrix_, lu_, odd_); }

 private:
  M matrix_, lu_;
  PermutationType permutation_;
  bool odd_ = false;
};

}  // namespace grove::detail

#if EIGEN_VERSION_AT_LEAST(3, 4, 90)
template <class T, int R, int C, int O, int MR, int MC, class Index>
requires grove::detail::is_differentiable_number<T>
class Eigen::PartialPivLU<Eigen::Matrix<T, R, C, O, MR, MC>, Index>
    : public grove::detail::PartialPivotLu<Eigen::Matrix<T, R, C, O, MR, MC>> {
  using grove::detail::PartialPivotLu<Eigen::Matrix<T, R, C, O, MR, MC>>::PartialPivotLu;
};
#else
template <class T, int R, int C, int O, int MR, int MC>
requires grove::detail::is_differentiable_number<T>
class Eigen::PartialPivLU<Eigen::Matrix<T, R, C, O, MR, MC>>
    : public grove::detail::PartialPivotLu<Eigen::Matrix<T, R, C, O, MR, MC>> {
  using grove::detail::PartialPivotLu<Eigen::Matrix<T, R, C, O, MR, MC>>::PartialPivotLu;
};
#endif
