// A batch as vmap sees it: how many instances there are, and the one in place i.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "../../detail/message.hpp"
#include "../../engine/lifting/tree_rebind.hpp"
#include "../../error.hpp"
#include "../../tree/map.hpp"

namespace grove::detail {

/// A list of instances.
template <class B>
inline constexpr bool is_list = false;
template <class T, class A>
inline constexpr bool is_list<std::vector<T, A>> = true;

// ---- Rows -----------------------------------------------------------------------------------------------------------

/// An element of a column, a row of a matrix as a column.
template <class Leaf>
struct row_of {
  static_assert(Dense<Leaf>,
                "grove: vmap: a number in a batch has no rows; make it a vector with an element for each instance, or "
                "pass it as an argument of its own");
  using type = Leaf;
};
template <Dense Leaf>
struct row_of<Leaf> {
  using Plain = typename Leaf::PlainObject;
  static constexpr int rows = int(Leaf::RowsAtCompileTime), cols = int(Leaf::ColsAtCompileTime);
  static_assert(rows != 1 || cols == 1,
                "grove: vmap: a row vector in a batch is one instance; transpose it for an element an instance");
  static auto pick() {
    using Number = typename Leaf::Scalar;
    if constexpr (cols == 1) {
      return std::type_identity<Number>{};
    } else {
      using Column = plain_t<plain_traits<Plain>::is_array, typename plain_traits<Plain>::Scalar, cols, 1, false>;
      if constexpr (is_active_dense<Leaf>) {
        return std::type_identity<Active<Column>>{};
      } else {
        return std::type_identity<Column>{};
      }
    }
  }
  using type = typename decltype(pick())::type;
};

template <class T>
struct rows_of;
template <class T>
using rows_of_t = typename rows_of<std::remove_cvref_t<T>>::type;

/// As with rebind_class: a template of its leaves stays that template, another class becomes a tuple of its members.
template <class T>
struct rows_of_class {
  template <class... M>
  static std::tuple<rows_of_t<M>...> members(const std::tuple<M...>*);
  using type = decltype(members(static_cast<tree::detail::Fields<T>*>(nullptr)));
};
template <template <class...> class C, Dense A, class... Rest>
struct rows_of_class<C<A, Rest...>> {
  using type = C<rows_of_t<A>, rows_of_t<Rest>...>;
};

template <class T>
struct rows_of_node : rows_of_class<T> {};
template <class T, class A>
struct rows_of_node<std::vector<T, A>> {
  using type = std::vector<rows_of_t<T>>;
};
template <class T, class A>
struct rows_of_node<std::deque<T, A>> {
  using type = std::deque<rows_of_t<T>>;
};
template <class T, std::size_t N>
struct rows_of_node<std::array<T, N>> {
  using type = std::array<rows_of_t<T>, N>;
};
template <class K, class T, class C, class A>
struct rows_of_node<std::map<K, T, C, A>> {
  using type = std::map<K, rows_of_t<T>, C>;
};
template <class K, class T, class H, class E, class A>
struct rows_of_node<std::unordered_map<K, T, H, E, A>> {
  using type = std::unordered_map<K, rows_of_t<T>, H, E>;
};
template <class T>
struct rows_of_node<std::optional<T>> {
  using type = std::optional<rows_of_t<T>>;
};
template <class... T>
struct rows_of_node<std::tuple<T...>> {
  using type = std::tuple<rows_of_t<T>...>;
};
template <class A, class B>
struct rows_of_node<std::pair<A, B>> {
  using type = std::pair<rows_of_t<A>, rows_of_t<B>>;
};

template <class T>
struct rows_of {
  static auto pick() {
    if constexpr (tree::Leaf<T>) {
      return std::type_identity<typename row_of<T>::type>{};
    } else if constexpr (!tree::detail::has_leaves<T>) {
      return std::type_identity<T>{};  // carried along: every instance has it
    } else {
      return std::type_identity<typename rows_of_node<T>::type>{};
    }
  }
  using type = typename decltype(pick())::type;
};

// ---- Batches --------------------------------------------------------------------------------------------------------

/// The type of an instance of a batch.
template <class B>
struct instance_of : rows_of<B> {};
template <class T, class A>
struct instance_of<std::vector<T, A>> {
  using type = T;
};
template <class B>
using instance_t = typename instance_of<bare<B>>::type;

/// The number of instances; throws where leaves differ in their number of rows, with `whose` before the text.
template <class B>
Index count_instances(const std::string& whose, const B& batch) {
  if constexpr (is_list<B>) {
    return static_cast<Index>(batch.size());
  } else {
    Index count = -1;
    tree::Path first;
    const auto look = [&](const tree::Path& path, const auto& leaf) {
      if constexpr (Dense<decltype(leaf)>) {
        if (count < 0) count = leaf.rows(), first = path;
        if (leaf.rows() != count)
          throw ShapeError(fill("{}: {} has {} rows, {} has {}; a batch has one for each instance",
                                {whose, path.string(), leaf.rows(), first.string(), count}));
      }
    };
    tree::detail::visit_leaves_with_path(look, batch);
    return std::max<Index>(count, 0);  // a tree whose vectors and optionals are empty
  }
}

/// The instances of a batch, one after the other.
template <class B>
class Instances {
 public:
  explicit Instances(const B& batch) : batch_(batch) { tree::detail::match_structure(instance_, batch); }

  const auto& operator[](Index i) {
    const auto take = [i](const auto& rows, auto& row) {
      if constexpr (bare<decltype(rows)>::ColsAtCompileTime == 1) {
        row = rows(i);
      } else {
        row = rows.row(i).transpose();
      }
    };
    tree::detail::visit(tree::detail::NoTrail{}, take, batch_, instance_);
    return std::as_const(instance_);
  }

 private:
  const B& batch_;
  rows_of_t<B> instance_{};
};
template <class B>
requires is_list<B>
class Instances<B> {
 public:
  explicit Instances(const B& batch) : batch_(batch) {}
  const auto& operator[](Index i) const { return batch_[static_cast<std::size_t>(i)]; }

 private:
  const B& batch_;
};

}  // namespace grove::detail
