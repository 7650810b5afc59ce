// A model after a fit: its params, how well the data determine them, and how good it is.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../../autodiff/tree/tree.hpp"
#include "../../optim/least_squares/confidence_intervals.hpp"
#include "../../optim/least_squares/detail/fit_rows.hpp"
#include "../../optim/numerics/detail/check.hpp"
#include "../metrics.hpp"

namespace grove::models {

/// What every `fit` of a regression returns.
///
///   const auto fitted = models::fit(models::LinearRegression<>{}, x, y);
///   fmt::print("{}\n", fitted.summary());
///   const Eigen::VectorXd guesses = fitted.predict(held_back);
template <class Model>
struct Fitted {
  Model params;                    ///< the model itself, to be called, saved or differentiated by
  std::vector<std::string> names;  ///< of its numbers, in the order of tree::flatten
  /// Of all params in that order; zeros for those that are held fixed, infinite variances for those that the data do
  /// not determine, NaN for those at a bound. Empty where a fit was not asked for errors.
  Eigen::MatrixXd covariance;
  optim::FitSummary measures;  ///< R², deviance, AIC and so on: the summary without its rows
  bool converged = true;       ///< whether the best params were reached

  /// What the model says of new data: params(x).  Throws: ShapeError.
  template <class X>
  auto predict(const X& x) const {
    return params(x);
  }

  /// How well the predictions agree with `y`: the model's own score where it has one (accuracy of classes, share of the
  /// deviance explained of counts), R² otherwise. 1 is best.  Throws: ShapeError.
  template <class X, class Y>
  double score(const X& x, const Y& y) const {
    if constexpr (requires { params.score(x, y); }) {
      return params.score(x, y);
    } else {
      return r_squared(y, params(x));
    }
  }

  /// Square roots of the variances, a tree like the params. Throws: grove::Error if the fit has no covariance.
  Model standard_errors() const { return like_params(errors()); }

  /// Intervals that hold the true params with probability `level`.
  /// Throws: HyperparameterError if `level` is not in (0, 1), grove::Error if the fit has no covariance.
  optim::ConfidenceIntervals<Model> confidence_intervals(double level = 0.95) const {
    Eigen::VectorXd low(covariance.rows()), high(covariance.rows());
    const std::vector<optim::FitRow> all = rows(level);
    for (std::size_t i = 0; i < all.size(); ++i) {
      low[static_cast<Eigen::Index>(i)] = all[i].low;
      high[static_cast<Eigen::Index>(i)] = all[i].high;
    }
    return {like_params(low), like_params(high)};
  }

  /// A table of the params by name and the measures below it. Throws: HyperparameterError if `level` is not in (0, 1).
  optim::FitSummary summary(double level = 0.95) const {
    optim::FitSummary table = measures;
    table.level = level;
    table.rows = rows(level);
    std::string undetermined;
    for (optim::FitRow& row : table.rows) {
      if (row.error == 0 && !(measures.exact && measures.cost == 0)) {
        row.note = "fixed";
        row.t = row.p = std::numeric_limits<double>::quiet_NaN();
      } else if (row.error == std::numeric_limits<double>::infinity()) {
        row.note = "not determined";
        if (!undetermined.empty()) undetermined += ", ";
        undetermined += row.name;
      } else if (std::isnan(row.error) && measures.degrees_of_freedom > 0) {
        row.note = "at a bound";
      }
    }
    if (!converged) table.warnings.push_back("the fit did not converge");
    if (!undetermined.empty()) table.warnings.push_back("the data do not determine " + undetermined);
    return table;
  }

 private:
  std::vector<optim::FitRow> rows(double level) const {
    optim::detail::check_open_fraction("confidence_intervals", "level", level);
    const double freedom = measures.statistic == "t" ? static_cast<double>(measures.degrees_of_freedom)
                                                     : std::numeric_limits<double>::infinity();
    return optim::detail::fit_rows(names, tree::flatten(params).template cast<double>(), errors(), freedom, level,
                                   measures.exact);
  }
  Eigen::VectorXd errors() const { return covariance.diagonal().cwiseSqrt(); }
  Model like_params(const Eigen::VectorXd& numbers) const {
    if (covariance.size() == 0) throw Error("standard_errors: this fit was not asked for errors");
    return tree::unflatten(numbers, params);
  }
};

}  // namespace grove::models
