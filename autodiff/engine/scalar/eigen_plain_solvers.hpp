// Plain decompositions with right-hand sides of variables or duals: a.llt().solve(b) with an `a` of doubles.
//
// Eigen's substitution skips right-hand sides whose value is zero, so the solution is a constant matrix times them.
#pragma once

#include <Eigen/Core>

#include "eigen_zeros.hpp"

namespace grove::detail {

/// What Eigen asks of a solver when it evaluates an expression of one.
template <class Decomposition>
struct LinearSolver {
  const Decomposition& plain;

  template <class B, class X>
  void _solve_impl(const B& b, X& x) const {
    using S = typename Decomposition::Scalar;
    using T = typename B::Scalar;
    using Solutions = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
    const Solutions units = Solutions::Identity(b.rows(), b.rows());
    const Solutions inverse = plain.solve(units);
    const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> sides = b;
    x.resize(inverse.rows(), sides.cols());
    for (Eigen::Index j = 0; j < sides.cols(); ++j) {
      for (Eigen::Index i = 0; i < inverse.rows(); ++i) {
        T sum(0);
        for (Eigen::Index k = 0; k < sides.rows(); ++k) sum += sides(k, j) * inverse(i, k);
        x.coeffRef(i, j) = sum;
      }
    }
  }
  // Of a transposed decomposition Eigen takes the original and calls its other function; `plain` is transposed already.
  const LinearSolver& nestedExpression() const { return *this; }
  template <bool Conjugate, class B, class X>
  void _solve_impl_transposed(const B& b, X& x) const {
    _solve_impl(b, x);
  }
};

}  // namespace grove::detail

template <class Decomposition, class B>
requires(grove::detail::DifferentiableEigen<B> &&
         !grove::detail::is_differentiable_number<typename Decomposition::Scalar>) class Eigen::Solve<Decomposition, B>
    : public Eigen::SolveImpl<Decomposition, B, Eigen::Dense> {
  using Stored = std::conditional_t<(int(B::Flags) & int(Eigen::NestByRefBit)) != 0, const B&, const B>;

 public:
  using PlainObject = Eigen::Matrix<typename B::Scalar, Decomposition::ColsAtCompileTime, B::ColsAtCompileTime>;
  using StorageIndex = typename B::StorageIndex;

  Solve(const Decomposition& decomposition, const B& b) : decomposition_(decomposition), b_(b) {}
  Eigen::Index rows() const noexcept { return decomposition_.cols(); }
  Eigen::Index cols() const noexcept { return b_.cols(); }
  grove::detail::LinearSolver<Decomposition> dec() const { return {decomposition_}; }
  const B& rhs() const { return b_; }

 private:
  const Decomposition& decomposition_;
  Stored b_;
};
