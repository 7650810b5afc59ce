// Eigen's algorithms skip work where a *value* is zero: triangular solves, Householder vectors, rotations. An active
// zero has a derivative that would be lost, so for our scalars these classes skip exact constant zeros only, or do not
// compile.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <complex>
#include <limits>
#include <type_traits>

#include "operands.hpp"

namespace grove {

template <class Derived>
struct ActiveExpression;

namespace detail {

/// The scalars that carry derivatives.
template <class T>
inline constexpr bool is_differentiable_number = is_var<T> || is_dual<T>;
template <class T>
inline constexpr bool is_complex_of_those = false;
template <class T>
inline constexpr bool is_complex_of_those<std::complex<T>> = is_differentiable_number<T>;

/// A dense Eigen expression of such scalars.
template <class X>
concept DifferentiableEigen =
    is_differentiable_number<typename X::Scalar> && std::same_as<typename X::StorageKind, Eigen::Dense>;

/// An active array or expression (kinds.hpp has the concept that knows them all).
template <class A>
concept ActiveOperand = std::is_base_of_v<ActiveExpression<A>, A>;

/// The number with the derivatives of x and another value.
template <class S>
Var<S> with_value(const Var<S>& x, const S& value) {
  return VarAccess::unary<false>(x, value, One());
}
template <class S, int N, bool Forward>
Dual<S, N, Forward> with_value(const Dual<S, N, Forward>& x, const S& value) {
  return Dual<S, N, Forward>::with_tangent_of(x, value);
}

/// The reflection H = I - τ v vᵀ, v = (1, essential), that maps x to β e₁.
///
/// Eigen's own takes H = I for a tail of zeros, where β jumps from -|x₀| to x₀ and so has no derivative; here that is
/// for a tail of constant zeros, and H is a reflection otherwise. The zero vector has no direction: NaN derivatives.
template <class X, class Essential, class T>
void make_householder(const X& x, Essential& essential, T& tau, T& beta) {
  using std::sqrt;
  const Eigen::Index n = x.size();
  bool constant = true;
  for (Eigen::Index i = 1; i < n; ++i) constant = constant && is_exact_zero(T(x.coeff(i)));
  const T first = x.coeff(0);
  if (constant) {
    tau = T(0);
    beta = first;
    essential.setZero();
    return;
  }
  const T squares = first * first + x.tail(n - 1).squaredNorm();
  if (squares == T(0)) {
    const T undefined = (first + x.sum()) * T(std::numeric_limits<T>::quiet_NaN());
    tau = with_value(undefined, {});
    beta = with_value(undefined, {});
    essential.setZero();
    return;
  }
  beta = first >= T(0) ? T(-sqrt(squares)) : T(sqrt(squares));
  const T scale = first - beta;
  for (Eigen::Index i = 1; i < n; ++i) essential.coeffRef(i - 1) = T(x.coeff(i)) / scale;
  tau = (beta - first) / beta;
}

}  // namespace detail
}  // namespace grove

// A plain triangle solves for variables in Eigen's own code, whose substitution asks this before it divides. (For other
// numbers it does not compile.)
namespace Eigen::numext {
#if EIGEN_VERSION_AT_LEAST(3, 4, 90)
template <>
inline bool is_exactly_zero(const grove::Var<double>& x) {
  return x.value() == 0 && grove::detail::VarAccess::is_passive(x);
}
template <>
inline bool is_exactly_zero(const grove::Var<float>& x) {
  return x.value() == 0 && grove::detail::VarAccess::is_passive(x);
}
#else
template <>
inline bool not_equal_strict(const grove::Var<double>& x, const grove::Var<double>& y) {
  return x.value() != y.value() || !grove::detail::VarAccess::is_passive(x);
}
template <>
inline bool not_equal_strict(const grove::Var<float>& x, const grove::Var<float>& y) {
  return x.value() != y.value() || !grove::detail::VarAccess::is_passive(x);
}
#endif
}  // namespace Eigen::numext

template <class M, unsigned int Mode_>
requires grove::detail::DifferentiableEigen<M>
class Eigen::TriangularView<M, Mode_> : public Eigen::TriangularViewImpl<M, Mode_, Eigen::Dense> {
  using Stored = std::conditional_t<(int(M::Flags) & int(Eigen::NestByRefBit)) != 0, M&, M>;
  static constexpr unsigned transposed_mode = (Mode_ & Eigen::Upper ? unsigned(Eigen::Lower) : 0U) |
                                              (Mode_ & Eigen::Lower ? unsigned(Eigen::Upper) : 0U) |
                                              (Mode_ & unsigned(Eigen::UnitDiag)) | (Mode_ & unsigned(Eigen::ZeroDiag));

