// The limited-memory BFGS direction, and the optimizer with a linesearch.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "../../autodiff/detail/kept_by_thread.hpp"
#include "../linesearch/zoom.hpp"
#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../transforms/scale.hpp"

namespace grove::optim {

/// Step count, params and updates of the last call, the remembered differences of both with their weights, and the
/// diagonal of the initial matrix where it is not a multiple of the identity.
template <class P>
struct ScaleByLBFGSState {
  std::int64_t count;                                                        ///< steps so far
  P params;                                                                  ///< of the last call
  P updates;                                                                 ///< of the last call
  std::vector<P> diff_params_memory;                                         ///< remembered differences of params
  std::vector<P> diff_updates_memory;                                        ///< remembered differences of updates
  Eigen::Array<detail::accumulator_t<P>, Eigen::Dynamic, 1> weights_memory;  ///< the weights of both
  std::optional<P> metric{};  ///< diagonal of the initial matrix, where it is not a multiple of the identity

  template <class Params>
  void check_fits(const Params& tree_of_params) const {
    detail::check_trees(tree_of_params, params, updates);
    for (const P& difference : diff_params_memory) detail::check_trees(tree_of_params, difference);
    for (const P& difference : diff_updates_memory) detail::check_trees(tree_of_params, difference);
  }
};

namespace detail {

/// What a step of `scale_by_lbfgs` changes: of the memory, the newest pair alone.
template <class P>
struct SavedLbfgsStep {
  using State = ScaleByLBFGSState<P>;

  explicit SavedLbfgsStep(const State& state)
      : count(state.count),
        params(state.params),
        updates(state.updates),
        weights(state.weights_memory),
        metric(state.metric) {
    if (count == 0) return;
    newest = static_cast<std::size_t>((count - 1) % static_cast<std::int64_t>(state.diff_params_memory.size()));
    diff_params = state.diff_params_memory[newest];
    diff_updates = state.diff_updates_memory[newest];
  }
  void put_back(State& state) {
    state.count = count;
    state.params = std::move(params);
    state.updates = std::move(updates);
    state.weights_memory = std::move(weights);
    state.metric = std::move(metric);
    if (!diff_params) return;
    state.diff_params_memory[newest] = *std::move(diff_params);
    state.diff_updates_memory[newest] = *std::move(diff_updates);
  }

  std::int64_t count;
  P params, updates;
  decltype(State::weights_memory) weights;
  std::optional<P> metric;
  std::size_t newest = 0;
  std::optional<P> diff_params{}, diff_updates{};
};

}  // namespace detail

/// Options of `scale_by_lbfgs`.
struct ScaleByLbfgs {
  static constexpr detail::Harm harm = detail::Harm::never;
  static constexpr bool needs_params = true;

  int memory_size = 10;                  ///< pairs that are remembered, ≥ 1
  bool scale_init_precond = true;        ///< whether the initial matrix is scaled by the newest pair
  bool keep_negative_curvature = false;  ///< whether pairs along which the loss curves down are used, as in optax

