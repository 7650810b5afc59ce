// Transformations one after the other.
#pragma once

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "optim/protocol/detail/run.hpp"
#include "optim/protocol/transformation.hpp"

namespace grove::optim {
namespace detail {

/// Neighbouring elementwise links as one elementwise link. It refers to the links and to their states.
template <class... Links>
struct Fused {
  static constexpr int slot_count = (0 + ... + detail::slot_count<Links>);

  std::tuple<const Links&...> links;

  auto prepare(auto& states) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::tuple<decltype(std::get<I>(links).prepare(std::get<I>(states)))...>{
          std::get<I>(links).prepare(std::get<I>(states))...};
    }
    (std::index_sequence_for<Links...>{});
  }

  auto slots(auto& states, auto& updates) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::tuple_cat(std::get<I>(links).slots(std::get<I>(states), updates)...);
    }
    (std::index_sequence_for<Links...>{});
  }

  void apply_at(std::size_t leaf, const auto& constants, auto& u, const auto& p, auto&... slots) const {
    apply_from<0, 0>(leaf, constants, u, p, std::tie(slots...));
  }

  /// Each link passes on to the next, and the last to `next`.
  void pass(std::size_t leaf, const auto& constants, const auto& in, auto& room, const auto& p, const auto& next,
            auto&... slots) const {
    pass_from<0, 0>(leaf, constants, in, room, p, next, std::tie(slots...));
  }

 private:
  template <std::size_t I, std::size_t First>
  void pass_from(std::size_t leaf, const auto& constants, const auto& in, auto& room, const auto& p, const auto& next,
                 const auto& slots) const {
    if constexpr (I == sizeof...(Links)) {
      next(in);
    } else {
      using Link = std::remove_cvref_t<std::tuple_element_t<I, std::tuple<Links...>>>;
      constexpr auto count = static_cast<std::size_t>(detail::slot_count<Link>);
      const auto pass_on = [&](const auto& out) {
        pass_from<I + 1, First + count>(leaf, constants, out, room, p, next, slots);
      };
      [&]<std::size_t... J>(std::index_sequence<J...>) {
        detail::pass(std::get<I>(links), std::get<I>(constants), leaf, in, room, p, pass_on,
                     std::get<First + J>(slots)...);
      }
      (std::make_index_sequence<count>{});
    }
  }

  template <std::size_t I, std::size_t First>
  void apply_from(std::size_t leaf, const auto& constants, auto& u, const auto& p, const auto& slots) const {
    if constexpr (I < sizeof...(Links)) {
      using Link = std::remove_cvref_t<std::tuple_element_t<I, std::tuple<Links...>>>;
      constexpr auto count = static_cast<std::size_t>(detail::slot_count<Link>);
      [&]<std::size_t... J>(std::index_sequence<J...>) {
        apply_link(std::get<I>(links), std::get<I>(constants), leaf, u, p, std::get<First + J>(slots)...);
      }
      (std::make_index_sequence<count>{});
      apply_from<I + 1, First + count>(leaf, constants, u, p, slots);
    }
  }
};

/// What `chain` keeps of a part: the link inside a GradientTransformation, or one's own transformation as it is.
template <class T>
struct UnwrapLink {
  using type = T;
};
template <class Link>
struct UnwrapLink<GradientTransformation<Link>> {
  using type = Link;
};
template <class T>
using unwrap_link_t = typename UnwrapLink<std::remove_cvref_t<T>>::type;

}  // namespace detail

/// The links of a chain; made by `chain`. Its state is the tuple of its links' states.
template <class... Links>
struct Chain {
  static constexpr bool all_elementwise = (detail::is_elementwise<Links> && ...);
  static constexpr int slot_count = all_elementwise ? (0 + ... + detail::slot_count<Links>) : -1;
  static constexpr bool needs_params = (detail::needs_params<Links> || ...);

  static constexpr bool uses_grad = (detail::uses_grad<Links> || ...);

  std::tuple<Links...> links;

  template <class P>
  auto init(const P& params) const {
    return std::apply(
        [&](const auto&... link) { return std::tuple<decltype(link.init(params))...>{link.init(params)...}; }, links);
  }

  auto prepare(auto& states) const { return fused<0, sizeof...(Links)>().prepare(states); }
  auto slots(auto& states, auto& updates) const { return fused<0, sizeof...(Links)>().slots(states, updates); }
  void apply_at(std::size_t leaf, const auto& constants, auto& u, const auto& p, auto&... slots) const {
    fused<0, sizeof...(Links)>().apply_at(leaf, constants, u, p, slots...);
  }
  void pass(std::size_t leaf, const auto& constants, const auto& in, auto& room, const auto& p, const auto& next,
            auto&... slots) const {
    fused<0, sizeof...(Links)>().pass(leaf, constants, in, room, p, next, slots...);
  }

  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& states, const P& params, const E& extra) const {
    static_assert(std::tuple_size_v<S> == sizeof...(Links), "the state is not one of this chain: its length differs");
    run_from<0, false>(updates, states, params, extra);
  }

  template <class U, class S, class P, class E>
  void step_in_place(U& grads, S& states, P& params, const E& extra) const {
    run_from<0, true>(grads, states, params, extra);
  }

 private:
  /// One past the last of the elementwise links that start at `First`.
  template <std::size_t First>
  static constexpr std::size_t end_of_run() {
    constexpr std::array<bool, sizeof...(Links)> elementwise{detail::is_elementwise<Links>...};
    std::size_t last = First;
    while (last < sizeof...(Links) && elementwise[last]) ++last;
    return last;
  }

  template <std::size_t First, std::size_t Last>
  auto fused() const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return detail::Fused<std::tuple_element_t<First + I, std::tuple<Links...>>...>{
          std::tie(std::get<First + I>(links)...)};
    }
    (std::make_index_sequence<Last - First>{});
  }

  template <std::size_t I, bool Step>
  void run_from(auto& updates, auto& states, auto& params, const auto& extra) const {
    if constexpr (I < sizeof...(Links)) {
      constexpr std::size_t end = end_of_run<I>();
      constexpr bool last = (end == I ? I + 1 : end) == sizeof...(Links);
      if constexpr (end > I) {
        auto range = [&]<std::size_t... J>(std::index_sequence<J...>) { return std::tie(std::get<I + J>(states)...); }
        (std::make_index_sequence<end - I>{});
        detail::run_elementwise<Step && last>(fused<I, end>(), updates, range, params, extra);
        run_from<end, Step>(updates, states, params, extra);
      } else {
        auto& state = std::get<I>(states);
        if constexpr (Step && last) {
          detail::run_step(std::get<I>(links), updates, state, params, extra);
        } else {
          detail::run(std::get<I>(links), updates, state, params, extra);
        }
        run_from<I + 1, Step>(updates, states, params, extra);
      }
    }
  }
};

/// Applies transformations in the order given, each to the updates that the one before left, all with the same params.
///
///   auto optimizer = chain(clip_by_global_norm(1.0), adam(1e-2));
///
/// State: the std::tuple of the parts' states. Neighbouring elementwise parts run in one pass over memory.
template <class... Parts>
auto chain(const Parts&... parts) {
  static_assert(sizeof...(Parts) > 0, "chain: there must be at least one transformation");
  using Links = Chain<detail::unwrap_link_t<Parts>...>;
  return GradientTransformation<Links>{Links{std::tuple<detail::unwrap_link_t<Parts>...>{parts...}}};
}

}  // namespace grove::optim
