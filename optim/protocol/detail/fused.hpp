// Neighbouring elementwise links as one, so that they share a pass over memory.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "run.hpp"

namespace grove::optim::detail {

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

}  // namespace grove::optim::detail
