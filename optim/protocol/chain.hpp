// Transformations one after the other.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "detail/fused.hpp"
#include "detail/put_back.hpp"
#include "detail/run.hpp"
#include "transformation.hpp"

namespace grove::optim {
/// The links of a chain; made by `chain`. Its state is the tuple of its links' states.
template <class... Links>
struct Chain {
  /// Whether all of them can be fused into one pass.
  static constexpr bool all_elementwise = (detail::is_elementwise<Links> && ...);
  static constexpr bool works_by_rows = (detail::works_by_rows<Links> && ...);
  static constexpr int slot_count = all_elementwise ? (0 + ... + detail::slot_count<Links>) : -1;
  static constexpr detail::Harm harm = detail::harm_of_all<Links...>();

  std::tuple<Links...> links;  ///< in the order in which updates pass them

  template <class P>
  auto init(const P& params) const {
    static_assert((MakesState<Links, P> && ...),
                  "chain: a part is no transformation of these params; it needs init(params)");
    return std::apply(
        [&](const auto&... link) { return std::tuple<decltype(link.init(params))...>{link.init(params)...}; }, links);
  }

  auto prepare(auto& states) const { return fused<0, sizeof...(Links)>().prepare(states); }
  auto slots(auto& states, auto& updates) const { return fused<0, sizeof...(Links)>().slots(states, updates); }
  void apply_at(std::size_t leaf, const auto& constants, auto& u, const auto& p, auto&... slots) const {
    fused<0, sizeof...(Links)>().apply_at(leaf, constants, u, p, slots...);
  }
  /// Passes a block of a leaf through all of them.
  void pass(std::size_t leaf, const auto& constants, const auto& in, auto& room, const auto& p, const auto& next,
            auto&... slots) const {
    fused<0, sizeof...(Links)>().pass(leaf, constants, in, room, p, next, slots...);
  }

  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& states, const P& params, const E& extra) const {
    static_assert(std::tuple_size_v<S> == sizeof...(Links), "the state is not one of this chain: its length differs");
    run_from<0, false>(updates, states, params, extra, prepared_from<0>(states));
  }

  template <class U, class S, class P, class E>
  void step_in_place(U& grads, S& states, P& params, const E& extra) const {
    run_from<0, true>(grads, states, params, extra, prepared_from<0>(states));
  }

  /// What a failing step may spoil: each link's own part, and all that a link does before one that may fail.
  template <class S>
  static auto saved(const S& states) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return detail::SavedParts<decltype(saved_part<I>(states))...>{{saved_part<I>(states)...}};
    }
    (std::index_sequence_for<Links...>{});
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

  template <std::size_t I>
  static auto saved_part(const auto& states) {
    using Link = std::tuple_element_t<I, std::tuple<Links...>>;
    constexpr std::array<bool, sizeof...(Links)> may_fail{
        (!detail::is_elementwise<Links> && detail::harm<Links> != detail::Harm::never)...};
    if constexpr (std::find(may_fail.begin() + I + 1, may_fail.end(), true) != may_fail.end()) {
      return detail::saved_step<Link>(std::get<I>(states));
    } else {
      return detail::saved<Link>(std::get<I>(states));
    }
  }

  template <std::size_t First, std::size_t Last>
  static auto range_of(auto& states) {
    return [&]<std::size_t... J>(std::index_sequence<J...>) { return std::tie(std::get<First + J>(states)...); }
    (std::make_index_sequence<Last - First>{});
  }

  /// The constants of each run of elementwise links. All are made before any link touches a tree, as schedules may
  /// fail.
  template <std::size_t I>
  auto prepared_from(auto& states) const {
    if constexpr (I == sizeof...(Links)) {
      return std::tuple<>{};
    } else if constexpr (constexpr std::size_t end = end_of_run<I>(); end > I) {
      auto range = range_of<I, end>(states);
      std::tuple<decltype(fused<I, end>().prepare(range))> constants{fused<I, end>().prepare(range)};
      return std::tuple_cat(std::move(constants), prepared_from<end>(states));
    } else {
      const auto& link = std::get<I>(links);
      if constexpr (requires { link.check_before_step(std::get<I>(states)); })
        link.check_before_step(std::get<I>(states));
      return prepared_from<I + 1>(states);
    }
  }

  template <std::size_t I, bool Step, std::size_t Run = 0>
  void run_from(auto& updates, auto& states, auto& params, const auto& extra, const auto& prepared) const {
    if constexpr (I < sizeof...(Links)) {
      constexpr std::size_t end = end_of_run<I>();
      constexpr bool last = (end == I ? I + 1 : end) == sizeof...(Links);
      if constexpr (end > I) {
        auto range = range_of<I, end>(states);
        detail::run_prepared<Step && last>(fused<I, end>(), std::get<Run>(prepared), updates, range, params, extra);
        run_from<end, Step, Run + 1>(updates, states, params, extra, prepared);
      } else {
        auto& state = std::get<I>(states);
        if constexpr (Step && last) {
          detail::run_step(std::get<I>(links), updates, state, params, extra);
        } else {
          detail::run(std::get<I>(links), updates, state, params, extra);
        }
        run_from<I + 1, Step, Run>(updates, states, params, extra, prepared);
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
