// Matrix products, as whole nodes or fused into a sum.
#pragma once

#include "apply_row.hpp"
#include "matrix_vector.hpp"
#include "small_product.hpp"

namespace grove::detail {

/// target += a · b for matrices of the tape's scalar or of plain numbers.
template <class Target, class A, class B>
void add_product(Target&& target, const A& a, const B& b) {
  using S = typename bare<Target>::Scalar;
  using X = typename A::Scalar;
  using Y = typename B::Scalar;
  if constexpr (std::same_as<X, S> && std::same_as<Y, S>) {
    if (!small_product(target, a, b, false)) target.noalias() += a * b;
  } else if constexpr (std::same_as<Y, S>) {
    target.noalias() += a.template cast<S>() * b;
  } else {
    target.noalias() += a * b.template cast<S>();
  }
}

/// target = a · b for matrices of the target's scalar.
template <class Target, class A, class B>
void set_product(Target&& target, const A& a, const B& b) {
  if (!small_product(target, a, b, true)) target.noalias() = a * b;
}

/// The node of a product of two terms.
template <class S, class X, class Y>
auto product_of(const X& a, const Y& b) {
  using Plain = plain_t<false, S, X::RowsAtCompileTime, Y::ColsAtCompileTime, false>;
  const auto y = allocate<Plain>(a.rows(), b.cols(), a.is_active() || b.is_active());
  auto value = writable(y);
  if constexpr (std::same_as<typename decltype(a.matrix_map())::Scalar, S> &&
                std::same_as<typename decltype(b.matrix_map())::Scalar, S>) {
    set_product(value, a.matrix_map(), b.matrix_map());
  } else {
    value.setZero();
    add_product(value, a.matrix_map(), b.matrix_map());
  }
  if (y.is_active()) {
    record(y, [a, b](auto& y_bar) {
      if constexpr (X::has_adjoint) {
        if (a.is_active()) add_product(a.adjoint_matrix(), y_bar, b.matrix_map().transpose());
      }
      if constexpr (Y::has_adjoint) {
        if (b.is_active()) add_product(b.adjoint_matrix(), a.matrix_map().transpose(), y_bar);
      }
    });
  }
  return y;
}

/// The value of a product that stayed unevaluated.
template <class Plain, class X, class W>
Active<Plain> materialise(const ProductFormula<Plain, X, W>& product) {
  const auto y =
      product_of<typename plain_traits<Plain>::Scalar>(std::get<0>(product.terms), std::get<1>(product.terms));
  if constexpr (plain_traits<Plain>::is_array) {
    return y.array_view();
  } else {
    return y;
  }
}

/// Matrix product.  (n,k) · (k,m) → (n,m).   Ā += Ȳ Bᵀ,  B̄ += Aᵀ Ȳ
template <class A, class B>
inline auto matmul(const A& left, const B& right) {
  using S = tape_scalar_t<A, B>;
  const auto a = term_of<S>(left);
  const auto b = term_of<S>(right);
  using X = bare<decltype(a)>;
  using Y = bare<decltype(b)>;
  check_inner_sizes("matmul", a.rows(), a.cols(), b.rows(), b.cols());
  if constexpr (stays_product<S, X, Y>) {
    using Plain = plain_t<false, S, X::RowsAtCompileTime, 1, false>;
    return Expr<MatrixVector, Plain, X, Y>([&] { return ProductFormula<Plain, X, Y>{{}, {a, b}}; });
  } else {
    return product_of<S>(a, b);
  }
}

}  // namespace grove::detail
