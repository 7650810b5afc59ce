// Slow weights that follow fast ones.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"

namespace grove::optim {

/// The params of `lookahead`: train `fast`, evaluate `slow`.
template <class P>
struct LookaheadParams {
  P fast;  ///< stepped by the fast optimizer
  P slow;  ///< moved towards them now and then

  /// Both equal.
  static LookaheadParams init_synced(const P& params) { return {params, params}; }
};

namespace detail {

/// How the fast optimizer sees gradients and losses of both weights: the slow ones stand still.
template <class P>
class FastLens {
 public:
  explicit FastLens(const LookaheadParams<P>& params) : params_(params) {}

  template <class G>
  const G& inner(const LookaheadParams<G>& grad) const {
    return grad.fast;
  }
  const LookaheadParams<P>& outer(const P& at) const {
    if (!trial_) trial_ = params_;
    trial_->fast = at;
    return *trial_;
  }
  auto value_and_grad(const auto& f, const P& at, P& grad) const {
    if (!trial_grad_) trial_grad_ = params_;
    auto value = f(outer(at), *trial_grad_);
    grad = trial_grad_->fast;
    return value;
  }
  P hvp(const auto& f, const P& at, const P& tangents) const {
    return f(outer(at), LookaheadParams<P>{tangents, zeros_like(tangents)}).fast;
  }
  Eigen::MatrixXd hessian(const auto& f, const P& at) const {
    const Eigen::Index n = tree::size(at);
    return f(outer(at)).topLeftCorner(n, n);
  }
  void residuals(const auto& f, const P& at, auto& residuals, auto& jacobian) const {
    f(outer(at), residuals, jacobian);
    jacobian = Eigen::MatrixXd(jacobian.leftCols(tree::size(at)));
  }

 private:
  const LookaheadParams<P>& params_;
  mutable std::optional<LookaheadParams<P>> trial_, trial_grad_;
};

}  // namespace detail

/// The state of the fast optimizer, and the steps since both were made equal.
template <class State>
struct LookaheadState {
  State fast_state;               ///< of the fast optimizer
  std::int64_t steps_since_sync;  ///< steps since both were made equal

  template <class P>
  void check_fits(const LookaheadParams<P>& params) const {
    detail::check_state(fast_state, params.fast);
  }
};

/// The link behind `lookahead`.
template <class Link>
struct Lookahead {
  static constexpr bool needs_params = true;
  static constexpr detail::Harm harm = detail::harm<Link>;

  Link fast_optimizer;       ///< steps the fast params
  std::int64_t sync_period;  ///< fast steps between two slow ones
  double slow_step_size;     ///< how much of the way the slow params go
  bool reset_state;          ///< whether the fast optimizer forgets then

  template <class P>
  auto init(const LookaheadParams<P>& params) const {
    return LookaheadState<decltype(fast_optimizer.init(params.fast))>{fast_optimizer.init(params.fast), 0};
  }

  /// Updates and params are LookaheadParams; only the fast gradients count.
  template <class P, class S, class E>
  void update_in_place(LookaheadParams<P>& updates, S& state, const LookaheadParams<P>& params, const E& extra) const {
    extra.through(detail::FastLens<P>(params), [&](auto fast_extra) {
      fast_extra.filter = extra.filter;  // the fast leaves come first
      detail::run(fast_optimizer, updates.fast, state.fast_state, params.fast, fast_extra);
    });
    ++state.steps_since_sync;
    const bool sync = state.steps_since_sync == sync_period;
    const auto leaves = static_cast<std::size_t>(tree::leaf_count(params.fast));
    std::size_t number = 0;
    tree::for_each(
        [&](auto&& u_fast, auto&& u_slow, const auto& fast, const auto& slow) {
          const std::size_t leaf = number++;
          const auto in = [&](double x) { return detail::in_scalar_of(fast, x); };
          const bool move_fast = detail::admits(extra, leaf), move_slow = detail::admits(extra, leaves + leaf);
          if (sync) {
            if (move_slow) u_slow = in(slow_step_size) * (fast + u_fast - slow);
            if (move_fast) u_fast = u_fast - in(1 - slow_step_size) * (fast + u_fast - slow);
          } else if (move_slow) {
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
/// Put it last. Linesearches see the loss as a function of the fast weights. Throws: HyperparameterError if sync_period
/// < 1 or the step is outside [0, 1]. Source: Zhang et al. 2019, https://arxiv.org/abs/1907.08610
template <class T>
auto lookahead(const T& fast_optimizer, std::int64_t sync_period, double slow_step_size, bool reset_state = false) {
  detail::check_positive("lookahead", "sync_period", sync_period);
  detail::check_fraction("lookahead", "slow_step_size", slow_step_size);
  using Link = Lookahead<detail::unwrap_link_t<T>>;
  return GradientTransformation<Link>{{fast_optimizer, sync_period, slow_step_size, reset_state}};
}

}  // namespace grove::optim
