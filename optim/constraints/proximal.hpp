// Proximal links: penalties and sets whose kinks the gradient does not see, met exactly after each step.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "../numerics/detail/check.hpp"
#include "../numerics/projections.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/transformation.hpp"
#include "../schedules/hyperparameter.hpp"

namespace grove::optim {

/// Counts the steps, for a learning rate that is a schedule.
struct ProximalState {
  std::int64_t count = 0;  ///< steps so far
};

namespace detail {

/// The part that proximal links share: u ← prox(p + u) - p over the leaves that take part.
///
/// `Operator::operator()(extra, point, rate)` replaces the point by the prox at this rate.
template <class Operator>
struct Proximal {
  static constexpr detail::Harm harm = detail::Harm::counts;
  static constexpr bool needs_params = true;

  Operator prox;
  ScalarOrSchedule<double> learning_rate;  ///< the rate of the gradient step before

  template <class P>
  ProximalState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, ProximalState& state, const P& params, const E& extra) const {
    const double rate = learning_rate(state.count);
    for_each_leaf(
        extra, [](std::size_t, auto&& u, const auto& p) { u = p + u; }, updates, params);
    prox(extra, updates, rate);
    for_each_leaf(
        extra, [](std::size_t, auto&& u, const auto& p) { u = u - p; }, updates, params);
    state.count = safe_increment(state.count);
  }
};

template <class Operator>
auto proximal(const char* name, Operator prox, ScalarOrSchedule<double> learning_rate) {
  check_learning_rate(name, learning_rate);
  return GradientTransformation<Proximal<Operator>>{{prox, std::move(learning_rate)}};
}

struct L1Operator {
  double strength;

  void operator()(const auto& extra, auto& point, double rate) const {
    for_each_leaf(
        extra,
        [cut = rate * strength](std::size_t, auto&& x) {
          const auto t = in_scalar_of(x, cut);
          x = select(x > t, x - t, select(x < -t, x + t, 0 * sign_of(x)));
        },
        point);
  }
};

struct L2Operator {
  double strength;

  void operator()(const auto& extra, auto& point, double rate) const {
    for_each_leaf(
        extra, [factor = 1 / (1 + rate * strength)](std::size_t, auto&& x) { x = in_scalar_of(x, factor) * x; }, point);
  }
};

struct NonnegativeOperator {
  void operator()(const auto& extra, auto& point, double /*rate*/) const {
    for_each_leaf(
        extra, [](std::size_t, auto&& x) { x = select(x < 0, 0 * sign_of(x), x); }, point);
  }
};

/// The elements of the leaves that take part are one point of the simplex.
struct SimplexOperator {
  double scale;

  void operator()(const auto& extra, auto& point, double /*rate*/) const {
    using S = accumulator_t<decltype(point)>;
    std::vector<S> values;
    for_each_leaf(
        extra,
        [&](std::size_t, const auto& x) {
          if constexpr (HasElements<decltype(x)>) {
            for (Eigen::Index j = 0; j < x.cols(); ++j) {
              for (Eigen::Index i = 0; i < x.rows(); ++i) values.push_back(static_cast<S>(x(i, j)));
            }
          } else {
            values.push_back(static_cast<S>(x));
          }
        },
        point);
    if (values.empty()) return;
    if constexpr (std::is_floating_point_v<S>) {
      const Simplex simplex(std::vector<double>(values.begin(), values.end()), scale);
      for_each_leaf(
          extra, [&](std::size_t, auto&& x) { replace_each(x, simplex); }, point);
    } else {
      const S threshold = active_threshold(std::move(values), scale);
      for_each_leaf(
          extra,
          [&](std::size_t, auto&& x) {
            x = x - threshold;
            x = select(x < 0, 0, x);
          },
          point);
    }
  }
};

}  // namespace detail

/// What is one group of `prox_group`: a leaf, each row of a leaf, or each column.
enum class Group { leaf, row, column };

namespace detail {

struct GroupOperator {
  double strength;
  Group group;

  void operator()(const auto& extra, auto& point, double rate) const {
    for_each_leaf(
        extra, [&, cut = rate * strength](std::size_t, auto&& x) { shrink_groups(x, cut); }, point);
  }