 public:
  using Base = Eigen::TriangularViewImpl<M, Mode_, Eigen::Dense>;
  using Scalar = typename M::Scalar;
  using MatrixType = M;
  using StorageKind = Eigen::Dense;
  using NestedExpression = std::remove_cvref_t<M>;
  enum { Mode = Mode_, Flags = int(Base::Flags), TransposeMode = transposed_mode, IsVectorAtCompileTime = false };

  explicit TriangularView(M& matrix) : matrix_(matrix) {}
  TriangularView(const TriangularView&) = default;
  using Base::operator=;
  TriangularView& operator=(const TriangularView& other) {
    Base::operator=(other);
    return *this;
  }

  Eigen::Index rows() const noexcept { return matrix_.rows(); }
  Eigen::Index cols() const noexcept { return matrix_.cols(); }
  const NestedExpression& nestedExpression() const { return matrix_; }
  NestedExpression& nestedExpression() { return matrix_; }

  using ConjugateReturnType = Eigen::TriangularView<const std::remove_cvref_t<typename M::ConjugateReturnType>, Mode_>;
  const ConjugateReturnType conjugate() const { return ConjugateReturnType(matrix_.conjugate()); }
  template <bool Conjugate>
  auto conjugateIf() const {
    if constexpr (Conjugate) {
      return conjugate();
    } else {
      return Eigen::TriangularView<const M, Mode_>(matrix_);
    }
  }
  using AdjointReturnType = Eigen::TriangularView<const typename M::AdjointReturnType, transposed_mode>;
  const AdjointReturnType adjoint() const { return AdjointReturnType(matrix_.adjoint()); }
  using TransposeReturnType = Eigen::TriangularView<typename M::TransposeReturnType, transposed_mode>;
  TransposeReturnType transpose() {
    typename M::TransposeReturnType whole(matrix_);
    return TransposeReturnType(whole);
  }
  using ConstTransposeReturnType = Eigen::TriangularView<const typename M::ConstTransposeReturnType, transposed_mode>;
  const ConstTransposeReturnType transpose() const { return ConstTransposeReturnType(matrix_.transpose()); }

  auto selfadjointView() { return Eigen::SelfAdjointView<std::remove_reference_t<Stored>, Mode_>(matrix_); }
  auto selfadjointView() const {
    return Eigen::SelfAdjointView<std::remove_reference_t<Stored>, Mode_>(const_cast<Stored&>(matrix_));
  }
  Scalar determinant() const {
    if ((Mode_ & unsigned(Eigen::UnitDiag)) != 0) return Scalar(1);
    if ((Mode_ & unsigned(Eigen::ZeroDiag)) != 0) return Scalar(0);
    return matrix_.diagonal().prod();
  }

  template <class Other>
  const Eigen::Solve<TriangularView, Other> solve(const Eigen::MatrixBase<Other>& other) const {
    return Eigen::Solve<TriangularView, Other>(*this, other.derived());
  }
  using Base::solve;
  /// Eigen's substitution for one right-hand side skips zeros; the one for many does not.
  template <int Side, class Other>
  void solveInPlace(const Eigen::MatrixBase<Other>& other) const {
    constexpr bool one = Side == int(Eigen::OnTheLeft) ? Other::ColsAtCompileTime == 1 : Other::RowsAtCompileTime == 1;
    if constexpr (one) {
      Eigen::Matrix<typename Other::Scalar, Eigen::Dynamic, Eigen::Dynamic> sides = other;
      Base::template solveInPlace<Side>(sides);
      other.const_cast_derived() = sides;
    } else {
      Base::template solveInPlace<Side>(other);
    }
  }
  template <class Other>
  void solveInPlace(const Eigen::MatrixBase<Other>& other) const {
    solveInPlace<Eigen::OnTheLeft>(other);
  }
  template <class Rhs, class To>
  void _solve_impl(const Rhs& rhs, To& to) const {
    to = rhs;
    solveInPlace<Eigen::OnTheLeft>(to);
  }

 private:
  Stored matrix_;
};

// Rows, columns, segments and blocks. The QR decompositions make their reflections from them; and active arrays can be
// assigned to them.
template <class X, int R, int C, bool Inner>
requires grove::detail::DifferentiableEigen<X>
class Eigen::Block<X, R, C, Inner> : public Eigen::BlockImpl<X, R, C, Inner, Eigen::Dense> {
 public:
  using Base = Eigen::BlockImpl<X, R, C, Inner, Eigen::Dense>;
  using typename Base::RealScalar;
  using typename Base::Scalar;
  using StorageIndex = typename X::StorageIndex;
  using NestedExpression = std::remove_cvref_t<X>;

