// Adam without a learning rate to tune: prodigy and D-Adaptation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/mask.hpp"
#include "../schedules/hyperparameter.hpp"

namespace grove::optim::detail {

/// Σ |t| over the leaves that take part.
template <class E, class T>
double sum_of_magnitudes(const E& extra, const T& t) {
  double sum = 0;
  for_each_leaf(
      extra, [&](std::size_t, const auto& x) { sum += plain(detail::sum_of(abs_of(x))); }, t);
  return sum;
}

inline double both_debiased(double b1, double b2, std::int64_t t) {
  const auto n = static_cast<double>(t);
  return std::sqrt(1 - std::pow(b2, n)) / (1 - std::pow(b1, n));
}

}  // namespace grove::optim::detail

namespace grove::optim::contrib {

/// Moments, their weighted sum, the start, and the estimated distance to the minimum.
template <class P>
struct ProdigyState {
  P exp_avg;                  ///< average gradient, weighted by the distance
  P exp_avg_sq;               ///< average squared gradient, likewise
  P grad_sum;                 ///< what the estimate's denominator is made of
  P params0;                  ///< the params at the start
  double estim_lr;            ///< estimated distance to the minimum
  double numerator_weighted;  ///< what the estimate's numerator is made of
  std::int64_t count;         ///< steps so far
  std::string mask;           ///< '1' for each leaf that decays, else '0'

  template <class Params>
  void check_fits(const Params& params) const {
    detail::check_entries(mask.size(), params);
    detail::check_trees(params, exp_avg, exp_avg_sq, grad_sum, params0);
  }
};

/// Options of `prodigy`.
struct ProdigyOptions {
  double b1 = 0.9;                ///< decay of the first moment, in [0, 1)
  double b2 = 0.999;              ///< decay of the second moment, in [0, 1)
  std::optional<double> beta3{};  ///< decay of the sums of the estimate; √b2 if not given
  double eps = 1e-8;              ///< added to the denominator, relative to the estimate
  double estim_lr0 = 1e-6;        ///< first estimate, > 0
  double estim_lr_coef = 1.0;     ///< factor of the estimate
  double weight_decay = 0.0;      ///< decoupled decay
  bool safeguard_warmup = false;  ///< whether the estimate ignores the learning rate, for warm-ups
  Mask weight_decay_mask = true;  ///< which leaves decay
};

/// The link behind `prodigy`.
struct ScaleByProdigy {
  static constexpr detail::Harm harm = detail::Harm::counts;
  static constexpr bool needs_params = true;

  ScalarOrSchedule<double> learning_rate;  ///< a factor on the estimate; a number or a schedule
  ProdigyOptions options;                  ///< decays and estimates

  template <class P>
  ProdigyState<P> init(const P& params) const {
    const P zero = detail::zeros_like(params);
    return {zero, zero, zero, params, options.estim_lr0, 0, 0, detail::leaf_mask(options.weight_decay_mask, params)};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, ProdigyState<P>& state, const P& params, const E& extra) const {
    const double b1 = options.b1, b2 = options.b2, b3 = options.beta3.value_or(std::sqrt(b2));
    const double rate = learning_rate(state.count), d = state.estim_lr, d0 = options.estim_lr0;
    state.count = safe_increment(state.count);
    const double step = d * rate * detail::both_debiased(b1, b2, state.count);
    const double sum_weight = (options.safeguard_warmup ? d : step) * d / d0;
    double numerator = 0;
    detail::for_each_leaf(
        extra,
        [&](std::size_t, const auto& g, auto&& m, auto&& v, auto&& s, const auto& p0, const auto& p) {
          const auto in = [&](double x) { return detail::in_scalar_of(g, x); };
          numerator += detail::plain(detail::sum_of(g * (p0 - p)));
          m = in(b1)*m + in((1 - b1) * d) * g;
          v = in(b2)*v + in((1 - b2) * d * d) * (g * g);
          s = in(b3)*s + in(sum_weight)*g;
        },
        updates, state.exp_avg, state.exp_avg_sq, state.grad_sum, state.params0, params);
    state.numerator_weighted = b3 * state.numerator_weighted + (d / d0) * step * numerator;
    const double denominator = detail::sum_of_magnitudes(extra, state.grad_sum);
    state.estim_lr = std::max(d, options.estim_lr_coef * state.numerator_weighted / denominator);
    detail::for_each_leaf(
        extra,
        [&](std::size_t leaf, auto&& u, const auto& m, const auto& v, const auto& p) {
          const auto in = [&](double x) { return detail::in_scalar_of(u, x); };
          const double decay = state.mask[leaf] == '1' ? options.weight_decay * step : 0.0;
          u = in(-step) * m / (detail::sqrt_of(v) + in(state.estim_lr * options.eps)) - in(decay)*p;
        },
        updates, state.exp_avg, state.exp_avg_sq, params);
  }
};

/// Prodigy: Adam that estimates the distance to the minimum as it goes. It emits the final update: put nothing after
/// it.
///
/// Source: Mishchenko & Defazio 2023, https://arxiv.org/abs/2306.06101
template <class LearningRate = double>
auto prodigy(LearningRate learning_rate = 1.0, ProdigyOptions options = {}) {
  detail::check_decay("prodigy", "b1", options.b1);
  detail::check_decay("prodigy", "b2", options.b2);
  if (options.beta3) detail::check_decay("prodigy", "beta3", *options.beta3);
  detail::check_positive("prodigy", "estim_lr0", options.estim_lr0);
  detail::check_not_negative("prodigy", "estim_lr_coef", options.estim_lr_coef);
  detail::check_not_negative("prodigy", "eps", options.eps);
  detail::check_learning_rate("prodigy", learning_rate);
  detail::check_not_negative("prodigy", "weight_decay", options.weight_decay);
  return GradientTransformation<ScaleByProdigy>{{std::move(learning_rate), std::move(options)}};
}

/// Moments, their weighted sum, and the estimated distance to the minimum.
template <class P>
struct DAdaptAdamWState {
  P exp_avg;                  ///< average gradient, weighted by the estimate
  P exp_avg_sq;               ///< average squared gradient
  P grad_sum;                 ///< what the estimate's denominator is made of
  double estim_lr;            ///< estimated distance to the minimum
  double numerator_weighted;  ///< what the estimate's numerator is made of
  std::int64_t count;         ///< steps so far
};

/// Options of `dadapt_adamw`.
struct DadaptAdamwOptions {
  double b1 = 0.9;            ///< decay of the first moment, in [0, 1)
  double b2 = 0.999;          ///< decay of the second moment, in [0, 1)
  double eps = 1e-8;          ///< added to the denominator
  double estim_lr0 = 1e-6;    ///< first estimate, > 0
  double weight_decay = 0.0;  ///< decoupled decay
};

/// The link behind `dadapt_adamw`.
struct ScaleByDadaptAdamw {
  static constexpr detail::Harm harm = detail::Harm::counts;
  static constexpr bool needs_params = true;

