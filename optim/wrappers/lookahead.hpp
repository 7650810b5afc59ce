// Slow weights that follow fast ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "optim/protocol/chain.hpp"
#include "optim/protocol/detail/leafwise.hpp"

namespace grove::optim {

/// The params of `lookahead`: train `fast`, evaluate `slow`.
template <class P>
struct LookaheadParams {
  P fast;
  P slow;

  /// Both equal.
  static LookaheadParams init_synced(const P& params) { return {params, params}; }
};

/// The state of the fast optimizer, and the steps since both were made equal.
template <class State>
struct LookaheadState {
  State fast_state;
  std::int64_t steps_since_sync;
};

/// The link behind `lookahead`.
template <class Link>
struct Lookahead {
  static constexpr bool needs_params = true;

  Link fast_optimizer;
  std::int64_t sync_period;
  double slow_step_size;
  bool reset_state;

  template <class P>
  auto init(const LookaheadParams<P>& params) const {
    return LookaheadState<decltype(fast_optimizer.init(params.fast))>{fast_optimizer.init(params.fast), 0};
  }

  /// Updates and params are LookaheadParams; only the fast gradients count.
  template <class P, class S, class E>
  void update_in_place(LookaheadParams<P>& updates, S& state, const LookaheadParams<P>& params,
                       const E& /*extra*/) const {
    const Extra<> none;
    detail::run(fast_optimizer, updates.fast, state.fast_state, params.fast, none);
    ++state.steps_since_sync;
    const bool sync = state.steps_since_sync == sync_period;
    detail::for_each_leaf(
        none,
        [&](std::size_t, auto&& u_fast, auto&& u_slow, const auto& fast, const auto& slow) {
          const double share = slow_step_size;
          if (sync) {
            u_slow = detail::in_scalar_of(fast, share) * (fast + u_fast - slow);
            u_fast = u_fast - detail::in_scalar_of(fast, 1 - share) * (fast + u_fast - slow);
          } else {
            u_slow = 0 * slow;
          }
        },
        updates.fast, updates.slow, params.fast, params.slow);
    if (!sync) return;
    state.steps_since_sync = 0;
    if (reset_state) state.fast_state = fast_optimizer.init(params.fast);
  }
};

/// Lookahead: the fast optimizer runs, and every `sync_period` steps the slow weights move a part of the way and fast
/// follows.
///
///   auto params = LookaheadParams<Line>::init_synced(line);   // gradients too are LookaheadParams; take those of
///   params.fast
///
/// Put it last. Extra arguments are not forwarded. Throws: HyperparameterError if sync_period < 1 or the step is
/// outside [0, 1]. Source: Zhang et al. 2019, https://arxiv.org/abs/1907.08610
template <class T>
auto lookahead(const T& fast_optimizer, std::int64_t sync_period, double slow_step_size, bool reset_state = false) {
  detail::check_positive("lookahead", "sync_period", sync_period);
  detail::check_fraction("lookahead", "slow_step_size", slow_step_size);
  using Link = Lookahead<detail::unwrap_link_t<T>>;
  return GradientTransformation<Link>{{fast_optimizer, sync_period, slow_step_size, reset_state}};
}

}  // namespace grove::optim
