// Transformations from plain functions of the updates and the params.
#pragma once

#include <cstddef>
#include <utility>

#include "../protocol/detail/leafwise.hpp"
#include "../protocol/transformation.hpp"

namespace grove::optim {

/// The link behind `stateless`.
template <class F>
struct StatelessTree {
  F f;  ///< from updates and params to updates

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P>
  Updated<U, EmptyState> update(U updates, EmptyState /*state*/, const P& params) const {
    return {f(std::move(updates), params), {}};
  }
};

/// updates ← f(updates, params), for trees.
template <class F>
auto stateless(F f) {
  detail::check_given("stateless", "f", f);
  return GradientTransformation<StatelessTree<F>>{{std::move(f)}};
}

/// The link behind `stateless_with_tree_map`.
template <class F>
struct StatelessLeaf {
  F f;  ///< from one updated leaf and its param to the leaf

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, EmptyState& /*state*/, const P& params, const E& extra) const {
    detail::for_each_leaf(
        extra, [&](std::size_t, auto&& u, const auto& p) { u = f(std::as_const(u), p); }, updates, params);
  }
};

/// u ← f(u, p) for each leaf, shown as numbers and arrays. f must be elementwise.
template <class F>
auto stateless_with_tree_map(F f) {
  detail::check_given("stateless_with_tree_map", "f", f);
  return GradientTransformation<StatelessLeaf<F>>{{std::move(f)}};
}

}  // namespace grove::optim