  template <class P>
  ScaleByLBFGSState<P> init(const P& params) const {
    const P zero = detail::zeros_like(params);
    const std::vector<P> memory(static_cast<std::size_t>(memory_size), zero);
    using Weights = decltype(ScaleByLBFGSState<P>::weights_memory);
    return {0, zero, zero, memory, memory, Weights::Zero(memory_size), std::nullopt};
  }
  template <class P>
  static detail::SavedLbfgsStep<P> saved_step(const ScaleByLBFGSState<P>& state) {
    return detail::SavedLbfgsStep<P>(state);
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    using A = detail::accumulator_t<P>;
    const auto size = static_cast<std::int64_t>(memory_size);
    const A initial = remember<A>(updates, state, params, extra);
    detail::for_each_leaf(
        extra,
        [](std::size_t, auto&& old_params, auto&& old_updates, const auto& p, const auto& u) {
          old_params = p;
          old_updates = u;
        },
        state.params, state.updates, params, updates);
    // From the newest pair to the oldest, and back; pairs that are not filled yet have weight 0.
    const auto slot = [&](std::int64_t age) {
      return static_cast<std::size_t>((state.count + 2 * size - 1 - age) % size);
    };
    grove::detail::ThreadScratch<std::vector<A>, ScaleByLbfgs> scratch;
    std::vector<A>& alpha = *scratch;
    alpha.resize(static_cast<std::size_t>(size));
    for (std::int64_t age = 0; age < size; ++age) {
      const std::size_t i = slot(age);
      const A weight = state.weights_memory(static_cast<Eigen::Index>(i));
      alpha[i] = weight == 0 ? A(0) : A(weight * detail::dot(extra, state.diff_params_memory[i], updates));
      add(extra, updates, A(-alpha[i]), state.diff_updates_memory[i]);
    }
    detail::for_each_leaf(
        extra, [&](std::size_t, auto&& u) { u = detail::in_scalar_of(u, initial) * u; }, updates);
    if (state.metric) {
      detail::for_each_leaf(
          extra, [](std::size_t, auto&& u, const auto& m) { u = m * u; }, updates, *state.metric);
    }
    for (std::int64_t age = size - 1; age >= 0; --age) {
      const std::size_t i = slot(age);
      const A weight = state.weights_memory(static_cast<Eigen::Index>(i));
      const A beta = weight == 0 ? A(0) : A(weight * detail::dot(extra, state.diff_updates_memory[i], updates));
      add(extra, updates, A(alpha[i] - beta), state.diff_params_memory[i]);
    }
    state.count = safe_increment(state.count);
  }

 private:
  /// Stores the newest pair; returns the scale of the initial matrix.
  template <class A, class U, class S, class P, class E>
  A remember(const U& updates, S& state, const P& params, const E& extra) const {
    using std::sqrt;
    if (detail::should_forget(extra)) return start_over<A>(updates, state, params, extra);
    if (state.count == 0) {
      if (!scale_init_precond) return A(1);
      const A norm = A(sqrt(detail::squared_norm(extra, updates)));
      const A scale = detail::min_scalar(A(1), A(1 / norm));
      if constexpr (detail::HasSearchReport<E>) {
        if (detail::has_listener(extra))
          return detail::min_scalar(scale, A(1 / largest_change(updates, params, extra)));
      }
      return scale;
    }
    const auto newest = static_cast<std::size_t>((state.count - 1) % memory_size);
    detail::for_each_leaf(
        extra,
        [](std::size_t, auto&& dp, auto&& du, const auto& p, const auto& u, const auto& old_p, const auto& old_u) {
          dp = p - old_p;
          du = u - old_u;
        },
        state.diff_params_memory[newest], state.diff_updates_memory[newest], params, updates, state.params,
        state.updates);
    const A curvature = A(detail::dot(extra, state.diff_updates_memory[newest], state.diff_params_memory[newest]));
    A& weight = state.weights_memory(static_cast<Eigen::Index>(newest));
    weight = curvature == 0 ? A(0) : A(1 / curvature);
    const A squares = A(in_metric(extra, state.diff_updates_memory[newest], state.metric));
    if (!keep_negative_curvature && !(curvature > 0)) {
      weight = A(0);
      // What is left of such a pair is how long a step changes the gradient by its own size.
      const A length = A(sqrt(detail::squared_norm(extra, state.diff_params_memory[newest])));
      return scale_init_precond && squares > 0 ? A(length / sqrt(squares)) : A(1);
    }
    if (!scale_init_precond) return A(1);
    return squares > 0 ? A(curvature / squares) : A(1);
  }

  /// Drops the memory. From now on each parameter is measured by its own size, and the first trial changes them as a
  /// whole by that; so it does not matter in which units loss and params are.
  template <class A, class U, class S, class P, class E>
  A start_over(const U& updates, S& state, const P& params, const E& extra) const {
    using std::sqrt;
    state.count = 0;
    state.weights_memory.setZero();
    if (!state.metric) state.metric = params;
    detail::for_each_leaf(
        extra,
        [](std::size_t, auto&& m, const auto& p) {
          const double mean = detail::plain(detail::squared_norm_of(p)) / count_of(p);
          m = detail::select(p == 0, 0 * p + detail::in_scalar_of(p, mean > 0 ? mean : 1.0), p * p);
        },
        *state.metric, params);
    const A squares = A(in_metric(extra, updates, state.metric));
    return squares > 0 ? A(1 / sqrt(squares)) : A(1);
  }

