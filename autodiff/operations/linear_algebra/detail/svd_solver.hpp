// Eigen's JacobiSVD and BDCSVD of matrices of variables or duals.
//
// Their iterations end where a value is negligible, and with it goes its derivative: so on our scalars they are `svd`.
#pragma once

#include <algorithm>

#include "../svd.hpp"

namespace grove::detail {

template <class S>
const S& value_part(const Var<S>& x) {
  return x.value();
}
template <class S, int N, bool Forward>
const S& value_part(const Dual<S, N, Forward>& x) {
  return x.value;
}
/// True for numbers without derivatives at their own level.
template <class S>
bool is_constant(const Var<S>& x) {
  return VarAccess::is_passive(x);
}
template <class S, int N, bool Forward>
bool is_constant(const Dual<S, N, Forward>& x) {
  for (int k = 0; k < N; ++k) {
    if (!is_exact_zero(x.tangent[k])) return false;
  }
  return true;
}

template <class T>
using dynamic_matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// The least-squares solution of A X = B of smallest norm, by the values' pseudo-inverse P and solution X₀:
///   X = X₀ + d[P (B - A X₀) + P Pᵀ Aᵀ (B - A X₀)₀ + (I - P A₀) Aᵀ Pᵀ X₀], where only A and B vary and (…)₀ is a value
template <class T>
dynamic_matrix<T> least_squares(const dynamic_matrix<T>& a, const dynamic_matrix<T>& b, Index rank) {
  using S = std::remove_cvref_t<decltype(value_part(std::declval<const T&>()))>;
  const auto values = [](const dynamic_matrix<T>& x) {
    return dynamic_matrix<S>(x.unaryExpr([](const T& e) -> S { return value_part(e); }));
  };
  if (rank < std::min(a.rows(), a.cols()) && !a.unaryExpr([](const T& e) { return is_constant(e); }).all())
    throw Error(
        fill("JacobiSVD: the rank is {} of at most {}, so the least-squares solution has no derivative with "
             "respect to the matrix; add a small multiple of the identity to the normal equations",
             {rank, std::min(a.rows(), a.cols())}));
  const dynamic_matrix<S> a0 = values(a), b0 = values(b);
  const auto solver = eigen_svd(a0);
  const dynamic_matrix<S> p = solver.solve(dynamic_matrix<S>::Identity(a.rows(), a.rows()));
  const dynamic_matrix<S> x0 = p * b0, residual = b0 - a0 * x0, dual = p.transpose() * x0;
  const dynamic_matrix<S> projector = dynamic_matrix<S>::Identity(a.cols(), a.cols()) - p * a0;
  const auto lifted = [](const dynamic_matrix<S>& x) { return dynamic_matrix<T>(x.template cast<T>()); };
  const dynamic_matrix<T> pt = lifted(p), at = a.transpose();
  dynamic_matrix<T> x = pt * dynamic_matrix<T>(b - a * lifted(x0));
  if (a.rows() > a.cols()) x += pt * dynamic_matrix<T>(pt.transpose() * dynamic_matrix<T>(at * lifted(residual)));
  if (a.rows() < a.cols()) x += lifted(projector) * dynamic_matrix<T>(at * lifted(dual));
  return x.binaryExpr(lifted(x0), [](const T& d, const T& value) { return with_value(d, value_part(value)); });
}

/// Eigen's interface to `svd`. The vectors are the thin ones; for a square matrix those are all.
template <class M, int Fixed>
class SvdSolver {
  using T = typename M::Scalar;
  static constexpr int m = M::RowsAtCompileTime, n = M::ColsAtCompileTime;
  static constexpr int k = m == Eigen::Dynamic || n == Eigen::Dynamic ? Eigen::Dynamic : std::min(m, n);

 public:
  using MatrixType = M;
  using Scalar = T;
  using RealScalar = T;
  using MatrixUType = Eigen::Matrix<T, m, k>;
  using MatrixVType = Eigen::Matrix<T, n, k>;
  using SingularValuesType = Eigen::Matrix<T, k, 1>;

  SvdSolver() = default;
  SvdSolver(Index, Index, unsigned int options = unsigned(Fixed)) : options_(options) {}
  template <class X>
  explicit SvdSolver(const Eigen::EigenBase<X>& matrix, unsigned int options = unsigned(Fixed)) {
    compute(matrix, options);
  }

