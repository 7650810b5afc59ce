// Cholesky factors and equations with symmetric positive definite matrices.
//
// Convention: what is factored is the symmetric part (A + Aᵀ)/2, so every element of A counts, the gradient is
// symmetric, and it agrees with finite differences element by element.
#pragma once

#include <Eigen/Cholesky>

#include "solve.hpp"

namespace grove {
namespace detail {

/// The lower factor of the symmetric part of an operand; zero above the diagonal.
template <class S, class A>
View<S> cholesky_factor(const char* name, const A& a) {
  check_square(name, a.rows(), a.cols());
  View<S> l = symmetric_copy_of<S>(a);
  if (l.size() != 0) {
    using InPlace = Eigen::Ref<Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>>;
    InPlace factor(l);
    const Eigen::LLT<InPlace> llt(factor);
    if (llt.info() != Eigen::Success) [[unlikely]]
      throw Error(fill("{}: the {} matrix is not positive definite; add a small multiple of the identity, or use eigh",
                       {name, shape_text(a.rows(), a.cols())}));
  }
  l.template triangularView<Eigen::StrictlyUpper>().setZero();
  return l;
}

/// X ← (L Lᵀ)⁻¹ X
template <class S>
void solve_with_factor(const View<S>& l, View<S> x) {
  l.template triangularView<Eigen::Lower>().solveInPlace(x);
  l.transpose().template triangularView<Eigen::Upper>().solveInPlace(x);
}

/// A = L Lᵀ.   Ā += (M + Mᵀ)/2,  M = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹,  Φ: lower triangle, its diagonal halved
struct CholeskyNode {
  template <class S, class A>
  auto operator()(std::type_identity<S>, const A& a) const {
    const View<S> l = cholesky_factor<S>("cholesky", a);
    using Plain = matrix_t<S, square_size<A>, square_size<A>>;
    if (!a.is_active()) return Active<Plain>(l.data(), 0, 0, l.rows(), l.cols());
    Tape<S>& tape = *current_tape<S>;
    const auto slots = tape.allocate_slots(static_cast<std::size_t>(l.size()));
    const Active<Plain> y(l.data(), slots, tape.tag(), l.rows(), l.cols());
    record(y, [a, l](auto& l_bar) {
      Scratch<S> scratch;
      View<S> m = scratch.matrix(l.rows(), l.cols());
      l_bar.template triangularView<Eigen::StrictlyUpper>().setZero();
      m.noalias() = l.transpose() * l_bar;
      m.template triangularView<Eigen::StrictlyUpper>().setZero();
      m.diagonal() *= S(0.5);
      l.transpose().template triangularView<Eigen::Upper>().solveInPlace(m);
      m.transposeInPlace();
      l.transpose().template triangularView<Eigen::Upper>().solveInPlace(m);
      send_to(a, [&](auto a_bar) { a_bar += S(0.5) * (m + m.transpose()); });
    });
    return y;
  }
};

/// A X = B.   G = A⁻¹ X̄,  B̄ += G,  Ā -= (G Xᵀ + X Gᵀ)/2
struct LltSolveNode {
  template <class S, class A, class B>
  auto operator()(std::type_identity<S>, const A& a, const B& b) const {
    check_system("llt_solve", a, b);
    const View<S> l = cholesky_factor<S>("llt_solve", a);
    const auto x = allocate<solution_t<S, A, B>>(b.rows(), b.cols(), a.is_active() || b.is_active());
    auto value = values_of(x);
    value = b.matrix_map().template cast<S>();
    solve_with_factor(l, value);
    if (x.is_active()) {
      record(x, [a, b, l, x](auto&) {
        const View<S> g = adjoint_of(x);
        solve_with_factor(l, g);
        send_to(b, [&](auto b_bar) { b_bar += g; });
        send_to(a, [&](auto a_bar) {
          Scratch<S> scratch;
          View<S> product = scratch.matrix(l.rows(), l.cols());
          product.noalias() = g * values_of(x).transpose();
          a_bar -= S(0.5) * (product + product.transpose());
        });
      });
    }
    return x;
  }
};

/// l = ln det A.   Ā += l̄ A⁻¹
struct LltLogdetNode {
  template <class S, class A>
  Var<S> operator()(std::type_identity<S>, const A& a) const {
    using std::log;
    const View<S> l = cholesky_factor<S>("llt_logdet", a);
    S half(0);
    for (Index k = 0; k < l.rows(); ++k) half += log(S(l(k, k)));
    if (!a.is_active()) return Var<S>(half + half);
    return record_scalar<S>(S(half + half), [a, l](const S& c) {
      Scratch<S> scratch;
      View<S> inverse = scratch.matrix(l.rows(), l.cols());
      inverse.setZero();
      for (Index k = 0; k < l.rows(); ++k) inverse(k, k) = c;
      solve_with_factor(l, inverse);
      send_to(a, [&](auto a_bar) { a_bar += inverse; });
    });
  }
};

}  // namespace detail

/// The lower triangular L with L Lᵀ = (A + Aᵀ)/2.  (n,n) → (n,n)
///
/// A is meant to be symmetric; see the convention above. Throws: ShapeError; Error if A is not positive definite.
template <detail::Dense A>
auto cholesky(const A& a) {
  return detail::run_node(detail::CholeskyNode{}, a);
}

/// The solution X of A X = B for a symmetric positive definite A.  (n,n), (n,m) → (n,m)
///
/// Half the cost of `solve`. Throws: ShapeError; Error if A is not positive definite.
template <detail::Dense A, detail::Dense B>
auto llt_solve(const A& a, const B& b) {
  return detail::run_node(detail::LltSolveNode{}, a, b);
}

/// ln det A of a symmetric positive definite A, by one Cholesky factorization.  (n,n) → number
///
/// Half the cost of `logdet`. Throws: ShapeError; Error if A is not positive definite.
template <detail::Dense A>
auto llt_logdet(const A& a) {
  return detail::run_node(detail::LltLogdetNode{}, a);
}

}  // namespace grove
