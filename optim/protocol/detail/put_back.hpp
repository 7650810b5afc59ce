// A step that fails leaves the state as it was: what has to be put back, and no more.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../../../autodiff/tree/tree.hpp"
#include "run.hpp"

namespace grove::optim::detail {

/// What of its state a link may have changed when its step throws. Trees are large and counts are not, so links call
/// what can throw (schedules, functions of the user) before they touch a tree, and say so by a member `harm`.
enum class Harm {
  never,   ///< it does not throw
  none,    ///< its state is as it was
  counts,  ///< numbers beside the trees may have changed
  trees
};

/// Elementwise links can only fail in `prepare`, which knows no trees; of a link that says nothing all is feared.
template <class Link>
inline constexpr Harm harm = [] {
  if constexpr (requires { Link::harm; }) {
    return Link::harm;
  } else {
    return slot_count<Link> >= 0 ? Harm::counts : Harm::trees;
  }
}();

/// That of links which run one after the other, each of which may be stopped by those after it.
template <class... Links>
consteval Harm harm_of_all() {
  Harm worst = Harm::never;
  bool trees = false;
  const auto add = [&](Harm of_link, bool whole_tree, bool keeps_trees) {
    const bool undone = whole_tree && of_link != Harm::never && trees;
    worst = std::max(worst, undone ? Harm::trees : of_link);
    trees = trees || keeps_trees;
  };
  (add(harm<Links>, slot_count<Links> < 0, slot_count<Links> != 0), ...);
  return worst;
}

/// The numbers of a state beside its trees: counts, flags, keys of random numbers.
template <class S>
auto counts_of(const S& state) {
  using tree::detail::Kind;
  if constexpr (std::is_arithmetic_v<S> || std::is_enum_v<S>) {
    return state;
  } else if constexpr (tree::detail::kind_of<S> == Kind::fields) {
    return std::apply(
        [](const auto&... members) { return std::tuple<decltype(counts_of(members))...>{counts_of(members)...}; },
        tree::detail::fields(state));
  } else if constexpr (tree::detail::kind_of<S> == Kind::optional) {
    using Counts = decltype(counts_of(*state));
    return state ? std::optional<Counts>(counts_of(*state)) : std::optional<Counts>();
  } else {
    return std::tuple<>{};
  }
}

template <class S, class Counts>
void put_counts_back(S& state, const Counts& counts) {
  using tree::detail::Kind;
  if constexpr (std::is_arithmetic_v<S> || std::is_enum_v<S>) {
    state = counts;
  } else if constexpr (tree::detail::kind_of<S> == Kind::fields) {
    auto&& members = tree::detail::fields(state);
    tree::detail::for_each_index<std::tuple_size_v<Counts>>(
        [&](auto i) { put_counts_back(std::get<i.value>(members), std::get<i.value>(counts)); });
  } else if constexpr (tree::detail::kind_of<S> == Kind::optional) {
    if (state && counts) put_counts_back(*state, *counts);
  }
}

/// A state before a step, as far as the step may spoil it.
struct SavedNothing {
  template <class S>
  void put_back(S& /*state*/) {}
};
template <class Counts>
struct SavedCounts {
  Counts counts;

  template <class S>
  void put_back(S& state) {
    put_counts_back(state, counts);
  }
};
template <class S>
struct SavedWhole {
  S copy;

  void put_back(S& state) { state = std::move(copy); }
};
template <class... Saved>
struct SavedParts {
  std::tuple<Saved...> parts;

  template <class S>
  void put_back(S& states) {
    tree::detail::for_each_index<sizeof...(Saved)>(
        [&](auto i) { std::get<i.value>(parts).put_back(std::get<i.value>(states)); });
  }
};

/// What a link's own failure may spoil.
template <class Link, class S>
auto saved(const S& state) {
  if constexpr (requires { Link::saved(state); }) {
    return Link::saved(state);
  } else if constexpr (harm<Link> <= Harm::none) {
    return SavedNothing{};
  } else if constexpr (harm<Link> == Harm::counts) {
    return SavedCounts<decltype(counts_of(state))>{counts_of(state)};
  } else {
    return SavedWhole<S>{state};
  }
}

/// What a step of the link changes, so that a failure of a later link can undo it.
template <class Link, class S>
auto saved_step(const S& state) {
  if constexpr (slot_count<Link> == 0) {
    return SavedCounts<decltype(counts_of(state))>{counts_of(state)};
  } else if constexpr (requires { Link::saved_step(state); }) {
    return Link::saved_step(state);
  } else {
    return SavedWhole<S>{state};
  }
}

/// Calls run(), and puts the state back if that throws.
template <class Link, class S, class Run>
void or_put_back(S& state, const Run& run) {
  auto before = saved<Link>(std::as_const(state));
  try {
    run();
  } catch (...) {
    before.put_back(state);
    throw;
  }
}

}  // namespace grove::optim::detail
