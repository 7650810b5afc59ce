// What active matrices and their unevaluated expressions have in common: Eigen's member functions.
#pragma once

#include <Eigen/Core>
#include <type_traits>
#include <utility>

#include "../scalar/arithmetic.hpp"
#include "entries.hpp"
#include "kinds.hpp"
#include "static_shape.hpp"

namespace grove::detail {

/// The surface of Eigen that losses use, for active matrices and arrays. Meaning and names are Eigen's. Views (`row`,
/// `block`, `transpose` …) copy nothing and record nothing.
template <class Derived>
class DenseOps : public ActiveExpression<Derived> {
 public:
  // Size.
  Index size() const { return self().rows() * self().cols(); }

  // Elements: a Var by value. Elements cannot be assigned; build an Eigen::Matrix of variables, or use stack, hcat and
  // vcat.
  // Eigen's names of rows and columns give copies: `x(Eigen::all, 2)`, `x(Eigen::seq(0, 3), list)`, `x(Eigen::last)`.
  template <class I, class J>
  auto operator()(const I& i, const J& j) const {
    if constexpr (std::is_convertible_v<I, Index> && std::is_convertible_v<J, Index>) {
      return evaluated(self()).element(static_cast<Index>(i), static_cast<Index>(j));
    } else {
      return named_part(evaluated(self()), i, j);  // gather.hpp
    }
  }
  template <class I>
  auto operator()(const I& i) const {
    if constexpr (std::is_convertible_v<I, Index>) {
      return evaluated(self()).element(static_cast<Index>(i));
    } else {
      return named_part(evaluated(self()), i);
    }
  }
  auto operator[](Index i) const { return evaluated(self()).element(i); }
  auto coeff(Index i, Index j) const { return evaluated(self()).element(i, j); }
  auto coeff(Index i) const { return evaluated(self()).element(i); }
  auto x() const { return evaluated(self()).element(0); }
  auto y() const { return evaluated(self()).element(1); }
  auto z() const { return evaluated(self()).element(2); }
  auto w() const { return evaluated(self()).element(3); }
  auto begin() const { return entry(0); }
  auto end() const { return entry(size()); }
  /// Eigen's own matrix of variables, whose entries can be assigned: `Eigen::Matrix<T, 2, 1> y = x;`. It is slower in
  /// products and sums, entry by entry.
  template <class S, int R, int C, int O, int MR, int MC>
  operator Eigen::Matrix<Var<S>, R, C, O, MR, MC>() const {
    return entries_of<Eigen::Matrix<Var<S>, R, C, O, MR, MC>>(evaluated(self()));
  }
  template <class S, int R, int C, int O, int MR, int MC>
  operator Eigen::Array<Var<S>, R, C, O, MR, MC>() const {
    return entries_of<Eigen::Array<Var<S>, R, C, O, MR, MC>>(evaluated(self()));
  }
  /// The value of a 1×1 matrix.
  auto value() const {
    if (self().rows() != 1 || self().cols() != 1) [[unlikely]]
      throw_not_1x1(self().rows(), self().cols());
    return evaluated(self()).element(0, 0);
  }

  // Views.
  auto array() const& { return evaluated(self()).array_view(); }
  auto matrix() const& { return evaluated(self()).matrix_view(); }
  auto array() && { return std::move(*this).template as_kind<true>(); }
  auto matrix() && { return std::move(*this).template as_kind<false>(); }
  auto eval() const { return evaluated(self()); }
  auto transpose() const { return evaluated(self()).transpose_view(); }
  auto adjoint() const { return transpose(); }
  auto row(Index i) const { return view<1, cols_static()>("row", i, 0, 1, self().cols()); }
  auto col(Index j) const { return view<rows_static(), 1>("col", 0, j, self().rows(), 1); }
  // Sizes may be given as template arguments, then they are static: `x.template head<3>()`.
  template <int R = Eigen::Dynamic, int C = Eigen::Dynamic>
  auto block(Index i, Index j, Index r = R, Index c = C) const {
    return view<R, C>("block", i, j, r, c);
  }
  template <int N = Eigen::Dynamic>
  auto topRows(Index n = N) const {
    return view<N, cols_static()>("topRows", 0, 0, n, self().cols());
  }
  template <int N = Eigen::Dynamic>
  auto bottomRows(Index n = N) const {
    return view<N, cols_static()>("bottomRows", before_end(self().rows(), n), 0, n, self().cols());
  }
  template <int N = Eigen::Dynamic>
  auto middleRows(Index i, Index n = N) const {
    return view<N, cols_static()>("middleRows", i, 0, n, self().cols());
  }
  template <int N = Eigen::Dynamic>
  auto leftCols(Index n = N) const {
    return view<rows_static(), N>("leftCols", 0, 0, self().rows(), n);
  }
  template <int N = Eigen::Dynamic>
  auto rightCols(Index n = N) const {
    return view<rows_static(), N>("rightCols", 0, before_end(self().cols(), n), self().rows(), n);
  }
  template <int N = Eigen::Dynamic>
  auto middleCols(Index j, Index n = N) const {
    return view<rows_static(), N>("middleCols", 0, j, self().rows(), n);
  }
  template <int R = Eigen::Dynamic, int C = Eigen::Dynamic>
  auto topLeftCorner(Index r = R, Index c = C) const {
    return view<R, C>("topLeftCorner", 0, 0, r, c);
  }
  template <int R = Eigen::Dynamic, int C = Eigen::Dynamic>
  auto topRightCorner(Index r = R, Index c = C) const {
    return view<R, C>("topRightCorner", 0, before_end(self().cols(), c), r, c);
  }
  template <int R = Eigen::Dynamic, int C = Eigen::Dynamic>
  auto bottomLeftCorner(Index r = R, Index c = C) const {
    return view<R, C>("bottomLeftCorner", before_end(self().rows(), r), 0, r, c);
  }
  template <int R = Eigen::Dynamic, int C = Eigen::Dynamic>
  auto bottomRightCorner(Index r = R, Index c = C) const {
    return view<R, C>("bottomRightCorner", before_end(self().rows(), r), before_end(self().cols(), c), r, c);
  }
  template <int N = Eigen::Dynamic>
  auto segment(Index i, Index n = N) const {
    return piece<N>("segment", i, n);
  }
  template <int N = Eigen::Dynamic>
  auto head(Index n = N) const {
    return piece<N>("head", 0, n);
  }
  template <int N = Eigen::Dynamic>
  auto tail(Index n = N) const {
    return piece<N>("tail", before_end(size(), n), n);
  }
  auto diagonal() const { return evaluated(self()).template diagonal_view<diagonal_static()>(0); }
  auto diagonal(Index k) const { return evaluated(self()).template diagonal_view<Eigen::Dynamic>(k); }
  template <int K>
  auto diagonal() const {
    return diagonal(K);
  }

