// The model by QR and singular values: exact also where the Jacobian has no full rank.
//
// A template for the reason given in quadratic_model.hpp.
#pragma once

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "orthogonalize.hpp"
#include "quadratic_model.hpp"

namespace grove::optim::detail {

/// By QR of J and the singular values of R, which one-sided Jacobi rotations find to high relative precision.
/// Directions whose singular value is rounding take no part in a Gauss-Newton step.
template <class S>
class SvdModel : public QuadraticModel<S> {
 public:
  using QuadraticModel<S>::gradient;
  using QuadraticModel<S>::column_norms;

  explicit SvdModel(JacobianProblem& problem) : problem_(problem) {}

  bool linearize(const Eigen::VectorX<S>& x, const Eigen::VectorX<S>& row_scale, const Eigen::VectorX<S>& r) override {
    problem_.jacobian(x, jacobian_);
    if (!jacobian_.allFinite()) return false;
    const Eigen::Index m = jacobian_.rows(), n = jacobian_.cols();
    with_residuals_.resize(m, n + 1);
    with_residuals_.leftCols(n) = row_scale.asDiagonal() * jacobian_;
    with_residuals_.col(n) = r;
    gradient.noalias() = with_residuals_.leftCols(n).transpose() * r;
    column_norms = with_residuals_.leftCols(n).colwise().norm();
    qr_.compute(with_residuals_);
    const Eigen::Index k = std::min(m, n);
    triangle_ = qr_.matrixQR().topLeftCorner(k, n).template triangularView<Eigen::Upper>();
    rotated_ = qr_.matrixQR().col(n).head(k);
    return column_norms.allFinite() && gradient.allFinite() && triangle_.allFinite();
  }

  double curvature(const Eigen::VectorX<S>& p) override {
    image_.noalias() = triangle_ * p;
    return image_.squaredNorm();
  }

  void solve(const Region<S>& region, TrustRegionMethod method, TrustStep<S>& step) override {
    const Eigen::Index n = static_cast<Eigen::Index>(region.free.size());
    const Eigen::Index k = triangle_.rows();
    image_.noalias() = triangle_ * region.offset;
    image_ += rotated_;
    columns_.resize(k, n);
    for (Eigen::Index j = 0; j < n; ++j) {
      const Eigen::Index param = region.free[static_cast<std::size_t>(j)];
      columns_.col(j) = triangle_.col(param) / region.scale(param);
    }
    scaled_gradient_.noalias() = columns_.transpose() * image_;
    bend_.noalias() = columns_ * scaled_gradient_;
    orthogonalize<S>(columns_, rotations_);
    squares_ = columns_.colwise().squaredNorm();
    along_.noalias() = columns_.transpose() * image_;
    const double largest = n == 0 ? 0.0 : squares_.maxCoeff();
    const double tolerance = rank_tolerance(k, n);
    step.rank = 0;
    coefficients_.setZero(n);
    lambda_ = 0;
    for (Eigen::Index i = 0; i < n; ++i) {
      if (!(squares_(i) > largest * tolerance * tolerance)) continue;
      ++step.rank;
      coefficients_(i) = -along_(i) / squares_(i);
    }
    step.limited = coefficients_.norm() > region.radius;
    if (step.limited && method == TrustRegionMethod::levenberg_marquardt) damp(region.radius);
    scaled_step_.noalias() = rotations_ * coefficients_;
    if (step.limited && method == TrustRegionMethod::dogleg) {
      dogleg<S>(scaled_gradient_, bend_.squaredNorm(), region.radius, scaled_step_);
    }
    step.p = region.offset;
    region.put(scaled_step_, step.p);
  }

  bool can_bend() const override { return true; }
  void bend(const Region<S>& region, const Eigen::VectorX<S>& row_scale, Eigen::VectorX<S>& change, double h,
            const Eigen::VectorX<S>& p, Eigen::VectorX<S>& acceleration) override {
    const Eigen::Index n = static_cast<Eigen::Index>(region.free.size());
    change = row_scale.cwiseProduct(change) / h;
    change.noalias() -= with_residuals_.leftCols(p.size()) * p;
    change *= 2 / h;
    back_.noalias() = with_residuals_.leftCols(p.size()).transpose() * change;
    scaled_gradient_.resize(n);
    for (Eigen::Index j = 0; j < n; ++j) {
      const Eigen::Index param = region.free[static_cast<std::size_t>(j)];
      scaled_gradient_(j) = back_(param) / region.scale(param);
    }
    coefficients_.noalias() = rotations_.transpose() * scaled_gradient_;
    for (Eigen::Index i = 0; i < n; ++i) {
      const double damped = squares_(i) + lambda_;
      coefficients_(i) = damped > 0 ? -coefficients_(i) / damped : 0.0;
    }
    scaled_step_.noalias() = rotations_ * coefficients_;
    acceleration.setZero(p.size());
    region.put(scaled_step_, acceleration);
  }

  Eigen::MatrixX<S> jacobian() const override { return jacobian_; }

 private:
  /// The damping λ at which the step is as long as the radius: Newton's method on 1/‖p(λ)‖, from below, where it is
  /// monotone.
  void damp(double radius) {
    double lambda = 0;
    for (Eigen::Index i = 0; i < squares_.size(); ++i)
      lambda = std::max(lambda, std::abs(along_(i)) / radius - squares_(i));
    for (int i = 0; i < 60; ++i) {
      double length = 0, slope = 0;
      for (Eigen::Index j = 0; j < squares_.size(); ++j) {
        const double damped = squares_(j) + lambda;
        const double c = damped > 0 ? -along_(j) / damped : 0.0;
        coefficients_(j) = c;
        length += c * c;
        if (damped > 0) slope += c * c / damped;
      }
      length = std::sqrt(length);
      lambda_ = lambda;
      if (!(length > 1.01 * radius)) return;
      lambda += (length / radius - 1) * length * length / slope;
    }
  }

  JacobianProblem& problem_;
  Eigen::MatrixX<S> jacobian_, with_residuals_, triangle_, columns_, rotations_;
  double lambda_ = 0;
  Eigen::VectorX<S> rotated_, image_, scaled_gradient_, bend_, back_, squares_, along_, coefficients_, scaled_step_;
  Eigen::HouseholderQR<Eigen::MatrixX<S>> qr_;
};

}  // namespace grove::optim::detail
