// What a fit says of its params. Templates for the reason given in quadratic_model.hpp.
#pragma once

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../robust_loss.hpp"
#include "orthogonalize.hpp"
#include "student_t.hpp"

namespace grove::optim::detail {

/// All that statistics need to know of a fit.
struct FitStatistics {
  std::vector<std::string> names;  ///< of all params
  Eigen::VectorXd estimates;
  std::vector<Eigen::Index> free;  ///< places of the params that varied
  std::vector<bool> at_bound;      ///< of those
  Eigen::VectorXd residuals;
  Eigen::VectorXd weights;
  Eigen::MatrixXd jacobian;  ///< residuals × free params
  bool is_root = false;  ///< whether `jacobian` is instead some J with JᵀJ in place of JᵀWJ, of any number of rows
  RobustLoss loss;
  bool absolute_weights = false;
};

/// The free params that are not at a bound, by their number among the free.
template <class S>
std::vector<Eigen::Index> inner_params(const FitStatistics& fit) {
  std::vector<Eigen::Index> inner;
  for (std::size_t k = 0; k < fit.at_bound.size(); ++k) {
    if (!fit.at_bound[k]) inner.push_back(static_cast<Eigen::Index>(k));
  }
  return inner;
}

/// Inverse of JᵀWJ for the inner params; what the data do not determine has an infinite variance and covariances of
/// NaN.
template <class S>
struct InverseInformation {
  Eigen::MatrixX<S> inverse;
  std::vector<bool> determined;
  Eigen::Index rank = 0;

  InverseInformation(const FitStatistics& fit, const std::vector<Eigen::Index>& inner) {
    const auto n = static_cast<Eigen::Index>(inner.size());
    Eigen::MatrixX<S> columns(fit.jacobian.rows(), n);
    for (Eigen::Index j = 0; j < n; ++j) {
      const auto column = fit.jacobian.col(inner[static_cast<std::size_t>(j)]);
      if (fit.is_root) {
        columns.col(j) = column;
      } else {
        columns.col(j) = fit.weights.cwiseSqrt().cwiseProduct(column);
      }
    }
    Eigen::VectorX<S> norms = columns.colwise().norm();
    for (Eigen::Index j = 0; j < n; ++j) columns.col(j) /= norms(j) > 0 ? norms(j) : 1.0;
    const Eigen::Index k = std::min(columns.rows(), n);
    const double tolerance = rank_tolerance(columns.rows(), n);
    if (columns.rows() > n && n > 0) {
      const Eigen::HouseholderQR<Eigen::MatrixX<S>> qr(columns);
      columns = Eigen::MatrixX<S>(qr.matrixQR().topRows(k).template triangularView<Eigen::Upper>());
    }
    Eigen::MatrixX<S> rotations;
    orthogonalize<S>(columns, rotations);
    const Eigen::VectorX<S> squares = columns.colwise().squaredNorm();
    const double largest = n > 0 ? squares.maxCoeff() : 0.0;
    inverse.setZero(n, n);
    determined.assign(inner.size(), true);
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto direction = rotations.col(i);
      if (squares(i) > largest * tolerance * tolerance) {
        ++rank;
        inverse.noalias() += direction * direction.transpose() / squares(i);
        continue;
      }
      for (Eigen::Index j = 0; j < n; ++j) {
        if (std::abs(direction(j)) > 1e-8) determined[static_cast<std::size_t>(j)] = false;
      }
    }
    for (Eigen::Index j = 0; j < n; ++j) {
      const double norm = norms(j) > 0 ? norms(j) : 1.0;
      inverse.row(j) /= norm;
      inverse.col(j) /= norm;
    }
    for (Eigen::Index j = 0; j < n; ++j) {
      if (determined[static_cast<std::size_t>(j)]) continue;
      inverse.row(j).setConstant(std::numeric_limits<double>::quiet_NaN());
      inverse.col(j).setConstant(std::numeric_limits<double>::quiet_NaN());
    }
    for (Eigen::Index j = 0; j < n; ++j) {
      if (!determined[static_cast<std::size_t>(j)]) inverse(j, j) = std::numeric_limits<double>::infinity();
    }
  }
};

