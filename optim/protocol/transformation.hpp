// The protocol: what a gradient transformation is, and how it is called.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include "detail/check_state.hpp"
#include "detail/put_back.hpp"
#include "detail/run.hpp"
#include "extra.hpp"

namespace grove::optim {

/// The state of a transformation that has none.
struct EmptyState {};

/// What `update` returns: the rescaled updates and the state after this step. Take it apart with
/// `auto [updates, state] = optimizer.update(…);`.
template <class Updates, class State>
struct Updated {
  Updates updates;  ///< what apply_updates adds to the params
  State state;      ///< for the next step
};

namespace detail {

/// What advance(updates, state) of the link makes of them. A state that may be moved is not, until that has succeeded.
template <class Link, class U, class S, class Advance>
Updated<U, std::remove_cvref_t<S>> updated(U&& updates, S&& state, const Advance& advance) {
  if constexpr (std::is_lvalue_reference_v<S> || std::is_const_v<std::remove_reference_t<S>>) {
    std::remove_cvref_t<S> copy = state;
    advance(updates, copy);
    return {std::move(updates), std::move(copy)};
  } else {
    or_put_back<Link>(state, [&] { advance(updates, state); });
    return {std::move(updates), std::move(state)};
  }
}

}  // namespace detail

/// A transformation as its users see it: the options of `Link`, its `init`, and `update`.
///
///   auto state = optimizer.init(params);
///   auto [updates, new_state] = optimizer.update(grads, std::move(state), params);
///
/// `Link` is an aggregate of options with `init(params) → State` and one of
///   - `prepare(state) → constants`, `slots(state, updates) → tuple of trees`, `apply(constants, u, p, slots…)`: an
///     elementwise link, which `chain` fuses with its neighbours. Instead of changing `u` in `apply`, it may call
///     `next(formula)` in `emit(constants, u, p, next, slots…)`: then the formula is part of the next link's pass;
///   - `update_in_place(updates, state, params, extra)`: a link that needs the whole tree;
///   - `update(updates, state, params) → {updates, state}`: the plain protocol, all that one's own transformation
///   needs.
template <class Link>
struct GradientTransformation : Link {
  /// The updates after this transformation, and its new state. Move the updates and the state in, and nothing is
  /// allocated.
  ///
  /// `params` are those that the gradients were taken of. `extra` are named arguments, such as `with_value(loss)`, that
  /// some transformations need and the others ignore.
  /// Throws: grove::StructureError if the trees differ in structure or shapes; what schedules and other functions
  /// throw. The state is then as it was, one that was to be moved included.
  template <class U, class S, class P, class... Slots>
  Updated<U, std::remove_cvref_t<S>> update(U updates, S&& state, const P& params, const Slots&... extra) const {
    return detail::updated<Link>(std::move(updates), std::forward<S>(state), [&](U& u, auto& s) {
      detail::check_call(u, s, params);
      detail::run(link(), u, s, params, Extra<Slots...>{extra...});
    });
  }

  /// The same for transformations that do not look at the params.
  template <class U, class S>
  Updated<U, std::remove_cvref_t<S>> update(U updates, S&& state) const {
    static_assert(!detail::needs_params<Link>, "this transformation needs the params as third argument of update");
    return detail::updated<Link>(std::move(updates), std::forward<S>(state), [&](U& u, auto& s) {
      detail::check_state(s, u);
      detail::run(link(), u, s, u, Extra<>{});
    });
  }

  /// The options, without `update`.
  const Link& link() const { return *this; }
};

/// Options become a transformation without their type being written.
template <class Link>
GradientTransformation(Link) -> GradientTransformation<Link>;

namespace detail {

/// What a wrapper keeps of its part: the link inside a GradientTransformation, or one's own transformation as it is.
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

/// Has a state for params of type P.
template <class T, class P>
concept MakesState = requires(const T& transformation, const P& params) {
  transformation.init(params);
};

/// What can be a part of a chain, or be stepped and minimized with, for params of type P: it makes a state of them, and
/// is one of the kinds of link that GradientTransformation lists.
template <class T, class P>
concept Transformation = MakesState<T, P> && requires(const T& transformation, P& updates, const P& params) {
  requires detail::is_elementwise<T> || requires(decltype(transformation.init(params))& state) {
    transformation.update_in_place(updates, state, params, Extra<>{});
  } || requires(decltype(transformation.init(params))& state) {
    { transformation.update(updates, state, params).updates } -> std::convertible_to<P>;
  };
};

/// One more, but never beyond the largest number.
constexpr std::int64_t safe_increment(std::int64_t count) {
  return count < std::numeric_limits<std::int64_t>::max() ? count + 1 : count;
}

}  // namespace grove::optim
