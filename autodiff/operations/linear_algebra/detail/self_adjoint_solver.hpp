// Eigen's SelfAdjointEigenSolver of matrices of variables or duals.
//
// Its iteration ends where a value is negligible, and with it goes its derivative: so on our scalars it is `eigh`.
#pragma once

#include "../eigh.hpp"

// As Eigen's own it reads the lower triangle, which alone gets a gradient.
template <class T, int R, int C, int O, int MR, int MC>
requires grove::detail::is_differentiable_number<T>
class Eigen::SelfAdjointEigenSolver<Eigen::Matrix<T, R, C, O, MR, MC>> {
 public:
  using MatrixType = Eigen::Matrix<T, R, C, O, MR, MC>;
  using Scalar = T;
  using RealScalar = T;
  using EigenvectorsType = Eigen::Matrix<T, R, R, Eigen::ColMajor, MR, MR>;
  using RealVectorType = Eigen::Matrix<T, R, 1, Eigen::ColMajor, MR, 1>;

  SelfAdjointEigenSolver() = default;
  explicit SelfAdjointEigenSolver(Eigen::Index) {}
  template <class X>
  explicit SelfAdjointEigenSolver(const Eigen::EigenBase<X>& matrix, int options = Eigen::ComputeEigenvectors) {
    compute(matrix, options);
  }

  template <class X>
  SelfAdjointEigenSolver& compute(const Eigen::EigenBase<X>& matrix, int = Eigen::ComputeEigenvectors) {
    MatrixType a = matrix.derived();
    for (Eigen::Index j = 1; j < a.cols(); ++j) {
      for (Eigen::Index i = 0; i < j; ++i) a(i, j) = a(j, i);
    }
    const auto factors = grove::eigh(a);
    m_eivalues = factors.values;
    m_eivec = factors.vectors;
    return *this;
  }
  SelfAdjointEigenSolver& computeDirect(const MatrixType& matrix, int options = Eigen::ComputeEigenvectors) {
    return compute(matrix, options);
  }
  template <class Diagonal, class Below>
  SelfAdjointEigenSolver& computeFromTridiagonal(const Diagonal& diagonal, const Below& below,
                                                 int options = Eigen::ComputeEigenvectors) {
    MatrixType a = MatrixType::Zero(diagonal.size(), diagonal.size());
    a.diagonal() = diagonal;
    for (Eigen::Index i = 1; i < a.rows(); ++i) a(i, i - 1) = below[i - 1];
    return compute(a, options);
  }

  const EigenvectorsType& eigenvectors() const { return m_eivec; }
  const RealVectorType& eigenvalues() const { return m_eivalues; }
  MatrixType operatorSqrt() const { return m_eivec * m_eivalues.cwiseSqrt().asDiagonal() * m_eivec.transpose(); }
  MatrixType operatorInverseSqrt() const {
    return m_eivec * m_eivalues.cwiseInverse().cwiseSqrt().asDiagonal() * m_eivec.transpose();
  }
  Eigen::ComputationInfo info() const { return Eigen::Success; }

 protected:
  // Eigen's GeneralizedSelfAdjointEigenSolver derives from this class and knows this name.
  EigenvectorsType m_eivec;

 private:
  RealVectorType m_eivalues;
};
