// Differentially private gradient descent: gradients of single examples, clipped, summed, and noised.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/maybe.hpp"
#include "../schedules/hyperparameter.hpp"
#include "../transforms/noise.hpp"
#include "../transforms/per_example_clip.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/trace.hpp"

namespace grove::optim::contrib {

/// The state of the random number generator.
struct DifferentiallyPrivateAggregateState {
  std::uint64_t rng_key;  ///< the next noise
};

/// The transformation behind `differentially_private_aggregate`: from one gradient for each example to one for all.
struct DifferentiallyPrivateAggregate {
  double l2_norm_clip;              ///< largest norm of the gradient of an example
  double noise_multiplier;          ///< standard deviation of the noise of the sum, over l2_norm_clip
  std::uint64_t key = 0;            ///< seed
  std::function<double()> noise{};  ///< replaces the generator, for tests: unit normal numbers

  template <class P>
  DifferentiallyPrivateAggregateState init(const P& /*params*/) const {
    return {key};
  }

  /// Throws: ShapeError if there is no gradient.
  template <class P>
  Updated<P, DifferentiallyPrivateAggregateState> update(const std::vector<P>& grads,
                                                         DifferentiallyPrivateAggregateState state) const {
    P sum = per_example_global_norm_clip(grads, l2_norm_clip).sum;
    detail::RandomKey random{state.rng_key};
    const double deviation = l2_norm_clip * noise_multiplier, count = static_cast<double>(grads.size());
    const auto draw = [&] { return deviation == 0 ? 0.0 : deviation * (noise ? noise() : random.normal()); };
    tree::for_each(
        [&]<class View>(View&& u) {
          const auto noised = [&](const auto& x) {
            return static_cast<detail::view_scalar_t<View>>((x + draw()) / count);
          };
          if constexpr (detail::HasElements<std::remove_cvref_t<View>>) {
            for (Eigen::Index j = 0; j < u.cols(); ++j) {
              for (Eigen::Index i = 0; i < u.rows(); ++i) u(i, j) = noised(u(i, j));
            }
          } else {
            u = noised(u);
          }
        },
        sum);
    return {std::move(sum), state};
  }
};

/// Clips the gradient of each example to the norm `l2_norm_clip`, sums them up, adds normal noise of the standard
/// deviation l2_norm_clip · noise_multiplier, and divides by their number.
///
///   auto [grads, state] = aggregate.update(grads_of_examples, state);   // a std::vector of trees, one an example
///
/// Throws: HyperparameterError unless l2_norm_clip is positive and noise_multiplier not negative.
/// Source: Abadi et al. 2016, https://arxiv.org/abs/1607.00133
inline DifferentiallyPrivateAggregate differentially_private_aggregate(double l2_norm_clip, double noise_multiplier,
                                                                       std::uint64_t key = 0,
                                                                       std::function<double()> noise = {}) {
  detail::check_positive("differentially_private_aggregate", "l2_norm_clip", l2_norm_clip);
  detail::check_not_negative("differentially_private_aggregate", "noise_multiplier", noise_multiplier);
  return {l2_norm_clip, noise_multiplier, key, std::move(noise)};
}

/// The states of the aggregate and of the optimizer after it.
template <class State>
struct DpsgdState {
  DifferentiallyPrivateAggregateState aggregate;  ///< of clipping and noise
  State optimizer;                                ///< of the optimizer behind it
};

/// The optimizer behind `dpsgd`: as other optimizers, but `update` takes one gradient for each example.
template <class Optimizer>
struct Dpsgd {
  DifferentiallyPrivateAggregate aggregate;  ///< clips and adds noise
  Optimizer optimizer;                       ///< gets what that made

  template <class P>
  auto init(const P& params) const {
    return DpsgdState<decltype(optimizer.init(params))>{aggregate.init(params), optimizer.init(params)};
  }
  template <class P, class State>
  Updated<P, DpsgdState<State>> update(const std::vector<P>& grads, DpsgdState<State> state, const P& params) const {
    auto [mean, next] = aggregate.update(grads, state.aggregate);
    auto [updates, rest] = optimizer.update(std::move(mean), std::move(state.optimizer), params);
    return {std::move(updates), {next, std::move(rest)}};
  }
};

/// Options of `dpsgd`.
struct DpsgdOptions {
  double l2_norm_clip = 1.0;         ///< largest norm of the gradient of an example, > 0
  double noise_multiplier = 1.0;     ///< standard deviation of the noise of the sum, over l2_norm_clip, ≥ 0
  std::uint64_t key = 0;             ///< seed
  std::optional<double> momentum{};  ///< decay of the trace, in [0, 1); no trace if not given
  bool nesterov = false;             ///< whether to look one step ahead
};

/// Private gradient descent: differentially_private_aggregate, trace if there is a momentum, then a step of
/// -learning_rate.
///
///   auto optimizer = contrib::dpsgd(0.1, {.l2_norm_clip = 1.0, .noise_multiplier = 1.1, .key = 7});
///   auto [updates, new_state] = optimizer.update(grads_of_examples, std::move(state), params);
///
/// How much privacy a run spends is for an accountant to say; none is here. Throws: HyperparameterError for values out
/// of range.
template <class LearningRate>
auto dpsgd(LearningRate learning_rate, DpsgdOptions options) {
  detail::check_learning_rate("dpsgd", learning_rate);
  detail::check_positive("dpsgd", "l2_norm_clip", options.l2_norm_clip);
  detail::check_not_negative("dpsgd", "noise_multiplier", options.noise_multiplier);
  if (options.momentum) detail::check_decay("dpsgd", "momentum", *options.momentum);
  const auto optimizer =
      chain(maybe(options.momentum.has_value(), trace(options.momentum.value_or(0), options.nesterov)),
            scale_by_learning_rate(std::move(learning_rate)));
  return Dpsgd<std::remove_const_t<decltype(optimizer)>>{
      differentially_private_aggregate(options.l2_norm_clip, options.noise_multiplier, options.key), optimizer};
}

}  // namespace grove::optim::contrib
