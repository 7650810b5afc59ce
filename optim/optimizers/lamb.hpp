// Optimizers with a trust ratio for each leaf: lamb, lars, fromage.
#pragma once

#include <cmath>
#include <utility>

#include "../transforms/scale.hpp"
#include "../transforms/trace.hpp"
#include "../transforms/trust_ratio.hpp"
#include "adamw.hpp"

namespace grove::optim {

/// Options of `lamb`.
template <class Real = double>
struct LambOptions {
  Real b1 = Real(0.9);                            ///< decay of the first moment, in [0, 1)
  Real b2 = Real(0.999);                          ///< decay of the second moment, in [0, 1)
  Real eps = Real(1e-6);                          ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(0);                        ///< added inside the root, ≥ 0
  ScalarOrSchedule<Real> weight_decay = Real(0);  ///< a number or a schedule
  Mask mask = true;                               ///< which leaves decay
};

/// LAMB: scale_by_adam, add_decayed_weights, scale_by_trust_ratio, then a step of -learning_rate.
///
/// Source: You et al. 2020, https://arxiv.org/abs/1904.00962
template <class LearningRate>
auto lamb(LearningRate learning_rate, LambOptions<real_t<LearningRate>> options = {}) {
  using Real = real_t<LearningRate>;
  detail::check_moments("lamb", options);
  detail::check_learning_rate("lamb", learning_rate);
  detail::check_weight_decay("lamb", options.weight_decay);
  return chain(scale_by_adam<Real>({options.b1, options.b2, options.eps, options.eps_root}),
               add_decayed_weights(options.weight_decay, options.mask), scale_by_trust_ratio<Real>(),
               scale_by_learning_rate(std::move(learning_rate)));
}

/// Options of `lars`.
template <class Real = double>
struct LarsOptions {
  ScalarOrSchedule<Real> weight_decay = Real(0);  ///< a number or a schedule; added before the ratio is taken
  Mask weight_decay_mask = true;                  ///< which leaves decay
  Real trust_coefficient = Real(1e-3);            ///< factor of the trust ratio
  Real eps = Real(0);                             ///< added to the norm of the updates
  Mask trust_ratio_mask = true;                   ///< which leaves are rescaled
  Real momentum = Real(0.9);                      ///< decay of the trace, in [0, 1)
  bool nesterov = false;                          ///< whether the trace looks one step ahead
};

/// LARS: add_decayed_weights, scale_by_trust_ratio, a step of -learning_rate, then the trace.
///
/// Source: You et al. 2017, https://arxiv.org/abs/1708.03888
template <class LearningRate>
auto lars(LearningRate learning_rate, LarsOptions<real_t<LearningRate>> options = {}) {
  using Real = real_t<LearningRate>;
  detail::check_learning_rate("lars", learning_rate);
  detail::check_weight_decay("lars", options.weight_decay);
  detail::check_decay("lars", "momentum", options.momentum);
  detail::check_not_negative("lars", "trust_coefficient", options.trust_coefficient);
  detail::check_not_negative("lars", "eps", options.eps);
  return chain(add_decayed_weights(options.weight_decay, options.weight_decay_mask),
               masked(scale_by_trust_ratio<Real>({.trust_coefficient = options.trust_coefficient, .eps = options.eps}),
                      options.trust_ratio_mask),
               scale_by_learning_rate(std::move(learning_rate)), trace(options.momentum, options.nesterov));
}

/// Fromage: scale_by_trust_ratio, a step of -learning_rate/√(1+learning_rate²), and a shrinking of the params to match.
///
/// Source: Bernstein et al. 2020, https://arxiv.org/abs/2002.03432
template <class LearningRate>
auto fromage(LearningRate learning_rate, real_t<LearningRate> min_norm = real_t<LearningRate>(1e-6)) {
  using std::sqrt;
  using Real = real_t<LearningRate>;
  detail::check_learning_rate("fromage", learning_rate);
  detail::check_not_negative("fromage", "min_norm", min_norm);
  const auto shrink = [](const Real& rate) { return Real(1 / sqrt(1 + rate * rate)); };
  const auto ratio = scale_by_trust_ratio<Real>({.min_norm = min_norm});
  using Decay = GradientTransformation<AddDecayedWeights<Real>>;
  if constexpr (ScheduleLike<LearningRate>) {
    return chain(
        ratio, scale_by_learning_rate([=](std::int64_t count) {
          const Real rate(learning_rate(count));
          return Real(rate * shrink(rate));
        }),
        Decay{{ScalarOrSchedule<Real>([=](std::int64_t count) { return Real(shrink(Real(learning_rate(count))) - 1); }),
               true}});
  } else {
    const Real rate(learning_rate);
    const Real factor = shrink(rate);
    return chain(ratio, scale_by_learning_rate(Real(rate * factor)), Decay{{Real(factor - 1), true}});
  }
}

}  // namespace grove::optim