  /// The largest of |u/p| over the parameters that are not zero.
  template <class U, class P, class E>
  static double largest_change(const U& updates, const P& params, const E& extra) {
    double largest = 0;
    detail::for_each_leaf(
        extra,
        [&](std::size_t, const auto& u, const auto& p) {
          largest = std::max(largest, detail::plain(detail::largest_of(detail::select(p == 0, 0 * u, u / p))));
        },
        updates, params);
    return largest;
  }

  template <class View>
  static double count_of(const View& x) {
    if constexpr (detail::HasElements<View>) {
      return static_cast<double>(x.rows() * x.cols());
    } else {
      return 1;
    }
  }

  /// Σ metric·t².
  template <class E, class T, class P>
  static auto in_metric(const E& extra, const T& t, const std::optional<P>& metric) {
    using A = detail::accumulator_t<P>;
    if (!metric) return A(detail::squared_norm(extra, t));
    A sum(0);
    detail::for_each_leaf(
        extra, [&](std::size_t, const auto& x, const auto& m) { sum = sum + A(detail::sum_of(m * x * x)); }, t,
        *metric);
    return sum;
  }

  template <class E, class U, class A, class P>
  static void add(const E& extra, U& updates, const A& factor, const P& direction) {
    if (factor == 0) return;
    detail::for_each_leaf(
        extra, [&](std::size_t, auto&& u, const auto& d) { u = u + detail::in_scalar_of(u, factor) * d; }, updates,
        direction);
  }
};

/// Multiplies the updates by an approximation of the inverse Hessian that is built from the last steps; the sign stays.
///
/// Pairs of params and gradients along which the loss curves down are left out, unless `keep_negative_curvature` asks
/// for optax's behaviour; they only set the length of the first trial. If the params did not move the scale is 1.
/// In `minimize` the first trial of all changes no parameter by more than its own size (but zeros), and where the
/// descent fails or crawls the memory is dropped, and the initial matrix measures each parameter by its size from then
/// on.
/// Throws: HyperparameterError if memory_size < 1.
/// Source: Liu & Nocedal 1989; Nocedal & Wright 2006, Algorithm 7.4
inline auto scale_by_lbfgs(ScaleByLbfgs options = {}) {
  detail::check_positive("scale_by_lbfgs", "memory_size", options.memory_size);
  return GradientTransformation<ScaleByLbfgs>{options};
}

/// L-BFGS with the zoom linesearch: scale_by_lbfgs, scale(-1), scale_by_zoom_linesearch.
///
///   auto fit = minimize(loss, params, lbfgs(), {.max_steps = 200, .gradient_tolerance = 1e-8}, x, y);
///
/// `update` needs with_value, with_grad and with_value_and_grad_fn, which `minimize` passes.
inline auto lbfgs(ScaleByLbfgs options = {}) {
  detail::check_positive("lbfgs", "memory_size", options.memory_size);
  return chain(scale_by_lbfgs(options), scale(-1.0),
               scale_by_zoom_linesearch(20, {.initial_guess_strategy = InitialGuess::one}));
}

/// L-BFGS with a linesearch of one's own, or `identity()` for none. One that looks at the loss only, as
/// `scale_by_backtracking_linesearch` does, may remember pairs of negative curvature and then lose its way.
template <class Linesearch>
auto lbfgs(ScaleByLbfgs options, const Linesearch& linesearch) {
  detail::check_positive("lbfgs", "memory_size", options.memory_size);
  return chain(scale_by_lbfgs(options), scale(-1.0), linesearch);
}

/// L-BFGS with a learning rate before the linesearch.
template <class LearningRate, class Linesearch>
auto lbfgs(LearningRate learning_rate, ScaleByLbfgs options, const Linesearch& linesearch) {
  detail::check_positive("lbfgs", "memory_size", options.memory_size);
  detail::check_learning_rate("lbfgs", learning_rate);
  return chain(scale_by_lbfgs(options), scale_by_learning_rate(std::move(learning_rate)), linesearch);
}

}  // namespace grove::optim