  Block(X& whole, Eigen::Index i) : Base(whole, i) {
    // A row or a column, as Eigen tells them apart: an element of a row, `x.row(0).col(2)`, is 1×1 too.
    [[maybe_unused]] constexpr bool is_row = R == 1 && C == int(X::ColsAtCompileTime),
                                    is_col = C == 1 && R == int(X::RowsAtCompileTime);
    eigen_assert(i >= 0 && ((is_row && i < whole.rows()) || (is_col && i < whole.cols())));
  }
  Block(X& whole, Eigen::Index row, Eigen::Index col) : Base(whole, row, col) { check(whole, row, col, R, C); }
  Block(X& whole, Eigen::Index row, Eigen::Index col, Eigen::Index rows, Eigen::Index cols)
      : Base(whole, row, col, rows, cols) {
    eigen_assert((R == Eigen::Dynamic || R == rows) && (C == Eigen::Dynamic || C == cols));
    check(whole, row, col, rows, cols);
  }
  Block(const Block&) = default;
  using Base::operator=;
  Block& operator=(const Block& other) {
    Base::operator=(other);
    return *this;
  }
  template <class Other>
  Block& operator=(const Eigen::DenseBase<Other>& other) {
    Base::operator=(other.derived());
    return *this;
  }
  template <grove::detail::ActiveOperand A>
  Block& operator=(const A& active) {
    assign_entries(*this, active);
    return *this;
  }

  template <class Essential>
  void makeHouseholder(Essential& essential, Scalar& tau, RealScalar& beta) const {
    grove::detail::make_householder(*this, essential, tau, beta);
  }
  void makeHouseholderInPlace(Scalar& tau, RealScalar& beta) {
    auto essential = this->tail(this->size() - 1);
    makeHouseholder(essential, tau, beta);
  }

 private:
  static void check([[maybe_unused]] const X& whole, [[maybe_unused]] Eigen::Index row,
                    [[maybe_unused]] Eigen::Index col, [[maybe_unused]] Eigen::Index rows,
                    [[maybe_unused]] Eigen::Index cols) {
    eigen_assert(row >= 0 && rows >= 0 && row <= whole.rows() - rows);
    eigen_assert(col >= 0 && cols >= 0 && col <= whole.cols() - cols);
  }
};

// What y.noalias() returns. (The base is Eigen's own: for arrays as well as for matrices.)
template <class X>
requires grove::detail::DifferentiableEigen<X>
class Eigen::NoAlias<X, Eigen::MatrixBase> : public Eigen::NoAlias<X, Eigen::DenseBase> {
  using Base = Eigen::NoAlias<X, Eigen::DenseBase>;

 public:
  using Base::Base;
  using Base::operator=;
  using Base::operator+=;
  using Base::operator-=;
  template <grove::detail::ActiveOperand A>
  X& operator=(const A& active) {
    assign_entries(this->expression(), active);
    return this->expression();
  }
  template <grove::detail::ActiveOperand A>
  X& operator+=(const A& active) {
    return this->expression() += active;
  }
  template <grove::detail::ActiveOperand A>
  X& operator-=(const A& active) {
    return this->expression() -= active;
  }
};

// Iterations with rotations end where a value is negligible, and rotations by a zero angle are skipped.
template <class T>
requires(grove::detail::is_differentiable_number<T> ||
         grove::detail::is_complex_of_those<T>) class Eigen::JacobiRotation<T> {
 public:
  using RealScalar = typename Eigen::NumTraits<T>::Real;

  JacobiRotation() = default;
  template <class C>
  JacobiRotation(const C&, const C&) {
    refuse<C>();
  }
  template <class P>
  void makeGivens(const P&, const P&, P* = nullptr) {
    refuse<P>();
  }
  template <class... Args>
  bool makeJacobi(const Args&...) {
    refuse<Args...>();
    return false;
  }
  const T& c() const { return c_; }
  const T& s() const { return s_; }
  T& c() { return c_; }
  T& s() { return s_; }
  JacobiRotation operator*(const JacobiRotation&) const { return *this; }
  JacobiRotation transpose() const { return *this; }
  JacobiRotation adjoint() const { return *this; }

 private:
  template <class... Args>
  static void refuse() {
    static_assert(sizeof...(Args) == 99,
                  "grove: this algorithm of Eigen turns matrices by rotations, and loses derivatives where a value is "
                  "zero. Use grove::eigh, grove::svd or grove::cholesky (of the updated matrix); with the header "
                  "autodiff/operations/linear_algebra/linear_algebra.hpp, Eigen's SelfAdjointEigenSolver, JacobiSVD "
                  "and BDCSVD do that. The eigenvalues of general matrices have no derivative here");
  }

  T c_{1}, s_{0};
};
