// Triangles, symmetric parts and factors of a matrix, with Eigen's names: x.triangularView<Eigen::Lower>().solve(b),
// x.llt().solve(b) …
//
// Each is computed once, when it is named; solving with it again does not factor again. As in Eigen, llt, ldlt and
// selfadjointView read one triangle, which alone gets a gradient (the free functions `cholesky` and `llt_solve` take
// the symmetric part). What Eigen leaves undefined throws: a singular matrix, or one that is not positive definite.
#pragma once

#include "../../engine/array/rearranged.hpp"
#include "cholesky.hpp"
#include "qr.hpp"

namespace grove {
namespace detail {

/// A square part of a matrix, as a factor of products and as a matrix.
template <class M>
class Part {
 public:
  explicit Part(const M& whole) : whole_(whole) {}

  Index rows() const { return whole_.rows(); }
  Index cols() const { return whole_.cols(); }
  const M& toDenseMatrix() const { return whole_; }
  template <class Plain>
  operator Active<Plain>() const {
    return Active<Plain>(whole_);
  }

 private:
  template <Dense B>
  friend auto operator*(const Part& a, const B& b) {
    return (a.whole_ * b).eval();
  }
  template <Dense B>
  friend auto operator*(const B& b, const Part& a) {
    return (b * a.whole_).eval();
  }

  M whole_;
};

/// What x.triangularView<Mode>() returns.
template <unsigned Mode, class M>
class Triangle : public Part<M> {
 public:
  using Part<M>::Part;

  /// The solution of T X = B.
  template <Dense B>
  auto solve(const B& b) const {
    static_assert((Mode & unsigned(Eigen::ZeroDiag)) == 0, "grove: a strict triangle is singular; use UnitLower …");
    if constexpr ((Mode & unsigned(Eigen::Lower)) != 0) {
      return solve_lower(this->toDenseMatrix(), b);
    } else {
      return solve_upper(this->toDenseMatrix(), b);
    }
  }
  auto transpose() const {
    constexpr unsigned triangles = unsigned(Eigen::Lower) | unsigned(Eigen::Upper);
    const auto transposed = this->toDenseMatrix().transpose();
    return Triangle<Mode ^ triangles, bare<decltype(transposed)>>(transposed);
  }
};

template <unsigned Mode, class X>
auto triangle_of(const X& x) {
  constexpr bool lower = (Mode & unsigned(Eigen::Lower)) != 0, unit = (Mode & unsigned(Eigen::UnitDiag)) != 0;
  constexpr bool diagonal = !unit && (Mode & unsigned(Eigen::ZeroDiag)) == 0;
  const auto y = rearranged<same_shape<typename X::S, X>>(x.matrix_view(), x.rows(), x.cols(), [](Index i, Index j) {
    return (lower ? i > j : i < j) || (diagonal && i == j) ? Position{i, j} : nowhere;
  });
  if (unit) writable(y).diagonal().setOnes();
  return y;
}

template <unsigned Mode, class X>
auto symmetric_of(const X& x) {
  static_assert(Mode == unsigned(Eigen::Lower) || Mode == unsigned(Eigen::Upper),
                "grove: selfadjointView takes Eigen::Lower or Eigen::Upper");
  check_square("selfadjointView", x.rows(), x.cols());
  return rearranged<same_shape<typename X::S, X>>(x.matrix_view(), x.rows(), x.cols(), [](Index i, Index j) {
    return (Mode == unsigned(Eigen::Lower)) == (i >= j) ? Position{i, j} : Position{j, i};
  });
}

/// What x.llt() returns.
template <class L>
class CholeskyFactors {
 public:
  explicit CholeskyFactors(const L& l) : l_(l) {}

  auto matrixL() const { return Triangle<Eigen::Lower, L>(l_); }
  auto matrixU() const { return matrixL().transpose(); }
  /// The solution of A X = B.
  template <Dense B>
  auto solve(const B& b) const {
    return solve_upper(l_.transpose(), solve_lower(l_, b));
  }
  Eigen::ComputationInfo info() const { return Eigen::Success; }

