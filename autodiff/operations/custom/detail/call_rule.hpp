// How a rule is called: in the mode of its arguments, and with those of one instance at a time.
#pragma once

#include <type_traits>
#include <utility>

#include "rule_arguments.hpp"

namespace grove::detail {

template <class S>
struct unbatched_number {
  using type = S;
};
template <class S, int N>
struct unbatched_number<Batched<S, N>> {
  using type = S;
};
template <class S>
struct unbatched_number<Var<S>> {
  using type = Var<typename unbatched_number<S>::type>;
};
template <class S, int N, bool Forward>
struct unbatched_number<Dual<S, N, Forward>> {
  using type = Dual<typename unbatched_number<S>::type, N, Forward>;
};

/// The type that an argument has for a single instance.
template <class T>
struct unbatched {
  using Scalar = typename scalar_of_argument<T>::type;
  using Single = typename unbatched_number<Scalar>::type;
  static constexpr bool is_single = std::is_same_v<Scalar, Single>;
  static auto pick() {
    if constexpr (is_single) {
      return std::type_identity<T>{};
    } else {
      return std::type_identity<rebind_t<bare<decltype(settled(std::declval<const T&>()))>, Single>>{};
    }
  }
  using type = typename decltype(pick())::type;
};
/// The scalar of the first argument that is of several instances.
template <class T, class... Rest>
struct batched_scalar {
  using type =
      typename std::conditional_t<unbatched<T>::is_single, batched_scalar<Rest...>, scalar_of_argument<T>>::type;
};
template <class T>
struct batched_scalar<T> : scalar_of_argument<T> {};

template <class R>
R diverge_as() {
  diverge();
}

/// Calls a rule in the mode that the level L of its arguments asks for: on plain arguments, with tangents, or as a node
/// of the tape.
template <class L, class Rule, class... Args>
auto call_at_level(const Rule& rule, const Args&... args) {
  if constexpr (!(unbatched<Args>::is_single && ...)) {
    // A rule is written for single numbers.
    using Single = decltype(call_at_level<typename unbatched_number<L>::type>(
        rule, std::declval<const typename unbatched<Args>::type&>()...));
    using Number = std::conditional_t<depth_of<L> == 0, typename batched_scalar<Args...>::type, L>;
    return diverge_as<rebind_t<Single, Number>>();
  } else if constexpr (depth_of<L> == 0) {
    return rule.plain(args...);
  } else if constexpr (is_dual<L>) {
    return rule.template forward<L>(settled(args)...);
  } else if constexpr (is_recordable<typename L::Scalar>) {
    return rule.template recorded<typename L::Scalar>(settled(args)...);
  } else {  // variables that only carry tangents
    using D = typename L::Scalar;
    return lifted_result<D>(Lifted::constants, rule.template forward<D>(numbers_below<L>(args)...));
  }
}

}  // namespace grove::detail
