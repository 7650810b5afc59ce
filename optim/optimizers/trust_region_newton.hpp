// Newton's method in a trust region, by conjugate gradients.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "../linesearch/detail/linesearch.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/transformation.hpp"
#include "detail/curvature.hpp"

namespace grove::optim {

/// The radius of trust, the norm of the first gradient, and room for the params that are tried.
template <class P>
struct TrustRegionNewtonState {
  double radius;                      ///< of the region
  double first_gradient = 0;          ///< norm of the first gradient
  std::int64_t hessian_products = 0;  ///< of all steps so far
  P trial;                            ///< room for the params that are tried
  P trial_grad;                       ///< room for their gradient
};

/// Options of `trust_region_newton`.
struct TrustRegionNewtonOptions {
  double initial_radius = 1;          ///< length of the first step at most, > 0
  double max_radius = 1e10;           ///< length of any step at most
  double accept = 0.1;                ///< share of the predicted decrease that must come true, in (0, 1/4)
  std::int64_t max_trial_steps = 30;  ///< shorter and shorter steps that are tried, ≥ 1
};

namespace detail {

struct SteihaugStep {
  Eigen::VectorXd step;
  double predicted;  ///< by how much the model says that the loss will fall
  bool on_boundary;
};

/// The distance from `inside` along `direction` to the sphere.
template <class = void>
double to_sphere(const Eigen::VectorXd& inside, const Eigen::VectorXd& direction, double radius) {
  const double a = direction.squaredNorm(), b = inside.dot(direction), c = inside.squaredNorm() - radius * radius;
  const double root = std::sqrt(std::max(b * b - a * c, 0.0));
  return b > 0 ? -c / (b + root) : (root - b) / a;
}

/// Steihaug's conjugate gradients for the model g·p + ½ p·Hp within the radius: on to `tolerance`, to the boundary, or
/// to where the curvature is negative, and from there along it to the boundary.
template <class Product>
SteihaugStep steihaug(const Eigen::VectorXd& gradient, double radius, double tolerance, const Product& hessian_times) {
  Eigen::VectorXd step = Eigen::VectorXd::Zero(gradient.size()), rest = gradient, direction = -gradient;
  Eigen::VectorXd curved = step;  // H step
  const auto done = [&](bool on_boundary) {
    return SteihaugStep{step, -(gradient.dot(step) + 0.5 * step.dot(curved)), on_boundary};
  };
  for (Eigen::Index k = 0; k < 2 * gradient.size() + 10; ++k) {
    if (rest.norm() <= tolerance) break;
    const Eigen::VectorXd product = hessian_times(direction);
    const double curvature = direction.dot(product), squares = rest.squaredNorm();
    const double length = curvature > 0 ? squares / curvature : std::numeric_limits<double>::infinity();
    if (!(curvature > 0) || (step + length * direction).norm() >= radius) {
      const double to_boundary = to_sphere(step, direction, radius);
      step += to_boundary * direction;
      curved += to_boundary * product;
      return done(true);
    }
    step += length * direction;
    curved += length * product;
    rest += length * product;
    direction = -rest + (rest.squaredNorm() / squares) * direction;
  }
  return done(false);
}

}  // namespace detail

/// The link behind `trust_region_newton`.
struct TrustRegionNewton {
  static constexpr bool needs_params = true;
  static constexpr int asks_for = detail::asks_for_hvp;

  TrustRegionNewtonOptions options;  ///< the radius, and when a step is good

