// Masks and labels: which leaves a transformation is for, said by path and shape.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../autodiff/tree/tree.hpp"
#include "../numerics/detail/check.hpp"
#include "detail/check_state.hpp"
#include "detail/value_tree.hpp"

namespace grove::optim {

/// What a mask may know of a leaf beside its path: its shape, never its values.
struct LeafShape {
  int rank = 0;           ///< 0 for a number, 1 for a vector, 2 for a matrix, by its type
  Eigen::Index rows = 1;  ///< of the leaf as a matrix
  Eigen::Index cols = 1;  ///< of the leaf as a matrix

  /// How many numbers it has.
  Eigen::Index size() const { return rows * cols; }
};

namespace detail {

template <class T>
concept HasStaticShape = requires {
  T::RowsAtCompileTime;
  T::ColsAtCompileTime;
};

/// 0 for numbers, 1 for vectors, 2 for matrices; decided by the type.
template <class T>
constexpr int leaf_rank() {
  if constexpr (HasStaticShape<T>) {
    return T::RowsAtCompileTime == 1 || T::ColsAtCompileTime == 1 ? 1 : 2;
  } else {
    return 0;
  }
}

template <class T>
LeafShape shape_of(const T& leaf) {
  return {leaf_rank<T>(), leaf_traits<T>::rows(leaf), leaf_traits<T>::cols(leaf)};
}

/// Calls f(path, shape) for every leaf.
template <class F, class P>
void for_each_shape(F&& f, const P& params) {
  tree::detail::visit_leaves_with_path([&](const tree::Path& path, const auto& leaf) { f(path, shape_of(leaf)); },
                                       params);
}

/// Throws at the first leaf whose shape a state that is kept by leaf does not fit: `fits(number of the leaf, shape)`.
/// No path is made before that, for this is asked at every step.
template <class Fits, class P>
void check_shapes(const Fits& fits, const P& params) {
  std::size_t leaf = 0;
  bool all = true;
  tree::detail::visit_leaves([&](const auto& x) { all = fits(leaf++, shape_of(x)) && all; }, params);
  if (all) [[likely]]
    return;
  leaf = 0;
  for_each_shape(
      [&](const tree::Path& path, const LeafShape& shape) {
        if (!fits(leaf++, shape)) throw_leaf_misfit(path, shape.rows, shape.cols);
      },
      params);
}

}  // namespace detail

/// A value for each leaf, given by its path and shape. It can be made of
///   - a function of the path: `[](const tree::Path& p) { return p.ends_with("weight"); }`;
///   - a function of the path and the shape: `[](const tree::Path&, const LeafShape& s) { return s.rank == 2; }`;
///   - one value for all;
///   - a map from the first steps of a path to the value: `{{"encoder", "slow"}, {"head.bias", "fast"}}`. The longest
///     entry that fits counts;
///   - a tree of such values, as optax has it: of the structure of the params, or of their first levels, where a value
///     stands for all below it.
///
///         struct WhichDecay { bool weight, bias; };      // by name, or in tuples by position
///         adamw(1e-3, {.mask = WhichDecay{.weight = true, .bias = false}});
///
/// `init` throws StructureError if a tree does not fit the params, no entry of a map fits a leaf, or an entry fits
/// none.
template <class T>
class PerLeaf {
 public:
  /// Choices by beginnings of paths; the longest that fits counts.
  using Prefixes = std::map<std::string, T>;

  /// The same for all leaves.
  PerLeaf(T value) : choose_([value = std::move(value)](const tree::Path&, const LeafShape&) { return value; }) {}

  /// The same label for all leaves.
  PerLeaf(const char* value) requires std::is_same_v<T, std::string> : PerLeaf(std::string(value)) {}

  /// A function of the leaf's path.
  template <class F>
  requires std::is_invocable_v<const F&, const tree::Path&> PerLeaf(F f)
      : choose_([f](const tree::Path& path, const LeafShape&) { return T(f(path)); }) {
    detail::check_given("mask", "the function of the path", f);
  }

