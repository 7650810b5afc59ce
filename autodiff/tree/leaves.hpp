// The leaves of a tree as a list.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <memory>  // std::addressof
#include <type_traits>
#include <vector>

#include "flatten.hpp"
#include "path.hpp"

namespace grove::tree {

/// A leaf of a tree: where it is, and its numbers, in place. A number is 1×1. S is const for a const tree.
template <class S>
struct LeafView {
  /// The leaf as an array.
  using Values = Eigen::Array<std::remove_const_t<S>, Eigen::Dynamic, Eigen::Dynamic>;
  /// How its elements lie in memory.
  using Strides = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;

  Path path;  ///< where the leaf is
  /// Its values, where they lie.
  Eigen::Map<std::conditional_t<std::is_const_v<S>, const Values, Values>, Eigen::Unaligned, Strides> values;
};

/// The leaves of `t`, of one type whatever they are in the tree, for loops that are no functions of their own. The list
/// refers to the tree, which must live as long and keep its shapes. All leaves must have the same floating-point
/// scalar.
///
///   for (auto& [path, values] : tree::leaves(params)) fmt::print("{}: {}\n", path, values.abs().maxCoeff());
template <Pytree T>
auto leaves(T& t) {
  using Number = scalar_t<T>;
  static_assert(std::floating_point<Number>, "grove: tree::leaves is for trees of plain numbers; use tree::for_each");
  using S = std::conditional_t<std::is_const_v<T>, const Number, Number>;
  using View = LeafView<S>;
  std::vector<View> list;
  detail::visit_leaves_with_path(
      [&]<class L>(const Path& path, L& leaf) {
        static_assert(std::is_same_v<typename leaf_traits<std::remove_const_t<L>>::Scalar, Number>,
                      "grove: tree::leaves needs one scalar type for all leaves; use tree::for_each");
        if constexpr (detail::is_eigen<L>) {
          const auto strides =
              L::IsRowMajor ? typename View::Strides(1, leaf.cols()) : typename View::Strides(leaf.rows(), 1);
          list.push_back({path, {leaf.data(), leaf.rows(), leaf.cols(), strides}});
        } else {
          list.push_back({path, {std::addressof(leaf), 1, 1, typename View::Strides(1, 1)}});
        }
      },
      t);
  return list;
}

}  // namespace grove::tree
