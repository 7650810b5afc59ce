// A transformation on all leaves joined to one vector.
#pragma once

#include <Eigen/Core>
#include <utility>

#include "autodiff/tree/tree.hpp"
#include "optim/protocol/transformation.hpp"

namespace grove::optim {

/// The state inside, and room for the flattened trees.
template <class State, class Scalar>
struct FlattenState {
  State inner_state;
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> updates;
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> params;
};

/// The link behind `flatten`.
template <class Link>
struct Flatten {
  static constexpr bool needs_params = detail::needs_params<Link>;

  Link inner;

  template <class P>
  auto init(const P& params) const {
    auto flat = tree::flatten(params);
    using Scalar = typename decltype(flat)::Scalar;
    auto state = inner.init(flat);
    return FlattenState<decltype(state), Scalar>{std::move(state), flat, flat};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    E everything = extra;
    everything.filter = nullptr;
    tree::flatten_into(updates, state.updates);
    tree::flatten_into(params, state.params);
    detail::run(inner, state.updates, state.inner_state, state.params, everything);
    tree::unflatten_into(state.updates, updates);
  }
};

/// Runs a transformation on all leaves joined to one vector, so that what it does by leaf, it does for the whole tree.
template <class T>
auto flatten(const T& inner) {
  return GradientTransformation<Flatten<detail::unwrap_link_t<T>>>{{inner}};
}

}  // namespace grove::optim