  template <class P>
  TrustRegionNewtonState<P> init(const P& params) const {
    return {options.initial_radius, 0, 0, params, detail::zeros_like(params)};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    static_assert(detail::HasValue<E> && (detail::HasValueFn<E> || detail::HasValueAndGradFn<E>),
                  "trust_region_newton needs the loss: pass optim::with_value(loss) and optim::with_value_fn(f) or "
                  "optim::with_value_and_grad_fn(f) to update");
    static_assert(detail::HasHvpFn<E> || detail::HasHessianFn<E>,
                  "trust_region_newton needs Hessian-vector products: pass optim::with_hvp_fn(f) to update");
    const Eigen::VectorXd gradient = detail::joined(extra, updates);
    const double value = detail::plain(detail::value_of_extra(extra)), norm = gradient.norm();
    if (detail::should_forget(extra)) state.radius = options.initial_radius;
    if (state.first_gradient == 0) state.first_gradient = norm;
    const auto times = [&](const Eigen::VectorXd& v) {
      ++state.hessian_products;
      return detail::joined_hvp(extra, params, v);
    };
    const double tolerance = std::min(0.5, std::sqrt(norm / state.first_gradient)) * norm;
    bool found = false;
    for (std::int64_t trial = 0; trial < options.max_trial_steps && norm > 0 && std::isfinite(norm) && !found;
         ++trial) {
      const detail::SteihaugStep next = detail::steihaug(gradient, state.radius, tolerance, times);
      if (!next.step.allFinite()) break;
      detail::part(extra, next.step, updates);
      detail::move_along(extra, state.trial, params, 1.0, updates);
      double slope = std::numeric_limits<double>::quiet_NaN();
      const double reached = evaluate(state, extra, slope);
      const double ratio = (value - reached) / next.predicted;
      // Where rounding hides a decrease, a flatter place is a better one.
      const bool hidden = next.predicted <= 1e-14 * std::abs(value);
      found = hidden ? slope < norm && reached <= value + 1e-14 * std::abs(value)
                     : ratio >= options.accept && reached < value;
      if (!found || ratio < 0.25) {
        state.radius = hidden && found ? state.radius : 0.25 * std::min(state.radius, next.step.norm());
      } else if (ratio > 0.75 && next.on_boundary) {
        state.radius = std::min(2 * state.radius, options.max_radius);
      }
    }
    detail::report_search(extra, !found);
    if (!found) detail::part(extra, Eigen::VectorXd(Eigen::VectorXd::Zero(gradient.size())), updates);
  }

 private:
  /// The loss at the trial, and the norm of its gradient where it can be had.
  template <class S, class E>
  static double evaluate(S& state, const E& extra, double& slope) {
    if constexpr (detail::HasValueAndGradFn<E>) {
      if (detail::is_given(extra.value_and_grad_fn)) {
        const double value = detail::gradient_at(extra, state.trial, state.trial_grad);
        slope = detail::joined(extra, state.trial_grad).norm();
        return value;
      }
    }
    std::optional room(state.trial_grad);
    return detail::value_at(extra, state.trial, room);
  }
};

/// Newton's method in a trust region: steps of at most a radius, by Steihaug's conjugate gradients, which need products
/// of the Hessian with a vector and never the matrix; for thousands of numbers. Negative curvature is followed to the
/// boundary, so that saddles are left. A step that does not bring the decrease that the model predicts is made again,
/// shorter.
///
/// Needs with_value, with_value_and_grad_fn (or with_value_fn) and with_hvp_fn, which `minimize` passes. The rows of a
/// matrix are one loss to it; of many starts use `minimize_each`. Throws:
/// HyperparameterError for options out of range.
/// Source: Steihaug 1983; Nocedal & Wright 2006, Algorithms 4.1 and 7.2
inline auto trust_region_newton(TrustRegionNewtonOptions options = {}) {
  constexpr auto name = "trust_region_newton";
  detail::check_positive(name, "initial_radius", options.initial_radius);
  detail::check_positive(name, "max_radius", options.max_radius);
  if (!(options.accept > 0 && options.accept < 0.25))
    detail::reject(name, "accept", "lie in (0, 0.25)", options.accept);
  detail::check_positive(name, "max_trial_steps", options.max_trial_steps);
  return GradientTransformation<TrustRegionNewton>{{options}};
}

}  // namespace grove::optim
