// Eigenvalues and eigenvectors of symmetric matrices.
#pragma once

#include <Eigen/Eigenvalues>

#include "autodiff/engine/tape/recording.hpp"
#include "autodiff/operations/linear_algebra/detail/gaps.hpp"

namespace grove {

/// What eigh returns: A = vectors · diag(values) · vectorsᵀ, values in increasing order.
template <class Values, class Vectors>
struct Eigh {
  Values values;
  Vectors vectors;
};

namespace detail {

template <class Values, class Vectors>
auto to_plain(const Eigh<Values, Vectors>& e) {
  using V = decltype(to_plain(e.values));
  using M = decltype(to_plain(e.vectors));
  return Eigh<V, M>{to_plain(e.values), to_plain(e.vectors)};
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
    const Gaps<S> gaps("eigh", "eigenvalues", values);
    for (Index j = 0; j < n; ++j) {
      for (Index i = 0; i < n; ++i)
        x(i, j) = i == j ? S(0) : tangent_quotient(e(i, j), S(values(j, 0) - values(i, 0)), gaps.equal(i, j));
    }
    for (Index i = 0; i < n; ++i) values(i, 0) += tangent_part(e(i, i));
    vectors = v;
    vectors.noalias() += v * x;
  } else {
    using M = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
    const Eigen::SelfAdjointEigenSolver<M> solver(a);
    if (solver.info() != Eigen::Success) [[unlikely]]
      throw Error("eigh: the iteration does not converge; is there a NaN or an infinity in the matrix?");
    values = solver.eigenvalues();
    vectors = solver.eigenvectors();
  }
}

/// The middle factor of the pullback: the quotients (Pᵢⱼ - Pⱼᵢ)/(2(λⱼ - λᵢ)), P = Vᵀ V̄, in place of P.
///
/// For equal λ the quotient is 0 where neither element of P is there, or where they cancel and λ̄ does not enter either:
/// then the result depends on the common eigenspace only. Everything else has no derivative, or one that P does not
/// tell.
template <class S, class Bars>
void divide_by_gaps(View<S> p, const Gaps<S>& gaps, const View<S>& values, const Bars& value_bars) {
  using Real = magnitude_t<S>;
  const Index n = p.rows();
  const Real tiny = Real(8) * static_cast<Real>(n) * std::numeric_limits<Real>::epsilon() * largest_magnitude(p);
  const auto is_zero = [tiny](const S& x) { return magnitude(x) <= tiny; };
  for (Index j = 0; j < n; ++j) {
    for (Index i = 0; i < j; ++i) {
      const S numerator = p(i, j) - p(j, i);
      S quotient(0);
      if (!gaps.equal(i, j)) {
        quotient = numerator / (S(2) * (values(j, 0) - values(i, 0)));
      } else if (!(is_zero(p(i, j)) && is_zero(p(j, i))) &&
                 !(is_zero(numerator) && is_exact_zero(value_bars(i, 0)) && is_exact_zero(value_bars(j, 0)))) {
        gaps.fail(i, j);
      }
      p(i, j) = quotient;
      p(j, i) = quotient;
    }
    p(j, j) = S(0);
  }
}

/// A = V diag(λ) Vᵀ.   Ā += V (diag(λ̄) + K) Vᵀ,  Kᵢⱼ = (Pᵢⱼ - Pⱼᵢ)/(2(λⱼ - λᵢ)),  P = Vᵀ V̄
template <class S, class A>
void pull_back_eigh(const A& a, const View<S>& values, const View<S>& vectors, const View<S>& value_bars,
                    const View<S>& vector_bars) {
  const Index n = vectors.rows();
  const Gaps<S> gaps("eigh", "eigenvalues", values);
  if (has_bad_tangents(vectors)) gaps.fail_second_order();
  Scratch<S> scratch;
  View<S> p = scratch.matrix(n, n), product = scratch.matrix(n, n);
  if (any_nonzero(vector_bars)) {
    p.noalias() = vectors.transpose() * vector_bars;
    divide_by_gaps(p, gaps, values, value_bars);
  } else {
    p.setZero();
  }
  p.diagonal() += value_bars.col(0);
  product.noalias() = vectors * p;
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
/// Gradients of the values never divide by gaps between them; at equal values they are exact for symmetric functions
/// of those (their sum, the largest of the others …). Throws: ShapeError; Error if the gradient needs a gap that is
/// zero, with the indices of the two eigenvalues.
template <detail::Dense A>
auto eigh(const A& a) {
  return detail::run_node(detail::EighNode{}, a);
}

}  // namespace grove
