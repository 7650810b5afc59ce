// Transformations that act on some steps only: apply_if_finite, conditionally_transform, conditionally_mask.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "accumulate.hpp"

namespace grove::optim {

/// Consecutive and total counts of updates that were not finite, and the state inside.
template <class State>
struct ApplyIfFiniteState {
  std::int64_t notfinite_count;  ///< updates in a row that were not finite
  bool last_finite;              ///< whether the last one was finite
  std::int64_t total_notfinite;  ///< updates that were not finite, of all
  State inner_state;             ///< of the transformation
};

/// The link behind `apply_if_finite`.
template <class Link>
struct ApplyIfFinite {
  static constexpr detail::Harm harm = detail::harm<Link>;
  Link inner;                           ///< what is applied
  std::int64_t max_consecutive_errors;  ///< more than so many in a row are let through

  template <class P>
  auto init(const P& params) const {
    return ApplyIfFiniteState<decltype(inner.init(params))>{0, true, 0, inner.init(params)};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    state.last_finite = !skip_not_finite(extra, updates, 0, params).should_skip;
    if (state.last_finite) {
      state.notfinite_count = 0;
    } else {
      state.notfinite_count = safe_increment(state.notfinite_count);
      state.total_notfinite = safe_increment(state.total_notfinite);
    }
    if (state.last_finite || state.notfinite_count > max_consecutive_errors) {
      detail::run(inner, updates, state.inner_state, params, extra);
    } else {
      detail::set_zero(extra, updates);
    }
  }
};

/// Ignores updates that are not finite: emits zeros and leaves the state inside alone.
///
/// After `max_consecutive_errors` of them in a row it gives up and lets them through until a finite one comes, as in
/// optax.
template <class T>
auto apply_if_finite(const T& inner, std::int64_t max_consecutive_errors) {
  detail::check_not_negative("apply_if_finite", "max_consecutive_errors", max_consecutive_errors);
  return GradientTransformation<ApplyIfFinite<detail::unwrap_link_t<T>>>{{inner, max_consecutive_errors}};
}

/// The state inside, and the step count.
template <class State>
struct ConditionallyTransformState {
  State inner_state;  ///< of the transformation
  std::int64_t step;  ///< steps so far
};

namespace detail {

/// What becomes of the updates on the steps that are left out.
struct LeaveUpdates {
  template <class E, class U>
  void operator()(const E& /*extra*/, U& /*updates*/) const {}
};
struct ZeroUpdates {
  template <class E, class U>
  void operator()(const E& extra, U& updates) const {
    set_zero(extra, updates);
  }
};

}  // namespace detail

/// The link behind `conditionally_transform` and `conditionally_mask`.
template <class Link, class Condition, class Otherwise>
struct Conditionally {
  static constexpr detail::Harm harm = std::max(detail::Harm::counts, detail::harm<Link>);
  Link inner;                     ///< what is applied
  Condition should_transform_fn;  ///< whether the transformation is applied, of the step (or more)

  template <class P>
  auto init(const P& params) const {
    return ConditionallyTransformState<decltype(inner.init(params))>{inner.init(params), 0};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    const bool transform = [&] {
      if constexpr (std::is_invocable_v<const Condition&, std::int64_t, const E&>) {
        return should_transform_fn(state.step, extra);
      } else {
        return should_transform_fn(state.step);
      }
    }();
    state.step = safe_increment(state.step);
    if (transform) {
      detail::run(inner, updates, state.inner_state, params, extra);
    } else {
      Otherwise{}(extra, updates);
    }
  }
};

/// Applies `inner` where `should_transform_fn(step)` is true; on other steps updates pass through.
///
/// The condition may also take the extra arguments of `update`: `[](std::int64_t, const auto& extra) { return
/// extra.value < 1; }`.
template <class T, class Condition>
auto conditionally_transform(const T& inner, Condition should_transform_fn) {
  detail::check_given("conditionally_transform", "should_transform_fn", should_transform_fn);
  using Link = detail::unwrap_link_t<T>;
  return GradientTransformation<Conditionally<Link, Condition, detail::LeaveUpdates>>{
      {inner, std::move(should_transform_fn)}};
}

/// The same, but on other steps the updates are zero.
template <class T, class Condition>
auto conditionally_mask(const T& inner, Condition should_transform_fn) {
  detail::check_given("conditionally_mask", "should_transform_fn", should_transform_fn);
  using Link = detail::unwrap_link_t<T>;
  return GradientTransformation<Conditionally<Link, Condition, detail::ZeroUpdates>>{
      {inner, std::move(should_transform_fn)}};
}

}  // namespace grove::optim
