// Gaussian processes: fits of hyperparameters by the marginal likelihood, predictions with their uncertainty.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "../kernels.hpp"
#include "detail/newton.hpp"
#include "detail/regression_data.hpp"
#include "fitted.hpp"

namespace grove::models {

/// ln of the probability density of y under a process of mean zero, by one Cholesky factorization of the covariance of
/// the rows of x; a number of the kernel's kind, so it is a loss, too.  x: n×d, y: n.  O(n³)
///
///   -½ yᵀK⁻¹y - ½ ln det K - ½ n ln 2π
///
/// Throws: grove::ShapeError unless x and y have as many rows, grove::Error if K is not positive definite (add noise).
/// Source: Rasmussen & Williams 2006, Gaussian Processes for Machine Learning, algorithm 2.1.
template <Kernel K>
auto log_marginal_likelihood(const K& kernel, const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  detail::check_xy("log_marginal_likelihood", x, y);
  const auto l = cholesky(kernel(x, x, true).matrix());
  const auto z = detail::prediction(solve_lower(l, y).array());
  const auto n = static_cast<double>(y.size());
  return -0.5 * sum(square(z)) - sum(log(l.diagonal().array())) - 0.5 * n * std::log(2 * std::numbers::pi);
}

/// What a process says of some places.
struct ProcessPrediction {
  Eigen::ArrayXd mean;                   ///< of each new point
  Eigen::ArrayXd deviation;              ///< of the function there
  Eigen::ArrayXd observation_deviation;  ///< of a new observation there: with its noise
};

/// A Gaussian process that has seen data.
template <Kernel K>
struct GaussianProcess {
  Fitted<K> fitted;                ///< the kernel, and what is known of its hyperparameters
  Eigen::MatrixXd x;               ///< the points that it was fitted to, a row each
  double mean = 0;                 ///< of y before anything is seen
  Eigen::MatrixXd factor{};        ///< Cholesky factor of the covariance of the rows of x
  Eigen::VectorXd coefficients{};  ///< K⁻¹(y - mean)

  /// The kernel with the fitted hyperparameters.
  const K& kernel() const { return fitted.params; }

  /// x: m×d → m.  O(m·n²).  Throws: grove::ShapeError unless the places have as many columns as the data.
  ProcessPrediction predict(const Eigen::MatrixXd& places) const {
    const Eigen::MatrixXd cross = kernel()(x, places, false);
    const Eigen::MatrixXd known = factor.template triangularView<Eigen::Lower>().solve(cross);
    ProcessPrediction result{mean + (cross.transpose() * coefficients).array(), Eigen::ArrayXd(places.rows()),
                             Eigen::ArrayXd(places.rows())};
    for (Eigen::Index i = 0; i < places.rows(); ++i) {
      const Eigen::MatrixXd place = places.row(i);
      const double explained = known.col(i).squaredNorm();
      const double prior = Eigen::ArrayXXd(kernel()(place, place, false))(0, 0);
      const double with_noise = Eigen::ArrayXXd(kernel()(place, place, true))(0, 0);
      result.deviation[i] = std::sqrt(std::fmax(prior - explained, 0.0));
      result.observation_deviation[i] = std::sqrt(std::fmax(with_noise - explained, 0.0));
    }
    return result;
  }

  /// R² of the means.
  double score(const Eigen::MatrixXd& places, const Eigen::VectorXd& y) const {
    return r_squared(y, predict(places).mean);
  }
  /// A table of the hyperparameters, with errors from the Hessian of the marginal likelihood.
  optim::FitSummary summary(double level = 0.95) const { return fitted.summary(level); }
};

/// Options of `fit` for a kernel.
struct GaussianProcessOptions {
  double mean = 0;      ///< of y before anything is seen; that of the data is a good one
  int max_steps = 100;  ///< Newton steps at most; 0 keeps the hyperparameters
};

/// The process of a kernel that has seen data; its hyperparameters are those of the largest marginal likelihood that
/// Newton's method finds from the given ones. There may be several maxima: try starts.  x: n×d, y: n.  O(n³) a step.
///
///   const auto kernel = models::SquaredExponential<>{0, 0} + models::WhiteNoise<>{std::log(0.1)};
///   const auto process = models::fit(kernel, x, y);
///   const auto [mean, deviation, with_noise] = process.predict(places);
///
/// Throws: grove::ShapeError unless x and y have as many rows; grove::DataError if a value is not finite; grove::Error
/// if the covariance at the start is not positive definite.
template <Kernel K>
GaussianProcess<K> fit(const K& kernel, const Eigen::MatrixXd& x, const Eigen::VectorXd& y,
                       const GaussianProcessOptions& options = {}) {
  detail::check_xy("fit", x, y);
  const Eigen::VectorXd centred = y.array() - options.mean;
  const auto loss = [&](const auto& k) { return -log_marginal_likelihood(k, x, centred); };
  const auto curved = [&](const Eigen::VectorXd& numbers) {
    const K at = tree::unflatten(numbers, kernel);
    try {
      auto [value, grads] = value_and_grad(loss)(at);
      return detail::Curved<double>{value, tree::flatten(grads), hessian(loss)(at)};
    } catch (const ShapeError&) {
      throw;
    } catch (const Error&) {  // not positive definite there
      return detail::Curved<double>{std::numeric_limits<double>::infinity(), {}, {}};
    }
  };
  loss(kernel);  // throws what is wrong at the start
  const detail::NewtonEnd<double> end =
      detail::minimize_newton<double>(curved, tree::flatten(kernel), options.max_steps);
  GaussianProcess<K> process{.fitted = {.params = tree::unflatten(end.x, kernel),
                                        .names = optim::detail::element_names(kernel),
                                        .covariance = detail::inverse_hessian<double>(end.at.hessian),
                                        .measures = {},
                                        .converged = end.converged || options.max_steps == 0},
                             .x = x,
                             .mean = options.mean};
  const Eigen::LLT<Eigen::MatrixXd> factor(Eigen::MatrixXd(process.kernel()(x, x, true)));
  process.factor = factor.matrixL();
  process.coefficients = factor.solve(centred);
  optim::FitSummary& measures = process.fitted.measures;
  measures.statistic = "z";
  measures.residuals = y.size();
  measures.degrees_of_freedom = y.size() - end.x.size();
  measures.log_likelihood = -end.at.value;
  measures.end = detail::fill("marginal likelihood, {} Newton steps", {end.steps});
  return process;
}

}  // namespace grove::models
