// Operators on active matrices and arrays, with Eigen's meaning.
#pragma once

#include "arithmetic_rows.hpp"
#include "product.hpp"

namespace grove {
namespace detail {

/// Operands whose operators are ours: an active array with anything, or a plain array with a variable.
template <class A, class B>
concept ArrayOperands = (ActiveDense<A> && Operand<B>) || (ActiveDense<B> && Operand<A>) ||
                        (is_plain_eigen<A> && is_var<bare<B>>) || (is_plain_eigen<B> && is_var<bare<A>>);

template <class X>
inline constexpr bool is_array_kind = false;
template <class X>
requires ActiveDense<X>
inline constexpr bool is_array_kind<X> = X::is_array;
template <class X>
requires EigenDense<X>
inline constexpr bool is_array_kind<X> = is_array_expression<X>;
template <class X>
inline constexpr bool is_matrix_kind = Dense<X> && !is_array_kind<X>;

/// A matrix of static size 1×1, such as vᵀv: beside a scalar it counts as one.
template <class X>
inline constexpr bool is_inner_product = false;
template <class X>
requires ActiveDense<X>
inline constexpr bool is_inner_product<X> = !X::is_array && X::RowsAtCompileTime == 1 && X::ColsAtCompileTime == 1;

}  // namespace detail

template <class A, class B>
requires detail::ArrayOperands<A, B>
inline auto operator+(A&& a, B&& b) {
  using X = detail::bare<A>;
  using Y = detail::bare<B>;
  if constexpr (detail::is_inner_product<X> && !detail::Dense<Y>) {
    return a.value() + std::forward<B>(b);
  } else if constexpr (detail::is_inner_product<Y> && !detail::Dense<X>) {
    return std::forward<A>(a) + b.value();
  } else {
    static_assert(detail::is_array_kind<X> || detail::is_array_kind<Y> || (detail::Dense<X> && detail::Dense<Y>),
                  "grove: matrix + scalar is not defined, as in Eigen; use .array()");
    return detail::elementwise(detail::Add{}, std::forward<A>(a), std::forward<B>(b));
  }
}

template <class A, class B>
requires detail::ArrayOperands<A, B>
inline auto operator-(A&& a, B&& b) {
  using X = detail::bare<A>;
  using Y = detail::bare<B>;
  if constexpr (detail::is_inner_product<X> && !detail::Dense<Y>) {
    return a.value() - std::forward<B>(b);
  } else if constexpr (detail::is_inner_product<Y> && !detail::Dense<X>) {
    return std::forward<A>(a) - b.value();
  } else {
    static_assert(detail::is_array_kind<X> || detail::is_array_kind<Y> || (detail::Dense<X> && detail::Dense<Y>),
                  "grove: matrix - scalar is not defined, as in Eigen; use .array()");
    return detail::elementwise(detail::Subtract{}, std::forward<A>(a), std::forward<B>(b));
  }
}

template <detail::ActiveDense A>
inline auto operator-(A&& a) {
  return detail::elementwise(detail::Negate{}, std::forward<A>(a));
}

/// Elementwise for arrays and for a scalar operand; the matrix product for two matrices.
template <class A, class B>
requires detail::ArrayOperands<A, B>
inline auto operator*(A&& a, B&& b) {
  using X = detail::bare<A>;
  using Y = detail::bare<B>;
  if constexpr (detail::is_matrix_kind<X> && detail::is_matrix_kind<Y>) {
    return detail::matmul(a, b);
  } else {
    return detail::elementwise(detail::Multiply{}, std::forward<A>(a), std::forward<B>(b));
  }
}

namespace detail {

/// An Eigen matrix of variables (or duals) and one of plain numbers, or of an enclosing level.
template <class A, class B>
concept MixedMatrices = is_matrix_kind<A> && is_matrix_kind<B> && EigenDense<A> && EigenDense<B> &&
    ((is_differentiable_number<typename A::Scalar> && ConstantTo<typename B::Scalar, typename A::Scalar>) ||
     (is_differentiable_number<typename B::Scalar> && ConstantTo<typename A::Scalar, typename B::Scalar>));

}  // namespace detail

/// The product of an Eigen matrix of variables with a plain one. (Eigen's own kernels do not mix scalars.)
template <class A, class B>
requires detail::MixedMatrices<A, B>
inline auto operator*(const A& a, const B& b) {
  constexpr bool left = detail::ConstantTo<typename B::Scalar, typename A::Scalar>;
  using T = typename std::conditional_t<left, A, B>::Scalar;
  detail::check_inner_sizes("matmul", a.rows(), a.cols(), b.rows(), b.cols());
  using Product = Eigen::Matrix<T, A::RowsAtCompileTime, B::ColsAtCompileTime,
                                detail::options<A::RowsAtCompileTime, B::ColsAtCompileTime, false>>;
  return detail::Owned(Product(a.template cast<T>() * b.template cast<T>()));
}

template <class A, class B>
requires detail::ArrayOperands<A, B>
inline auto operator/(A&& a, B&& b) {
  static_assert(!detail::is_matrix_kind<detail::bare<B>>,
                "grove: division by a matrix is not defined, as in Eigen; use .array() or solve");
  return detail::elementwise(detail::Divide{}, std::forward<A>(a), std::forward<B>(b));
}

}  // namespace grove
