// Newton's method, and steepest descent whose rate follows the curvature.
#pragma once

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "../linesearch/zoom.hpp"
#include "../numerics/detail/positive_definite.hpp"
#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../transforms/scale.hpp"
#include "detail/curvature.hpp"

namespace grove::optim {

/// Steps, and how many of their Hessians were not positive definite.
struct ScaleByNewtonState {
  std::int64_t count = 0;  ///< steps so far
  /// Hessians that were not positive definite.
  std::int64_t modified = 0;
};

/// Options of `newton`.
struct ScaleByNewton {
  static constexpr detail::Harm harm = detail::Harm::counts;
  static constexpr bool needs_params = true;
  static constexpr int asks_for = detail::asks_for_hessian | detail::asks_for_hvp;

  double floor = 1e-8;   ///< smallest curvature, as a share of the largest, in (0, 1)
  bool per_row = false;  ///< whether each row of the leaves is a point of its own, with a Hessian of its own

  template <class P>
  ScaleByNewtonState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, ScaleByNewtonState& state, const P& params, const E& extra) const {
    Eigen::VectorXd direction = detail::joined(extra, updates);
    const auto turn = [&](const std::vector<Eigen::Index>& places, const Eigen::MatrixXd& hessian) {
      bool modified = false;
      direction(places) = detail::newton_direction(hessian, Eigen::VectorXd(direction(places)), floor, &modified);
      if (modified) ++state.modified;
    };
    detail::for_each_hessian("newton", extra, params, per_row, turn);
    detail::part(extra, direction, updates);
    state.count = safe_increment(state.count);
  }
};

/// Multiplies the updates by the inverse of the Hessian; the sign stays. Where the Hessian is not safely positive
/// definite, its eigenvalues are replaced by their magnitudes, none less than `floor` times the largest, so that the
/// direction leads down.
///
/// Needs with_hessian_fn or with_hvp_fn. Throws: HyperparameterError if floor is outside (0, 1).
/// Source: Nocedal & Wright 2006, §3.4
inline auto scale_by_newton(ScaleByNewton options = {}) {
  detail::check_open_fraction("scale_by_newton", "floor", options.floor);
  return GradientTransformation<ScaleByNewton>{options};
}

/// Damped Newton: scale_by_newton, scale(-1), scale_by_zoom_linesearch. For up to some hundreds of numbers; the memory
/// is n², a step costs a Hessian and n³ / 3 operations.
///
///   auto fit = minimize(loss, params, newton(), {}, x, y);
///
/// `update` needs what lbfgs needs, and with_hessian_fn or with_hvp_fn; `minimize` passes them.
inline auto newton(ScaleByNewton options = {}) {
  detail::check_open_fraction("newton", "floor", options.floor);
  return chain(scale_by_newton(options), scale(-1.0),
               scale_by_zoom_linesearch(30, {.initial_guess_strategy = InitialGuess::one}));
}

/// Newton's method with a linesearch of one's own, or `identity()` for none: `newton({.per_row = true}, identity())`
/// steps from many starts at once, the rows of a matrix, each by its own Hessian; the loss is the sum of theirs.
template <class Linesearch>
auto newton(ScaleByNewton options, const Linesearch& linesearch) {
  detail::check_open_fraction("newton", "floor", options.floor);
  return chain(scale_by_newton(options), scale(-1.0), linesearch);
}

/// How the rate of `curvature_sgd` follows the eigenvalues of the Hessian. κ is the largest magnitude of an eigenvalue
/// over the smallest.
enum class CurvatureRate {
  over_condition,   ///< learning_rate / (κ + eps)
  times_condition,  ///< learning_rate · (κ + eps)
  over_largest,     ///< learning_rate / (|λ|max + eps)
  over_extremes     ///< learning_rate / (|λ|max + |λ|min + eps)
};

/// Options of `curvature_sgd`.
struct CurvatureSgdOptions {
  CurvatureRate rate = CurvatureRate::over_condition;  ///< how the rate follows the curvature
  double eps = 1e-12;                                  ///< added to it, ≥ 0
  bool per_row = false;                                ///< whether each row of the leaves is a point of its own
};

/// The factor of the last step (of its last row).
struct ScaleByCurvatureState {
  double factor = 1;  ///< what the gradient was multiplied by
};

/// The link behind `curvature_sgd`.
struct ScaleByCurvature {
  static constexpr detail::Harm harm = detail::Harm::counts;
  static constexpr bool needs_params = true;
  static constexpr int asks_for = detail::asks_for_hessian | detail::asks_for_hvp;

  CurvatureSgdOptions options;  ///< how the rate follows the curvature

  template <class P>
  ScaleByCurvatureState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, ScaleByCurvatureState& state, const P& params, const E& extra) const {
    Eigen::VectorXd direction = detail::joined(extra, updates);
    const auto stretch = [&](const std::vector<Eigen::Index>& places, const Eigen::MatrixXd& hessian) {
      state.factor = factor(hessian);
      direction(places) = state.factor * Eigen::VectorXd(direction(places));
    };
    detail::for_each_hessian("curvature_sgd", extra, params, options.per_row, stretch);
    detail::part(extra, direction, updates);
  }

 private:
  template <class = void>
  double factor(const Eigen::MatrixXd& hessian) const {
    if (hessian.size() == 0) return 1;
    const Eigen::ArrayXd magnitudes =
        Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(hessian, Eigen::EigenvaluesOnly).eigenvalues().array().abs();
    const double most = magnitudes.maxCoeff(), least = magnitudes.minCoeff();
    switch (options.rate) {
      case CurvatureRate::over_condition:
        return least == 0 ? 0 : 1 / (most / least + options.eps);
      case CurvatureRate::times_condition:
        return most / least + options.eps;
      case CurvatureRate::over_largest:
        return 1 / (most + options.eps);
      default:
        return 1 / (most + least + options.eps);
    }
  }
};

/// Steepest descent whose rate follows the curvature: -learning_rate · g / (κ(H) + eps) with the condition number κ of
/// the Hessian H, or another of `CurvatureRate`. Cautious in narrow valleys, where κ is large; `over_largest` is the
/// longest step that is stable there.
///
/// Needs with_hessian_fn or with_hvp_fn. With `per_row` each row of the leaves has its own rate.
/// Throws: HyperparameterError for a negative rate or eps.
template <class LearningRate>
auto curvature_sgd(LearningRate learning_rate, CurvatureSgdOptions options = {}) {
  detail::check_learning_rate("curvature_sgd", learning_rate);
  detail::check_not_negative("curvature_sgd", "eps", options.eps);
  return chain(GradientTransformation<ScaleByCurvature>{{options}}, scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
