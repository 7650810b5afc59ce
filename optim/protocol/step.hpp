// Updates meet params.
#pragma once

#include <cstdint>
#include <utility>

#include "../numerics/detail/check.hpp"
#include "../numerics/detail/math.hpp"
#include "transformation.hpp"

namespace grove::optim {

/// params + updates. The minus sign of a descent is in the updates: it is part of the optimizer.
///
///   params = apply_updates(std::move(params), updates);
///
/// Throws: StructureError if the trees differ in structure or shapes, naming the path.
template <class P, class U>
P apply_updates(P params, const U& updates) {
  tree::check_same_structure("apply_updates", params, updates, "params", "updates");
  detail::add_to(params, updates);
  return params;
}

namespace detail {

/// `step` for those who drop the state when it fails.
template <class T, class G, class S, class P, class E>
void step_unguarded(const T& optimizer, G&& grads, S& state, P& params, const E& extra) {
  check_call(grads, state, params);
  if constexpr (requires { optimizer.link(); }) {
    run_step(optimizer.link(), grads, state, params, extra);
  } else {
    run_step(optimizer, grads, state, params, extra);
  }
}

}  // namespace detail

/// One step of the optimizer, in place: bit for bit what `update` and `apply_updates` give, in fewer passes over
/// memory.
///
///   step(optimizer, grads, state, params);
///
/// Nothing is allocated. `grads` are used up: an optimizer that looks at the whole tree leaves its updates there. If
/// they are const, such an optimizer works on a copy.
/// Throws: StructureError if the grads or the state are not of the structure of the params; what schedules and other
/// functions throw. State and params are then as they were. For that the state of links that stand before one which
/// calls functions in the middle of its work (linesearches, sam, one's own) is copied; counts suffice for the others.
template <class T, class G, class S, class P, class... Slots>
requires Transformation<T, P>
void step(const T& optimizer, G&& grads, S& state, P& params, const Slots&... extra) {
  detail::or_put_back<detail::unwrap_link_t<T>>(
      state, [&] { detail::step_unguarded(optimizer, grads, state, params, Extra<Slots...>{extra...}); });
}

/// step_size · new_tensors + (1 - step_size) · old_tensors: a slowly following copy of the params.
template <class P>
P incremental_update(const P& new_tensors, P old_tensors, double step_size) {
  tree::for_each(
      [&](auto&& o, const auto& n) {
        o = detail::in_scalar_of(o, step_size) * n + detail::in_scalar_of(o, 1 - step_size) * o;
      },
      old_tensors, new_tensors);
  return old_tensors;
}

/// The new tensors every `update_period` steps, starting with step 0; otherwise the old ones.
/// Throws: HyperparameterError if update_period < 1.
template <class P>
P periodic_update(const P& new_tensors, const P& old_tensors, std::int64_t steps, std::int64_t update_period) {
  detail::check_positive("periodic_update", "update_period", update_period);
  return steps % update_period == 0 ? new_tensors : old_tensors;
}

}  // namespace grove::optim
