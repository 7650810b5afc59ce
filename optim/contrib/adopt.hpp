// Adam that normalizes the gradient before it enters the momentum.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <utility>

#include "../protocol/chain.hpp"
#include "../schedules/hyperparameter.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/scale_by_adam.hpp"

namespace grove::optim::contrib {

/// Options of `scale_by_adopt` and `adopt`.
struct ScaleByAdopt {
  static constexpr int slot_count = 2;

  double b1 = 0.9;           ///< decay of the momentum, in [0, 1)
  double b2 = 0.9999;        ///< decay of the second moment, in [0, 1)
  double eps = 1e-6;         ///< smallest denominator, ≥ 0
  bool nesterov = false;     ///< whether to look one step ahead
  bool use_clipping = true;  ///< whether normalized gradients are clipped
  Schedule clip_value_fn = [](std::int64_t count) {
    return std::pow(static_cast<double>(count), 0.25);
  };  ///< bound of normalized gradients, by the count of steps before

  template <class P>
  ScaleByAdamState<P> init(const P& params) const {
    return {0, detail::zeros_like(params), detail::zeros_like(params)};
  }
  std::array<double, 7> prepare(auto& state) const {
    const double first = state.count == 0 ? 1 : 0, bound = use_clipping ? clip_value_fn(state.count) : 0;
    state.count = safe_increment(state.count);
    return {b1, 1 - b1, b2, 1 - b2, eps, bound, first};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.mu, state.nu); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& mu, auto& nu) const {
    const auto& [b1_, rest1, b2_, rest2, eps_, bound, first] = constants;
    if (first != 0) {  // it only fills the second moment
      nu = u * u;
      u = mu;
      return;
    }
    const auto g = detail::copy_of(u);
    const auto root = detail::copy_of(detail::sqrt_of(nu));
    u = u / detail::select(root < eps_, eps_, root);
    if (use_clipping) u = detail::select(u > bound, bound, detail::select(u < -bound, -bound, u));
    nu = rest2 * (g * g) + b2_ * nu;
    mu = rest1 * u + b1_ * mu;
    if (nesterov) {
      u = rest1 * u + b1_ * mu;
    } else {
      u = mu;
    }
  }
};

/// The momentum of gradients that are divided by the root of the second moment of the steps before, and clipped.
///
///   c = clip(g / max(sqrt(nu), eps), ±clip_value_fn(t-1))
///   mu ← b1·mu + (1-b1)·c        nu ← b2·nu + (1-b2)·g²        u = mu
///
/// The first step emits 0 and only fills nu. With nesterov u = b1·mu + (1-b1)·c.
/// Throws: HyperparameterError if b1 or b2 is outside [0, 1) or eps negative.
inline auto scale_by_adopt(ScaleByAdopt options = {}) {
  detail::check_moments("scale_by_adopt", options);
  return GradientTransformation<ScaleByAdopt>{std::move(options)};
}

/// ADOPT: scale_by_adopt, then a step of -learning_rate.
///
/// Source: Taniguchi et al. 2024, https://arxiv.org/abs/2411.02853
template <class LearningRate>
auto adopt(LearningRate learning_rate, ScaleByAdopt options = {}) {
  detail::check_moments("adopt", options);
  detail::check_learning_rate("adopt", learning_rate);
  return chain(scale_by_adopt(std::move(options)), scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim::contrib
