// Steps in proportion to the params of a leaf: scale_by_trust_ratio, scale_by_param_block_norm,
// scale_by_param_block_rms.
#pragma once

#include <cstddef>

#include "../numerics/detail/check.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/transformation.hpp"

namespace grove::optim {

/// Options of `scale_by_trust_ratio`.
template <class Real = double>
struct ScaleByTrustRatio {
  static constexpr detail::Harm harm = detail::Harm::never;
  static constexpr bool needs_params = true;

  Real min_norm = Real(0);           ///< smaller norms count as this
  Real trust_coefficient = Real(1);  ///< factor of the ratio
  Real eps = Real(0);                ///< added to the norm of the updates

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, EmptyState& /*state*/, const P& params, const E& extra) const {
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u, const auto& p) {
          auto of_updates = detail::norm_of(u);
          using S = std::remove_cvref_t<decltype(of_updates)>;
          const S smallest = S(detail::in_scalar_of(u, min_norm));
          of_updates = detail::max_scalar(of_updates, smallest);
          const S of_params = detail::max_scalar(S(detail::norm_of(p)), smallest);
          if (detail::plain(of_params) == 0 || detail::plain(of_updates) == 0) return;
          u = S(detail::in_scalar_of(u, trust_coefficient) * of_params / (of_updates + detail::in_scalar_of(u, eps))) *
              u;
        },
        updates, params);
  }
};

/// Scales each leaf by the ratio of the norms of its params and its updates.
///
///   u = g · trust_coefficient · max(‖p‖, min_norm) / (max(‖g‖, min_norm) + eps), but u = g if either norm is 0
///
/// Source: You et al. 2017, https://arxiv.org/abs/1708.03888
template <class Real = double>
auto scale_by_trust_ratio(ScaleByTrustRatio<Real> options = {}) {
  detail::check_not_negative("scale_by_trust_ratio", "min_norm", options.min_norm);
  detail::check_not_negative("scale_by_trust_ratio", "trust_coefficient", options.trust_coefficient);
  detail::check_not_negative("scale_by_trust_ratio", "eps", options.eps);
  return GradientTransformation<ScaleByTrustRatio<Real>>{options};
}

/// The link behind `scale_by_param_block_norm` and `scale_by_param_block_rms`.
template <class Real, bool Rms>
struct ScaleByParamBlock {
  static constexpr detail::Harm harm = detail::Harm::never;
  static constexpr bool needs_params = true;

  Real min_scale;  ///< smallest factor

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, EmptyState& /*state*/, const P& params, const E& extra) const {
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u, const auto& p) {
          auto size = [&] {
            if constexpr (Rms) {
              return detail::rms_of(p);
            } else {
              return detail::norm_of(p);
            }
          }();
          using S = std::remove_cvref_t<decltype(size)>;
          u = detail::max_scalar(size, S(detail::in_scalar_of(u, min_scale))) * u;
        },
        updates, params);
  }
};

/// Scales each leaf by the norm of its params, at least `min_scale`.
inline auto scale_by_param_block_norm(double min_scale = 1e-3) {
  detail::check_not_negative("scale_by_param_block_norm", "min_scale", min_scale);
  return GradientTransformation<ScaleByParamBlock<double, false>>{{min_scale}};
}

/// Scales each leaf by the root mean square of its params, at least `min_scale`.
inline auto scale_by_param_block_rms(double min_scale = 1e-3) {
  detail::check_not_negative("scale_by_param_block_rms", "min_scale", min_scale);
  return GradientTransformation<ScaleByParamBlock<double, true>>{{min_scale}};
}

}  // namespace grove::optim
