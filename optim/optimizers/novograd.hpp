// Adam with one second moment for each leaf.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/scale_by_adam.hpp"

namespace grove::optim {

/// Step count, momentum, and the second moment of each leaf.
template <class P>
struct ScaleByNovogradState {
  std::int64_t count;                        ///< steps so far
  P mu;                                      ///< first moment
  std::vector<detail::accumulator_t<P>> nu;  ///< second moment of each leaf's norm

  template <class Params>
  void check_fits(const Params& params) const {
    detail::check_entries(nu.size(), params);
    detail::check_trees(params, mu);
  }
};

/// Options of `scale_by_novograd`. The alias `novograd` has eps = 1e-6.
template <class Real = double>
struct ScaleByNovograd {
  static constexpr detail::Harm harm = detail::Harm::never;
  static constexpr bool needs_params = true;

  Real b1 = Real(0.9);          ///< decay of the momentum, in [0, 1)
  Real b2 = Real(0.25);         ///< decay of the second moment, in [0, 1)
  Real eps = Real(1e-8);        ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(0);      ///< added inside the root, ≥ 0
  Real weight_decay = Real(0);  ///< decay inside the momentum

  template <class P>
  ScaleByNovogradState<P> init(const P& params) const {
    return {0, detail::zeros_like(params), detail::leaf_numbers(params, 0)};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    using std::sqrt;
    const bool first = state.count == 0;
    state.count = safe_increment(state.count);
    detail::for_each_leaf(
        extra,
        [&](std::size_t leaf, auto&& u, auto&& mu, const auto& p) {
          using Sum = std::remove_cvref_t<decltype(state.nu[leaf])>;
          const Sum squares = Sum(detail::squared_norm_of(u));
          auto& nu = state.nu[leaf];
          nu = first ? squares : Sum((1 - Sum(b2)) * squares + Sum(b2) * nu);
          const Sum denominator = Sum(sqrt(nu + Sum(eps_root)) + Sum(eps));
          u = u / detail::in_scalar_of(u, denominator) + detail::in_scalar_of(u, weight_decay) * p;
          if (!first) u = detail::in_scalar_of(u, b1) * mu + u;
          mu = u;
        },
        updates, state.mu, params);
  }
};

/// Rescales each leaf by the root of the running mean of its squared norm, and accumulates.
///
///   nu ← b2·nu + (1-b2)·‖g‖² (first ‖g‖²)        mu ← b1·mu + g / (sqrt(nu + eps_root) + eps) + weight_decay·p u = mu
///
/// Source: Ginsburg et al. 2019, https://arxiv.org/abs/1905.11286
template <class Real = double>
auto scale_by_novograd(ScaleByNovograd<Real> options = {}) {
  detail::check_moments("scale_by_novograd", options);
  detail::check_not_negative("scale_by_novograd", "weight_decay", options.weight_decay);
  return GradientTransformation<ScaleByNovograd<Real>>{options};
}

/// Options of `novograd`.
template <class Real = double>
struct NovogradOptions {
  Real b1 = Real(0.9);          ///< decay of the momentum, in [0, 1)
  Real b2 = Real(0.25);         ///< decay of the second moment, in [0, 1)
  Real eps = Real(1e-6);        ///< added to the denominator, outside the root, ≥ 0
  Real eps_root = Real(0);      ///< added inside the root, ≥ 0
  Real weight_decay = Real(0);  ///< decay inside the momentum
};

/// NovoGrad: scale_by_novograd, then a step of -learning_rate.
template <class LearningRate>
auto novograd(LearningRate learning_rate, NovogradOptions<real_t<LearningRate>> options = {}) {
  detail::check_moments("novograd", options);
  detail::check_not_negative("novograd", "weight_decay", options.weight_decay);
  detail::check_learning_rate("novograd", learning_rate);
  const auto& [b1, b2, eps, eps_root, weight_decay] = options;
  return chain(scale_by_novograd<real_t<LearningRate>>({b1, b2, eps, eps_root, weight_decay}),
               scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
