// Fits of mixtures of normal distributions.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "../../optim/numerics/detail/check.hpp"
#include "../data/detail/uniform.hpp"
#include "../gaussian_mixture.hpp"
#include "detail/newton.hpp"
#include "detail/regression_data.hpp"
#include "fitted.hpp"

namespace grove::models {

/// A mixture to start from: means at rows of x that lie far from each other, drawn with the seed (k-means++), equal
/// weights, and for all components the variances of the columns.
/// Throws: grove::HyperparameterError unless 1 ≤ components ≤ rows; grove::DataError if a value is not finite.
/// Source: Arthur & Vassilvitskii 2007.
template <class X>
GaussianMixture<> make_gaussian_mixture(const Eigen::MatrixBase<X>& x, Eigen::Index components,
                                        std::uint64_t seed = 0) {
  const Eigen::MatrixXd rows = x.template cast<double>();
  detail::check_xy("make_gaussian_mixture", rows, rows);
  if (components < 1 || components > rows.rows())
    throw HyperparameterError(
        detail::fill("make_gaussian_mixture: components must lie in [1, {}], got {}", {rows.rows(), components}));
  std::mt19937_64 rng(seed);
  GaussianMixture<> mixture{Eigen::VectorXd::Constant(components, 1.0 / static_cast<double>(components)),
                            Eigen::MatrixXd(components, rows.cols()),
                            {}};
  Eigen::ArrayXd distance =
      Eigen::ArrayXd::Ones(rows.rows());  // squared, to the nearest mean; at first any row will do
  for (Eigen::Index c = 0; c < components; ++c) {
    double left = detail::uniform(rng) * distance.sum();
    Eigen::Index chosen = 0;
    while (chosen + 1 < rows.rows() && (left -= distance[chosen]) >= 0) ++chosen;
    mixture.means.row(c) = rows.row(chosen);
    const Eigen::ArrayXd now = (rows.rowwise() - rows.row(chosen)).rowwise().squaredNorm();
    distance = c == 0 ? now : distance.min(now);
  }
  const Eigen::VectorXd variances =
      (rows.rowwise() - rows.colwise().mean()).colwise().squaredNorm().transpose() / static_cast<double>(rows.rows());
  const Eigen::MatrixXd covariance = variances.cwiseMax(std::numeric_limits<double>::min()).asDiagonal();
  mixture.covariances.assign(static_cast<std::size_t>(components), covariance);
  return mixture;
}

/// Options of `fit` for a GaussianMixture.
struct MixtureOptions {
  double regularization = 1e-6;  ///< ≥ 0: added to the variances in each step, so that no component shrinks to a point
  double tolerance = 1e-10;      ///< ends when the mean log-density of a row grows by less
  int max_steps = 10000;         ///< of expectation maximization, > 0
};

namespace detail {

/// A step of expectation maximization, from the probabilities that rows come from components. (A template, so that the
/// products are compiled for those only who fit.)
template <class S>
void maximize_expectation(const Eigen::MatrixX<S>& x, const Eigen::MatrixX<S>& shares, double regularization,
                          GaussianMixture<S>& mixture) {
  const Eigen::RowVectorXd counts = shares.colwise().sum().array() + 10 * std::numeric_limits<double>::epsilon();
  mixture.weights = counts.transpose() / counts.sum();
  mixture.means = counts.cwiseInverse().asDiagonal() * (shares.transpose() * x);
  for (Eigen::Index c = 0; c < counts.size(); ++c) {
    const Eigen::MatrixXd centred = x.rowwise() - mixture.means.row(c);
    Eigen::MatrixXd& covariance = mixture.covariances[static_cast<std::size_t>(c)];
    covariance = centred.transpose() * shares.col(c).asDiagonal() * centred / counts(c);
    covariance.diagonal().array() += regularization;
  }
}

/// The directions in which a mixture may change, in the order of tree::flatten: weights whose sum stays, means, and
/// covariances that stay symmetric.
inline Eigen::MatrixXd free_directions(Eigen::Index k, Eigen::Index d) {
  const Eigen::Index means = k, covariances = k + k * d, all = covariances + k * d * d;
  Eigen::MatrixXd directions = Eigen::MatrixXd::Zero(all, k - 1 + k * d + k * d * (d + 1) / 2);
  Eigen::Index next = 0;
  for (Eigen::Index c = 0; c + 1 < k; ++c, ++next) {
    directions(c, next) = 1;
    directions(k - 1, next) = -1;
  }
  for (Eigen::Index i = 0; i < k * d; ++i, ++next) directions(means + i, next) = 1;
  for (Eigen::Index c = 0; c < k; ++c)
    for (Eigen::Index j = 0; j < d; ++j)
      for (Eigen::Index i = 0; i <= j; ++i, ++next)
        directions(covariances + c * d * d + i + j * d, next) = directions(covariances + c * d * d + j + i * d, next) =
            1;
  return directions;
}

template <class S>
Fitted<GaussianMixture<S>> fit_mixture(const GaussianMixture<S>& start, const Eigen::MatrixX<S>& x,
                                       const MixtureOptions& options) {
  check_xy("fit", x, x);
  optim::detail::check_rate("fit", "regularization", options.regularization);
  const Eigen::Index k = start.weights.size(), d = x.cols();
  if (start.means.rows() != k || static_cast<Eigen::Index>(start.covariances.size()) != k)
    throw ShapeError(fill("fit: the mixture has {} weights, {} means and {} covariances",
                          {k, start.means.rows(), start.covariances.size()}));
  Fitted<GaussianMixture<S>> fitted{.params = start,
                                    .names = optim::detail::element_names(start),
                                    .covariance = {},
                                    .measures = {},
                                    .converged = false};
  const auto likelihood = [&] { return Eigen::ArrayX<S>(fitted.params.log_density(x)).sum(); };
  double value = likelihood();
  int steps = 0;
  for (; steps < options.max_steps && !fitted.converged; ++steps) {
    maximize_expectation<S>(x, fitted.params(x), options.regularization, fitted.params);
    const double before = std::exchange(value, likelihood());
    fitted.converged = std::abs(value - before) <= options.tolerance * static_cast<double>(x.rows());
  }
  const auto density = [&](const auto& mixture) { return mixture.log_density(x); };
  const Eigen::MatrixXd directions = free_directions(k, d);
  const Eigen::MatrixX<S> scores = jacobian(density)(fitted.params) * directions;
  const Eigen::MatrixX<S> inverse = inverse_hessian<S>(scores.transpose() * scores);
  if (inverse.allFinite()) {
    fitted.covariance = directions * inverse * directions.transpose();
  } else {
    fitted.covariance = Eigen::MatrixXd::Zero(directions.rows(), directions.rows());
    fitted.covariance.diagonal().setConstant(std::numeric_limits<double>::infinity());
  }
  optim::FitSummary& measures = fitted.measures;
  measures.statistic = "z";
  measures.residuals = x.rows();
  measures.degrees_of_freedom = x.rows() - directions.cols();
  measures.log_likelihood = value;
  measures.aic = 2 * static_cast<double>(directions.cols()) - 2 * value;
  measures.bic = std::log(static_cast<double>(x.rows())) * static_cast<double>(directions.cols()) - 2 * value;
  measures.end = fill("{} steps of expectation maximization", {steps});
  return fitted;
}

}  // namespace detail

/// The mixture of largest likelihood that expectation maximization finds from a start.  x: n×d.  O(n·k·d²) a step.
///
///   const auto fitted = models::fit(models::make_gaussian_mixture(x, 3), x);
///
/// The covariance of the params comes from the derivatives of each row's log-density, (Σ sᵢ sᵢᵀ)⁻¹; the statistic is z.
/// Throws: grove::ShapeError unless weights, means, covariances and x fit; grove::DataError if a value is not finite;
/// grove::HyperparameterError if the regularization is negative; grove::Error if a covariance of the start is not
/// positive definite.  Source: Dempster, Laird & Rubin 1977.
template <class X>
Fitted<GaussianMixture<>> fit(const GaussianMixture<>& start, const Eigen::MatrixBase<X>& x,
                              const MixtureOptions& options = {}) {
  return detail::fit_mixture<detail::double_for<X>>(start, x.template cast<double>(), options);
}

}  // namespace grove::models
