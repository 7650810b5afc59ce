// The type of a tree with its numbers replaced: variables for plain numbers, and back.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../../tree/flatten.hpp"
#include "../../tree/map.hpp"
#include "active_leaves.hpp"

namespace grove {

/// The type of tree T with its numbers replaced by U (a Var). Specialise it for a class registered with GROVE_TREE that
/// is no template of its scalar, if the loss should see that class and not a tuple of its members.
template <class T, class U>
struct tree_rebind;

namespace detail {

template <class T, class U>
using rebind_t = typename tree_rebind<T, U>::type;

template <class T, class U>
struct rebind_leaf {
  using type = U;
};
template <class S, int R, int C, int O, int MR, int MC, class V>
struct rebind_leaf<Eigen::Matrix<S, R, C, O, MR, MC>, Var<V>> {
  using type = Active<plain_t<false, V, R, C, (O & Eigen::RowMajor) != 0>>;
};
template <class S, int R, int C, int O, int MR, int MC, class V>
struct rebind_leaf<Eigen::Array<S, R, C, O, MR, MC>, Var<V>> {
  using type = Active<plain_t<true, V, R, C, (O & Eigen::RowMajor) != 0>>;
};
// Leaves that are already active (a derivative inside a loss) keep their values as they are.
template <class Plain, class Stride, class V>
struct rebind_leaf<Active<Plain, Stride>, Var<V>> {
  using type = Active<plain_t<plain_traits<Plain>::is_array, V, plain_traits<Plain>::rows, plain_traits<Plain>::cols,
                              plain_traits<Plain>::row_major>>;
};

// Back to plain numbers.
template <class Plain, class Stride, class U>
requires(!is_var<U>) struct rebind_leaf<Active<Plain, Stride>, U> {
  using type = with_scalar<Plain, U>;
};
template <class Row, class Plain, class... Terms, class U>
struct rebind_leaf<Expr<Row, Plain, Terms...>, U> : rebind_leaf<Active<Plain>, U> {};
template <class S, int R, int C, int O, int MR, int MC, class U>
requires(!is_var<U>) struct rebind_leaf<Eigen::Matrix<S, R, C, O, MR, MC>, U> {
  using type = Eigen::Matrix<U, R, C, O, MR, MC>;
};
template <class S, int R, int C, int O, int MR, int MC, class U>
requires(!is_var<U>) struct rebind_leaf<Eigen::Array<S, R, C, O, MR, MC>, U> {
  using type = Eigen::Array<U, R, C, O, MR, MC>;
};
template <class Plain, class U>
requires(!is_var<U>) struct rebind_leaf<Owned<Plain>, U> : rebind_leaf<Plain, U> {
};
template <class Plain, class V>
struct rebind_leaf<Owned<Plain>, Var<V>> : rebind_leaf<Plain, Var<V>> {};

template <class T, class U>
using rebind_argument = std::conditional_t<std::is_floating_point_v<T> || is_number_class<T>, U, T>;

// A node that is no template of its scalar becomes a tuple of its members; one whose numbers are of U already stays.
template <class T, class U>
struct rebind_class {
  template <class... M>
  static auto rebind(const std::tuple<M&...>*) {
    if constexpr ((std::is_same_v<rebind_t<std::remove_const_t<M>, U>, std::remove_const_t<M>> && ...)) {
      return std::type_identity<T>{};
    } else {
      return std::type_identity<BindItsMembersOrMakeItATemplate<T, rebind_t<std::remove_const_t<M>, U>...>>{};
    }
  }
  using type = typename decltype(rebind(static_cast<tree::detail::Fields<T>*>(nullptr)))::type;
};
template <template <class...> class C, class A, class... Rest, class U>
requires(!std::same_as<rebind_argument<A, U>, A>) struct rebind_class<C<A, Rest...>, U> {
  using type = C<rebind_argument<A, U>, rebind_argument<Rest, U>...>;
};
template <template <class, auto...> class C, class A, auto N, auto... Rest, class U>
requires(!std::same_as<rebind_argument<A, U>, A>) struct rebind_class<C<A, N, Rest...>, U> {
  using type = C<rebind_argument<A, U>, N, Rest...>;
};

template <class T, class U>
struct rebind_node : rebind_class<T, U> {};
template <class T, class A, class U>
struct rebind_node<std::vector<T, A>, U> {
  using type = std::vector<rebind_t<T, U>>;
};
template <class T, class A, class U>
struct rebind_node<std::deque<T, A>, U> {
  using type = std::deque<rebind_t<T, U>>;
};
template <class T, std::size_t N, class U>
struct rebind_node<std::array<T, N>, U> {
  using type = std::array<rebind_t<T, U>, N>;
};
template <class T, std::size_t N, class U>
struct rebind_node<T[N], U> {
  using type = std::array<rebind_t<T, U>, N>;
};
template <class K, class T, class C, class A, class U>
struct rebind_node<std::map<K, T, C, A>, U> {
  using type = std::map<K, rebind_t<T, U>, C>;
};
template <class K, class T, class H, class E, class A, class U>
struct rebind_node<std::unordered_map<K, T, H, E, A>, U> {
  using type = std::unordered_map<K, rebind_t<T, U>, H, E>;
};
template <class T, class U>
struct rebind_node<std::optional<T>, U> {
  using type = std::optional<rebind_t<T, U>>;
};
template <class... T, class U>
struct rebind_node<std::tuple<T...>, U> {
  using type = std::tuple<rebind_t<T, U>...>;
};
template <class Struct, class... T, class U>
struct rebind_node<BindItsMembersOrMakeItATemplate<Struct, T...>, U> {
  using type = BindItsMembersOrMakeItATemplate<Struct, rebind_t<T, U>...>;
};
template <class A, class B, class U>
struct rebind_node<std::pair<A, B>, U> {
  using type = std::pair<rebind_t<A, U>, rebind_t<B, U>>;
};

template <class T, class U>
struct choose_rebind {
  static auto pick() {
    if constexpr (tree::Leaf<T>) {
      return std::type_identity<typename rebind_leaf<T, U>::type>{};
    } else if constexpr (!tree::detail::has_leaves<T>) {
      return std::type_identity<T>{};
    } else {
      return std::type_identity<typename rebind_node<T, U>::type>{};
    }
  }
  using type = typename decltype(pick())::type;
};

}  // namespace detail

template <class T, class U>
struct tree_rebind {
  using type = typename detail::choose_rebind<T, U>::type;
};

namespace detail {

// The scalar of the tree A instead of S, where S is a constant to it; what is no tree says nothing.
template <class S, class A>
consteval auto inner_scalar() {
  if constexpr (tree::Pytree<A>) {
    using T = tree::scalar_t<A>;
    return std::type_identity<std::conditional_t<is_enclosing<S, T>, T, S>>{};
  } else {
    return std::type_identity<S>{};
  }
}
template <class S, class... Args>
struct innermost_scalar {
  using type = S;
};
template <class S, class A, class... Rest>
struct innermost_scalar<S, A, Rest...>
    : innermost_scalar<typename decltype(inner_scalar<S, bare<A>>())::type, Rest...> {};

/// The scalar over which a derivative by a tree P is taken: that of P, or of the innermost of the other arguments. So
/// variables that are passed to a function keep their derivatives where its point is of plain numbers.
template <class P, class... Args>
using innermost_scalar_t = typename innermost_scalar<tree::scalar_t<P>, Args...>::type;

/// A tree like P of numbers of S; P itself if they are and it is no expression.
template <class P, class S>
using tree_over = typename std::conditional_t<std::same_as<tree::scalar_t<P>, S> && !is_expr<P>, std::type_identity<P>,
                                              tree_rebind<P, S>>::type;

/// `params` as such a tree: what is of an enclosing level is constant in it.
template <class S, class P>
tree_over<P, S> copy_over(const P& params) {
  if constexpr (std::same_as<tree_over<P, S>, P>) {
    return params;
  } else {
    tree_over<P, S> tree{};
    tree::detail::match_structure(tree, params);
    tree::detail::visit_leaves([](auto& to, const auto& from) { to = from; }, tree, params);
    return tree;
  }
}

}  // namespace detail

/// The scalar of a tree (the widest, if they differ): double for plain parameters, a variable inside a loss. For
/// accumulators in generic losses: `grove::scalar_t<decltype(p)> energy = 0;`.
template <class T>
using scalar_t = tree::scalar_t<T>;

}  // namespace grove
