// Gradient accumulation: apply_every, and MultiSteps around an optimizer.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../schedules/hyperparameter.hpp"

namespace grove::optim {
namespace detail {

template <class E, class T>
void set_zero(const E& extra, T& t) {
  for_each_leaf(
      extra, [](std::size_t, auto&& x) { x = select(x - x == 0, x - x, 0); }, t);
}

}  // namespace detail

namespace detail {

/// How many calls make a step. Throws: HyperparameterError unless that is positive and can be counted.
inline std::int64_t calls_of(std::string_view name, double k) {
  check_positive("multi_steps", name, k);
  if (!(k < 0x1p62)) reject("multi_steps", name, "be a number that can be counted to", k);
  return static_cast<std::int64_t>(k);
}

}  // namespace detail

/// Calls since the last emission, and the sum so far.
template <class P>
struct ApplyEveryState {
  std::int64_t count;  ///< calls since the last emission
  P grad_acc;          ///< the sum since then
};

/// The link behind `apply_every`.
struct ApplyEvery {
  static constexpr detail::Harm harm = detail::Harm::never;
  std::int64_t k;  ///< calls for one emission

  template <class P>
  ApplyEveryState<P> init(const P& params) const {
    return {0, detail::zeros_like(params)};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& /*params*/, const E& extra) const {
    const bool first = state.count % k == 0;
    const bool emit = state.count % k == k - 1;
    state.count = (state.count + 1) % k;
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u, auto&& acc) {
          if (first) {
            acc = u;
          } else {
            acc = acc + u;
          }
          if (emit) {
            u = acc;
          } else {
            u = detail::select(u - u == 0, u - u, 0);
          }
        },
        updates, state.grad_acc);
  }
};

/// Sums `k` updates up and emits the sum at every k-th call, zeros in between. The other links of a chain see the
/// zeros: for an optimizer that must not, use `multi_steps`.
inline auto apply_every(std::int64_t k = 1) {
  detail::check_positive("apply_every", "k", k);
  return GradientTransformation<ApplyEvery>{{k}};
}

/// What a skip function of `multi_steps` found at the last call.
struct SkipState {
  bool should_skip = false;  ///< whether the gradient is left out
  double measure = 0;        ///< number of elements that are not finite, or the squared norm
};

/// Skips nothing.
struct SkipNever {
  /// Whether to leave this gradient out.
  template <class E, class U, class P>
  SkipState operator()(const E& /*extra*/, const U& /*updates*/, std::int64_t /*gradient_step*/,
                       const P& /*params*/) const {
    return {};
  }
};

/// Skips gradients that are not finite.
struct SkipNotFinite {
  /// Whether to leave this gradient out.
  template <class E, class U, class P>
  SkipState operator()(const E& extra, const U& updates, std::int64_t /*gradient_step*/, const P& /*params*/) const {
    double count = 0;
    detail::for_each_leaf(
        extra, [&](std::size_t, const auto& u) { count += not_finite(u); }, updates);
    return {count > 0, count};
  }

 private:
  static double not_finite(const auto& u) {
    const auto broken = u - u != 0;
    if constexpr (requires { broken.count(); }) {
      return static_cast<double>(broken.count());
    } else {
      return broken ? 1 : 0;
    }
  }
};

/// Skips gradients whose squared norm is not below a bound.
struct SkipLargeUpdates {
  double max_squared_norm;  ///< the bound

  /// Whether to leave this gradient out.
  template <class E, class U, class P>
  SkipState operator()(const E& extra, const U& updates, std::int64_t /*gradient_step*/, const P& /*params*/) const {
    const double squares = detail::plain(detail::squared_norm(extra, updates));
    return {!(squares < max_squared_norm), squares};
  }
};

/// See SkipNever.
inline constexpr SkipNever skip_never{};
/// See SkipNotFinite.
inline constexpr SkipNotFinite skip_not_finite{};

/// Skips gradients whose squared norm is not below `max_squared_norm`; NaN is skipped.
inline SkipLargeUpdates skip_large_updates(double max_squared_norm) {
  detail::check_positive("skip_large_updates", "max_squared_norm", max_squared_norm);
  return {max_squared_norm};
}

