// Thin QR factors.
#pragma once

#include <Eigen/QR>

#include "../../engine/tape/recording.hpp"
#include "detail/gaps.hpp"

namespace grove {

/// What qr returns: A = q · r, q with orthonormal columns, r upper triangular.
template <class Q, class R>
struct QR {
  Q q;  ///< orthonormal columns
  R r;  ///< upper triangular
};

namespace detail {

template <class Q, class R>
auto to_plain(const QR<Q, R>& f) {
  return QR<decltype(to_plain(f.q)), decltype(to_plain(f.r))>{to_plain(f.q), to_plain(f.r)};
}

/// Throws if the leading square of r is singular: the factors have no derivative there.
template <class S>
void check_full_rank(const View<S>& r) {
  using Real = magnitude_t<S>;
  const Real tiny = std::numeric_limits<Real>::epsilon() * static_cast<Real>(r.cols()) * largest_magnitude(r);
  for (Index k = 0; k < r.rows(); ++k) {
    if (magnitude(r(k, k)) <= tiny)
      throw Error(
          fill("qr: the columns are linearly dependent (r({},{}) is zero), so the factors have no derivative", {k, k}));
  }
}

/// X ← X R⁻¹ for an upper triangular R
template <class S>
void divide_by_upper(const View<S>& r, View<S> x) {
  r.template triangularView<Eigen::Upper>().template solveInPlace<Eigen::OnTheRight>(x);
}

/// Forward-mode numbers: the factors of the values, corrected to first order.  C = A R₀⁻¹ and H = Cᵀ C - I, which has
/// no value part; then Q = C (I - Φ), R = (I + Φ) R₀ with Φ the upper triangle of H, its diagonal halved.
template <class S>
void qr_of(const View<S>& a, View<S> q, View<S> r) {
  const Index k = q.cols(), n = a.cols();
  if (k == 0) return;
  if constexpr (is_dual<S>) {
    using T = decltype(S::value);
    Scratch<S> scratch;
    View<S> r0 = scratch.matrix(k, k), c = scratch.matrix(a.rows(), k), phi = scratch.matrix(k, k);
    {
      const Recording<T> recording;
      View<T> q1 = new_matrix<T>(a.rows(), k), r1 = new_matrix<T>(k, n);
      qr_of(value_parts(a), q1, r1);
      check_full_rank(r1);
      set_values(r0, block_of(r1, 0, 0, k, k));
    }
    c = a.leftCols(k);
    divide_by_upper(r0, c);
    phi.noalias() = c.transpose() * c;
    for (Index j = 0; j < k; ++j) {
      for (Index i = 0; i < k; ++i)
        phi(i, j) = i < j ? tangent_part(phi(i, j)) : (i == j ? tangent_part(phi(i, i)) * S(0.5) : S(0));
    }
    q = c;
    q.noalias() -= c * phi;
    View<S> left = block_of(r, 0, 0, k, k);
    left = r0;
    left.noalias() += phi * r0;
    r.rightCols(n - k).noalias() = q.transpose() * a.rightCols(n - k);
  } else {
    using M = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
    const Eigen::HouseholderQR<M> factors(a);
    q = M::Identity(a.rows(), k);
    q.applyOnTheLeft(factors.householderQ());
    r.setZero();
    r.template triangularView<Eigen::Upper>() = factors.matrixQR().topRows(k);
    for (Index i = 0; i < k; ++i) {
      if (!(r(i, i) < S(0))) continue;
      r.row(i) *= S(-1);
      q.col(i) *= S(-1);
    }
  }
}

/// A = Q R with the columns X, Y of A (Y those right of the square part), R = [U, W].
///   Q̄ += Y W̄ᵀ;  M = U Ūᵀ - Q̄ᵀ Q, its lower triangle mirrored;  X̄ += (Q̄ + Q M) U⁻ᵀ,  Ȳ += Q W̄
template <class S, class A>
void pull_back_qr(const A& a, const View<S>& q, const View<S>& r, View<S> q_bar, const View<S>& r_bar) {
  const Index k = q.cols(), rest = r.cols() - k;
  const View<S> u = block_of(r, 0, 0, k, k);
  check_full_rank(u);
  Scratch<S> scratch;
  View<S> m = scratch.matrix(k, k), x_bar = scratch.matrix(q.rows(), k), u_bar = scratch.matrix(k, k);
  const View<S> w_bar = block_of(r_bar, 0, k, k, rest);
  if (rest > 0) {
    const View<S> y = copy_of<S>(a);
    q_bar.noalias() += block_of(y, 0, k, y.rows(), rest) * w_bar.transpose();
  }
  u_bar.setZero();
  u_bar.template triangularView<Eigen::Upper>() = r_bar.leftCols(k);
  m.noalias() = u * u_bar.transpose();
  m.noalias() -= q_bar.transpose() * q;
  for (Index j = 0; j < k; ++j) {
    for (Index i = 0; i < j; ++i) m(i, j) = m(j, i);
  }
  x_bar = q_bar;
  x_bar.noalias() += q * m;
  u.transpose().template triangularView<Eigen::Lower>().template solveInPlace<Eigen::OnTheRight>(x_bar);
  send_to(a, [&](auto a_bar) {
    a_bar.leftCols(k) += x_bar;
    a_bar.rightCols(rest).noalias() += q * w_bar;
  });
}

struct QrNode {
  template <class S, class A>
  auto operator()(std::type_identity<S>, const A& a) const {
    constexpr int m = A::RowsAtCompileTime, n = A::ColsAtCompileTime;
    constexpr int k = m == Eigen::Dynamic || n == Eigen::Dynamic ? Eigen::Dynamic : std::min(m, n);
    const Index inner = std::min(a.rows(), a.cols());
    const auto q = allocate<matrix_t<S, m, k>>(a.rows(), inner, a.is_active());
    const auto r = allocate<matrix_t<S, k, n>>(inner, a.cols(), a.is_active());
    qr_of(copy_of<S>(a), values_of(q), values_of(r));
    if (a.is_active()) {
      current_tape<S>->record([a, q, r] {
        View<S> q_bar = adjoint_of(q), r_bar = adjoint_of(r);
        if (!any_nonzero(q_bar) && !any_nonzero(r_bar)) return;
        pull_back_qr(a, values_of(q), values_of(r), q_bar, r_bar);
        q_bar.setZero();
        r_bar.setZero();
      });
    }
    return QR<bare<decltype(q)>, bare<decltype(r)>>{q, r};
  }
};

}  // namespace detail

/// Thin QR factors: `const auto [q, r] = qr(a);`.  (m,n) → (m,k), (k,n),  k = min(m,n)
///
/// The diagonal of r is not negative, which makes the factors unique and smooth (Householder's own signs jump where a
/// column is triangular already). Throws: Error, when the gradient is taken, if the first k columns are linearly
/// dependent.
template <detail::Dense A>
auto qr(const A& a) {
  return detail::run_node(detail::QrNode{}, a);
}

}  // namespace grove
