// Members of a tree by name: a count or a learning rate deep inside an optimizer's state.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../detail/fmt.hpp"
#include "../error.hpp"
#include "detail/member_access.hpp"
#include "path.hpp"
#include "structure.hpp"
#include "traits.hpp"

namespace grove::tree {

/// A member of a tree: where it is, and itself, in place.
template <class T>
struct Found {
  Path path;  ///< where the leaf is
  T& value;   ///< the leaf itself
};

/// All members of type T whose path ends with `steps`, from the first to the last; T may be any node, leaf or value
/// that is carried along. optax's tree.get_all_with_path.
///
///   for (auto& [path, count] : tree::get_all<std::int64_t>(state, "count")) fmt::print("{}: {}\n", path, count);
template <class T, class Tree>
requires Pytree<std::remove_const_t<Tree>>
auto get_all(Tree& tree, std::string_view steps = {}) {
  using Value = std::conditional_t<std::is_const_v<Tree>, const T, T>;
  std::vector<Found<Value>> found;
  Path path;
  detail::visit_nodes(
      [&]<class Node>(const Path& at, Node& node) {
        if constexpr (std::is_same_v<std::remove_const_t<Node>, T>) {
          if (at.ends_with(steps)) found.push_back({at, node});
        }
      },
      path, tree);
  return found;
}

/// The one member of type T whose path ends with `steps`, to read or to set; without `steps` the one of type T. optax's
/// tree.get.
///
///   std::int64_t steps = tree::get<std::int64_t>(state, "[0].count");
///   tree::get<double>(state, "learning_rate") = 1e-4;                 // of inject_hyperparams
///   auto& moments = tree::get<optim::ScaleByAdamState<Line<>>>(state);
///
/// Throws: StructureError if there is no such member, or more than one; the message lists what there is.
template <class T, class Tree>
requires Pytree<std::remove_const_t<Tree>>
auto& get(Tree& tree, std::string_view steps = {}) {
  const auto found = get_all<T>(tree, steps);
  if (found.size() != 1) {
    std::vector<std::string> paths;
    for (const auto& member : found) paths.push_back(member.path.string());
    if (found.empty()) {
      for (const auto& member : get_all<T>(tree)) paths.push_back(member.path.string());
    }
    detail::throw_not_one("tree::get", steps, found.size(), std::move(paths));
  }
  return found.front().value;
}

/// The tree with all members whose path ends with `steps` set to `value`; what cannot be set to it is passed over: a
/// number is for numbers and fills leaves, a leaf is for leaves of its shape, a node for nodes of its type and
/// structure. optax's tree.set.
///
///   state = tree::set(std::move(state), "count", 0);
///
/// Throws: StructureError, before anything is changed, if there is no member to set, or if a shape or a structure does
/// not fit.
template <Pytree T, class V>
std::remove_cvref_t<T> set(T&& t, std::string_view steps, const V& value) {
  std::vector<std::string> others;
  std::size_t count = 0;
  Path path;
  detail::visit_nodes(
      [&]<class Node>(const Path& at, const Node& node) {
        if constexpr (detail::can_be_set<Node, V>) {
          if (!at.ends_with(steps)) return others.push_back(at.string());
          detail::check_settable(at, node, value);
          ++count;
        }
      },
      path, std::as_const(t));
  if (count == 0) detail::throw_not_one("tree::set", steps, 0, std::move(others));
  std::remove_cvref_t<T> result = std::forward<T>(t);
  detail::visit_nodes(
      [&]<class Node>(const Path& at, Node& node) {
        if constexpr (detail::can_be_set<Node, V>) {
          if (at.ends_with(steps)) detail::set_node(node, value);
        }
      },
      path, result);
  return result;
}

}  // namespace grove::tree
