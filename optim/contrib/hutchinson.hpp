// Estimates of the diagonal of the Hessian from its products with random signs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../protocol/detail/leafwise.hpp"
#include "../protocol/transformation.hpp"
#include "../transforms/noise.hpp"

namespace grove::optim::detail {

/// A tree of 1 and -1 in the leaves that take part, and 0 in the others.
template <class P, class E>
P random_signs(const P& params, std::uint64_t& key, const E& extra) {
  P signs = zeros_like(params);
  RandomKey random{key};
  for_each_leaf(
      extra,
      [&]<class View>(std::size_t, View&& x) {
        const auto sign = [&] { return in_scalar_of(x, (random.bits() >> 63) != 0 ? 1.0 : -1.0); };
        if constexpr (HasElements<std::remove_cvref_t<View>>) {
          for (Eigen::Index j = 0; j < x.cols(); ++j) {
            for (Eigen::Index i = 0; i < x.rows(); ++i) x(i, j) = sign();
          }
        } else {
          x = sign();
        }
      },
      signs);
  return signs;
}

}  // namespace grove::optim::detail

namespace grove::optim::contrib {

/// The state of the random number generator.
struct HutchinsonState {
  std::uint64_t key;  ///< the next random signs
};

/// The link behind `hutchinson_estimator_diag_hessian`.
struct HutchinsonEstimatorDiagHessian {
  static constexpr detail::Harm harm = detail::Harm::counts;
  static constexpr bool needs_params = true;
  static constexpr int asks_for = detail::asks_for_hvp;

  std::uint64_t random_seed = 0;  ///< the same seed draws the same signs

  template <class P>
  HutchinsonState init(const P& /*params*/) const {
    return {random_seed};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, HutchinsonState& state, const P& params, const E& extra) const {
    static_assert(
        requires { extra.hvp_fn; },
        "hutchinson_estimator_diag_hessian needs Hessian-vector products: pass optim::with_hvp_fn(f) to "
        "update");
    const P signs = detail::random_signs(params, state.key, extra);
    if (!detail::is_given(extra.hvp_fn))
      throw Error("any_transformation: hutchinson_estimator_diag_hessian needs optim::with_hvp_fn(f) in update");
    const P product = extra.hvp_fn(params, signs);
    detail::for_each_leaf(
        extra, [](std::size_t, auto&& u, const auto& sign, const auto& hz) { u = sign * hz; }, updates, signs, product);
  }
};

/// Replaces the updates by an estimate of the diagonal of the Hessian: z ∘ Hz with random signs z.
///
///   auto [diagonal, state] = estimator.update(grads, std::move(state), params, with_hvp_fn(
///       [&](const auto& p, const auto& v) { return hvp(loss)(p, v, x, y); }));
///
/// It is right on average, and exact where the Hessian is diagonal. The same seed gives the same signs; they are not
/// JAX's.
inline auto hutchinson_estimator_diag_hessian(std::uint64_t random_seed = 0) {
  return GradientTransformation<HutchinsonEstimatorDiagHessian>{{random_seed}};
}

}  // namespace grove::optim::contrib
