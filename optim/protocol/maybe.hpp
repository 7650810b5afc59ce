// A link that may be left out at run time, as options of an alias ask.
#pragma once

#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../../autodiff/error.hpp"
#include "detail/run.hpp"
#include "transformation.hpp"

namespace grove::optim {

/// The link behind `maybe`; its state is empty if the link is left out.
template <class Link>
struct Maybe {
  static constexpr int slot_count = detail::slot_count<Link>;
  static constexpr detail::Harm harm = detail::harm<Link>;
  std::optional<Link> inner;  ///< the link, if there is one

  template <class P>
  auto init(const P& params) const {
    using State = decltype(inner->init(params));
    return inner ? std::optional<State>(inner->init(params)) : std::optional<State>();
  }

  template <class State>
  auto prepare(std::optional<State>& state) const {
    check_before_step(state);
    using Constants = decltype(inner->prepare(*state));
    return inner ? inner->prepare(*state) : Constants{};
  }

  /// Without the link the updates stand in for its trees, and are not touched.
  template <class State, class U>
  auto slots(std::optional<State>& state, U& updates) const {
    check_before_step(state);
    using Slots = decltype(inner->slots(*state, updates));
    if (inner) return inner->slots(*state, updates);
    return [&]<class... T>(std::type_identity<std::tuple<T&...>>) {
      return std::tuple<T&...>(const_cast<T&>(static_cast<const T&>(updates))...);
    }(std::type_identity<Slots>{});
  }

  void apply_at(std::size_t leaf, const auto& constants, auto& u, const auto& p, auto&... slots) const {
    if (inner) detail::apply_link(*inner, constants, leaf, u, p, slots...);
  }

  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    check_before_step(state);
    if (inner) detail::run(*inner, updates, *state, params, extra);
  }

  /// Throws: StructureError if the state was made without the link. A chain asks before its first link runs.
  void check_before_step(const auto& state) const {
    if (inner && !state)
      throw StructureError("update: the optimizer's state was made without a part that the optimizer has");
  }
};

/// The transformation if `wanted`, else nothing.
template <class Link>
auto maybe(bool wanted, const GradientTransformation<Link>& transformation) {
  return GradientTransformation<Maybe<Link>>{{wanted ? std::optional<Link>(transformation) : std::nullopt}};
}

}  // namespace grove::optim