  // Rearrangements (shape.hpp) and partial reductions (reductions.hpp).
  auto reshaped(Index rows, Index cols) const;
  auto reshaped() const;
  auto replicate(Index rows, Index cols) const;
  template <int R, int C>
  auto replicate() const {
    return replicate(R, C);
  }
  auto reverse() const;
  auto asDiagonal() const;
  auto rowwise() const;
  auto colwise() const;

// A member of a temporary may fuse the expression that it is called on; of a named one it evaluates that once.
#define GROVE_DETAIL_DENSE_MEMBER(name) \
  auto name() const&;                   \
  auto name()&&;
#define GROVE_DETAIL_DENSE_MEMBER_WITH(name) \
  template <class Other>                     \
  auto name(Other&& other) const&;           \
  template <class Other>                     \
  auto name(Other&& other)&&;

  // Reductions (reductions.hpp).
  GROVE_DETAIL_DENSE_MEMBER(sum)
  GROVE_DETAIL_DENSE_MEMBER(mean)
  GROVE_DETAIL_DENSE_MEMBER(prod)
  GROVE_DETAIL_DENSE_MEMBER(minCoeff)
  GROVE_DETAIL_DENSE_MEMBER(maxCoeff)
  GROVE_DETAIL_DENSE_MEMBER(squaredNorm)
  GROVE_DETAIL_DENSE_MEMBER(norm)
  GROVE_DETAIL_DENSE_MEMBER_WITH(dot)
  template <int P>
  auto lpNorm() const;
  auto stableNorm() const;
  auto trace() const;
  /// The largest (smallest) element, and where it is: `x.maxCoeff(&i)`, `x.maxCoeff(&row, &col)`.
  template <class... I>
  auto maxCoeff(I*... index) const;
  template <class... I>
  auto minCoeff(I*... index) const;
  bool allFinite() const;
  bool hasNaN() const;

  // Linear algebra (linear_algebra.hpp). For an array, inverse() is elementwise, as in Eigen.
  auto determinant() const;
  auto inverse() const;
  auto normalized() const;
  template <class Other>
  auto cross(const Other& other) const;

  // Parts and factors (factors.hpp).
  template <unsigned Mode>
  auto triangularView() const;
  template <unsigned Mode>
  auto selfadjointView() const;
  auto llt() const;
  auto ldlt() const;
  auto lu() const;
  auto partialPivLu() const;
  auto fullPivLu() const;
  auto householderQr() const;
  auto colPivHouseholderQr() const;

  // A function of each element (map.hpp).
  template <class F>
  auto unaryExpr(const F& f) const;
  template <class Other, class F>
  auto binaryExpr(const Other& other, const F& f) const;

