// Runs a node on operands of any kind; plain operands give a plain result.
#pragma once

#include <type_traits>

#include "../array/operands.hpp"
#include "../tape/recording.hpp"
#include "expression.hpp"

namespace grove::detail {

template <class X, class... Rest>
struct common_number_of : common_number<X, typename common_number_of<Rest...>::type> {};
template <class X>
struct common_number_of<X> : common_number<X, X> {};

/// The number type of an operation: the tape's scalar, or the common plain one.
template <class... X>
struct number_of {
  using tape = tape_scalar_t<X...>;
  static auto pick() {
    if constexpr (!std::is_void_v<tape>) {
      return std::type_identity<tape>{};
    } else {
      return std::type_identity<typename common_number_of<typename X::Scalar...>::type>{};
    }
  }
  using type = typename decltype(pick())::type;
};

template <class S>
S to_plain(const Var<S>& y) {
  return y.value();
}
template <class Plain>
auto to_plain(const Active<Plain>& y) {
  return owned(y.map());
}

/// Runs a node on its operands' terms: `node(std::type_identity<S>, terms...)`. Plain operands give a plain result.
template <class Node, class... X>
auto run_node(const Node& node, const X&... x) {
  using S = typename number_of<X...>::type;
  constexpr std::type_identity<S> scalar;
  if constexpr (!std::is_void_v<tape_scalar_t<X...>>) {
    return node(scalar, term_of<S>(x)...);
  } else {
    const Recording<S> recording;
    return to_plain(node(scalar, term_of<S>(x)...));
  }
}

template <class S, class Term>
using same_shape = plain_t<false, S, Term::RowsAtCompileTime, Term::ColsAtCompileTime, false>;
template <class S, int R, int C>
using matrix_t = plain_t<false, S, R, C, false>;

/// The static size of a square matrix.
template <class Term>
inline constexpr int square_size = merged(Term::RowsAtCompileTime, Term::ColsAtCompileTime);

}  // namespace grove::detail
