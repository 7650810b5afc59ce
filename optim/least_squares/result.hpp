// What least_squares returns.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "../../autodiff/tree/tree.hpp"
#include "confidence_intervals.hpp"
#include "detail/fit_rows.hpp"
#include "detail/statistics.hpp"
#include "options.hpp"
#include "stop.hpp"
#include "summary.hpp"

namespace grove::optim {

/// A fit: where it ended, why, and what is known of the params there.
template <class P, class R>
struct LeastSquaresResult {
  P params;                               ///< the best params seen
  R residuals{};                          ///< there, without weights
  double cost = 0;                        ///< ½ Σ w r² there, or that of the robust loss
  LeastSquaresStop reason{};              ///< why it ended
  std::string message{};                  ///< the reason in words; at a bad start what is wrong with it
  std::int64_t steps = 0;                 ///< trial steps
  std::int64_t residual_evaluations = 0;  ///< how often residuals were evaluated
  std::int64_t jacobian_evaluations = 0;  ///< how often Jacobians were
  LinearSolver solver{};                  ///< how the linear problems were solved
  Eigen::Index rank = 0;                  ///< of the Jacobian in the last step, over the params that were free to move
  detail::FitStatistics statistics{};     ///< what errors and the summary are made of

  /// Whether a minimum was found.
  bool converged() const { return reason <= LeastSquaresStop::at_rounding; }

  /// Residuals of positive weight less the params that they determine.
  std::int64_t degrees_of_freedom() const {
    check_statistics("degrees_of_freedom");
    return detail::counted_residuals<double>(statistics) -
           detail::InverseInformation<double>(statistics, detail::inner_params<double>(statistics)).rank;
  }

  /// The covariance of all params in the order of tree::flatten: s² (JᵀWJ)⁻¹ with s² = Σ w r²/degrees of freedom (1
  /// with `absolute_weights`); for robust losses Huber's estimate. Fixed params have zeros; params at a bound NaN, for
  /// nothing is known of them; what the data do not determine infinite variances and covariances of NaN.
  /// Throws: Error if there is no Jacobian (matrix-free residuals, a large sparse one, a bad start).
  Eigen::MatrixXd covariance() const {
    check_statistics("covariance");
    return detail::covariance<double>(statistics);
  }

  /// Square roots of the variances, a tree like the params. See `covariance`.
  P standard_errors() const { return like_params(errors()); }

  /// Intervals that hold the true params with probability `level`, by Student's t and the standard errors.
  /// Throws: HyperparameterError if `level` is not in (0, 1); see `covariance`.
  ConfidenceIntervals<P> confidence_intervals(double level = 0.95) const {
    const Eigen::VectorXd half = half_widths(level);
    return {like_params(statistics.estimates - half), like_params(statistics.estimates + half)};
  }

  /// A table of the params; `fmt::print("{}\n", fit.summary())`. See `covariance`.
  FitSummary summary(double level = 0.95) const {
    detail::check_open_fraction("confidence_intervals", "level", level);
    const std::int64_t freedom = degrees_of_freedom();
    const bool exact = freedom > 0 && detail::is_exact<double>(statistics);
    FitSummary table{.rows = detail::fit_rows(statistics.names, statistics.estimates, errors(),
                                              static_cast<double>(freedom), level, exact),
                     .level = level,
                     .end = message,
                     .warnings = {}};
    table.residuals = detail::counted_residuals<double>(statistics);
    table.degrees_of_freedom = freedom;
    const double squares = statistics.residuals.cwiseAbs2().dot(statistics.weights);
    table.residual_standard_error =
        freedom > 0 ? std::sqrt(squares / static_cast<double>(freedom)) : std::numeric_limits<double>::quiet_NaN();
    table.cost = cost;
    table.exact = exact;
    annotate(table);
    return table;
  }

