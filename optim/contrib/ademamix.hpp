// Adam with a second, slow moving average.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

#include "../protocol/chain.hpp"
#include "../transforms/add_decayed_weights.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/scale_by_adam.hpp"

namespace grove::optim::contrib {

/// Two step counts, the fast and the slow average, and the second moment.
template <class P>
struct ScaleByAdemamixState {
  std::int64_t count;     ///< steps so far
  std::int64_t count_m2;  ///< steps so far, as the slow moment counts
  P m1;                   ///< the fast first moment
  P m2;                   ///< the slow first moment
  P nu;                   ///< the second moment
};

/// Options of `scale_by_ademamix`.
struct ScaleByAdemamix {
  static constexpr int slot_count = 3;

  double b1 = 0.9;                       ///< decay of the fast average, in [0, 1)
  double b2 = 0.999;                     ///< decay of the second moment, in [0, 1)
  ScalarOrSchedule<double> b3 = 0.9999;  ///< decay of the slow average: a number or a schedule
  ScalarOrSchedule<double> alpha = 6.0;  ///< weight of the slow average: a number or a schedule
  double eps = 1e-8;                     ///< added to the denominator, outside the root, ≥ 0
  double eps_root = 0;                   ///< added inside the root, ≥ 0

  template <class P>
  ScaleByAdemamixState<P> init(const P& params) const {
    const P zero = detail::zeros_like(params);
    return {0, 0, zero, zero, zero};
  }
  std::array<double, 11> prepare(auto& state) const {
    const double slow = b3(state.count_m2), weight = alpha(state.count_m2);
    state.count = safe_increment(state.count);
    state.count_m2 = safe_increment(state.count_m2);
    return {
        b1,     1 - b1,   b2, 1 - b2, slow, 1 - slow, detail::debias(b1, state.count), detail::debias(b2, state.count),
        weight, eps_root, eps};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.m1, state.m2, state.nu); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& m1, auto& m2, auto& nu) const {
    const auto& [b1_, rest1, b2_, rest2, b3_, rest3, of_m1, of_nu, weight, eps_root_, eps_] = constants;
    m1 = rest1 * u + b1_ * m1;
    m2 = rest3 * u + b3_ * m2;
    nu = rest2 * (u * u) + b2_ * nu;
    u = (of_m1 * m1 + weight * m2) / (detail::sqrt_of(of_nu * nu + eps_root_) + eps_);
  }
};

}  // namespace grove::optim::contrib

namespace grove::optim::detail {

template <class Options>
void check_ademamix(std::string_view function, const Options& options) {
  check_moments(function, options);
  if (!options.b3.is_schedule()) check_decay(function, "b3", options.b3(0));
  if (!options.alpha.is_schedule()) check_not_negative(function, "alpha", options.alpha(0));
}

}  // namespace grove::optim::detail

namespace grove::optim::contrib {

/// u = (m1 / (1-b1ᵗ) + alpha·m2) / (sqrt(nu / (1-b2ᵗ) + eps_root) + eps); the slow average m2 is not debiased.
inline auto scale_by_ademamix(ScaleByAdemamix options = {}) {
  detail::check_ademamix("scale_by_ademamix", options);
  return GradientTransformation<ScaleByAdemamix>{std::move(options)};
}

/// Options of `ademamix`.
struct AdemamixOptions {
  double b1 = 0.9;                              ///< decay of the fast average, in [0, 1)
  double b2 = 0.999;                            ///< decay of the second moment, in [0, 1)
  ScalarOrSchedule<double> b3 = 0.9999;         ///< decay of the slow average
  ScalarOrSchedule<double> alpha = 5.0;         ///< weight of the slow average
  double eps = 1e-8;                            ///< added to the denominator, outside the root, ≥ 0
  double eps_root = 0;                          ///< added inside the root, ≥ 0
  ScalarOrSchedule<double> weight_decay = 0.0;  ///< a number or a schedule
  Mask mask = true;                             ///< which leaves decay
};

/// AdEMAMix: scale_by_ademamix, add_decayed_weights, then a step of -learning_rate.
///
/// Source: Pagliardini et al. 2024, https://arxiv.org/abs/2409.03137
template <class LearningRate>
auto ademamix(LearningRate learning_rate, AdemamixOptions options = {}) {
  detail::check_ademamix("ademamix", options);
  detail::check_learning_rate("ademamix", learning_rate);
  detail::check_weight_decay("ademamix", options.weight_decay);
  return chain(scale_by_ademamix({options.b1, options.b2, options.b3, options.alpha, options.eps, options.eps_root}),
               add_decayed_weights(options.weight_decay, options.mask),
               scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim::contrib