  /// A function of the leaf's path and shape.
  template <class F>
  requires std::is_invocable_v<const F&, const tree::Path&, const LeafShape&> PerLeaf(F f)
      : choose_([f](const tree::Path& path, const LeafShape& shape) { return T(f(path, shape)); }) {
    detail::check_given("mask", "the function of the path", f);
  }

  /// Choices by beginnings of paths.
  PerLeaf(std::initializer_list<typename Prefixes::value_type> prefixes) : PerLeaf(Prefixes(prefixes)) {}

  /// Choices by beginnings of paths.
  PerLeaf(Prefixes prefixes)
      : keys_(keys_of(prefixes)), choose_([table = std::move(prefixes)](const tree::Path& path, const LeafShape&) {
          return look_up(table, path);
        }) {}

  /// A tree of the shape of the params.
  template <detail::ValueNode Tree>
  requires(!std::is_invocable_v<const Tree&, const tree::Path&> &&
           !std::is_invocable_v<const Tree&, const tree::Path&, const LeafShape&>) PerLeaf(const Tree& tree)
      : tree_(std::make_shared<detail::ValueTree<T>>(detail::value_tree<T>(tree))) {}

  /// The values of the leaves of `params`, in their order. Errors begin with whose values they are.
  template <class P>
  std::vector<T> of(const P& params, std::string_view whose = "mask") const {
    if (tree_) return detail::spread(*tree_, tree::structure(params));
    std::vector<T> values;
    detail::for_each_shape(
        [&](const tree::Path& path, const LeafShape& shape) { values.push_back(choose_(path, shape)); }, params);
    for (const std::string& key : keys_) check_key(whose, key, params);
    return values;
  }

  /// The same with each value passed through `f`.
  template <class U, class F>
  PerLeaf<U> then(F f) const {
    if (tree_) return PerLeaf<U>(detail::transformed<U>(*tree_, f));
    PerLeaf<U> result(
        [choose = choose_, f](const tree::Path& path, const LeafShape& shape) { return f(choose(path, shape)); });
    result.keys_ = keys_;
    return result;
  }

 private:
  template <class U>
  friend class PerLeaf;

  explicit PerLeaf(detail::ValueTree<T> tree) : tree_(std::make_shared<detail::ValueTree<T>>(std::move(tree))) {}

  static std::vector<std::string> keys_of(const Prefixes& table) {
    std::vector<std::string> keys;
    for (const auto& entry : table) keys.push_back(entry.first);
    return keys;
  }

  /// A key that fits no leaf is a slip.
  template <class P>
  static void check_key(std::string_view whose, const std::string& key, const P& params) {
    bool fits = false;
    std::string paths;
    detail::for_each_shape(
        [&](const tree::Path& path, const LeafShape&) {
          fits = fits || path.starts_with(key);
          paths += (paths.empty() ? "" : ", ") + path.string();
        },
        params);
    if (!fits) {
      throw StructureError(
          detail::fill("{}: the key '{}' of the map fits no leaf; the leaves are {}", {whose, key, paths}));
    }
  }

  static T look_up(const Prefixes& table, const tree::Path& path) {
    const std::pair<const std::string, T>* found = nullptr;
    for (const auto& entry : table) {
      if (!path.starts_with(entry.first)) continue;
      if (found == nullptr || entry.first.size() > found->first.size()) found = &entry;
    }
    if (found == nullptr) {
      throw StructureError(detail::fill(
          "mask: {}: no entry of the map covers this leaf; add one, or one for its parent", {path.string()}));
    }
    return found->second;
  }

  std::vector<std::string> keys_;  ///< of the map, if it is one
  std::function<T(const tree::Path&, const LeafShape&)> choose_;
  std::shared_ptr<const detail::ValueTree<T>> tree_;
};

/// Which leaves a transformation is for.
using Mask = PerLeaf<bool>;

/// Which of several transformations a leaf gets.
using Labels = PerLeaf<std::string>;

namespace detail {

/// A mask in the form that states keep: a character for each leaf, '1' or '0'.
template <class P>
std::string leaf_mask(const Mask& mask, const P& params) {
  std::string result;
  for (const bool on : mask.of(params)) result += on ? '1' : '0';
  return result;
}

}  // namespace detail
}  // namespace grove::optim