/// Residuals that count: those of positive weight.
template <class S>
Eigen::Index counted_residuals(const FitStatistics& fit) {
  return (fit.weights.array() > 0).count();
}

/// The factor between the inverse of JᵀWJ and the covariance. For the square the variance of the residuals; for a
/// robust loss with ψ = ρ'(z)·r Huber's K²·Σψ²/ν / (mean ψ')² with K = 1 + (n/m)·var ψ'/(mean ψ')² (Huber 1981,
/// section 7.6).
template <class S>
double variance_factor(const FitStatistics& fit, Eigen::Index params) {
  const auto m = static_cast<double>(counted_residuals<S>(fit));
  const double freedom = m - static_cast<double>(params);
  if (!(freedom > 0)) return std::numeric_limits<double>::quiet_NaN();
  double psi_squares = 0, slopes = 0, slope_squares = 0;
  for (Eigen::Index i = 0; i < fit.residuals.size(); ++i) {
    if (!(fit.weights(i) > 0)) continue;
    const double r = fit.residuals(i) * std::sqrt(fit.weights(i)), ratio = r / fit.loss.scale();
    const double z = fit.loss.is_linear() ? 0.0 : ratio * ratio;
    const RobustLoss::Rho rho = fit.loss.rho(z);
    const double slope = rho.first + 2 * z * rho.second;
    psi_squares += r * rho.first * (r * rho.first);
    slopes += slope;
    slope_squares += slope * slope;
  }
  const double mean = slopes / m, variance = std::max(0.0, slope_squares / m - mean * mean);
  const double k = 1 + static_cast<double>(params) / m * variance / (mean * mean);
  const double spread = fit.absolute_weights && fit.loss.is_linear() ? 1.0 : psi_squares / freedom;
  return k * k * spread / (mean * mean);
}

/// Whether the residuals are zero to within rounding: they are differences of numbers about as large as the params'
/// shares.
template <class S>
bool is_exact(const FitStatistics& fit) {
  double shares = 0;
  for (std::size_t k = 0; k < fit.free.size(); ++k) {
    const auto column = fit.jacobian.col(static_cast<Eigen::Index>(k));
    const double x = fit.estimates(fit.free[k]);
    shares += x * x * (fit.is_root ? column.squaredNorm() : fit.weights.dot(column.cwiseAbs2()));
  }
  const double squares = fit.weights.dot(fit.residuals.cwiseAbs2());
  return std::sqrt(squares) <= 16 * std::numeric_limits<double>::epsilon() * std::sqrt(shares);
}

template <class S>
Eigen::MatrixX<S> covariance(const FitStatistics& fit) {
  const auto n = fit.estimates.size();
  Eigen::MatrixX<S> all = Eigen::MatrixX<S>::Zero(n, n);
  const auto place = [&](Eigen::Index k) { return fit.free[static_cast<std::size_t>(k)]; };
  for (std::size_t k = 0; k < fit.free.size(); ++k) {
    if (k < fit.at_bound.size() && !fit.at_bound[k]) continue;
    all.row(fit.free[k]).setConstant(std::numeric_limits<double>::quiet_NaN());
    all.col(fit.free[k]).setConstant(std::numeric_limits<double>::quiet_NaN());
  }
  const std::vector<Eigen::Index> inner = inner_params<S>(fit);
  if (inner.empty()) return all;
  const InverseInformation<S> information(fit, inner);
  const double factor = variance_factor<S>(fit, information.rank);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    for (std::size_t j = 0; j < inner.size(); ++j) {
      const double inverse = information.inverse(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
      all(place(inner[i]), place(inner[j])) = std::isinf(inverse) && factor == 0 ? inverse : factor * inverse;
    }
  }
  return all;
}

}  // namespace grove::optim::detail
