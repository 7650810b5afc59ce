// Bounds on updates: by element, by leaf, by the norm of the whole tree, and relative to the params.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

#include "../../autodiff/error.hpp"
#include "../numerics/detail/check.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/mask.hpp"
#include "scale.hpp"

namespace grove::optim {

/// The link behind `clip`.
template <class Real = double>
struct Clip {
  static constexpr int slot_count = 0;

  Real max_delta;  ///< largest magnitude

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  std::array<Real, 1> prepare(auto& /*state*/) const { return {max_delta}; }
  std::tuple<> slots(auto& /*state*/, auto& /*updates*/) const { return {}; }
  void emit(const auto& constants, const auto& u, const auto& /*p*/, const auto& next) const {
    const auto& bound = constants[0];
    if constexpr (std::is_floating_point_v<detail::view_scalar_t<decltype(u)>>) {
      next(detail::select(u > bound, bound, detail::select(u < -bound, -bound, u)));
    } else {
      next(detail::select(u > bound, 0 * detail::sign_of(u) + bound,
                          detail::select(u < -bound, 0 * detail::sign_of(u) - bound, u)));
    }
  }
};

/// Clips each element to [-max_delta, max_delta]; NaN stays.
template <class Real>
auto clip(Real max_delta) {
  detail::check_not_negative("clip", "max_delta", max_delta);
  return GradientTransformation<Clip<real_t<Real>>>{{real_t<Real>(max_delta)}};
}

/// The link behind `clip_by_block_rms`.
template <class Real = double>
struct ClipByBlockRms {
  static constexpr detail::Harm harm = detail::Harm::never;
  Real threshold;  ///< largest root mean square of a leaf

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, EmptyState& /*state*/, const P& /*params*/, const E& extra) const {
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u) {
          const auto excess = detail::rms_of(u) / detail::in_scalar_of(u, threshold);
          using S = std::remove_cvref_t<decltype(excess)>;
          u = u / detail::max_scalar(S(1), S(excess));
        },
        updates);
  }
};

/// Scales each leaf down so that the root mean square of its elements is at most `threshold`.
template <class Real>
auto clip_by_block_rms(Real threshold) {
  detail::check_positive("clip_by_block_rms", "threshold", threshold);
  return GradientTransformation<ClipByBlockRms<real_t<Real>>>{{real_t<Real>(threshold)}};
}

/// The link behind `clip_by_global_norm`.
template <class Real = double>
struct ClipByGlobalNorm {
  static constexpr detail::Harm harm = detail::Harm::never;
  static constexpr bool works_by_rows = true;  // rows without a gradient add nothing to the norm

  Real max_norm;  ///< largest norm of the whole tree

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, EmptyState& /*state*/, const P& /*params*/, const E& extra) const {
    using std::sqrt;
    const auto norm = sqrt(detail::squared_norm(extra, updates));
    if (detail::plain(norm) < detail::plain(max_norm)) return;
    if constexpr (std::is_floating_point_v<detail::accumulator_t<U>>) {
      if (std::isinf(norm) && clip_huge(updates, extra)) return;
    }
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u) { u = u / detail::in_scalar_of(u, norm) * detail::in_scalar_of(u, max_norm); },
        updates);
  }

 private:
  /// For finite updates whose squares overflow: they are divided by the largest of them first.
  template <class U, class E>
  bool clip_huge(U& updates, const E& extra) const {
    using A = detail::accumulator_t<U>;
    A largest(0);
    detail::for_each_leaf(
        extra, [&](std::size_t, const auto& u) { largest = detail::max_scalar(largest, A(detail::largest_of(u))); },
        updates);
    if (!std::isfinite(largest)) return false;
    detail::for_each_leaf(
        extra, [&](std::size_t, auto&& u) { u = u / detail::in_scalar_of(u, largest); }, updates);
    const A norm = std::sqrt(detail::squared_norm(extra, updates));
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u) { u = u / detail::in_scalar_of(u, norm) * detail::in_scalar_of(u, max_norm); },
        updates);
    return true;
  }
};

/// Scales the updates down so that the norm of the whole tree is at most `max_norm`.
///
///   u = g if ‖g‖ < max_norm, else (g / ‖g‖) · max_norm
///
/// An update that is not finite leaves no finite one, as in optax: put `zero_nans` or `apply_if_finite` around it.
/// Finite updates whose norm overflows are clipped as others are. Source: Pascanu et al. 2012,
/// https://arxiv.org/abs/1211.5063
template <class Real>
auto clip_by_global_norm(Real max_norm) {
  detail::check_positive("clip_by_global_norm", "max_norm", max_norm);
  return GradientTransformation<ClipByGlobalNorm<real_t<Real>>>{{real_t<Real>(max_norm)}};
}

namespace detail {

inline void check_axis(std::string_view function, const std::optional<int>& axis) {
  if (axis && *axis != 0 && *axis != 1) reject(function, "axis", "be 0 or 1", *axis);
}

}  // namespace detail

/// The norm of each unit of an array, in the place of each of its elements.
///
/// A number and a vector are a unit; of a matrix each column is one, or each row with `axis` = 1.
/// Throws: HyperparameterError if `axis` is neither 0 nor 1.
template <class X>
auto unitwise_norm(const X& x, std::optional<int> axis = {}) {
  detail::check_axis("unitwise_norm", axis);
  if constexpr (std::is_arithmetic_v<X>) {
    return std::abs(x);
  } else {
    typename X::PlainObject norms = x;
    if (x.rows() == 1 || x.cols() == 1) {
      norms.setConstant(norms.matrix().stableNorm());
    } else if (axis == 1) {
      for (Eigen::Index i = 0; i < x.rows(); ++i) norms.row(i).setConstant(norms.row(i).matrix().stableNorm());
    } else {
      for (Eigen::Index j = 0; j < x.cols(); ++j) norms.col(j).setConstant(norms.col(j).matrix().stableNorm());
    }
    return norms;
  }
}

