// What a leaf is: the numbers that derivatives and optimizers work on.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <type_traits>

namespace grove {

/// Says whether T is a leaf of trees, and how tree functions see it. The primary template says no.
///
/// A specialisation has `static constexpr bool is_leaf = true`, the type `Scalar`, the functions `rows`, `cols`,
/// `size`, and `view`: what the functions of `tree::map` and `tree::for_each` are given, on which `*` is elementwise.
/// It may have `assign(T& leaf, value)`, for leaves that cannot simply be assigned what such a function returns, and
/// `store(T& leaf, view)`, for views that are no references: it puts what a function made of the view into the leaf.
template <class T>
struct leaf_traits {
  /// Whether the type is one leaf, not a node with members.
  static constexpr bool is_leaf = false;
};

/// A floating-point number is a 1×1 leaf and its own view.
template <std::floating_point T>
struct leaf_traits<T> {
  /// Whether the type is one leaf, not a node with members.
  static constexpr bool is_leaf = true;
  /// The number it is made of.
  using Scalar = T;

  /// Of the leaf as a matrix.
  static constexpr Eigen::Index rows(const T&) { return 1; }
  /// Of the leaf as a matrix.
  static constexpr Eigen::Index cols(const T&) { return 1; }
  /// Of the leaf as a matrix.
  static constexpr Eigen::Index size(const T&) { return 1; }
  /// The leaf as an Eigen object, or the number itself.
  static constexpr T& view(T& x) { return x; }
  /// The same of a constant leaf.
  static constexpr const T& view(const T& x) { return x; }
};

namespace tree::detail {

/// leaf_traits of every dense Eigen matrix or array, whatever its scalar.
template <class T>
struct EigenLeaf {
  static constexpr bool is_leaf = true;
  using Scalar = typename T::Scalar;

  static Eigen::Index rows(const T& x) { return x.rows(); }
  static Eigen::Index cols(const T& x) { return x.cols(); }
  static Eigen::Index size(const T& x) { return x.size(); }
  static decltype(auto) view(T& x) { return elements(x); }
  static decltype(auto) view(const T& x) { return elements(x); }

 private:
  static decltype(auto) elements(auto& x) {
    if constexpr (std::is_base_of_v<Eigen::ArrayBase<T>, T>) {
      return (x);
    } else {
      return x.array();
    }
  }
};

}  // namespace tree::detail

/// A matrix is shown as its `.array()`. The headers of active scalars add matrices and arrays of those.
template <std::floating_point S, int R, int C, int O, int MR, int MC>
struct leaf_traits<Eigen::Matrix<S, R, C, O, MR, MC>> : tree::detail::EigenLeaf<Eigen::Matrix<S, R, C, O, MR, MC>> {};

/// An array is its own view.
template <std::floating_point S, int R, int C, int O, int MR, int MC>
struct leaf_traits<Eigen::Array<S, R, C, O, MR, MC>> : tree::detail::EigenLeaf<Eigen::Array<S, R, C, O, MR, MC>> {};

namespace tree {

/// A differentiable leaf: a floating-point number, a dense Eigen matrix or array of such, or an active variable.
template <class T>
concept Leaf = leaf_traits<std::remove_cvref_t<T>>::is_leaf;

}  // namespace tree
}  // namespace grove