  // Elementwise (elementwise_members.hpp).
  GROVE_DETAIL_DENSE_MEMBER_WITH(cwiseProduct)
  GROVE_DETAIL_DENSE_MEMBER_WITH(cwiseQuotient)
  GROVE_DETAIL_DENSE_MEMBER_WITH(cwiseMin)
  GROVE_DETAIL_DENSE_MEMBER_WITH(cwiseMax)
  GROVE_DETAIL_DENSE_MEMBER_WITH(min)
  GROVE_DETAIL_DENSE_MEMBER_WITH(max)
  GROVE_DETAIL_DENSE_MEMBER_WITH(pow)
  GROVE_DETAIL_DENSE_MEMBER(cwiseAbs)
  GROVE_DETAIL_DENSE_MEMBER(cwiseAbs2)
  GROVE_DETAIL_DENSE_MEMBER(cwiseSqrt)
  GROVE_DETAIL_DENSE_MEMBER(cwiseInverse)
  GROVE_DETAIL_DENSE_MEMBER(cwiseSign)
  GROVE_DETAIL_DENSE_MEMBER(abs)
  GROVE_DETAIL_DENSE_MEMBER(abs2)
  GROVE_DETAIL_DENSE_MEMBER(sign)
  GROVE_DETAIL_DENSE_MEMBER(square)
  GROVE_DETAIL_DENSE_MEMBER(cube)
  GROVE_DETAIL_DENSE_MEMBER(sqrt)
  GROVE_DETAIL_DENSE_MEMBER(cbrt)
  GROVE_DETAIL_DENSE_MEMBER(rsqrt)
  GROVE_DETAIL_DENSE_MEMBER(exp)
  GROVE_DETAIL_DENSE_MEMBER(exp2)
  GROVE_DETAIL_DENSE_MEMBER(expm1)
  GROVE_DETAIL_DENSE_MEMBER(log)
  GROVE_DETAIL_DENSE_MEMBER(log1p)
  GROVE_DETAIL_DENSE_MEMBER(log2)
  GROVE_DETAIL_DENSE_MEMBER(log10)
  GROVE_DETAIL_DENSE_MEMBER(sin)
  GROVE_DETAIL_DENSE_MEMBER(cos)
  GROVE_DETAIL_DENSE_MEMBER(tan)
  GROVE_DETAIL_DENSE_MEMBER(asin)
  GROVE_DETAIL_DENSE_MEMBER(acos)
  GROVE_DETAIL_DENSE_MEMBER(atan)
  GROVE_DETAIL_DENSE_MEMBER(sinh)
  GROVE_DETAIL_DENSE_MEMBER(cosh)
  GROVE_DETAIL_DENSE_MEMBER(tanh)
  GROVE_DETAIL_DENSE_MEMBER(asinh)
  GROVE_DETAIL_DENSE_MEMBER(acosh)
  GROVE_DETAIL_DENSE_MEMBER(atanh)
  GROVE_DETAIL_DENSE_MEMBER(erf)
  GROVE_DETAIL_DENSE_MEMBER(erfc)
  GROVE_DETAIL_DENSE_MEMBER(lgamma)
  GROVE_DETAIL_DENSE_MEMBER(digamma)
  GROVE_DETAIL_DENSE_MEMBER(logistic)
  GROVE_DETAIL_DENSE_MEMBER(floor)
  GROVE_DETAIL_DENSE_MEMBER(ceil)
  GROVE_DETAIL_DENSE_MEMBER(round)
#undef GROVE_DETAIL_DENSE_MEMBER
#undef GROVE_DETAIL_DENSE_MEMBER_WITH

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }
  Derived&& self_rvalue() { return static_cast<Derived&&>(*this); }
  template <bool IsArray>
  auto as_kind() && {
    if constexpr (is_expr<Derived>) {
      return self_rvalue().template of_kind<IsArray>();
    } else if constexpr (IsArray) {
      return self().array_view();
    } else {
      return self().matrix_view();
    }
  }
  auto entry(Index position) const {
    static_assert(rows_static() == 1 || cols_static() == 1, "grove: only vectors can be iterated over");
    return EntryIterator<handle_t<Derived>>(evaluated(self()), position);
  }
  static constexpr int rows_static() { return Derived::RowsAtCompileTime; }
  static constexpr int cols_static() { return Derived::ColsAtCompileTime; }
  static constexpr int diagonal_static() {
    if (rows_static() == Eigen::Dynamic || cols_static() == Eigen::Dynamic) return Eigen::Dynamic;
    return rows_static() < cols_static() ? rows_static() : cols_static();
  }

  // Where the last n of them begin; that a negative n is none is said later.
  static Index before_end(Index size, Index n) { return n < 0 ? 0 : size - n; }

  template <int R, int C>
  auto view(const char* name, Index i, Index j, Index r, Index c) const {
    check_range(name, i, r, self().rows());
    check_range(name, j, c, self().cols());
    check_static_shape<R, C>(name, r, c);
    return evaluated(self()).template view_of<R, C>(i, j, r, c);
  }
  template <int N>
  auto piece(const char* name, Index i, Index n) const {
    static_assert(rows_static() == 1 || cols_static() == 1, "grove: head, tail and segment need a vector");
    if constexpr (cols_static() == 1) {
      return view<N, 1>(name, i, 0, n, 1);
    } else {
      return view<1, N>(name, 0, i, 1, n);
    }
  }
};

}  // namespace grove::detail
