// Averaging in place of a learning-rate schedule.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "../optimizers/rmsprop.hpp"
#include "../optimizers/sgd.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/maybe.hpp"
#include "../schedules/schedule.hpp"
#include "../transforms/add_decayed_weights.hpp"
#include "../transforms/scale.hpp"

namespace grove::optim::detail {

inline ScalarOrSchedule<double> warmed_up(const ScalarOrSchedule<double>& learning_rate,
                                          const std::optional<std::int64_t>& warmup_steps) {
  if (!warmup_steps || learning_rate.is_schedule()) return learning_rate;
  return warmup_constant_schedule(0, learning_rate(0), *warmup_steps);
}

template <class Options>
void check_schedule_free(std::string_view function, const Options& options) {
  check_open_fraction(function, "b1", options.b1);
  check_not_negative(function, "weight_lr_power", options.weight_lr_power);
  if constexpr (requires { options.warmup_steps; }) {
    if (options.warmup_steps) check_not_negative(function, "warmup_steps", *options.warmup_steps);
  }
}

}  // namespace grove::optim::detail

namespace grove::optim::contrib {

/// The interpolation, the sum of weights, the next step's number, the largest rate, the base's state, and the point z.
template <class State, class P>
struct ScheduleFreeState {
  double b1;                   ///< the weight of the average in the params
  double weight_sum;           ///< of all steps
  std::int64_t step_count;     ///< steps so far
  double max_lr;               ///< the largest rate so far
  State base_optimizer_state;  ///< that of the optimizer which moves z
  P z;                         ///< the params that it moves
};

/// Options of `schedule_free`.
struct ScheduleFreeOptions {
  double b1 = 0.9;               ///< how near the params are to the average, in (0, 1)
  double weight_lr_power = 2.0;  ///< power of the learning rate in the weights of the average
};

/// The link behind `schedule_free`.
template <class Link>
struct ScheduleFree {
  static constexpr detail::Harm harm = std::max(detail::Harm::counts, detail::harm<Link>);
  static constexpr bool needs_params = true;
  Link base_optimizer;                     ///< moves z
  ScalarOrSchedule<double> learning_rate;  ///< that of the base optimizer; weights the average
  ScheduleFreeOptions options;             ///< weights of the average

  template <class P>
  auto init(const P& params) const {
    using State = decltype(base_optimizer.init(params));
    return ScheduleFreeState<State, P>{options.b1, 0, 1, 0, base_optimizer.init(params), params};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    state.max_lr = std::max(state.max_lr, learning_rate(state.step_count));
    const double weight = std::pow(state.max_lr, options.weight_lr_power);
    state.weight_sum += weight;
    const double share = weight == 0 && state.weight_sum == 0 ? 0 : weight / state.weight_sum;
    detail::run(base_optimizer, updates, state.base_optimizer_state, params, extra);
    const double b1 = state.b1;
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u, auto&& z, const auto& y) {
          const auto in = [&](double x) { return detail::in_scalar_of(u, x); };
          const auto base = detail::leaf_copy_of(u);
          u = in((1 - share) / b1) * (y - in(1 - b1) * z);
          z = z + base;
          u = in(b1) * (u + in(share)*z) + in(1 - b1) * z - y;
        },
        updates, state.z, params);
    state.step_count = safe_increment(state.step_count);
  }
};

/// Schedule-free: the base optimizer moves z, the params y lie between z and the running average of z.
///
/// Evaluate the loss at `schedule_free_eval_params(state, params)`. The learning rate must be the base's own.
/// Throws: HyperparameterError if b1 is outside (0, 1).
/// Source: Defazio et al. 2024, https://arxiv.org/abs/2405.15682
template <class T>
auto schedule_free(const T& base_optimizer, ScalarOrSchedule<double> learning_rate, ScheduleFreeOptions options = {}) {
  detail::check_schedule_free("schedule_free", options);
  detail::check_learning_rate("schedule_free", learning_rate);
  using Link = detail::unwrap_link_t<T>;
  return GradientTransformation<ScheduleFree<Link>>{{base_optimizer, std::move(learning_rate), options}};
}

/// The average at which to evaluate: (y - (1-b1)·z) / b1.
template <class State, class P>
P schedule_free_eval_params(const ScheduleFreeState<State, P>& state, P params) {
  tree::for_each(
      [&](auto&& y, const auto& z) {
        const auto in = [&](double x) { return detail::in_scalar_of(z, x); };
        y = (y - in(1 - state.b1) * z) / in(state.b1);
      },
      params, state.z);
  return params;
}

/// Options of `schedule_free_sgd`.
struct ScheduleFreeSgdOptions {
  std::optional<std::int64_t> warmup_steps{};  ///< steps of a linear warm-up from 0 to a rate that is a number
  double b1 = 0.9;                             ///< how near the params are to the average
  std::optional<ScalarOrSchedule<double>> weight_decay{};  ///< decay before the step
  double weight_lr_power = 2.0;                            ///< power of the learning rate in the weights
};

/// schedule_free around (add_decayed_weights and) sgd.
template <class LearningRate = double>
auto schedule_free_sgd(LearningRate learning_rate = 1.0, ScheduleFreeSgdOptions options = {}) {
  detail::check_schedule_free("schedule_free_sgd", options);
  detail::check_learning_rate("schedule_free_sgd", learning_rate);
  if (options.weight_decay) detail::check_weight_decay("schedule_free_sgd", *options.weight_decay);
  const auto rate = detail::warmed_up(learning_rate, options.warmup_steps);
  const auto decay = options.weight_decay.value_or(ScalarOrSchedule<double>(0.0));
  return schedule_free(chain(maybe(options.weight_decay.has_value(), add_decayed_weights(decay)), sgd(rate)), rate,
                       {options.b1, options.weight_lr_power});
}

/// Options of `schedule_free_adamw`.
struct ScheduleFreeAdamwOptions {
  std::optional<std::int64_t> warmup_steps{};   ///< steps of a linear warm-up from 0 to a rate that is a number
  double b1 = 0.9;                              ///< how near the params are to the average
  double b2 = 0.999;                            ///< decay of the second moment, in [0, 1)
  double eps = 1e-8;                            ///< added to the denominator
  ScalarOrSchedule<double> weight_decay = 0.0;  ///< a number or a schedule
  double weight_lr_power = 2.0;                 ///< power of the learning rate in the weights
};

/// schedule_free around AdamW without a first moment.
template <class LearningRate = double>
auto schedule_free_adamw(LearningRate learning_rate = 0.0025, ScheduleFreeAdamwOptions options = {}) {
  detail::check_schedule_free("schedule_free_adamw", options);
  detail::check_learning_rate("schedule_free_adamw", learning_rate);
  detail::check_decay("schedule_free_adamw", "b2", options.b2);
  detail::check_not_negative("schedule_free_adamw", "eps", options.eps);
  detail::check_weight_decay("schedule_free_adamw", options.weight_decay);
  const auto rate = detail::warmed_up(learning_rate, options.warmup_steps);
  return schedule_free(
      chain(scale_by_rms<double>(
                {.decay = options.b2, .eps = options.eps, .eps_in_sqrt = false, .bias_correction = true}),
            add_decayed_weights(options.weight_decay), scale_by_learning_rate(rate)),
      rate, {options.b1, options.weight_lr_power});
}

}  // namespace grove::optim::contrib
