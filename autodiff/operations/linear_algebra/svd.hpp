// Thin singular value decompositions.
#pragma once

#include <Eigen/SVD>

#include "../../engine/fusion/operators.hpp"
#include "../../engine/tape/recording.hpp"
#include "detail/gaps.hpp"

namespace grove {

/// What svd returns: A = u · diag(values) · vᵀ, values in decreasing order, u and v with orthonormal columns.
template <class U, class Values, class V>
struct SVD {
  U u;            ///< left singular vectors, a column each
  Values values;  ///< singular values, in falling order
  V v;            ///< right singular vectors, a column each
};

namespace detail {

template <class U, class Values, class V>
auto to_plain(const SVD<U, Values, V>& f) {
  return SVD<decltype(to_plain(f.u)), decltype(to_plain(f.values)), decltype(to_plain(f.v))>{
      to_plain(f.u), to_plain(f.values), to_plain(f.v)};
}

template <class S>
Gaps<S> gaps_of_svd(const View<S>& values) {
  return Gaps<S>("svd", "singular values", "use the values alone, spectral of AᵀA, or perturb the matrix", values);
}

/// As share_among_equal; a value of zero is at the kink of |s|, so that nothing comes from it.
template <class S, class Column>
void share_among_singular(const Gaps<S>& gaps, Column&& xs) {
  using std::isfinite;
  share_among_equal(gaps, xs);
  for (Index i = 0; i < xs.size(); ++i) {
    if (gaps.zero(i) && isfinite(magnitude(S(xs.coeff(i))))) xs.coeffRef(i) = S(0);
  }
}

template <class M>
auto eigen_svd(const M& a) {
#if EIGEN_VERSION_AT_LEAST(3, 4, 90)
  return Eigen::BDCSVD<M, Eigen::ComputeThinU | Eigen::ComputeThinV>(a);
#else
  return Eigen::BDCSVD<M>(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
#endif
}

/// Forward-mode numbers: adds the part of the tangents of u that lies outside its columns, (I - U Uᵀ) A V S⁻¹.
template <class S>
void add_outer_tangents(const View<S>& u, const View<S>& values, const View<S>& av, const Gaps<S>& gaps, View<S> to) {
  Scratch<S> scratch;
  View<S> inner = scratch.matrix(u.cols(), u.cols()), outside = scratch.matrix(u.rows(), u.cols());
  inner.noalias() = u.transpose() * av;
  outside = av;
  outside.noalias() -= u * inner;
  for (Index j = 0; j < u.cols(); ++j) {
    for (Index i = 0; i < u.rows(); ++i) to(i, j) += tangent_quotient(outside(i, j), values(j, 0), gaps.zero(j));
  }
}

/// Forward-mode numbers: the decomposition of the values, and one Newton step from there. With E = Uᵀ A V,
///   U ← U (I + X),  V ← V (I + Y),  X, Y = ((E + Eᵀ)/(sⱼ - sᵢ) ± (E - Eᵀ)/(sⱼ + sᵢ))/2
template <class S>
void svd_of(const View<S>& a, View<S> u, View<S> values, View<S> v) {
  const Index m = a.rows(), n = a.cols(), k = values.rows();
  if (k == 0) return;
  if constexpr (is_dual<S>) {
    using T = decltype(S::value);
    Scratch<S> scratch;
    View<S> u0 = scratch.matrix(m, k), v0 = scratch.matrix(n, k), x = scratch.matrix(k, k), y = scratch.matrix(k, k);
    View<S> av = scratch.matrix(m, k), au = scratch.matrix(n, k), e = scratch.matrix(k, k);
    {
      const Recording<T> recording;
      View<T> u1 = new_matrix<T>(m, k), s1 = new_matrix<T>(k, 1), v1 = new_matrix<T>(n, k);
      svd_of(value_parts(a), u1, s1, v1);
      set_values(u0, u1);
      set_values(values, s1);
      set_values(v0, v1);
    }
    av.noalias() = a * v0;
    au.noalias() = a.transpose() * u0;
    e.noalias() = u0.transpose() * av;
    const Gaps<S> gaps = gaps_of_svd(values);
    for (Index j = 0; j < k; ++j) {
      for (Index i = 0; i < k; ++i) {
        const S even = tangent_part(e(i, j)) + tangent_part(e(j, i)),
                odd = tangent_part(e(i, j)) - tangent_part(e(j, i));
        const S si = values(i, 0), sj = values(j, 0);
        const S p = i == j ? S(0) : tangent_quotient(even, S(sj - si), gaps.close(i, j));
        const S q = i == j ? S(0) : tangent_quotient(odd, S(sj + si), gaps.zero(i) && gaps.zero(j));
        x(i, j) = S(0.5) * (p + q);
        y(i, j) = S(0.5) * (p - q);
      }
    }
    u = u0;
    u.noalias() += u0 * x;
    v = v0;
    v.noalias() += v0 * y;
    if (m > k) add_outer_tangents(u0, values, av, gaps, u);
    if (n > k) add_outer_tangents(v0, values, au, gaps, v);
    View<S> shares = scratch.matrix(k, 1);
    for (Index i = 0; i < k; ++i) shares(i, 0) = tangent_part(e(i, i));
    share_among_singular(gaps, shares.col(0));
    if constexpr (!std::is_floating_point_v<T> || is_recordable<S>) {
      // Tangents that are differentiated again: at the kink of |s| there are none, wherever the matrix moves.
      S undefined(0);
      for (Index c = 0; c < n; ++c) {
        for (Index r = 0; r < m; ++r) undefined += tangent_quotient(a(r, c), S(1), true);
      }
      for (Index i = 0; i < k; ++i) {
        if (gaps.zero(i)) shares(i, 0) = undefined;
      }
    }
    values += shares;
  } else if constexpr (is_var<S>) {
    // A derivative taken inside a derivative: a node of the outer one.
    const auto outer = svd(a);
    copy_elements(u, outer.u);
    copy_elements(values, outer.values);
    copy_elements(v, outer.v);
  } else {
    const auto solver = eigen_svd(Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>(a));
    if (solver.info() != Eigen::Success) [[unlikely]]
      throw Error("svd: the iteration does not converge; is there a NaN or an infinity in the matrix?");
    u = solver.matrixU();
    values = solver.singularValues();
    v = solver.matrixV();
  }
}

/// The inner factor of the pullback, with P = Uᵀ Ū and Q = Vᵀ V̄, X = P - Pᵀ, Y = Q - Qᵀ:
///   Eᵢⱼ = ((X + Y)ᵢⱼ/(sⱼ - sᵢ) + (X - Y)ᵢⱼ/(sⱼ + sᵢ))/2
/// What happens at equal values is as for eigh.
template <class S>
void combine_gaps(const View<S>& p, const View<S>& q, const Gaps<S>& gaps, const View<S>& values,
                  const View<S>& value_bars, View<S> e) {
  const Index k = p.rows();
  const Presence<S> present(k, p, q);
  const auto looks_at = [&](Index i) { return present.in(p.col(i)) || present.in(q.col(i)); };
  const auto on_diagonal = [&](Index i) { return present(p(i, i)) || present(q(i, i)); };
  const auto sees_space_alone = [&](Index i, Index j) {
    const S sum = p(i, j) - p(j, i) + q(i, j) - q(j, i);
    const bool elements = present(p(i, j)) || present(p(j, i)) || present(q(i, j)) || present(q(j, i));
    return !present(sum) && elements && (on_diagonal(i) || on_diagonal(j)) && is_exact_zero(value_bars(i, 0)) &&
           is_exact_zero(value_bars(j, 0));
  };
  for (Index j = 0; j < k; ++j) {
    for (Index i = 0; i < j; ++i) {
      const S x = p(i, j) - p(j, i), y = q(i, j) - q(j, i);
      const bool both_zero = gaps.zero(i) && gaps.zero(j), needed = looks_at(i) || looks_at(j);
      S symmetric(0), skew(0);
      if (!gaps.close(i, j)) {
        symmetric = (x + y) / (S(2) * (values(j, 0) - values(i, 0)));
      } else if (needed && (both_zero || !sees_space_alone(i, j))) {
        gaps.fail(i, j);
      }
      if (!both_zero) skew = (x - y) / (S(2) * (values(j, 0) + values(i, 0)));
      e(i, j) = symmetric + skew;
      e(j, i) = symmetric - skew;
    }
    e(j, j) = S(0);
  }
}

/// (I - U Uᵀ) Ū S⁻¹, in place of Ū; p = Uᵀ Ū. A zero value is an error only where something is divided by it.
template <class S>
void outer_part(const View<S>& u, const View<S>& p, const Gaps<S>& gaps, const View<S>& values, View<S> u_bar) {
  const Presence<S> present(u.rows(), u_bar);
  u_bar.noalias() -= u * p;
  for (Index j = 0; j < u.cols(); ++j) {
    if (!gaps.zero(j)) {
      u_bar.col(j) *= S(S(1) / values(j, 0));
    } else if (present.in(u_bar.col(j))) {
      gaps.fail(j);
    } else {
      u_bar.col(j).setZero();
    }
  }
}

/// A = U diag(s) Vᵀ.   Ā += U (diag(s̄) + E) Vᵀ + (I - UUᵀ) Ū S⁻¹ Vᵀ + U S⁻¹ V̄ᵀ (I - VVᵀ)
template <class S, class A>
void pull_back_svd(const A& a, const View<S>& u, const View<S>& values, const View<S>& v, View<S> u_bar,
                   const View<S>& value_bars, View<S> v_bar) {
  const Index k = values.rows();
  const Gaps<S> gaps = gaps_of_svd(values);
  if (has_bad_tangents(u) || has_bad_tangents(v)) gaps.fail_second_order();
  if constexpr (!std::is_floating_point_v<S>) {
    // At the kink of |s| the first derivative is a convention, to which there is no second.
    if (gaps.zero(k - 1)) gaps.fail(k - 1);
  }
  const bool vectors = any_nonzero(u_bar) || any_nonzero(v_bar);
  Scratch<S> scratch;
  View<S> p = scratch.matrix(k, k), q = scratch.matrix(k, k), e = scratch.matrix(k, k);
  View<S> product = scratch.matrix(u.rows(), k), shares = scratch.matrix(k, 1);
  e.setZero();
  if (vectors) {
    p.noalias() = u.transpose() * u_bar;
    q.noalias() = v.transpose() * v_bar;
    if (u.rows() > k) outer_part(u, p, gaps, values, u_bar);
    if (v.rows() > k) outer_part(v, q, gaps, values, v_bar);
    combine_gaps(p, q, gaps, values, value_bars, e);
  }
  shares = value_bars;
  share_among_singular(gaps, shares.col(0));
  e.diagonal() += shares.col(0);
  product.noalias() = u * e;
  if (vectors && u.rows() > k) product += u_bar;
  send_to(a, [&](auto a_bar) {
    a_bar.noalias() += product * v.transpose();
    if (vectors && v.rows() > k) a_bar.noalias() += u * v_bar.transpose();
  });
}

struct SvdNode {
  template <class S, class A>
  auto operator()(std::type_identity<S>, const A& a) const {
    constexpr int m = A::RowsAtCompileTime, n = A::ColsAtCompileTime;
    constexpr int k = m == Eigen::Dynamic || n == Eigen::Dynamic ? Eigen::Dynamic : std::min(m, n);
    const Index inner = std::min(a.rows(), a.cols());
    const auto u = allocate<matrix_t<S, m, k>>(a.rows(), inner, a.is_active());
    const auto s = allocate<matrix_t<S, k, 1>>(inner, 1, a.is_active());
    const auto v = allocate<matrix_t<S, n, k>>(a.cols(), inner, a.is_active());
    svd_of(copy_of<S>(a), values_of(u), values_of(s), values_of(v));
    if (a.is_active()) {
      current_tape<S>->record([a, u, s, v] {
        View<S> u_bar = adjoint_of(u), s_bar = adjoint_of(s), v_bar = adjoint_of(v);
        if (!any_nonzero(u_bar) && !any_nonzero(s_bar) && !any_nonzero(v_bar)) return;
        pull_back_svd(a, values_of(u), values_of(s), values_of(v), u_bar, s_bar, v_bar);
        u_bar.setZero();
        s_bar.setZero();
        v_bar.setZero();
      });
    }
    return SVD<bare<decltype(u)>, bare<decltype(s)>, bare<decltype(v)>>{u, s, v};
  }
};

}  // namespace detail

/// Singular values (decreasing) and thin singular vectors: `const auto [u, values, v] = svd(a);`.
///   (m,n) → (m,k), (k), (n,k),  k = min(m,n);  A = u · diag(values) · vᵀ
///
/// The signs of a pair of vectors are Eigen's. Gradients of the values never divide by gaps between them; equal values
/// share theirs, and a value of zero, which is at a kink, gives none (so that of the sum of all is the subgradient of
/// smallest norm). Throws: Error if the gradient needs a gap that is zero or too small for the precision, or the
/// inverse of a singular value that is zero, with the indices (in forward mode the tangents of such vectors are NaN).
template <detail::Dense A>
auto svd(const A& a) {
  return detail::run_node(detail::SvdNode{}, a);
}

}  // namespace grove

// Used by the above when recordings nest.
#include "detail/svd_solver.hpp"
