// Applies one row (formula, value, slope) to numbers, duals, variables, plain and active arrays alike.
#pragma once

#include <Eigen/Core>
#include <type_traits>
#include <utility>

#include "../array/operands.hpp"
#include "../scalar/arithmetic.hpp"
#include "../scalar/dual.hpp"
#include "../scalar/row_on_number.hpp"
#include "expression.hpp"

namespace grove::detail {

/// f(x, y) for each pair of elements of plain operands, of which at least one is dense.
template <class T, class X, class Y, class F>
auto for_each_pair(const char* name, const X& x, const Y& y, const F& f) {
  const auto evaluated_of = [](const auto& operand) -> decltype(auto) {
    using D = bare<decltype(operand)>;
    if constexpr (is_unevaluated<D>) {
      return operand.eval();
    } else {
      return (operand);
    }
  };
  const auto& a = evaluated_of(x);
  const auto& b = evaluated_of(y);
  const auto& like = [&]() -> const auto& {
    if constexpr (EigenDense<X>) {
      return a;
    } else {
      return b;
    }
  }
  ();
  if constexpr (EigenDense<X> && EigenDense<Y>) check_same_shape(name, a.rows(), a.cols(), b.rows(), b.cols());
  typename plain_result<T, X, Y>::type result(like.rows(), like.cols());
  for (Index j = 0; j < like.cols(); ++j) {
    for (Index i = 0; i < like.rows(); ++i) result.coeffRef(i, j) = T(f(element_of(a, i, j), element_of(b, i, j)));
  }
  return Owned(std::move(result));
}

template <class Row, class A>
inline auto elementwise(const Row& row, A&& a) {
  using X = bare<A>;
  if constexpr (is_number<X>) {
    using S = typename common_number<X>::type;
    return number_value<S>(row, S(a));
  } else if constexpr (is_var<X>) {
    using S = typename X::Scalar;
    const S y = number_value<S>(row, a.value());
    if constexpr (is_recordable<S>) {
      return VarAccess::function<is_temporary<A>>(a, y, number_slope<0, S>(row, a.value(), y));
    } else {
      return Var<S>(y);
    }
  } else if constexpr (ActiveDense<X>) {
    using S = typename X::S;
    return apply_row<S>(row, term_of_forwarded<S>(std::forward<A>(a)));
  } else {
    using S = typename X::Scalar;
    using Plain = typename X::PlainObject;
    if constexpr (std::is_integral_v<S>) {
      return elementwise(row, a.template cast<double>());
    } else if constexpr (std::is_floating_point_v<S>) {
      return Owned(Plain(array_value<S>(row, a.array())));
    } else {
      return Owned(Plain(a.unaryExpr([&row](const S& x) { return S(elementwise(row, x)); })));
    }
  }
}

template <class Row, class A, class B>
inline auto elementwise(const Row& row, A&& a, B&& b) {
  using X = bare<A>;
  using Y = bare<B>;
  using S = tape_scalar_t<X, Y>;
  if constexpr (is_number<X> && is_number<Y>) {
    using T = typename common_number<X, Y>::type;
    return number_value<T>(row, T(a), T(b));
  } else if constexpr (!any_dense<X, Y>) {
    const S u = plain<S>(a), v = plain<S>(b);
    const S y = number_value<S>(row, u, v);
    return scalar_binary(
        std::forward<A>(a), std::forward<B>(b), y, [&] { return number_slope<0, S>(row, u, v, y); },
        [&] { return number_slope<1, S>(row, u, v, y); });
  } else if constexpr (any_active_dense<X, Y> || (any_var<X, Y> && !is_eigen_of_vars<X> && !is_eigen_of_vars<Y>)) {
    return apply_row<S>(row, term_of_forwarded<S>(std::forward<A>(a)), term_of_forwarded<S>(std::forward<B>(b)));
  } else {
    using U = typename element_type<X>::type;
    using V = typename element_type<Y>::type;
    // A number of another precision takes that of the array.
    using T = typename std::conditional_t<
        std::is_floating_point_v<U> && std::is_arithmetic_v<Y>, std::type_identity<U>,
        std::conditional_t<std::is_floating_point_v<V> && std::is_arithmetic_v<X>, std::type_identity<V>,
                           std::type_identity<decltype(elementwise(row, std::declval<U>(), std::declval<V>()))>>>::type;
    return for_each_pair<T>(Row::name, a, b, [&row](const auto& u, const auto& v) { return elementwise(row, u, v); });
  }
}

}  // namespace grove::detail
