// A walk over everything in a tree, and what may be put where: the machine behind tree::get and tree::set.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../error.hpp"
#include "../structure.hpp"
#include "assign.hpp"
#include "visit.hpp"

namespace grove::tree::detail {

/// Calls f(path, node) on the tree and on every node, leaf and value that is carried along in it, parents first. Where
/// f returns a bool, false ends the walk at that node: what is in it is not visited.
template <class F, class T>
void visit_nodes(const F& f, Path& path, T& t) {
  if constexpr (std::is_same_v<decltype(f(std::as_const(path), t)), bool>) {
    if (!f(std::as_const(path), t)) return;
  } else {
    f(std::as_const(path), t);
  }
  if constexpr (kind_of<T> == Kind::fields) {
    [&](const auto& members) {
      for_each_index<field_count<T>>([&](auto index) {
        push_field<T, index>(path);
        visit_nodes(f, path, std::get<index>(members));
        path.pop();
      });
    }(fields(t));
  } else if constexpr (kind_of<T> == Kind::map) {
    for (auto&& [key, value] : in_order(t)) {
      path.push_key(key);
      visit_nodes(f, path, value);
      path.pop();
    }
  } else if constexpr (kind_of<T> == Kind::optional) {
    if (t) visit_nodes(f, path, *t);
  } else if constexpr (kind_of<T> == Kind::sequence) {
    for (std::size_t i = 0; i < std::size(t); ++i) {
      path.push_index(i);
      visit_nodes(f, path, t[i]);
      path.pop();
    }
  }
}

template <class V>
inline constexpr bool is_number = std::is_arithmetic_v<V> && !std::is_same_v<V, bool>;

/// Two Eigen types may have the same shape.
template <class A, class B>
consteval bool shapes_may_agree() {
  constexpr auto agree = [](int a, int b) { return a == b || a == Eigen::Dynamic || b == Eigen::Dynamic; };
  return agree(A::RowsAtCompileTime, B::RowsAtCompileTime) && agree(A::ColsAtCompileTime, B::ColsAtCompileTime);
}

/// A value of type V may be put where a Node is: numbers into numbers (a fraction is no count) and leaves, leaves into
/// leaves, else only what has the type of the node.
template <class Node, class V>
consteval bool find_can_be_set() {
  if constexpr (std::is_same_v<Node, V>) {
    return true;
  } else if constexpr (Leaf<Node> && is_number<V>) {
    return true;
  } else if constexpr (Leaf<Node> && Leaf<V> && !is_eigen<V>) {  // a variable into what holds variables
    return std::is_same_v<typename leaf_traits<Node>::Scalar, V>;
  } else if constexpr (Leaf<Node> && Leaf<V> && is_eigen<Node> && is_eigen<V>) {
    return shapes_may_agree<Node, V>();
  } else {
    return is_number<Node> && std::is_integral_v<V> && is_number<V>;
  }
}
template <class Node, class V>
inline constexpr bool can_be_set = find_can_be_set<Node, V>();

/// Throws if `value` fits the type of the node, but not its shape or structure.
template <class Node, class V>
void check_settable(const Path& path, const Node& node, const V& value) {
  const std::string what = path.empty() ? "the tree" : path.string();
  if constexpr (is_number<V> || kind_of<V> == Kind::static_leaf || (Leaf<V> && !is_eigen<V>)) {
    return;
  } else if constexpr (Leaf<V>) {
    if (node.rows() == value.rows() && node.cols() == value.cols()) return;
    throw StructureError(fill("tree::set: {} is {} and the value is {}",
                              {what, shape_text(node.rows(), node.cols()), shape_text(value.rows(), value.cols())}));
  } else {
    require_agreement<Level::shapes>(fill("tree::set: {}", {what}), node, value, "the tree", "the value");
  }
}

template <class Node, class V>
void set_node(Node& node, const V& value) {
  if constexpr (Leaf<Node>) {
    assign_leaf(node, value);
  } else if constexpr (is_number<Node>) {
    node = static_cast<Node>(value);
  } else {
    node = value;
  }
}

/// There are several members where one is asked for, or none; `paths` are those, or those that there are instead.
[[noreturn]] inline void throw_not_one(std::string_view function, std::string_view steps, std::size_t count,
                                       std::vector<std::string> paths) {
  constexpr std::size_t longest_list = 12;
  for (std::string& path : paths) {
    if (path.empty()) path = "the tree itself";
  }
  const bool cut = paths.size() > longest_list;
  paths.resize(std::min(paths.size(), longest_list));
  const std::string list = joined(paths, ", ") + (cut ? ", …" : "");
  const std::string what = steps.empty() ? "member of this type" : fill("member '{}' of this type", {steps});
  if (count > 1) {
    throw StructureError(fill("{}: there is more than one {}: {}; say more of the path", {function, what, list}));
  }
  throw StructureError(fill("{}: there is no {}; {}{}",
                            {function, what, paths.empty() ? "nothing in the tree has it" : "there are ", list}));
}

}  // namespace grove::tree::detail
