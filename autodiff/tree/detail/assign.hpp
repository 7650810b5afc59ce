// Views of leaves as arguments, and results of functions as leaves.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <type_traits>
#include <utility>

#include "../leaf.hpp"
#include "agree.hpp"
#include "match_structure.hpp"

namespace grove::tree::detail {

/// The view of a leaf; anything else as it is.
template <class L>
constexpr decltype(auto) view(L& leaf) {
  if constexpr (Leaf<L>) {
    return leaf_traits<std::remove_const_t<L>>::view(leaf);
  } else {
    return (leaf);
  }
}

/// f(views...) with every view an lvalue, so that `auto&`, `const auto&` and `auto&&` all bind to it.
template <class F, class... V>
constexpr decltype(auto) call(F& f, V&&... views) {
  return f(views...);
}

/// True for a leaf whose view is a handle of its own: what becomes of the view must be put into the leaf.
template <class L>
inline constexpr bool stores_view = false;
template <class L>
requires(!std::is_const_v<L>) inline constexpr bool stores_view<L> = requires(L & leaf) {
  leaf_traits<L>::store(leaf, leaf_traits<L>::view(leaf));
};

/// leaf ← view, where that is still to be done.
template <class L, class V>
constexpr void store_view([[maybe_unused]] L& leaf, [[maybe_unused]] const V& view) {
  if constexpr (stores_view<L>) leaf_traits<L>::store(leaf, view);
}

/// f(views of the leaves); what f assigns to a view of a leaf that is not const is assigned to the leaf.
template <class F, class... L>
constexpr decltype(auto) call_on_views(F& f, L&... leaves) {
  if constexpr ((stores_view<L> || ...)) {
    [&](auto&&... views) {
      f(views...);
      (store_view(leaves, views), ...);
    }(view(leaves)...);
  } else {
    return call(f, view(leaves)...);
  }
}

/// Assigns an Eigen expression, which may refer to the leaf, to an Eigen leaf.
template <class L, class V>
void assign_expression(L& leaf, const V& value) {
  if constexpr (std::is_same_v<typename L::Scalar, typename V::Scalar>) {
    if (value.rows() == leaf.rows() && value.cols() == leaf.cols()) {
      leaf = value;
    } else {
      leaf = L(value);  // resizing first would destroy what the expression reads
    }
  } else {
    assign_expression(leaf, value.template cast<typename L::Scalar>());
  }
}

/// leaf ← value, with whatever conversion that takes.
template <class L, class V>
constexpr void assign_leaf(L& leaf, V&& value) {
  using Value = std::remove_cvref_t<V>;
  if constexpr (requires { leaf_traits<L>::assign(leaf, std::forward<V>(value)); }) {
    leaf_traits<L>::assign(leaf, std::forward<V>(value));
  } else if constexpr (std::is_arithmetic_v<L> && std::is_arithmetic_v<Value>) {
    leaf = static_cast<L>(value);
  } else if constexpr (is_eigen<L> && is_eigen<Value>) {
    assign_expression(leaf, value);
  } else if constexpr (is_eigen<L> && std::is_convertible_v<Value, typename leaf_traits<L>::Scalar>) {
    leaf.setConstant(static_cast<typename leaf_traits<L>::Scalar>(value));
  } else {
    leaf = std::forward<V>(value);
  }
}

/// The same for a leaf of the shape of `like`, which matters to a number that is to fill it.
template <class L, class V>
constexpr void assign_leaf_like(L& leaf, V&& value, const L& like) {
  if constexpr (requires { leaf_traits<L>::assign(leaf, std::forward<V>(value), like); }) {
    leaf_traits<L>::assign(leaf, std::forward<V>(value), like);
  } else {
    assign_leaf(leaf, std::forward<V>(value));
  }
}

/// leaf ← f(views of the leaves), of the shape of the first. The views live until the assignment is done, so that f may
/// return an expression of them.
template <class L, class F, class... Leaves>
constexpr void assign_call(L& leaf, F& f, const L& first, const Leaves&... leaves) {
  auto assign = [&](const auto&... views) { assign_leaf_like(leaf, f(views...), first); };
  call_on_views(assign, first, leaves...);
}

/// The tree of what assign(leaf of the result, leaf of `t`, others...) leaves in its first argument; a temporary `t`
/// becomes the result.
template <class Trail, class F, class T, class... Rest>
constexpr std::remove_cvref_t<T> map_leaves(Trail trail, F& assign, T&& t, const Rest&... rest) {
  if constexpr (std::is_lvalue_reference_v<T>) {
    std::remove_cvref_t<T> result = blank_copy(t);
    visit(trail, assign, result, std::as_const(t), rest...);
    return result;
  } else {
    std::remove_cvref_t<T> result = std::move(t);
    visit(trail, assign, result, std::as_const(result), rest...);
    return result;
  }
}

}  // namespace grove::tree::detail
