// Masks and labels that are trees: values for whole subtrees of the params, and how they are matched with them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../../autodiff/error.hpp"
#include "../../../autodiff/tree/tree.hpp"
#include "../../numerics/detail/check.hpp"

namespace grove::optim::detail {

using tree::detail::Kind;

/// A node that may hold values: an aggregate, a container, a tuple, or a vector of bools.
template <class T>
concept ValueNode = std::is_same_v<T, std::vector<bool>> || tree::detail::kind_of<T>
== Kind::fields || tree::detail::kind_of<T> == Kind::sequence || tree::detail::kind_of<T> == Kind::map ||
    tree::detail::kind_of<T> == Kind::optional;

/// A tree of values of one type: a value for all below, or children.
template <class T>
struct ValueTree {
  Kind kind = Kind::static_leaf;
  std::vector<T> value;            ///< one or none
  std::vector<std::string> steps;  ///< to the children, as in tree::Structure
  std::vector<ValueTree> children;
};

/// The values of type T in a tree of the user's. What is neither value nor node (an int, say) holds no value.
template <class T, class Tree>
ValueTree<T> value_tree(const Tree& t) {
  ValueTree<T> result;
  tree::Path step;
  const auto add = [&](const auto& child) {
    result.steps.push_back(step.string());
    result.children.push_back(value_tree<T>(child));
    if (!step.empty()) step.pop();
  };
  if constexpr (std::is_same_v<Tree, T> || (!std::is_same_v<T, bool> && std::is_convertible_v<const Tree&, T>)) {
    result.value.push_back(T(t));
  } else if constexpr (std::is_same_v<Tree, std::vector<bool>>) {
    result.kind = Kind::sequence;
    for (const bool x : t) {
      step.push_index(result.children.size());
      add(x);
    }
  } else if constexpr (ValueNode<Tree>) {
    result.kind = tree::detail::kind_of<Tree>;
    if constexpr (tree::detail::kind_of<Tree> == Kind::fields) {
      const auto members = tree::detail::fields(t);
      tree::detail::for_each_index<tree::detail::field_count<Tree>>([&](auto index) {
        tree::detail::push_field<Tree, index>(step);
        add(std::get<index>(members));
      });
    } else if constexpr (tree::detail::kind_of<Tree> == Kind::map) {
      for (const auto& [key, value] : tree::detail::in_order(t)) {
        step.push_key(key);
        add(value);
      }
    } else if constexpr (tree::detail::kind_of<Tree> == Kind::optional) {
      if (t) add(*t);
    } else {
      for (std::size_t i = 0; i < std::size(t); ++i) {
        step.push_index(i);
        add(t[i]);
      }
    }
  }
  return result;
}

template <class U, class T, class F>
ValueTree<U> transformed(const ValueTree<T>& t, const F& f) {
  ValueTree<U> result{t.kind, {}, t.steps, {}};
  for (const T& value : t.value) result.value.push_back(f(value));
  for (const auto& child : t.children) result.children.push_back(transformed<U>(child, f));
  return result;
}

/// What a mask has at a place, in words.
inline std::string in_words(Kind kind, std::size_t children) {
  if (kind == Kind::leaf) return "is a leaf";
  if (kind == Kind::static_leaf || kind == Kind::unsupported) return "has no value";
  if (kind == Kind::optional) return children == 0 ? "is empty" : "is set";
  const char* what = kind == Kind::fields ? "member" : (kind == Kind::map ? "key" : "element");
  return fill("has {} {}{}", {children, what, children == 1 ? "" : "s"});
}

[[noreturn]] inline void throw_mask_misfit(const tree::Path& path, const std::string& in_params,
                                           const std::string& in_mask) {
  throw StructureError(fill("mask: {} {} in the params and {} in the mask",
                            {path.empty() ? "the tree" : path.string(), in_params, in_mask}));
}

inline bool are_named(Kind kind, const std::vector<std::string>& steps) {
  return kind == Kind::map || (kind == Kind::fields && !steps.empty() && !steps[0].starts_with('['));
}

/// The values of the leaves of the params, in their order.
template <class T>
class Spread {
 public:
  std::vector<T> values;

  void walk(const ValueTree<T>& mask, const tree::Structure& params) {
    if (!mask.value.empty()) return fill(mask.value.front(), params);
    if (mask.kind != params.kind) misfit(mask, params);
    if (are_named(mask.kind, mask.steps) && are_named(params.kind, params.steps)) return walk_by_name(mask, params);
    if (mask.children.size() != params.children.size()) misfit(mask, params);
    for (std::size_t i = 0; i < params.children.size(); ++i) {
      if (params.children[i].has_leaves) step_to(mask.children[i], params, i);
    }
  }

 private:
  void walk_by_name(const ValueTree<T>& mask, const tree::Structure& params) {
    for (const std::string& step : mask.steps) {
      if (std::find(params.steps.begin(), params.steps.end(), step) != params.steps.end()) continue;
      path_.push_name(step);
      throw_mask_misfit(path_, "is not there", "is");
    }
    for (std::size_t i = 0; i < params.children.size(); ++i) {
      if (!params.children[i].has_leaves) continue;
      const auto found = std::find(mask.steps.begin(), mask.steps.end(), params.steps[i]);
      if (found != mask.steps.end()) {
        step_to(mask.children[static_cast<std::size_t>(found - mask.steps.begin())], params, i);
      } else {
        path_.push_name(params.steps[i]);
        throw_mask_misfit(path_, "is", "is not there");
      }
    }
  }

  void step_to(const ValueTree<T>& mask, const tree::Structure& params, std::size_t i) {
    path_.push_name(params.steps[i]);
    walk(mask, params.children[i]);
    path_.pop();
  }

  void fill(const T& value, const tree::Structure& params) {
    if (params.kind == Kind::leaf) values.push_back(value);
    for (const tree::Structure& child : params.children) fill(value, child);
  }

  [[noreturn]] void misfit(const ValueTree<T>& mask, const tree::Structure& params) {
    throw_mask_misfit(path_, in_words(params.kind, params.children.size()), in_words(mask.kind, mask.children.size()));
  }

  tree::Path path_;
};

template <class T>
std::vector<T> spread(const ValueTree<T>& mask, const tree::Structure& params) {
  Spread<T> result;
  result.walk(mask, params);
  return std::move(result.values);
}

}  // namespace grove::optim::detail
