// What a tree is.
#pragma once

#include "detail/fields.hpp"
#include "detail/kind.hpp"
#include "leaf.hpp"
#include "register.hpp"

namespace grove::tree {

/// T is a tree: a leaf, or a node that contains trees. Nodes are aggregates, std::vector, std::deque, std::array, C
/// arrays, std::tuple, std::pair, std::map, std::unordered_map (walked in the order of its keys, for which each walk
/// allocates), std::optional, and classes registered with GROVE_TREE or grove::tree_traits. What is neither (an int, a
/// bool, an enum, a std::string, an Eigen matrix of integers) may be a member of a node and is carried along untouched.
template <class T>
concept Pytree = Leaf<T> || detail::StandardContainer<std::remove_cvref_t<T>> ||
    detail::PlainAggregate<std::remove_cvref_t<T>> || detail::RegisteredWithGroveTree<std::remove_cvref_t<T>>;

}  // namespace grove::tree
