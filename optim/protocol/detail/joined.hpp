// Leaves joined to one vector, those of them that take part, and back.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "../../../autodiff/tree/tree.hpp"
#include "../extra.hpp"

namespace grove::optim {
namespace detail {

/// Calls f(leaf, segment) for the leaves that take part, with their places in a vector in which they lie one after the
/// other. Returns the length of the vector.
template <class F, class T>
Eigen::Index for_each_segment(const LeafFilter* filter, F&& f, T& t) {
  std::size_t number = 0;
  Eigen::Index position = 0;
  tree::detail::visit_leaves(
      [&]<class L>(L& leaf) {
        if (filter != nullptr && !(*filter)(number++)) return;
        f(leaf, position);
        position += leaf_traits<std::remove_const_t<L>>::size(leaf);
      },
      t);
  return position;
}

template <class T>
Eigen::Index joined_size(const LeafFilter* filter, const T& t) {
  return for_each_segment(
      filter, [](const auto&, Eigen::Index) {}, t);
}

/// The leaves that take part as one vector, each column by column.
template <class T, class Scalar>
void join_leaves(const LeafFilter* filter, const T& t, Eigen::Matrix<Scalar, Eigen::Dynamic, 1>& vector) {
  if (filter == nullptr) return tree::flatten_into(t, vector);
  vector.resize(joined_size(filter, t));
  for_each_segment(
      filter,
      [&]<class L>(const L& leaf, Eigen::Index position) {
        if constexpr (requires { leaf.matrix(); }) {
          vector.segment(position, leaf.size()).reshaped(leaf.rows(), leaf.cols()) =
              leaf.matrix().template cast<Scalar>();
        } else {
          vector(position) = static_cast<Scalar>(leaf);
        }
      },
      t);
}

/// The way back; the other leaves stay as they are.
template <class T, class Scalar>
void part_leaves(const LeafFilter* filter, const Eigen::Matrix<Scalar, Eigen::Dynamic, 1>& vector, T& t) {
  if (filter == nullptr) return tree::unflatten_into(vector, t);
  for_each_segment(
      filter,
      [&]<class L>(L& leaf, Eigen::Index position) {
        if constexpr (requires { leaf.matrix(); }) {
          leaf = vector.segment(position, leaf.size())
                     .reshaped(leaf.rows(), leaf.cols())
                     .template cast<typename leaf_traits<L>::Scalar>();
        } else {
          leaf = static_cast<L>(vector(position));
        }
      },
      t);
}

/// Where the numbers of the leaves that take part lie among those of all leaves, in the order of tree::flatten.
template <class T>
std::vector<Eigen::Index> places_of_joined(const LeafFilter* filter, const T& t) {
  std::vector<Eigen::Index> places;
  std::size_t number = 0;
  Eigen::Index first = 0;
  tree::detail::visit_leaves(
      [&]<class L>(const L& leaf) {
        const Eigen::Index size = leaf_traits<L>::size(leaf);
        const bool admitted = filter == nullptr || (*filter)(number);
        ++number;
        for (Eigen::Index k = 0; admitted && k < size; ++k) places.push_back(first + k);
        first += size;
      },
      t);
  return places;
}

}  // namespace detail
}  // namespace grove::optim
