// Fits by least squares: residuals in, params and their errors out.
#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "detail/derivatives.hpp"
#include "detail/trust_region.hpp"
#include "options.hpp"
#include "result.hpp"

namespace grove::optim {
namespace detail {

inline void check_least_squares(const LeastSquaresOptions& options) {
  check_not_negative("least_squares", "max_steps", options.max_steps);
  check_rate("least_squares", "step_tolerance", options.step_tolerance);
  check_rate("least_squares", "cost_tolerance", options.cost_tolerance);
  check_rate("least_squares", "gradient_tolerance", options.gradient_tolerance);
  check_positive("least_squares", "initial_radius", options.initial_radius);
  check_rate("least_squares", "initial_radius", options.initial_radius);
}

/// The bounds of all params; those that cross are refused, and so is a start outside.
template <class P>
void find_bounds(const P& params, const Eigen::VectorXd& start, const LeastSquaresOptions& options,
                 Eigen::VectorXd& lower, Eigen::VectorXd& upper) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  lower = options.lower.of(params, -infinity);
  upper = options.upper.of(params, infinity);
  for (Eigen::Index i = 0; i < start.size(); ++i) {
    const auto name = [&] { return element_names(params)[static_cast<std::size_t>(i)]; };
    if (!(lower(i) <= upper(i)) || lower(i) == infinity || upper(i) == -infinity) {
      throw HyperparameterError(
          fill("least_squares: {}: no number lies between the bounds {} and {}", {name(), lower(i), upper(i)}));
    }
    if (start(i) < lower(i) || start(i) > upper(i)) {
      throw HyperparameterError(
          fill("least_squares: {}: the start {} lies outside of the bounds [{}, {}]; start inside, or clamp it",
               {name(), start(i), lower(i), upper(i)}));
    }
  }
}

template <class P>
std::vector<Eigen::Index> free_params(const P& params, const Mask& fixed, const Eigen::VectorXd& lower,
                                      const Eigen::VectorXd& upper) {
  const std::vector<bool> fixed_leaves = fixed.of(params);
  std::vector<Eigen::Index> free;
  std::size_t leaf = 0;
  Eigen::Index position = 0;
  for_each_shape(
      [&](const tree::Path&, const LeafShape& shape) {
        const bool is_fixed = fixed_leaves[leaf++];
        for (Eigen::Index i = 0; i < shape.size(); ++i, ++position) {
          if (!is_fixed && lower(position) < upper(position)) free.push_back(position);
        }
      },
      params);
  return free;
}

/// Evaluates the start; says in `end` what is wrong with it.
template <class Problem>
bool evaluate_start(Problem& problem, TrustRegionEnd& end) {
  end.reason = LeastSquaresStop::bad_start;
  ++end.residual_evaluations;
  try {
    problem.residuals(end.x, end.residuals);
  } catch (const Error& error) {
    if (is_a_mistake(error)) throw;
    end.message = fill("the residuals cannot be evaluated at the start: {}", {error.what()});
    return false;
  }
  for (Eigen::Index i = 0; i < end.residuals.size(); ++i) {
    if (std::isfinite(end.residuals(i))) continue;
    end.message = fill("residual {} is {} at the start", {problem.residual_name(i), end.residuals(i)});
    return false;
  }
  return true;
}

}  // namespace detail

