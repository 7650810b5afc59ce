// where(condition, a, b): a where the condition holds, b elsewhere; the other one gets no gradient at all.
#pragma once

#include "../../engine/fusion/operators.hpp"

namespace grove {
namespace detail {

/// A plain Eigen expression of truth values.
template <class C>
concept Mask = EigenDense<C> && std::same_as < typename bare<C>::Scalar,
bool > ;

/// The common type of two elements.
template <class U, class V>
struct common_element {
  static auto pick() {
    if constexpr (any_var<U, V>) {
      return std::type_identity<Var<tape_scalar_t<U, V>>>{};
    } else if constexpr (is_dual<U> || is_dual<V> || is_batched<U> || is_batched<V>) {
      return std::type_identity<typename common_number<U, V>::type>{};
    } else {
      return std::type_identity<std::common_type_t<U, V>>{};
    }
  }
  using type = typename decltype(pick())::type;
};
// A plain number of another precision takes that of the array.
template <class A, class B>
struct chosen_element {
  using U = typename element_type<A>::type;
  using V = typename element_type<B>::type;
  using type =
      std::conditional_t<EigenDense<A> && std::is_floating_point_v<U> && std::is_arithmetic_v<B>, U,
                         std::conditional_t<EigenDense<B> && std::is_floating_point_v<V> && std::is_arithmetic_v<A>, V,
                                            typename common_element<U, V>::type>>;
};

template <class X>
struct plain_object_of {
  using type = plain_of<X>;
};
template <class X>
requires is_array_term<X> && requires { typename X::PlainObject; }
struct plain_object_of<X> {
  using type = typename X::PlainObject;
};

// The Eigen type of the result for a mask and two operands or terms, scalars or dense.
template <class T, class M, class A, class B>
struct choice_result {
  template <class X, class Y>
  static auto merge() {
    using P = with_scalar<typename plain_object_of<X>::type, T>;
    return std::type_identity<resized<P, merged(int(X::RowsAtCompileTime), int(Y::RowsAtCompileTime)),
                                      merged(int(X::ColsAtCompileTime), int(Y::ColsAtCompileTime))>>{};
  }
  static auto pick() {
    if constexpr (is_array_term<A> && is_array_term<B>) {
      static_assert(plain_traits<typename plain_object_of<A>::type>::is_array ==
                        plain_traits<typename plain_object_of<B>::type>::is_array,
                    "grove: where mixes a matrix with an array; use .array() or .matrix()");
      return merge<typename decltype(merge<A, B>())::type, M>();
    } else if constexpr (is_array_term<A>) {
      return merge<A, M>();
    } else if constexpr (is_array_term<B>) {
      return merge<B, M>();
    } else {
      return merge<M, M>();
    }
  }
  using type = typename decltype(pick())::type;
};

template <class M, class X>
void check_choice(const M& mask, const X& x) {
  if constexpr (is_array_term<X>) check_same_shape("where", mask.rows(), mask.cols(), x.rows(), x.cols());
}

/// On plain operands.
template <class M, class A, class B>
auto choose_plain(const M& condition, const A& a, const B& b) {
  using T = typename chosen_element<A, B>::type;
  const auto& mask = condition.eval();
  typename choice_result<T, M, A, B>::type result(mask.rows(), mask.cols());
  for (Index j = 0; j < mask.cols(); ++j) {
    for (Index i = 0; i < mask.rows(); ++i)
      result.coeffRef(i, j) = mask.coeff(i, j) ? T(element_of(a, i, j)) : T(element_of(b, i, j));
  }
  return Owned(std::move(result));
}

/// Sends a cotangent, an Eigen expression, to a term.
template <class Plain, class Term, class C>
void pull_back_part(const Term& term, const C& cotangent) {
  using S = typename plain_traits<Plain>::Scalar;
  Tape<S>& tape = *current_tape<S>;
  const Arena::Mark mark = tape.arena().mark();
  S* stored = tape.allocate_values(static_cast<std::size_t>(cotangent.size()));
  Eigen::Map<as_array<Plain>>(stored, cotangent.rows(), cotangent.cols()) = cotangent;
  pull_back<Plain, true>(term, cotangent.rows(), cotangent.cols(), StoredCotangent<S>{stored});
  tape.arena().rewind(mark);
}

/// On terms. A term that is not chosen gets an exact zero, which from here on no infinite slope can turn into NaN.
template <class S, class M, class A, class B>
auto choose_active(const M& condition, const A& a, const B& b) {
  using Plain = typename choice_result<S, M, A, B>::type;
  using Like = as_array<Plain>;
  using MaskMap = Eigen::Map<const with_scalar<Like, bool>>;
  Tape<S>& tape = *current_tape<S>;
  const Index rows = condition.rows(), cols = condition.cols();
  bool* chosen = tape.template allocate_array<bool>(static_cast<std::size_t>(rows * cols));
  Eigen::Map<with_scalar<Like, bool>>(chosen, rows, cols) = condition.matrix().array();
  const auto y = allocate<Plain>(rows, cols, a.is_active() || b.is_active());
  S* values = const_cast<S*>(y.data());
  S* others = tape.allocate_values(static_cast<std::size_t>(rows * cols));
  write_values<Plain>(a, rows, cols, values);
  write_values<Plain>(b, rows, cols, others);
  writable_array(y) = MaskMap(chosen, rows, cols).select(y.array_map(), Eigen::Map<const Like>(others, rows, cols));
  if (y.is_active()) {
    tape.guards_zero_cotangents = true;
    record(y, [=](auto&) {
      const MaskMap mask(chosen, y.rows(), y.cols());
      const auto nothing = Like::Constant(y.rows(), y.cols(), S(0));
      if constexpr (A::has_adjoint) {
        if (a.is_active()) pull_back_part<Plain>(a, mask.select(y.adjoint_array(), nothing));
      }
      if constexpr (B::has_adjoint) {
        if (b.is_active()) pull_back_part<Plain>(b, mask.select(nothing, y.adjoint_array()));
      }
    });
  }
  return y;
}

/// The chosen lanes of two numbers of one type.
template <int N, class T>
T select_number(LaneMask<N> mask, const T& a, const T& b) {
  if constexpr (is_batched<T>) {
    return select(mask, a, b);
  } else if constexpr (is_dual<T>) {
    T chosen(select_number(mask, a.value, b.value));
    for (int k = 0; k < lanes_of_dual<T>; ++k)
      set_lane(chosen.tangent, k, select_number(mask, a.tangent[k], b.tangent[k]));
    return chosen;
  } else if constexpr (is_var<T>) {
    using S = typename T::Scalar;
    return VarAccess::binary<false, false>(a, b, select_number(mask, a.value(), b.value()),
                                           select_number(mask, S(1), S(0)), select_number(mask, S(0), S(1)));
  } else {
    return mask ? a : b;
  }
}

}  // namespace detail

/// `a` where the condition holds, `b` elsewhere; numbers, variables and arrays in any mix, scalars broadcast.
///
/// Only the chosen elements get gradients: `where(x > 0, sqrt(x), 0)` has slope 0, not NaN, where x is 0. The condition
/// is a plain Eigen array of truth values, for instance a comparison of active arrays.
/// Shapes: those of the condition. Throws: ShapeError if an array has another shape.
template <detail::Mask C, detail::Operand A, detail::Operand B>
auto where(const C& condition, A&& a, B&& b) {
  using X = detail::bare<A>;
  using Y = detail::bare<B>;
  detail::check_choice(condition, a);
  detail::check_choice(condition, b);
  constexpr bool on_tape = detail::any_active_dense<X, Y> ||
                           (detail::any_var<X, Y> && !detail::is_eigen_of_vars<X> && !detail::is_eigen_of_vars<Y>);
  if constexpr (on_tape) {
    using S = detail::tape_scalar_t<X, Y>;
    return detail::choose_active<S>(condition,
                                    detail::without_products(detail::term_of_forwarded<S>(std::forward<A>(a))),
                                    detail::without_products(detail::term_of_forwarded<S>(std::forward<B>(b))));
  } else {
    return detail::choose_plain(condition, a, b);
  }
}

/// `condition ? a : b` for scalars and arrays of different types. Both sides are computed; one gets the gradient.
template <detail::Operand A, detail::Operand B>
auto where(bool condition, A&& a, B&& b) {
  using X = detail::bare<A>;
  using Y = detail::bare<B>;
  if constexpr (detail::any_dense<X, Y>) {
    const auto& like = [&]() -> const auto& {
      if constexpr (detail::Dense<X>) {
        return a;
      } else {
        return b;
      }
    }
    ();
    using L = detail::bare<decltype(like)>;
    using AllOrNone = Eigen::Array<bool, int(L::RowsAtCompileTime), int(L::ColsAtCompileTime)>;
    return where(AllOrNone::Constant(like.rows(), like.cols(), condition), std::forward<A>(a), std::forward<B>(b));
  } else {
    using T = typename detail::common_element<X, Y>::type;
    return condition ? T(a) : T(b);
  }
}

/// The same for the instances of a batch.
template <int N, detail::Operand A, detail::Operand B>
auto where(detail::LaneMask<N> condition, A&& a, B&& b) {
  using X = detail::bare<A>;
  using Y = detail::bare<B>;
  if constexpr (detail::any_dense<X, Y>) {
    return where(bool(condition), std::forward<A>(a), std::forward<B>(b));
  } else {
    using T = typename detail::common_element<X, Y>::type;
    return detail::select_number(condition, T(a), T(b));
  }
}

}  // namespace grove