  template <class X>
  SvdSolver& compute(const Eigen::EigenBase<X>& matrix) {
    return compute(matrix, options_);
  }
  template <class X>
  SvdSolver& compute(const Eigen::EigenBase<X>& matrix, unsigned int options) {
    options_ = options;
    matrix_ = matrix.derived();
    const Index rows = matrix_.rows(), cols = matrix_.cols();
    if ((rows > cols && has(Eigen::ComputeFullU)) || (rows < cols && has(Eigen::ComputeFullV)))
      throw Error(
          fill("JacobiSVD: of {} matrices of variables only the thin vectors have derivatives; ask for "
               "Eigen::ComputeThinU | Eigen::ComputeThinV",
               {shape_text(rows, cols)}));
    const auto factors = grove::svd(matrix_);
    u_ = factors.u;
    values_ = factors.values;
    v_ = factors.v;
    return *this;
  }

  const MatrixUType& matrixU() const { return u_; }
  const MatrixVType& matrixV() const { return v_; }
  const SingularValuesType& singularValues() const { return values_; }
  Index rows() const { return matrix_.rows(); }
  Index cols() const { return matrix_.cols(); }
  Index diagSize() const { return values_.size(); }
  bool computeU() const { return has(Eigen::ComputeThinU) || has(Eigen::ComputeFullU); }
  bool computeV() const { return has(Eigen::ComputeThinV) || has(Eigen::ComputeFullV); }
  Eigen::ComputationInfo info() const { return Eigen::Success; }
  Index nonzeroSingularValues() const { return (values_.array() > T(0)).count(); }
  Index rank() const {
    if (values_.size() == 0) return 0;
    const T least = std::max(T(values_[0] * threshold()), T(std::numeric_limits<T>::min()));
    return (values_.array() >= least).count();
  }
  SvdSolver& setThreshold(const T& threshold) {
    threshold_ = threshold;
    return *this;
  }
  SvdSolver& setThreshold(Eigen::Default_t) {
    threshold_ = T(-1);
    return *this;
  }
  T threshold() const {
    if (threshold_ >= T(0)) return threshold_;
    return T(static_cast<double>(std::max<Index>(1, values_.size()))) * Eigen::NumTraits<T>::epsilon();
  }
  void setSwitchSize(int) {}

  /// The least-squares solution of smallest norm.  Throws: Error if the matrix has derivatives but not its full rank.
  template <class B>
  Eigen::Matrix<T, n, B::ColsAtCompileTime> solve(const Eigen::MatrixBase<B>& b) const {
    return least_squares<T>(matrix_, b.derived().template cast<T>(), rank());
  }

 private:
  bool has(unsigned int option) const { return (options_ & option) != 0; }

  M matrix_;
  MatrixUType u_;
  SingularValuesType values_;
  MatrixVType v_;
  T threshold_{-1};
  unsigned int options_ = unsigned(Fixed);
};

}  // namespace grove::detail

#if EIGEN_VERSION_AT_LEAST(3, 4, 90)
template <class T, int R, int C, int O, int MR, int MC, int Options>
requires grove::detail::is_differentiable_number<T>
class Eigen::JacobiSVD<Eigen::Matrix<T, R, C, O, MR, MC>, Options>
    : public grove::detail::SvdSolver<Eigen::Matrix<T, R, C, O, MR, MC>, Options> {
  using grove::detail::SvdSolver<Eigen::Matrix<T, R, C, O, MR, MC>, Options>::SvdSolver;
};
template <class T, int R, int C, int O, int MR, int MC, int Options>
requires grove::detail::is_differentiable_number<T>
class Eigen::BDCSVD<Eigen::Matrix<T, R, C, O, MR, MC>, Options>
    : public grove::detail::SvdSolver<Eigen::Matrix<T, R, C, O, MR, MC>, Options> {
  using grove::detail::SvdSolver<Eigen::Matrix<T, R, C, O, MR, MC>, Options>::SvdSolver;
};
#else
template <class T, int R, int C, int O, int MR, int MC, int Preconditioner>
requires grove::detail::is_differentiable_number<T>
class Eigen::JacobiSVD<Eigen::Matrix<T, R, C, O, MR, MC>, Preconditioner>
    : public grove::detail::SvdSolver<Eigen::Matrix<T, R, C, O, MR, MC>, 0> {
  using grove::detail::SvdSolver<Eigen::Matrix<T, R, C, O, MR, MC>, 0>::SvdSolver;
};
template <class T, int R, int C, int O, int MR, int MC>
requires grove::detail::is_differentiable_number<T>
class Eigen::BDCSVD<Eigen::Matrix<T, R, C, O, MR, MC> >
    : public grove::detail::SvdSolver<Eigen::Matrix<T, R, C, O, MR, MC>, 0> {
  using grove::detail::SvdSolver<Eigen::Matrix<T, R, C, O, MR, MC>, 0>::SvdSolver;
};
#endif