  /// The same with R², the share of the (weighted) variance of `observed` that the fit explains. `observed` is a tree
  /// like the residuals.
  template <tree::Pytree Observed>
  requires(!std::is_arithmetic_v<Observed>) FitSummary summary(const Observed& observed, double level = 0.95)
  const {
    FitSummary table = summary(level);
    table.r_squared = r_squared(observed);
    return table;
  }

  /// 1 - Σ w r² / Σ w (y - ȳ)²; 1 where no residual is left. Throws: ShapeError if there are not as many observations
  /// as residuals.
  template <tree::Pytree Observed>
  double r_squared(const Observed& observed) const {
    const Eigen::VectorXd y = tree::flatten(observed).template cast<double>();
    if (y.size() != statistics.residuals.size()) {
      throw ShapeError(detail::fill("r_squared: there are {} observations and {} residuals",
                                    {y.size(), statistics.residuals.size()}));
    }
    const Eigen::VectorXd& w = statistics.weights;
    const double mean = w.dot(y) / w.sum();
    const double total = w.dot((y.array() - mean).square().matrix());
    const double left = w.dot(statistics.residuals.cwiseAbs2());
    return left == 0 && y.size() > 0 ? 1 : 1 - left / total;
  }

 private:
  void check_statistics(const char* what) const {
    if (statistics.jacobian.size() != 0 || statistics.estimates.size() == 0) return;
    if (statistics.free.empty() && statistics.weights.size() == statistics.residuals.size()) return;
    const bool was_sparse = solver == LinearSolver::sparse || solver == LinearSolver::schur;
    if (was_sparse && reason != LeastSquaresStop::bad_start) {
      throw Error(detail::fill(
          "{}: a sparse fit has errors for up to 1000 free params and 4 million entries of its Jacobian, zeros too; "
          "this one has {} free params and {} residuals",
          {what, statistics.free.size(), statistics.residuals.size()}));
    }
    throw Error(
        detail::fill("{}: the fit has no Jacobian ({}); fit with LinearSolver::svd or normal, from a good start",
                     {what, solver == LinearSolver::conjugate_gradients ? "it was matrix-free" : message}));
  }
  Eigen::VectorXd errors() const { return covariance().diagonal().cwiseSqrt(); }
  Eigen::VectorXd half_widths(double level) const {
    detail::check_open_fraction("confidence_intervals", "level", level);
    const double freedom = static_cast<double>(degrees_of_freedom());
    return errors() *
           (freedom > 0 ? detail::two_sided_quantile(1 - level, freedom) : std::numeric_limits<double>::quiet_NaN());
  }
  P like_params(const Eigen::VectorXd& numbers) const {
    return tree::unflatten(numbers.template cast<tree::scalar_t<P>>().eval(), params);
  }

  void annotate(FitSummary& table) const {
    std::vector<bool> is_free(table.rows.size(), false);
    std::string undetermined, bound;
    const auto add = [](std::string& list, const std::string& name) { list += (list.empty() ? "" : ", ") + name; };
    for (std::size_t k = 0; k < statistics.free.size(); ++k) {
      const auto i = static_cast<std::size_t>(statistics.free[k]);
      is_free[i] = true;
      FitRow& row = table.rows[i];
      if (statistics.at_bound[k]) {
        row.note = "at a bound";
        add(bound, row.name);
      } else if (std::isinf(row.error)) {
        row.note = "not determined";
        add(undetermined, row.name);
      }
    }
    for (std::size_t i = 0; i < is_free.size(); ++i) {
      FitRow& row = table.rows[i];
      if (is_free[i]) continue;
      row.note = "fixed";
      row.t = row.p = std::numeric_limits<double>::quiet_NaN();
    }
    if (!converged()) table.warnings.push_back("the fit did not converge");
    if (table.degrees_of_freedom <= 0)
      table.warnings.push_back("no degrees of freedom are left, so no errors are known");
    if (!undetermined.empty())
      table.warnings.push_back("the Jacobian is rank-deficient: the data do not determine " + undetermined);
    if (!bound.empty()) table.warnings.push_back("at a bound, so without an error: " + bound);
  }
};

}  // namespace grove::optim
