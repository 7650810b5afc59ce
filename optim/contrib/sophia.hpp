// Steps divided by an estimate of the diagonal of the Hessian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../transforms/add_decayed_weights.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/scale_by_adam.hpp"
#include "hutchinson.hpp"

namespace grove::optim::contrib {

/// Step count, momentum, the averaged diagonal, and the state of the random number generator.
template <class P>
struct SophiaState {
  std::int64_t count;  ///< steps so far
  P mu;                ///< first moment
  P nu;                ///< running diagonal of the Hessian
  std::uint64_t key;   ///< the next random signs
};

/// Options of `scale_by_sophia`.
struct ScaleBySophia {
  static constexpr bool needs_params = true;
  static constexpr int asks_for = detail::asks_for_hvp;

  double b1 = 0.965;                  ///< decay of the momentum, in [0, 1)
  double b2 = 0.99;                   ///< decay of the diagonal, in [0, 1)
  double eps = 1e-8;                  ///< smallest denominator
  double gamma = 0.01;                ///< factor of the diagonal
  double clip_threshold = 1.0;        ///< largest magnitude of what is emitted, > 0
  std::int64_t update_interval = 10;  ///< steps between estimates of the diagonal
  std::uint64_t key = 0;              ///< seed

  template <class P>
  SophiaState<P> init(const P& params) const {
    return {0, detail::zeros_like(params), detail::zeros_like(params), key};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, SophiaState<P>& state, const P& params, const E& extra) const {
    static_assert(
        requires { extra.hvp_fn; }, "sophia needs Hessian-vector products: pass optim::with_hvp_fn(f) to update");
    const bool refresh = state.count % update_interval == 0;
    state.count = safe_increment(state.count);
    const double of_mu = detail::debias(b1, state.count);
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u, auto&& mu, const auto& h) {
          const auto in = [&](double x) { return detail::in_scalar_of(u, x); };
          mu = in(b1)*mu + in(1 - b1) * u;
          u = in(of_mu)*mu / detail::max_of(in(gamma)*h, 0 * h + in(eps));
          const auto bound = in(clip_threshold);
          u = detail::select(u > bound, 0 * h + bound, detail::select(u < -bound, 0 * h - bound, u));
        },
        updates, state.mu, state.nu);
    if (refresh) estimate(state, params, extra);
  }

 private:
  /// Hutchinson's estimate z ∘ Hz with random signs z.
  template <class P, class E>
  void estimate(SophiaState<P>& state, const P& params, const E& extra) const {
    const P z = detail::random_signs(params, state.key, extra);
    if (!detail::is_given(extra.hvp_fn))
      throw Error("any_transformation: sophia needs optim::with_hvp_fn(f) in update");
    const P product = extra.hvp_fn(params, z);
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& h, const auto& sign, const auto& hz) {
          const auto in = [&](double x) { return detail::in_scalar_of(h, x); };
          h = in(b2)*h + in(1 - b2) * (sign * hz);
        },
        state.nu, z, product);
  }
};

}  // namespace grove::optim::contrib

namespace grove::optim::detail {

inline void check_sophia(std::string_view function, const contrib::ScaleBySophia& options) {
  check_moments(function, options);
  check_not_negative(function, "gamma", options.gamma);
  check_positive(function, "clip_threshold", options.clip_threshold);
  check_positive(function, "update_interval", options.update_interval);
}

}  // namespace grove::optim::detail

namespace grove::optim::contrib {

/// u = clip(mu / (1-b1ᵗ) / max(gamma·h, eps), ±clip_threshold), h the averaged diagonal of the Hessian.
///
/// h is estimated every `update_interval` steps, after its use, so the first step takes signs only. Needs
/// `with_hvp_fn(f)`. Source: Liu et al. 2023, https://arxiv.org/abs/2305.14342
inline auto scale_by_sophia(ScaleBySophia options = {}) {
  detail::check_sophia("scale_by_sophia", options);
  return GradientTransformation<ScaleBySophia>{options};
}

/// Sophia: scale_by_sophia, add_decayed_weights, then a step of -learning_rate.
template <class LearningRate>
auto sophia(LearningRate learning_rate, ScaleBySophia options = {}, ScalarOrSchedule<double> weight_decay = 1e-4,
            Mask weight_decay_mask = true) {
  detail::check_sophia("sophia", options);
  detail::check_learning_rate("sophia", learning_rate);
  detail::check_weight_decay("sophia", weight_decay);
  return chain(scale_by_sophia(options), add_decayed_weights(std::move(weight_decay), std::move(weight_decay_mask)),
               scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim::contrib
