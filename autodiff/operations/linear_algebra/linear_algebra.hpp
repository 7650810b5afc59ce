// Linear algebra as whole-matrix nodes: small products here; equations, factors and decompositions in the headers
// below.
#pragma once

#include "cholesky.hpp"
#include "eigh.hpp"
#include "qr.hpp"
#include "solve.hpp"
#include "sparse.hpp"
#include "spectral.hpp"
#include "svd.hpp"

namespace grove {
namespace detail {

template <class X>
inline constexpr bool is_vector_operand = int(X::RowsAtCompileTime) == 1 || int(X::ColsAtCompileTime) == 1;

template <class X>
inline constexpr int vector_size = int(X::RowsAtCompileTime) == 1 ? X::ColsAtCompileTime : X::RowsAtCompileTime;

/// The values of a vector operand as a column of numbers of the tape, and its adjoint as a column.
template <class S, class Term>
auto column_of(const Term& x) {
  if constexpr (Term::ColsAtCompileTime == 1) {
    return x.matrix_map().template cast<S>();
  } else {
    return x.matrix_map().transpose().template cast<S>();
  }
}
template <class Term, class F>
void send_column_to(const Term& x, const F& f) {
  send_to(x, [&](auto x_bar) {
    if constexpr (Term::ColsAtCompileTime == 1) {
      f(x_bar);
    } else {
      auto column = x_bar.transpose();
      f(column);
    }
  });
}

/// Y = a bᵀ.   ā += Ȳ b,  b̄ += Ȳᵀ a
struct OuterNode {
  template <class S, class A, class B>
  auto operator()(std::type_identity<S>, const A& a, const B& b) const {
    using Plain = matrix_t<S, vector_size<A>, vector_size<B>>;
    const auto y = allocate<Plain>(a.rows() * a.cols(), b.rows() * b.cols(), a.is_active() || b.is_active());
    auto value = writable(y);
    value.noalias() = column_of<S>(a) * column_of<S>(b).transpose();
    if (y.is_active()) {
      record(y, [a, b](auto& y_bar) {
        send_column_to(a, [&](auto& a_bar) { a_bar.noalias() += y_bar * column_of<S>(b); });
        send_column_to(b, [&](auto& b_bar) { b_bar.noalias() += y_bar.transpose() * column_of<S>(a); });
      });
    }
    return y;
  }
};

/// q = xᵀ A x.   Ā += q̄ x xᵀ,  x̄ += q̄ (A + Aᵀ) x
struct QuadraticFormNode {
  template <class S, class A, class X>
  Var<S> operator()(std::type_identity<S>, const A& a, const X& x) const {
    check_square("quadratic_form", a.rows(), a.cols());
    check_inner_sizes("quadratic_form", a.rows(), a.cols(), x.rows() * x.cols(), 1);
    const Index n = a.rows();
    using Column = Eigen::Map<Eigen::Matrix<S, Eigen::Dynamic, 1>>;
    Column ax(new_matrix<S>(n, 1).data(), n);
    ax.setZero();
    add_product(ax, a.matrix_map(), column_of<S>(x));
    const S q = n == 0 ? S(0) : S(column_of<S>(x).cwiseProduct(ax).sum());
    if (!a.is_active() && !x.is_active()) return Var<S>(q);
    return record_scalar<S>(q, [a, x, ax](const S& c) {
      send_column_to(x, [&](auto& x_bar) {
        Scratch<S> scratch;
        Column both(scratch.matrix(ax.rows(), 1).data(), ax.rows());
        both = ax;
        add_product(both, a.matrix_map().transpose(), column_of<S>(x));
        x_bar += c * both;
      });
      send_to(a, [&](auto a_bar) {
        const auto v = column_of<S>(x);
        for (Index j = 0; j < ax.rows(); ++j) a_bar.col(j) += S(c * v.coeff(j)) * v;
      });
    });
  }
};

/// The blocks aᵢⱼ B.   āᵢⱼ += Σ Ȳᵢⱼ ∘ B,  B̄ += Σᵢⱼ aᵢⱼ Ȳᵢⱼ
struct KronNode {
  static constexpr int product(int a, int b) {
    return a == Eigen::Dynamic || b == Eigen::Dynamic ? Eigen::Dynamic : a * b;
  }
  template <class S, class A, class B>
  auto operator()(std::type_identity<S>, const A& a, const B& b) const {
    using Plain = matrix_t<S, product(A::RowsAtCompileTime, B::RowsAtCompileTime),
                           product(A::ColsAtCompileTime, B::ColsAtCompileTime)>;
    const auto y = allocate<Plain>(a.rows() * b.rows(), a.cols() * b.cols(), a.is_active() || b.is_active());
    const auto each_block = [=](auto&& whole, const auto& f) {
      for (Index j = 0; j < a.cols(); ++j) {
        for (Index i = 0; i < a.rows(); ++i) f(i, j, whole.block(i * b.rows(), j * b.cols(), b.rows(), b.cols()));
      }
    };
    const auto a_values = a.matrix_map().template cast<S>();
    const auto b_values = b.matrix_map().template cast<S>();
    each_block(writable(y), [&](Index i, Index j, auto block) { block = S(a_values.coeff(i, j)) * b_values; });
    if (y.is_active()) {
      record(y, [a, b, each_block](auto& y_bar) {
        send_to(a, [&](auto a_bar) {
          const auto values = b.matrix_map().template cast<S>();
          each_block(y_bar, [&](Index i, Index j, auto block) {
            if (block.size() != 0) a_bar.coeffRef(i, j) += block.cwiseProduct(values).sum();
          });
        });
        send_to(b, [&](auto b_bar) {
          const auto values = a.matrix_map().template cast<S>();
          each_block(y_bar, [&](Index i, Index j, auto block) { b_bar += S(values.coeff(i, j)) * block; });
        });
      });
    }
    return y;
  }
};

}  // namespace detail

/// a bᵀ for two vectors (rows or columns).  (n), (m) → (n,m)
template <detail::Dense A, detail::Dense B>
auto outer(const A& a, const B& b) {
  static_assert(detail::is_vector_operand<A> && detail::is_vector_operand<B>, "grove: outer takes two vectors");
  return detail::run_node(detail::OuterNode{}, a, b);
}

/// The sum of the diagonal.  Throws: ShapeError if A is not square.
template <detail::Dense A>
auto trace(const A& a) {
  detail::check_square("trace", a.rows(), a.cols());
  return sum(a.diagonal());
}

/// xᵀ A x for a square matrix, symmetric or not, and a vector.  Throws: ShapeError.
template <detail::Dense A, detail::Dense X>
auto quadratic_form(const A& a, const X& x) {
  static_assert(detail::is_vector_operand<X>, "grove: quadratic_form(A, x) takes a vector x");
  return detail::run_node(detail::QuadraticFormNode{}, a, x);
}

/// The Kronecker product: the matrix of blocks aᵢⱼ B.  (n,m), (k,l) → (nk, ml)
template <detail::Dense A, detail::Dense B>
auto kron(const A& a, const B& b) {
  return detail::run_node(detail::KronNode{}, a, b);
}

/// x/‖x‖; x itself where it is zero (as in Eigen), with the gradient of the identity.
template <detail::Dense X>
auto normalized(const X& x) {
  if constexpr (detail::ActiveDense<X>) {
    const auto h = detail::evaluated(x);
    using Result = Active<detail::same_shape<typename X::S, X>>;
    const auto n = norm(h);
    return n.value() > 0 ? Result((h / n).matrix()) : Result(h.matrix());
  } else {
    return detail::owned(x.matrix().normalized());
  }
}

namespace detail {

template <class Derived>
auto DenseOps<Derived>::normalized() const {
  return grove::normalized(self());
}

}  // namespace detail
}  // namespace grove