/// Fits params to data: finds the params at which the sum of the squares of all residuals is least.
///
///   struct Decay { double height, rate; };
///   auto residuals = [](const auto& p, const Eigen::ArrayXd& t, const Eigen::ArrayXd& y) {
///     const auto& [height, rate] = p;
///     return y - height * exp(-rate * t);
///   };
///   auto fit = grove::optim::least_squares(residuals, Decay{1, 1}, {.lower = {{"rate", 0.0}}}, t, y);
///   fmt::print("{}\n", fit.summary());
///
/// cost = ½ Σ wᵢ rᵢ², or with a robust loss ½ Σ s² ρ(wᵢ rᵢ²/s²). `residuals(params, args…)` may return a scalar, an
/// array or a tree. A trust-region Levenberg-Marquardt method (Moré 1978) on params scaled by the norms of the
/// Jacobian's columns: units play no part. Jacobians of low rank are handled by singular values. Derivatives are exact:
/// by forward mode where params are few, by reverse mode where residuals are few, by products with vectors for
/// `matrix_free(residuals)`, by colours of columns for `sparse(residuals)` of <grove/sparse.hpp>. A trial point at
/// which the residuals throw a grove::Error, or are not finite, is rejected; at the start that ends the fit with
/// `bad_start` and a message. Each step costs an evaluation of the residuals, and if it is taken one of the Jacobian.
/// Throws: HyperparameterError for options out of range and for a start outside of the bounds; StructureError and
/// ShapeError of the residuals.
template <class F, grove::detail::Differentiable P, class... Args>
auto least_squares(const F& residuals, const P& params, const LeastSquaresOptions& options, const Args&... args) {
  static_assert(std::is_floating_point_v<scalar_t<P>>, "grove: least_squares: the params must be plain numbers");
  using Derivatives = detail::Derivatives<F>;
  using Problem = typename Derivatives::template Problem<P, Args...>;
  using S = double;
  detail::check_least_squares(options);
  LeastSquaresResult<P, typename Problem::R> result{.params = params};
  detail::FitStatistics& statistics = result.statistics;
  const Eigen::VectorXd start = tree::flatten(params).template cast<double>();
  Eigen::VectorXd lower, upper;
  detail::find_bounds(params, start, options, lower, upper);
  statistics.names = detail::element_names(params);
  statistics.estimates = start;
  statistics.free = detail::free_params(params, options.fixed, lower, upper);
  result.solver = Derivatives::solver(residuals, options.solver, statistics.free.size());

  Problem problem(residuals, params, args...);
  problem.vary(statistics.free);
  detail::TrustRegionEnd end;
  end.x = start(statistics.free);
  const bool started = detail::evaluate_start(problem, end);
  if (started) {
    statistics.weights = options.weights.of(problem.value());
    const detail::Weighing<S> weighing(options.loss, statistics.weights);
    const Eigen::VectorXd free_lower = lower(statistics.free), free_upper = upper(statistics.free);
    const auto model = Derivatives::template model<S>(residuals, result.solver, problem);
    detail::TrustRegion<S>(problem, options, *model, weighing, free_lower, free_upper).run(end);
    statistics.jacobian = model->jacobian();
    statistics.estimates(statistics.free) = end.x;
    statistics.at_bound.assign(statistics.free.size(), false);
    for (std::size_t k = 0; k < statistics.free.size(); ++k) {
      const auto i = static_cast<Eigen::Index>(k);
      statistics.at_bound[k] = end.x(i) == free_lower(i) || end.x(i) == free_upper(i);
    }
  }
  result.params = problem.put(end.x);
  result.residuals = problem.value();
  if (end.residuals.size() == tree::size(result.residuals)) {
    tree::unflatten_into(end.residuals.template cast<scalar_t<typename Problem::R>>().eval(), result.residuals);
  }
  result.cost = end.cost;
  result.reason = end.reason;
  result.message = end.message.empty() ? std::string(to_string(end.reason)) : end.message;
  result.steps = end.steps;
  result.residual_evaluations = end.residual_evaluations;
  result.jacobian_evaluations = end.jacobian_evaluations;
  result.rank = end.rank;
  statistics.residuals = std::move(end.residuals);
  statistics.loss = options.loss;
  statistics.absolute_weights = options.absolute_weights;
  if constexpr (requires { problem.share(statistics); }) {
    if (started) problem.share(statistics);
  }
  return result;
}
/// The same with the default options.
template <class F, grove::detail::Differentiable P>
auto least_squares(const F& residuals, const P& params) {
  return least_squares(residuals, params, LeastSquaresOptions{});
}

}  // namespace grove::optim
