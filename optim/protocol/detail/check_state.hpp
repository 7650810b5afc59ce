// Before a step: updates and state must be those of params of this structure. Checked before anything is changed.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <tuple>
#include <type_traits>

#include "../../../autodiff/error.hpp"
#include "../../../autodiff/tree/tree.hpp"
#include "../../numerics/detail/check.hpp"

namespace grove::optim::detail {

/// Throws unless a state that is kept by leaf has an entry for each leaf.
template <class P>
void check_entries(std::size_t entries, const P& params) {
  const auto leaves = static_cast<std::size_t>(tree::leaf_count(params));
  if (entries == leaves) return;
  throw StructureError(
      fill("update: the params have {} leaves and the optimizer's state was made for {}; make it with "
           "init(params)",
           {leaves, entries}));
}

[[noreturn]] inline void throw_leaf_misfit(const tree::Path& path, Eigen::Index rows, Eigen::Index cols) {
  throw StructureError(
      fill("update: {} is {}×{} in the params, and the optimizer's state was made for another shape; "
           "make it with init(params)",
           {path.empty() ? "the leaf" : path.string(), rows, cols}));
}

/// Throws unless the trees are of the structure of the params.
template <class P, class... Trees>
void check_trees(const P& params, const Trees&... trees) {
  (tree::check_same_structure("update", params, trees, "params", "the optimizer's state"), ...);
}

/// Whether State is a template of Member, as the states are that keep trees like the params.
template <class State, class Member>
inline constexpr bool is_argument_of = false;
template <template <class...> class State, class... Arguments, class Member>
inline constexpr bool is_argument_of<State<Arguments...>, Member> = (std::is_same_v<Arguments, Member> || ...);
template <class... States, class Member>
inline constexpr bool is_argument_of<std::tuple<States...>, Member> = false;

template <class State, class P>
void check_state(const State& state, const P& params);

template <class State, class Member, class P>
void check_member(const Member& member, const P& params) {
  using tree::detail::Kind;
  constexpr Kind kind = tree::detail::kind_of<Member>;
  if constexpr (is_argument_of<State, Member> && std::is_same_v<Member, P>) {
    check_trees(params, member);
  } else if constexpr (kind == Kind::optional) {
    if (member) check_member<State>(*member, params);
  } else if constexpr (kind == Kind::sequence) {
    for (const auto& element : member) check_member<State>(element, params);
  } else {
    check_state(member, params);
  }
}

/// Throws StructureError unless the state was made for params of this structure. A state that is kept by leaf says so
/// by `check_fits(params)`; in others the members are looked at that are trees like the params.
template <class State, class P>
void check_state(const State& state, const P& params) {
  if constexpr (requires { state.check_fits(params); }) {
    state.check_fits(params);
  } else if constexpr (tree::detail::kind_of<State> == tree::detail::Kind::fields) {
    std::apply([&](const auto&... members) { (check_member<State>(members, params), ...); },
               tree::detail::fields(state));
  } else if constexpr (tree::detail::kind_of<State> == tree::detail::Kind::optional) {
    if (state) check_state(*state, params);
  }
}

/// The check of a call of update or step.
template <class U, class S, class P>
void check_call(const U& updates, const S& state, const P& params) {
  if constexpr (std::is_same_v<U, P>) tree::check_same_structure("update", params, updates, "params", "updates");
  check_state(state, params);
}

}  // namespace grove::optim::detail
