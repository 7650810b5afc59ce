// Small corrections of updates: zero_nans, keep_params_nonnegative, centralize, normalize_by_update_norm.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>

#include "../numerics/detail/check.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/mask.hpp"
#include "scale.hpp"

namespace grove::optim {

/// Whether each leaf had a NaN in the last call: '1' or '0' for each leaf.
struct ZeroNansState {
  std::string found_nan;  ///< '1' for each leaf that had one, else '0'

  template <class Params>
  void check_fits(const Params& params) const {
    detail::check_entries(found_nan.size(), params);
  }
};

/// The link behind `zero_nans`.
struct ZeroNans {
  static constexpr detail::Harm harm = detail::Harm::never;
  template <class P>
  ZeroNansState init(const P& params) const {
    return {std::string(static_cast<std::size_t>(tree::leaf_count(params)), '0')};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, ZeroNansState& state, const P& /*params*/, const E& extra) const {
    detail::for_each_leaf(
        extra,
        [&](std::size_t leaf, auto&& u) {
          state.found_nan[leaf] = has_nan(u) ? '1' : '0';
          u = detail::select(u != u, 0, u);
        },
        updates);
  }

 private:
  static bool has_nan(const auto& u) {
    const auto unequal = u != u;
    if constexpr (requires { unequal.any(); }) {
      return unequal.any();
    } else {
      return unequal;
    }
  }
};

/// Replaces NaN by 0 and keeps infinities.
inline auto zero_nans() { return GradientTransformation<ZeroNans>{}; }

/// The link behind `keep_params_nonnegative`.
struct KeepParamsNonnegative : detail::Stateless {
  static constexpr bool needs_params = true;

  void apply(const auto& /*constants*/, auto& u, const auto& p) const { u = detail::select(p + u < 0, -p, u); }
};

/// Shortens updates that would make params negative, so that they become 0. To be put last.
inline auto keep_params_nonnegative() { return GradientTransformation<KeepParamsNonnegative>{}; }

/// The link behind `centralize`.
struct Centralize {
  static constexpr detail::Harm harm = detail::Harm::never;
  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, EmptyState& /*state*/, const P& /*params*/, const E& extra) const {
    std::size_t number = 0;
    tree::detail::visit_leaves(
        [&]<class Leaf>(Leaf& leaf) {
          if (!detail::admits(extra, number++)) return;
          if constexpr (detail::leaf_rank<Leaf>() == 2) {
            auto&& u = leaf_traits<Leaf>::view(leaf);
            if constexpr (tree::detail::stores_view<Leaf>) {  // rows of an active array cannot be assigned
              tree::detail::assign_leaf(leaf, u.colwise() - u.rowwise().mean());
            } else {
              for (Eigen::Index i = 0; i < u.rows(); ++i) {
                const auto mean =
                    typename Leaf::Scalar(u.row(i).sum() / typename Leaf::Scalar(static_cast<double>(u.cols())));
                u.row(i) = u.row(i) - mean;
              }
            }
          }
        },
        updates);
  }
};

/// Subtracts the mean of each row of a matrix; vectors and numbers stay.
///
/// Source: Yong et al. 2020, https://arxiv.org/abs/2004.01461
inline auto centralize() { return GradientTransformation<Centralize>{}; }

/// The link behind `normalize_by_update_norm` and `normalize`.
struct NormalizeByUpdateNorm {
  static constexpr detail::Harm harm = detail::Harm::never;
  double scale_factor = 1.0;  ///< norm of what is emitted
  double eps = 1e-6;          ///< added to the norm, ≥ 0

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, EmptyState& /*state*/, const P& /*params*/, const E& extra) const {
    using std::sqrt;
    using A = detail::accumulator_t<U>;
    const A divisor = A((sqrt(detail::squared_norm(extra, updates)) + A(eps)) / A(scale_factor));
    detail::for_each_leaf(
        extra, [&](std::size_t, auto&& u) { u = u / detail::in_scalar_of(u, divisor); }, updates);
  }
};

/// u = g · scale_factor / (‖g‖ + eps), with the norm of the whole tree.
inline auto normalize_by_update_norm(double scale_factor = 1.0, double eps = 1e-6) {
  detail::check_not_negative("normalize_by_update_norm", "eps", eps);
  return GradientTransformation<NormalizeByUpdateNorm>{{scale_factor, eps}};
}

/// u = g / ‖g‖, with the norm of the whole tree; NaN at 0.
inline auto normalize() { return GradientTransformation<NormalizeByUpdateNorm>{{1.0, 0.0}}; }

}  // namespace grove::optim
