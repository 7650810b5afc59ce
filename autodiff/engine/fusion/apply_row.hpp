// Applies one row (formula, value, slope) to numbers, duals, variables, plain and active arrays alike.
#pragma once

#include <Eigen/Core>
#include <type_traits>
#include <utility>

#include "autodiff/engine/fusion/expression.hpp"
#include "autodiff/engine/scalar/arithmetic.hpp"
#include "autodiff/engine/scalar/dual.hpp"
#include "autodiff/engine/scalar/row_on_number.hpp"

namespace grove::detail {

template <class X>
inline constexpr bool is_number = std::is_arithmetic_v<bare<X>> || is_dual<bare<X>>;

/// Anything that a primitive takes.
template <class X>
concept Operand = is_number<X> || is_var<bare<X>> || Dense<X>;

// The tape scalar of an active operand; void for a plain one.
template <class X>
struct tape_scalar_of {
  using type = void;
};
template <class S>
struct tape_scalar_of<Var<S>> {
  using type = S;
};
template <class X>
requires ActiveDense<X>
struct tape_scalar_of<X> {
  using type = typename X::S;
};
template <class X>
requires EigenDense<X>
struct tape_scalar_of<X> {
  using type = typename tape_scalar_of<typename X::Scalar>::type;
};

// How many recordings deep a scalar is: 0 for plain numbers.
template <class T>
inline constexpr int level_of = 0;
template <class S>
inline constexpr int level_of<Var<S>> = 1 + level_of<S>;

// The scalar of the innermost recording among the operands; to it the others are constants.
template <class... X>
struct tape_scalar;
template <>
struct tape_scalar<> {
  using type = void;
};
template <class X, class... Rest>
struct tape_scalar<X, Rest...> {
  using head = typename tape_scalar_of<bare<X>>::type;
  using rest = typename tape_scalar<Rest...>::type;
  using type = std::conditional_t<std::is_void_v<head> || (!std::is_void_v<rest> && (level_of<rest> > level_of<head>)),
                                  rest, head>;
};
template <class... X>
using tape_scalar_t = typename tape_scalar<X...>::type;

template <class... X>
inline constexpr bool any_active_dense = (false || ... || is_active_dense<bare<X>>);
template <class... X>
inline constexpr bool any_dense = (false || ... || Dense<X>);
template <class... X>
inline constexpr bool any_var = (false || ... || is_var<bare<X>>);
template <class X>
inline constexpr bool is_eigen_of_vars = false;
template <class X>
requires EigenDense<X>
inline constexpr bool is_eigen_of_vars<X> = is_var<typename bare<X>::Scalar>;

// The common plain number type: a Dual if any is one (of two, the one that holds the other), else what the language
// says; integers become double.
template <class X, class Y = X>
struct common_number {
  static auto pick() {
    if constexpr (is_dual<X> && is_dual<Y>) {
      return std::conditional_t<std::is_convertible_v<X, Y>, std::type_identity<Y>, std::type_identity<X>>{};
    } else if constexpr (is_dual<X>) {
      return std::type_identity<X>{};
    } else if constexpr (is_dual<Y>) {
      return std::type_identity<Y>{};
    } else {
      using arithmetic = std::common_type_t<X, Y>;
      return std::conditional_t<std::is_integral_v<arithmetic>, std::type_identity<double>,
                                std::type_identity<arithmetic>>{};
    }
  }
  using type = typename decltype(pick())::type;
};

/// An operand's element (i, j); a scalar stands for an array of equal elements.
template <class X>
decltype(auto) element_of(const X& x, Index i, Index j) {
  if constexpr (Dense<X>) {
    return x.coeff(i, j);
  } else {
    return (x);
  }
}
template <class X>
struct element_type {
  using type = X;
};
template <class X>
requires EigenDense<X>
struct element_type<X> {
  using type = typename X::Scalar;
};

// The Eigen type of a result with elements T on plain operands, of which at least one is dense.
template <class T, class X, class Y>
struct plain_result {
  static auto pick() {
    if constexpr (EigenDense<X> && EigenDense<Y>) {
      static_assert(is_array_expression<X> == is_array_expression<Y>,
                    "grove: an elementwise operation mixes a matrix with an array; use .array() or .matrix()");
      return std::type_identity<
          resized<with_scalar<plain_of<X>, T>, merged(int(X::RowsAtCompileTime), int(Y::RowsAtCompileTime)),
                  merged(int(X::ColsAtCompileTime), int(Y::ColsAtCompileTime))>>{};
    } else if constexpr (EigenDense<X>) {
      return std::type_identity<with_scalar<plain_of<X>, T>>{};
    } else {
      return std::type_identity<with_scalar<plain_of<Y>, T>>{};
    }
  }
  using type = typename decltype(pick())::type;
};

/// f(x, y) for each pair of elements of plain operands, of which at least one is dense.
template <class T, class X, class Y, class F>
auto for_each_pair(const char* name, const X& x, const Y& y, const F& f) {
  const auto evaluated_of = [](const auto& operand) -> decltype(auto) {
    if constexpr (EigenDense<decltype(operand)>) {
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
  return result;
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
      return VarAccess::function<is_temporary<A>>(a, y, S(row.slope(a.value(), y)));
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
      return Plain(array_value<S>(row, a.array()));
    } else {
      return Plain(a.unaryExpr([&row](const S& x) { return S(elementwise(row, x)); }));
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
        std::forward<A>(a), std::forward<B>(b), y, [&] { return S(row.slope_a(u, v, y)); },
        [&] { return S(row.slope_b(u, v, y)); });
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
