// Sharpness-aware minimization: gradients are taken where the loss is highest nearby.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "optim/chain.hpp"
#include "optim/detail/leafwise.hpp"

namespace grove::optim::contrib {

/// The step within a period, both states, and the params at its start.
template <class State, class AdvState, class P>
struct SAMState {
  std::int64_t steps_since_sync;
  State opt_state;
  AdvState adv_state;
  P cache;
};

/// The link behind `sam`.
template <class Link, class AdvLink>
struct Sam {
  static constexpr bool needs_params = true;

  Link optimizer;
  AdvLink adv_optimizer;
  std::int64_t sync_period;
  bool reset_state;

  template <class P>
  auto init(const P& params) const {
    using State = decltype(optimizer.init(params));
    using AdvState = decltype(adv_optimizer.init(params));
    return SAMState<State, AdvState, P>{0, optimizer.init(params), adv_optimizer.init(params), params};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    if (state.steps_since_sync == 0) state.cache = params;
    if (state.steps_since_sync < sync_period - 1) {
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
    if (reset_state) state.adv_state = adv_optimizer.init(params);
    state.steps_since_sync = 0;
  }
};

/// SAM: `sync_period` - 1 steps of the adversary uphill, then a step of the optimizer from where they started, with the
/// gradient at the point they reached. Each call needs the gradient at the params of that call.
///
/// Throws: HyperparameterError if sync_period < 1.
/// Source: Foret et al. 2021, https://arxiv.org/abs/2010.01412
template <class T, class A>
auto sam(const T& optimizer, const A& adv_optimizer, std::int64_t sync_period = 2, bool reset_state = true) {
  detail::check_positive("sam", "sync_period", sync_period);
  using Link = Sam<detail::unwrap_link_t<T>, detail::unwrap_link_t<A>>;
  return GradientTransformation<Link>{{optimizer, adv_optimizer, sync_period, reset_state}};
}

}  // namespace grove::optim::contrib