 private:
  L l_;
};

/// What x.lu(), x.partialPivLu(), x.fullPivLu() and x.ldlt() return.
template <class A>
class LuFactors {
  using S = typename A::S;

 public:
  explicit LuFactors(const A& a) : a_(a), lu_(factored(a)) {}

  /// The solution of A X = B.  Throws: ShapeError; Error if A is singular.
  template <Dense B>
  auto solve(const B& b) const {
    static_assert(std::is_void_v<tape_scalar_t<B>> || std::same_as<tape_scalar_t<A, B>, S>,
                  "grove: the factors are of an enclosing recording; use grove::solve");
    check_system("solve", a_, b);
    if (lu_.singular()) [[unlikely]]
      throw_singular("solve", lu_.rank);
    return SolveNode::with(lu_, a_, term_of<S>(b));
  }
  auto inverse() const { return grove::inverse(a_); }
  auto determinant() const { return grove::determinant(a_); }
  Eigen::ComputationInfo info() const { return lu_.singular() ? Eigen::NumericalIssue : Eigen::Success; }

 private:
  static Lu<S> factored(const A& a) {
    check_square("lu", a.rows(), a.cols());
    return Lu<S>(copy_of<S>(a));
  }

  A a_;
  Lu<S> lu_;
};

/// What x.householderQr() and x.colPivHouseholderQr() return.
template <class Q, class R>
class QrFactors {
 public:
  explicit QrFactors(const QR<Q, R>& factors) : factors_(factors) {}

  /// The least-squares solution of A X = B, the columns of A linearly independent.
  template <Dense B>
  auto solve(const B& b) const {
    const auto& [q, r] = factors_;
    if (r.rows() != r.cols() || q.rows() != b.rows()) [[unlikely]]
      throw ShapeError(
          fill("qr: solves {} with a right-hand side of {}; it needs as many rows as that, and no fewer "
               "rows than columns",
               {shape_text(q.rows(), r.cols()), shape_text(b.rows(), b.cols())}));
    return solve_upper(r, (q.transpose() * b).eval());
  }

 private:
  QR<Q, R> factors_;
};

template <class Q, class R>
auto qr_factors(const QR<Q, R>& factors) {
  return QrFactors<Q, R>(factors);
}

// ---- Members --------------------------------------------------------------------------------------------------------

template <class Derived>
template <unsigned Mode>
auto DenseOps<Derived>::triangularView() const {
  const auto y = triangle_of<Mode>(evaluated(self()));
  return Triangle<Mode, bare<decltype(y)>>(y);
}
template <class Derived>
template <unsigned Mode>
auto DenseOps<Derived>::selfadjointView() const {
  const auto y = symmetric_of<Mode>(evaluated(self()));
  return Part<bare<decltype(y)>>(y);
}
template <class Derived>
auto DenseOps<Derived>::llt() const {
  const auto l = cholesky(symmetric_of<Eigen::Lower>(evaluated(self())));
  return CholeskyFactors<bare<decltype(l)>>(l);
}
template <class Derived>
auto DenseOps<Derived>::ldlt() const {
  return symmetric_of<Eigen::Lower>(evaluated(self())).lu();
}
template <class Derived>
auto DenseOps<Derived>::lu() const {
  return LuFactors<handle_t<Derived>>(evaluated(self()));
}
template <class Derived>
auto DenseOps<Derived>::partialPivLu() const {
  return lu();
}
template <class Derived>
auto DenseOps<Derived>::fullPivLu() const {
  return lu();
}
template <class Derived>
auto DenseOps<Derived>::householderQr() const {
  return qr_factors(qr(self()));
}
template <class Derived>
auto DenseOps<Derived>::colPivHouseholderQr() const {
  return householderQr();
}

}  // namespace detail
}  // namespace grove