/// grad where g_norm < max_norm, elsewhere grad · max_norm / max(g_norm, div_eps); all are arrays of one shape.
///
///   clipped = unitwise_clip(unitwise_norm(g), 0.01 * unitwise_norm(p), g);
///
/// Throws: ShapeError if the shapes differ.
template <class X>
typename X::PlainObject unitwise_clip(const X& g_norm, const X& max_norm, const X& grad, double div_eps = 1e-6) {
  const auto check = [&](std::string_view name, const X& norm) {
    if (norm.rows() != grad.rows() || norm.cols() != grad.cols()) {
      throw ShapeError(detail::fill("unitwise_clip: {} is {}×{} and grad is {}×{}",
                                    {name, norm.rows(), norm.cols(), grad.rows(), grad.cols()}));
    }
  };
  check("g_norm", g_norm);
  check("max_norm", max_norm);
  using S = typename X::Scalar;
  typename X::PlainObject clipped = grad;
  for (Eigen::Index j = 0; j < grad.cols(); ++j) {
    for (Eigen::Index i = 0; i < grad.rows(); ++i) {
      if (g_norm(i, j) < max_norm(i, j)) continue;
      clipped(i, j) *= max_norm(i, j) / detail::max_scalar(S(g_norm(i, j)), static_cast<S>(div_eps));
    }
  }
  return clipped;
}

/// The link behind `adaptive_grad_clip`.
template <class Real = double>
struct AdaptiveGradClip {
  static constexpr detail::Harm harm = detail::Harm::never;
  static constexpr bool needs_params = true;

  Real clipping;              ///< largest ratio of the norms of a unit's gradient and params
  Real eps = Real(1e-3);      ///< smallest norm of the params of a unit that is taken serious
  std::optional<int> axis{};  ///< what is a unit of a matrix: a column, or with 1 a row

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, EmptyState& /*state*/, const P& params, const E& extra) const {
    std::size_t number = 0;
    tree::detail::visit_leaves(
        [&]<class Leaf, class Of>(Leaf& leaf, const Of& of_params) {
          if (!detail::admits(extra, number++)) return;
          auto&& u = leaf_traits<Leaf>::view(leaf);
          const auto& p = leaf_traits<Of>::view(of_params);
          if constexpr (!tree::detail::stores_view<Leaf>) {
            clip_units(u, p);
          } else if (detail::leaf_rank<Leaf>() < 2 || u.rows() == 1 || u.cols() == 1) {
            tree::detail::assign_leaf(leaf, factor(u, p) * u);
          } else if (axis == 1) {  // rows of an active array cannot be assigned
            tree::detail::assign_leaf(leaf, u.colwise() * factors(u.rowwise(), p.rowwise()));
          } else {
            tree::detail::assign_leaf(leaf, u.rowwise() * factors(u.colwise(), p.colwise()));
          }
        },
        updates, params);
  }

 private:
  void clip_units(auto& u, const auto& p) const {
    if constexpr (!detail::HasElements<std::remove_cvref_t<decltype(u)>>) {
      u = factor(u, p) * u;
    } else if (u.rows() == 1 || u.cols() == 1) {
      u = factor(u, p) * u;
    } else if (axis == 1) {
      for (Eigen::Index i = 0; i < u.rows(); ++i) {
        const auto f = factor(u.row(i), p.row(i));
        u.row(i) = f * u.row(i);
      }
    } else {
      for (Eigen::Index j = 0; j < u.cols(); ++j) {
        const auto f = factor(u.col(j), p.col(j));
        u.col(j) = f * u.col(j);
      }
    }
  }
  /// The factors of all units of a matrix, which are its rows or its columns.
  auto factors(const auto& units, const auto& of_params) const {
    const auto norms = units.norm().array();
    const auto sizes = of_params.norm().array();
    const auto in = [&](const Real& x) { return detail::in_scalar_of(norms, x); };
    const auto largest = in(clipping)*detail::select(sizes < in(eps), in(eps), sizes);
    const auto divisor = detail::select(norms < in(Real(1e-6)), in(Real(1e-6)), norms);
    return detail::select(norms < largest, in(Real(1)), largest / divisor);
  }
  auto factor(const auto& u, const auto& p) const {
    auto norm = detail::norm_of(u);
    using S = std::remove_cvref_t<decltype(norm)>;
    const S largest = S(detail::in_scalar_of(u, clipping) *
                        detail::max_scalar(S(detail::norm_of(p)), S(detail::in_scalar_of(u, eps))));
    if (detail::plain(norm) < detail::plain(largest)) return S(1);
    return S(largest / detail::max_scalar(norm, S(1e-6)));
  }
};

/// Clips the gradient of each unit (a vector, a column of a matrix) to `clipping` times the norm of the unit's params.
///
/// With `axis` = 1 the units of matrices are their rows. Throws: HyperparameterError for arguments out of range.
/// Source: Brock et al. 2021, https://arxiv.org/abs/2102.06171
template <class Real>
auto adaptive_grad_clip(Real clipping, real_t<Real> eps = real_t<Real>(1e-3), std::optional<int> axis = {}) {
  detail::check_positive("adaptive_grad_clip", "clipping", clipping);
  detail::check_not_negative("adaptive_grad_clip", "eps", eps);
  detail::check_axis("adaptive_grad_clip", axis);
  return GradientTransformation<AdaptiveGradClip<real_t<Real>>>{{real_t<Real>(clipping), eps, axis}};
}

}  // namespace grove::optim