  ScalarOrSchedule<double> learning_rate;  ///< a factor on the estimate; a number or a schedule
  DadaptAdamwOptions options;              ///< decays and estimates

  template <class P>
  DAdaptAdamWState<P> init(const P& params) const {
    const P zero = detail::zeros_like(params);
    return {zero, zero, zero, options.estim_lr0, 0, 0};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, DAdaptAdamWState<P>& state, const P& params, const E& extra) const {
    const double b1 = options.b1, b2 = options.b2, sigma = std::sqrt(b2), eps = options.eps;
    const double rate = learning_rate(state.count);
    state.count = safe_increment(state.count);
    const double step = state.estim_lr * rate * detail::both_debiased(b1, b2, state.count);
    double numerator = 0;
    detail::for_each_leaf(
        extra,
        [&](std::size_t, const auto& g, auto&& m, auto&& v, auto&& s) {
          const auto in = [&](double x) { return detail::in_scalar_of(g, x); };
          numerator += detail::plain(detail::sum_of(g * s / (detail::sqrt_of(v) + in(eps))));
          m = in(b1)*m + in((1 - b1) * step) * g;
          v = in(b2)*v + in(1 - b2) * (g * g);
          s = in(sigma)*s + in((1 - sigma) * step) * g;
        },
        updates, state.exp_avg, state.exp_avg_sq, state.grad_sum);
    state.numerator_weighted = sigma * state.numerator_weighted + (1 - sigma) * step * numerator;
    const double denominator = (1 - sigma) * detail::sum_of_magnitudes(extra, state.grad_sum);
    state.estim_lr = std::max(state.estim_lr, state.numerator_weighted / denominator);
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u, const auto& m, const auto& v, const auto& p) {
          const auto in = [&](double x) { return detail::in_scalar_of(u, x); };
          u = in(-options.weight_decay * step) * p - m / (detail::sqrt_of(v) + in(eps));
        },
        updates, state.exp_avg, state.exp_avg_sq, params);
  }
};

/// AdamW with D-Adaptation. It emits the final update: put nothing after it.
///
/// Source: Defazio & Mishchenko 2023, https://arxiv.org/abs/2301.07733
template <class LearningRate = double>
auto dadapt_adamw(LearningRate learning_rate = 1.0, DadaptAdamwOptions options = {}) {
  detail::check_decay("dadapt_adamw", "b1", options.b1);
  detail::check_decay("dadapt_adamw", "b2", options.b2);
  detail::check_positive("dadapt_adamw", "estim_lr0", options.estim_lr0);
  detail::check_not_negative("dadapt_adamw", "eps", options.eps);
  detail::check_not_negative("dadapt_adamw", "weight_decay", options.weight_decay);
  detail::check_learning_rate("dadapt_adamw", learning_rate);
  return GradientTransformation<ScaleByDadaptAdamw>{{std::move(learning_rate), options}};
}

}  // namespace grove::optim::contrib