 private:
  /// max(1 - cut / norm, 0), and 0 for the group of zeros.
  template <class Norm>
  static Norm factor(const Norm& norm, double cut) {
    const Norm threshold(static_cast<Norm>(cut));
    return plain(norm) <= cut ? Norm(0 * norm) : Norm(1 - threshold / norm);
  }

  template <class View>
  void shrink_groups(View&& x, double cut) const {
    if constexpr (HasElements<View>) {
      using S = view_scalar_t<View>;
      if (group == Group::leaf) {
        if (x.size() > 0) x = factor(S(norm_of(x)), cut) * x;
      } else if constexpr (std::is_floating_point_v<S>) {
        for (Eigen::Index k = 0; k < (group == Group::row ? x.rows() : x.cols()); ++k) {
          if (group == Group::row) {
            x.row(k) = factor(S(x.row(k).matrix().stableNorm()), cut) * x.row(k);
          } else {
            x.col(k) = factor(S(x.col(k).matrix().stableNorm()), cut) * x.col(k);
          }
        }
      } else {
        throw Error("prox_group: rows and columns of variables cannot be shrunk; use Group::leaf");
      }
    } else {
      x = factor(view_scalar_t<View>(abs_of(x)), cut) * x;
    }
  }
};

}  // namespace detail

/// The proximal step of the penalty strength · Σ|x|: x ← sign(x) · max(|x| - rate · strength, 0), after which what is
/// small is exactly 0.
///
///   auto lasso = chain(sgd(rate), prox_l1(rate, strength));      // proximal gradient (ISTA)
///   auto weights_only = chain(sgd(rate), masked(prox_l1(rate, strength), [](auto& path) { … }));
///
/// All proximal links are put last, after a step -rate · g, and are given that step's rate (a number or the same
/// schedule): the penalty acts for as long as the step did, and only then is the end the minimum of loss + penalty. The
/// loss does not hold the penalty. Descent is sure for rates up to 1 / (the largest curvature of the loss). A momentum
/// b makes steps of rate / (1 - b) in the end, so that is the rate to give. Links that scale each element by its own
/// rate (adam and its kin) have no one rate, and the end is not the minimum; projections are right after them too.
/// Shapes: any tree; masks choose the leaves. Throws: HyperparameterError for a rate or strength below 0.
/// Source: Parikh & Boyd 2014, Proximal Algorithms, §4.2 and §6.5.2
inline auto prox_l1(ScalarOrSchedule<double> learning_rate, double strength) {
  detail::check_rate("prox_l1", "strength", strength);
  return detail::proximal("prox_l1", detail::L1Operator{strength}, std::move(learning_rate));
}

/// The proximal step of ½ · strength · Σx²: x ← x / (1 + rate · strength), stable at any rate. After `prox_l1` in a
/// chain the two are the elastic net. See prox_l1 for the rate.
inline auto prox_l2(ScalarOrSchedule<double> learning_rate, double strength) {
  detail::check_rate("prox_l2", "strength", strength);
  return detail::proximal("prox_l2", detail::L2Operator{strength}, std::move(learning_rate));
}

/// The proximal step of strength · Σ‖group‖ (group lasso): x ← x · max(1 - rate · strength / ‖x‖, 0) for each group,
/// so that groups are 0 as a whole. Groups are leaves, or the rows or columns of each leaf. See prox_l1 for the rate.
///
/// Source: Parikh & Boyd 2014, §6.5.4
inline auto prox_group(ScalarOrSchedule<double> learning_rate, double strength, Group group = Group::leaf) {
  detail::check_rate("prox_group", "strength", strength);
  return detail::proximal("prox_group", detail::GroupOperator{strength, group}, std::move(learning_rate));
}

/// x ← max(x, 0), the proximal step of the set of nonnegative trees. A projection: the rate does not matter.
inline auto prox_nonnegative() { return detail::proximal("prox_nonnegative", detail::NonnegativeOperator{}, 0.0); }

/// The projection onto the simplex: all elements of the leaves that take part at least 0, with the sum `scale`. One
/// simplex for them all; `masked` picks the leaf. The rate does not matter.
inline auto prox_simplex(double scale = 1) {
  detail::check_positive("prox_simplex", "scale", scale);
  return detail::proximal("prox_simplex", detail::SimplexOperator{scale}, 0.0);
}

}  // namespace grove::optim
