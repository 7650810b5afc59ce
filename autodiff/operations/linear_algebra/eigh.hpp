// Eigenvalues and eigenvectors of symmetric matrices.
#pragma once

#include <Eigen/Eigenvalues>

#include "../../engine/tape/recording.hpp"
#include "detail/gaps.hpp"

namespace grove {

/// What eigh returns: A = vectors · diag(values) · vectorsᵀ, values in increasing order.
template <class Values, class Vectors>
struct Eigh {
  Values values;    ///< eigenvalues, in rising order
  Vectors vectors;  ///< eigenvectors, a column each
};

namespace detail {

template <class Values, class Vectors>
auto to_plain(const Eigh<Values, Vectors>& e) {
  using V = decltype(to_plain(e.values));
  using M = decltype(to_plain(e.vectors));
  return Eigh<V, M>{to_plain(e.values), to_plain(e.vectors)};
}

template <class S>
Gaps<S> gaps_of_eigh(const View<S>& values) {
  return Gaps<S>("eigh", "eigenvalues", "use the values alone, spectral or eigenspace_projector, or perturb the matrix",
                 values);
}

/// Decomposes a symmetric matrix of plain numbers.
template <class T>
void eigh_of_numbers(const char* name, const View<T>& a, View<T> values, View<T> vectors) {
  if (a.rows() == 0) return;
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>> solver(a);
  if (solver.info() != Eigen::Success) [[unlikely]]
    throw Error(fill("{}: the iteration does not converge; is there a NaN or an infinity in the matrix?", {name}));
  values = solver.eigenvalues();
  vectors = solver.eigenvectors();
}

/// Decomposes the symmetric matrix a. Forward-mode numbers: the decomposition of the values, and one Newton step from
/// there, whose first-order result is exact.
template <class S>
void eigh_of(const View<S>& a, View<S> values, View<S> vectors) {
  const Index n = a.rows();
  if (n == 0) return;
  if constexpr (is_dual<S>) {
    using T = decltype(S::value);
    Scratch<S> scratch;
    View<S> e = scratch.matrix(n, n), v = scratch.matrix(n, n), x = scratch.matrix(n, n);
    {
      const Recording<T> recording;
      View<T> l0 = new_matrix<T>(n, 1), v0 = new_matrix<T>(n, n);
      eigh_of(value_parts(a), l0, v0);
      set_values(values, l0);
      set_values(v, v0);
    }
    x.noalias() = a * v;
    e.noalias() = v.transpose() * x;
    const Gaps<S> gaps = gaps_of_eigh(values);
    for (Index j = 0; j < n; ++j) {
      for (Index i = 0; i < n; ++i)
        x(i, j) = i == j ? S(0) : tangent_quotient(e(i, j), S(values(j, 0) - values(i, 0)), gaps.close(i, j));
    }
    for (Index i = 0; i < n; ++i) e(i, 0) = tangent_part(e(i, i));
    share_among_equal(gaps, e.col(0));
    values += e.col(0);
    vectors = v;
    vectors.noalias() += v * x;
  } else if constexpr (is_var<S>) {
    // A derivative taken inside a derivative: a node of the outer one.
    const auto outer = eigh(a);
    copy_elements(values, outer.values);
    copy_elements(vectors, outer.vectors);
  } else {
    eigh_of_numbers("eigh", a, values, vectors);
  }
}

/// The quotients Kᵢⱼ = (Pᵢⱼ - Pⱼᵢ)/(2(λⱼ - λᵢ)) of the pullback.
///
/// The vectors of equal λ are any basis of their space. So where the loss looks at one of them there is no derivative,
/// unless its cotangents show that it sees the space alone: P is symmetric there although its elements are not zero,
/// and nothing comes to λ although the diagonal is not zero. Then the quotient is 0.
template <class S>
void divide_by_gaps(const View<S>& p, const Gaps<S>& gaps, const View<S>& values, const View<S>& value_bars,
                    View<S> k) {
  const Index n = p.rows();
  const Presence<S> present(n, p);
  const auto sees_space_alone = [&](Index i, Index j) {
    return !present(p(i, j) - p(j, i)) && present(p(i, j)) && (present(p(i, i)) || present(p(j, j))) &&
           is_exact_zero(value_bars(i, 0)) && is_exact_zero(value_bars(j, 0));
  };
  for (Index j = 0; j < n; ++j) {
    for (Index i = 0; i < j; ++i) {
      S quotient(0);
      if (!gaps.close(i, j)) {
        quotient = (p(i, j) - p(j, i)) / (S(2) * (values(j, 0) - values(i, 0)));
      } else if ((present.in(p.col(i)) || present.in(p.col(j))) && !sees_space_alone(i, j)) {
        gaps.fail(i, j);
      }
      k(i, j) = quotient;
      k(j, i) = quotient;
    }
    k(j, j) = S(0);
  }
}

/// A = V diag(λ) Vᵀ.   Ā += V (diag(λ̄) + K) Vᵀ,  Kᵢⱼ = (Pᵢⱼ - Pⱼᵢ)/(2(λⱼ - λᵢ)),  P = Vᵀ V̄
template <class S, class A>
void pull_back_eigh(const A& a, const View<S>& values, const View<S>& vectors, const View<S>& value_bars,
                    const View<S>& vector_bars) {
  const Index n = vectors.rows();
  const Gaps<S> gaps = gaps_of_eigh(values);
  if (has_bad_tangents(vectors)) gaps.fail_second_order();
  Scratch<S> scratch;
  View<S> k = scratch.matrix(n, n), product = scratch.matrix(n, n), shares = scratch.matrix(n, 1);
  k.setZero();
  if (any_nonzero(vector_bars)) {
    product.noalias() = vectors.transpose() * vector_bars;
    divide_by_gaps(product, gaps, values, value_bars, k);
  }
  shares = value_bars;
  share_among_equal(gaps, shares.col(0));
  k.diagonal() += shares.col(0);
  product.noalias() = vectors * k;
  send_to(a, [&](auto a_bar) { a_bar.noalias() += product * vectors.transpose(); });
}

struct EighNode {
  template <class S, class A>
  auto operator()(std::type_identity<S>, const A& a) const {
    check_square("eigh", a.rows(), a.cols());
    constexpr int n = square_size<A>;
    const auto values = allocate<matrix_t<S, n, 1>>(a.rows(), 1, a.is_active());
    const auto vectors = allocate<matrix_t<S, n, n>>(a.rows(), a.rows(), a.is_active());
    eigh_of(symmetric_copy_of<S>(a), values_of(values), values_of(vectors));
    if (a.is_active()) {
      current_tape<S>->record([a, values, vectors] {
        View<S> value_bars = adjoint_of(values), vector_bars = adjoint_of(vectors);
        if (!any_nonzero(value_bars) && !any_nonzero(vector_bars)) return;
        pull_back_eigh(a, values_of(values), values_of(vectors), value_bars, vector_bars);
        value_bars.setZero();
        vector_bars.setZero();
      });
    }
    return Eigh<bare<decltype(values)>, bare<decltype(vectors)>>{values, vectors};
  }
};

}  // namespace detail

/// Eigenvalues (increasing) and orthonormal eigenvectors (columns) of a symmetric matrix:
/// `const auto [values, vectors] = eigh(a);`.  (n,n) → (n), (n,n)
///
/// What is decomposed is the symmetric part (A + Aᵀ)/2, so the gradient is symmetric. The sign of a vector is Eigen's.
/// Gradients of the values never divide by gaps between them; equal values share theirs, which is exact for symmetric
/// functions of those (their sum, the largest of the others …). Vectors of equal values are an arbitrary basis: for
/// what has a derivative there use `spectral` (functions of a matrix) or `eigenspace_projector`. Throws: ShapeError;
/// Error if the gradient needs a gap that is zero, or too small for the precision, with the indices of the two
/// eigenvalues (in forward mode the tangents of such vectors are NaN).
template <detail::Dense A>
auto eigh(const A& a) {
  return detail::run_node(detail::EighNode{}, a);
}

}  // namespace grove

// Used by the above when recordings nest.
#include "detail/self_adjoint_solver.hpp"
