// Functions without derivatives for several instances at once.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "packs.hpp"

namespace grove::detail {

/// A function of which one says that it takes batched numbers.
template <class F>
struct PackedFunction {
  F f;
  template <class... A>
  requires std::is_invocable_v<const F&, const A&...>
  auto operator()(const A&... a) const {
    using R = settled_result_t<std::invoke_result_t<const F&, const A&...>>;
    return R(settled(f(a...)));
  }
};

/// Such a function, if what it returns for several instances is what it returns for one, in batched numbers.
template <class F, class Positions, class... Args>
struct InPacks<PackedFunction<F>, Positions, Args...> : PackedArguments<Positions, Args...> {
  using Arguments = PackedArguments<Positions, Args...>;
  using S = typename Arguments::S;

  static consteval bool possible() {
    if constexpr (!Arguments::fit()) {
      return false;
    } else {
      return []<std::size_t... K>(std::index_sequence<K...>) {
        if constexpr (!std::is_invocable_v<const F&, const typename Arguments::template Packed<K>&...>) {
          return false;
        } else {
          using Single =
              std::invoke_result_t<const PackedFunction<F>&, const typename Arguments::template Argument<K, S>&...>;
          using Together =
              std::invoke_result_t<const PackedFunction<F>&, const typename Arguments::template Packed<K>&...>;
          return is_packed<Single, Together>();
        }
      }
      (std::index_sequence_for<Args...>{});
    }
  }

 private:
  template <class Single, class Together>
  static consteval bool is_packed() {
    if constexpr (tree::Pytree<Single>) {
      if constexpr (tree::detail::has_leaves<Single>)
        return std::is_same_v<rebind_t<Single, BatchedNumber<S>>, Together>;
    }
    return false;
  }
};

}  // namespace grove::detail
