// Sharpness-aware minimization: gradients are taken where the loss is highest nearby.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "../../autodiff/error.hpp"
#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"

namespace grove::optim::contrib {

/// The step within a period, both states, and the params at its start (in opaque mode: where the adversary got to).
template <class State, class AdvState, class P>
struct SAMState {
  std::int64_t steps_since_sync;  ///< the step within the period
  State opt_state;                ///< of the optimizer
  AdvState adv_state;             ///< of the one that goes uphill
  P cache;                        ///< the params at the period's start (in opaque mode: where the adversary got to)
};

/// Options of `sam`.
struct SamOptions {
  std::int64_t sync_period = 2;  ///< steps in a period, the last of which is the optimizer's, ≥ 1
  bool reset_state = true;       ///< whether the adversary starts every period with a new state
  bool opaque_mode = false;      ///< whether one call of update runs a whole period
};

/// The link behind `sam`.
template <class Link, class AdvLink>
struct Sam {
  static constexpr bool needs_params = true;

  Link optimizer;         ///< goes downhill
  AdvLink adv_optimizer;  ///< goes uphill first
  SamOptions options;     ///< how far and how often

  template <class P>
  auto init(const P& params) const {
    using State = decltype(optimizer.init(params));
    using AdvState = decltype(adv_optimizer.init(params));
    return SAMState<State, AdvState, P>{0, optimizer.init(params), adv_optimizer.init(params), params};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    if (options.opaque_mode) {
      update_opaque(updates, state, params, extra);
    } else {
      update_transparent(updates, state, params, extra);
    }
  }

 private:
  template <class U, class S, class P, class E>
  void update_transparent(U& updates, S& state, const P& params, const E& extra) const {
    if (state.steps_since_sync == 0) state.cache = params;
    if (state.steps_since_sync < options.sync_period - 1) {
      detail::run(adv_optimizer, updates, state.adv_state, params, extra);
      detail::for_each_leaf(
          extra, [](std::size_t, auto&& u) { u = -u; }, updates);
      ++state.steps_since_sync;
      return;
    }
    detail::run(optimizer, updates, state.opt_state, state.cache, extra);
    detail::for_each_leaf(
        extra, [](std::size_t, auto&& u, const auto& start, const auto& p) { u = start - p + u; }, updates, state.cache,
        params);
    if (options.reset_state) state.adv_state = adv_optimizer.init(params);
    state.steps_since_sync = 0;
  }

  template <class U, class S, class P, class E>
  void update_opaque(U& updates, S& state, const P& params, const E& extra) const {
    if (!has_gradient(extra))
      throw Error("sam: in opaque_mode update needs the gradient: pass optim::with_value_and_grad_fn(f)");
    if constexpr (detail::HasValueAndGradFn<E>) {
      state.cache = params;
      for (std::int64_t i = 1; i < options.sync_period; ++i) {
        detail::run(adv_optimizer, updates, state.adv_state, state.cache, extra);
        detail::for_each_leaf(
            extra, [](std::size_t, auto&& p, const auto& u) { p = p - u; }, state.cache, updates);
        take_gradient(extra, state.cache, updates);
      }
      if (options.reset_state) state.adv_state = adv_optimizer.init(params);
      detail::run(optimizer, updates, state.opt_state, params, extra);
    }
  }

  template <class E>
  static bool has_gradient(const E& extra) {
    if constexpr (detail::HasValueAndGradFn<E>) {
      return detail::is_given(extra.value_and_grad_fn);
    } else {
      return false;
    }
  }

  /// The gradient at `at`; under a mask the updates of the other leaves stay.
  template <class E, class P, class U>
  static void take_gradient(const E& extra, const P& at, U& updates) {
    if (extra.filter == nullptr) {
      extra.value_and_grad_fn(at, updates);
      return;
    }
    U grads = updates;
    extra.value_and_grad_fn(at, grads);
    detail::for_each_leaf(
        extra, [](std::size_t, auto&& u, const auto& g) { u = g; }, updates, grads);
  }
};

/// SAM: `sync_period` - 1 steps of the adversary uphill, then a step of the optimizer from where they started, with the
/// gradient at the point they reached.
///
///   auto optimizer = sam(sgd(0.1), chain(normalize(), sgd(0.05)));
///
/// Each call of update is one of these steps and needs the gradient at the params of that call. In opaque mode a call
/// runs the whole period: the params never show the adversary's steps, and update needs `with_value_and_grad_fn(f)`,
/// which `minimize` passes.
/// Throws: HyperparameterError if sync_period < 1; Error from update in opaque mode without the function.
/// Source: Foret et al. 2021, https://arxiv.org/abs/2010.01412
template <class T, class A>
auto sam(const T& optimizer, const A& adv_optimizer, SamOptions options = {}) {
  detail::check_positive("sam", "sync_period", options.sync_period);
  using Link = Sam<detail::unwrap_link_t<T>, detail::unwrap_link_t<A>>;
  return GradientTransformation<Link>{{optimizer, adv_optimizer, options}};
}

}  // namespace grove::optim::contrib