/// Calls since the last step, steps, the optimizer's state, the accumulated gradient, and what was skipped.
template <class State, class P>
struct MultiStepsState {
  std::int64_t mini_step;      ///< gradients since the last step
  std::int64_t gradient_step;  ///< steps of the optimizer so far
  State inner_opt_state;       ///< of the optimizer
  P acc_grads;                 ///< their mean or sum
  SkipState skip_state;        ///< what was found at the last call

  /// Whether the last call that was not skipped made a step.
  bool has_updated() const { return mini_step == 0 && gradient_step > 0; }
};

/// Options of `multi_steps`.
template <class Skip = SkipNever>
struct MultiStepsOptions {
  bool use_grad_mean = true;     ///< whether gradients are averaged or summed up
  Skip should_skip_update_fn{};  ///< which gradients are left out
};

/// The link behind `multi_steps`.
template <class Link, class Skip>
struct MultiSteps {
  static constexpr detail::Harm harm = std::max(detail::Harm::counts, detail::harm<Link>);
  Link opt;                                   ///< steps when enough were seen
  ScalarOrSchedule<double> every_k_schedule;  ///< how many make a step; a number or a schedule
  bool use_grad_mean;                         ///< the mean of them, not the sum
  Skip should_skip_update_fn;                 ///< which gradients are left out

  template <class P>
  auto init(const P& params) const {
    using State = decltype(opt.init(params));
    return MultiStepsState<State, P>{0, 0, opt.init(params), detail::zeros_like(params), {}};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    state.skip_state = should_skip_update_fn(extra, updates, state.gradient_step, params);
    if (state.skip_state.should_skip) return detail::set_zero(extra, updates);
    const std::int64_t k =
        detail::calls_of("what every_k_schedule returns", std::floor(every_k_schedule(state.gradient_step)));
    const double share = use_grad_mean ? 1.0 / static_cast<double>(state.mini_step + 1) : 1.0;
    const auto add = [&](auto& sum, const auto& acc, const auto& g) {
      if (use_grad_mean) {
        sum = acc + detail::in_scalar_of(g, share) * (g - acc);
      } else {
        sum = acc + g;
      }
    };
    if (state.mini_step + 1 < k) {
      detail::for_each_leaf(
          extra, [&](std::size_t, auto&& acc, const auto& g) { add(acc, acc, g); }, state.acc_grads, updates);
      ++state.mini_step;
      return detail::set_zero(extra, updates);
    }
    // The sum goes to the updates, so that the state still has the sum before if the optimizer fails.
    detail::for_each_leaf(
        extra, [&](std::size_t, auto&& u, const auto& acc) { add(u, acc, u); }, updates, state.acc_grads);
    detail::run(opt, updates, state.inner_opt_state, params, extra);
    detail::set_zero(extra, state.acc_grads);
    state.mini_step = 0;
    state.gradient_step = safe_increment(state.gradient_step);
  }
};

/// Runs an optimizer on the mean of `every_k_schedule` gradients, once in so many calls; zeros in between.
///
///   auto optimizer = multi_steps(adam(1e-3), 8, {.should_skip_update_fn = skip_not_finite});
///
/// `every_k_schedule` is a whole number, or a schedule of the optimizer's step, whose value is rounded down. Skipped
/// gradients leave no trace but `skip_state`. Between steps the optimizer is not run at all, so its counts and
/// schedules stand still.
template <class T, class Skip = SkipNever>
auto multi_steps(const T& optimizer, ScalarOrSchedule<double> every_k_schedule, MultiStepsOptions<Skip> options = {}) {
  if (!every_k_schedule.is_schedule()) {
    const double k = every_k_schedule(0);
    if (static_cast<double>(detail::calls_of("every_k_schedule", k)) != k)
      detail::reject("multi_steps", "every_k_schedule", "be a whole number", k);
  }
  using Link = MultiSteps<detail::unwrap_link_t<T>, Skip>;
  return GradientTransformation<Link>{
      {optimizer, std::move(every_k_schedule), options.use_grad_mean, options.should_skip_update_fn}};
}

/// The same with a skip function.
template <class T, class Skip>
requires std::is_empty_v<Skip> || std::is_same_v<Skip, SkipLargeUpdates>
auto multi_steps(const T& optimizer, ScalarOrSchedule<double> every_k_schedule, Skip should_skip_update_fn) {
  return multi_steps(optimizer, std::move(every_k_schedule), MultiStepsOptions<Skip>{true, should_skip_update_fn});
}

}  // namespace grove::optim
