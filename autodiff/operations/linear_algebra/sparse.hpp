// Products of constant sparse matrices (Eigen::SparseMatrix) with active ones, in both orders.
//
// Eigen's sparse headers are not included here: whoever has such a matrix has included them.
#pragma once

#include <algorithm>

#include "../../engine/fusion/operators.hpp"
#include "detail/views.hpp"

namespace grove {
namespace detail {

template <class X>
concept SparseOperand = std::same_as<typename bare<X>::StorageKind, Eigen::Sparse>;

/// The non-zeros of a sparse matrix, by columns (or by rows), in memory that outlives the recording.
template <class T, class I>
struct SparseTerm {
  const T* values;
  const I* inner;  // row (or column) of each value
  const I* outer;  // where each column (or row) begins
  Index rows, cols;
  bool by_rows;

  /// f(i, j, value) for every non-zero element
  template <class F>
  void for_each(const F& f) const {
    for (Index o = 0; o < (by_rows ? rows : cols); ++o) {
      for (I k = outer[o]; k < outer[o + 1]; ++k) {
        const auto i = static_cast<Index>(inner[k]);
        by_rows ? f(o, i, values[k]) : f(i, o, values[k]);
      }
    }
  }
};

template <class S, class T>
const T* copied(const T* from, Index n) {
  T* to = current_tape<S>->template allocate_array<T>(static_cast<std::size_t>(n));
  std::copy_n(from, n, to);
  return to;
}

/// References a compressed matrix that is an argument of the derivative call, and copies any other.
template <class S, class M>
auto sparse_term(const M& m) {
  using T = typename M::Scalar;
  using I = typename M::StorageIndex;
  Tape<S>& tape = *current_tape<S>;
  SparseTerm<T, I> term{m.valuePtr(), m.innerIndexPtr(), m.outerIndexPtr(), m.rows(), m.cols(), bool(M::IsRowMajor)};
  const Index n = m.nonZeros();
  if (m.isCompressed() && !tape.copies_every_constant && tape.constants().contains(term.values, term.values + n))
    return term;
  if (!m.isCompressed()) {
    typename M::PlainObject compressed = m;
    compressed.makeCompressed();
    return sparse_term<S>(compressed);
  }
  term.values = copied<S>(term.values, n);
  term.inner = copied<S>(term.inner, n);
  term.outer = copied<S>(term.outer, m.outerSize() + 1);
  return term;
}

template <class X>
const X& plain_sparse(const X& x) requires requires {
  x.valuePtr();
}
{ return x; }
template <class X>
typename X::PlainObject plain_sparse(const X& x) requires(!requires { x.valuePtr(); }) {
  return x;
}

/// Y = A X.   X̄ += Aᵀ Ȳ
template <class A, class X>
auto sparse_times_dense(const A& a, const X& x) {
  using S = tape_scalar_t<X>;
  const auto t = term_of<S>(x);
  using Term = bare<decltype(t)>;
  check_inner_sizes("matmul", a.rows(), a.cols(), t.rows(), t.cols());
  const auto y =
      allocate<matrix_t<S, A::RowsAtCompileTime, Term::ColsAtCompileTime>>(a.rows(), t.cols(), t.is_active());
  const auto s = sparse_term<S>(a);
  auto value = writable(y);
  value.setZero();
  const auto from = t.matrix_map();
  for (Index c = 0; c < t.cols(); ++c)
    s.for_each([&](Index i, Index j, const auto& v) { value.coeffRef(i, c) += v * from.coeff(j, c); });
  if (t.is_active()) {
    record(y, [t, s](auto& y_bar) {
      auto x_bar = t.adjoint_matrix();
      for (Index c = 0; c < t.cols(); ++c)
        s.for_each([&](Index i, Index j, const auto& v) { x_bar.coeffRef(j, c) += v * y_bar.coeff(i, c); });
    });
  }
  return y;
}

/// Y = X A.   X̄ += Ȳ Aᵀ
template <class X, class A>
auto dense_times_sparse(const X& x, const A& a) {
  using S = tape_scalar_t<X>;
  const auto t = term_of<S>(x);
  using Term = bare<decltype(t)>;
  check_inner_sizes("matmul", t.rows(), t.cols(), a.rows(), a.cols());
  const auto y =
      allocate<matrix_t<S, Term::RowsAtCompileTime, A::ColsAtCompileTime>>(t.rows(), a.cols(), t.is_active());
  const auto s = sparse_term<S>(a);
  auto value = writable(y);
  value.setZero();
  const auto from = t.matrix_map();
  s.for_each([&](Index i, Index j, const auto& v) { value.col(j) += S(v) * from.col(i); });
  if (t.is_active()) {
    record(y, [t, s](auto& y_bar) {
      auto x_bar = t.adjoint_matrix();
      s.for_each([&](Index i, Index j, const auto& v) { x_bar.col(i) += S(v) * y_bar.col(j); });
    });
  }
  return y;
}

}  // namespace detail

/// Products with a constant sparse matrix: (n,k) · (k,m) → (n,m), dense.  Throws: ShapeError.
template <detail::SparseOperand A, detail::ActiveDense X>
auto operator*(const A& a, const X& x) {
  static_assert(!detail::is_array_kind<X>, "grove: a sparse matrix multiplies matrices; use .matrix()");
  return detail::sparse_times_dense(detail::plain_sparse(a), x);
}
/// The product from the other side.
template <detail::ActiveDense X, detail::SparseOperand A>
auto operator*(const X& x, const A& a) {
  static_assert(!detail::is_array_kind<X>, "grove: a sparse matrix multiplies matrices; use .matrix()");
  return detail::dense_times_sparse(x, detail::plain_sparse(a));
}

}  // namespace grove
