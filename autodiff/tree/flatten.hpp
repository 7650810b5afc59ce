// A tree as one vector of numbers, and back.
#pragma once

#include <Eigen/Core>
#include <type_traits>
#include <utility>

#include "../error.hpp"
#include "detail/text.hpp"
#include "map.hpp"

namespace grove::tree {

namespace detail {

template <class A, class B>
struct common_scalar : std::common_type<A, B> {};
template <class A>
struct common_scalar<A, A> {
  using type = A;
};
template <class A>
struct common_scalar<A, void> {
  using type = A;
};
template <class A>
struct common_scalar<void, A> {
  using type = A;
};
template <>
struct common_scalar<void, void> {
  using type = void;
};

/// void if there is no leaf in T; Outer as in find_leaves.
template <class T, class... Outer>
struct find_scalar;

template <class Tuple, class... Outer>
struct find_scalar_of_all {
  using type = void;
};
template <class T, class... More, class... Outer>
struct find_scalar_of_all<std::tuple<T, More...>, Outer...>
    : common_scalar<typename find_scalar<std::remove_cvref_t<T>, Outer...>::type,
                    typename find_scalar_of_all<std::tuple<More...>, Outer...>::type> {};

template <class T, class... Outer>
consteval auto scalar_finder() {
  if constexpr (Leaf<T>) {
    return std::type_identity<typename leaf_traits<T>::Scalar>{};
  } else if constexpr (!has_leaves<T> || (std::is_same_v<T, Outer> || ...)) {
    return std::type_identity<void>{};
  } else if constexpr (kind_of<T> == Kind::fields) {
    return find_scalar_of_all<Fields<T>, T, Outer...>{};
  } else {
    return find_scalar<std::remove_cvref_t<Element<T>>, T, Outer...>{};
  }
}

template <class T, class... Outer>
struct find_scalar {
  using type = typename decltype(scalar_finder<T, Outer...>())::type;
};

}  // namespace detail

/// The scalar type of the leaves of T; the wider one if they differ, double if there are none.
template <class T>
using scalar_t = std::conditional_t<std::is_void_v<typename detail::find_scalar<std::remove_cvref_t<T>>::type>, double,
                                    typename detail::find_scalar<std::remove_cvref_t<T>>::type>;

/// Writes all numbers of `t` into `vector`, leaf after leaf, each column by column (as Eigen's `reshaped()`), whatever
/// its storage order. `vector` is resized if need be.
template <Pytree T, class S>
void flatten_into(const T& t, Eigen::Matrix<S, Eigen::Dynamic, 1>& vector) {
  vector.resize(size(t));
  Eigen::Index position = 0;
  detail::visit_leaves(
      [&]<class L>(const L& leaf) {
        if constexpr (std::is_base_of_v<Eigen::EigenBase<L>, L>) {
          vector.segment(position, leaf.size()).reshaped(leaf.rows(), leaf.cols()) = leaf.matrix().template cast<S>();
        } else if constexpr (detail::is_eigen<L>) {  // an active array
          const auto elements = leaf_traits<L>::view(leaf);
          for (Eigen::Index j = 0; j < elements.cols(); ++j) {
            for (Eigen::Index i = 0; i < elements.rows(); ++i)
              vector(position + i + j * elements.rows()) = static_cast<S>(elements(i, j));
          }
        } else {
          vector(position) = static_cast<S>(leaf);
        }
        position += leaf_traits<L>::size(leaf);
      },
      t);
}

/// All numbers of `t` in one vector; see `flatten_into`. Round trips with `unflatten` are exact to the bit.
template <Pytree T>
Eigen::Matrix<scalar_t<T>, Eigen::Dynamic, 1> flatten(const T& t) {
  Eigen::Matrix<scalar_t<T>, Eigen::Dynamic, 1> vector;
  flatten_into(t, vector);
  return vector;
}

/// Overwrites the numbers of `t` with those of `vector`, in the order of `flatten_into`.
/// Throws: grove::ShapeError, before anything is changed, if `vector` has not as many entries as `t` has numbers.
template <class Derived, Pytree T>
requires(Derived::ColsAtCompileTime == 1) void unflatten_into(const Eigen::MatrixBase<Derived>& vector, T& t) {
  if (vector.size() != size(t)) {
    throw ShapeError(
        detail::fill("tree::unflatten: the vector has {} entries and the tree {} numbers", {vector.size(), size(t)}));
  }
  const Eigen::Ref<const Eigen::Matrix<typename Derived::Scalar, Eigen::Dynamic, 1>> entries = vector.derived();
  Eigen::Index position = 0;
  detail::visit_leaves(
      [&]<class L>(L& leaf) {
        using S = typename leaf_traits<L>::Scalar;
        if constexpr (std::is_base_of_v<Eigen::EigenBase<L>, L>) {
          leaf = entries.segment(position, leaf.size()).reshaped(leaf.rows(), leaf.cols()).template cast<S>();
        } else if constexpr (detail::is_eigen<L>) {
          leaf_traits<L>::assign(leaf, entries.segment(position, leaf.size()).reshaped(leaf.rows(), leaf.cols()));
        } else {
          leaf = static_cast<L>(entries(position));
        }
        position += leaf_traits<L>::size(leaf);
      },
      t);
}

/// A tree like `like` with the numbers of `vector`: unflatten(flatten(t), t) is t.
/// Throws: grove::ShapeError if `vector` has not as many entries as `like` has numbers.
template <class Derived, Pytree T>
requires(Derived::ColsAtCompileTime == 1) std::remove_cvref_t<T> unflatten(const Eigen::MatrixBase<Derived>& vector,
                                                                           T&& like) {
  std::remove_cvref_t<T> result = std::forward<T>(like);
  unflatten_into(vector, result);
  return result;
}

}  // namespace grove::tree
