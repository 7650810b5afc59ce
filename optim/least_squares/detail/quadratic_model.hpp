// The quadratic model ½‖J p + r‖² of a least-squares problem around a point, and its minimizer within a trust region.
//
// Templates of the one scalar there is: a program that does not use them does not compile them.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../options.hpp"
#include "orthogonalize.hpp"

namespace grove::optim::detail {

/// A region ‖D (p - offset)‖ ≤ radius of the params in `free`; the others have the step that `offset` says.
template <class S>
struct Region {
  Eigen::VectorX<S> scale;  ///< D, positive
  Eigen::VectorX<S> offset;
  std::vector<Eigen::Index> free;
  double radius = 0;

  /// Puts what is known of the free params in units of the scale where it belongs in p.
  void put(const Eigen::VectorX<S>& scaled, Eigen::VectorX<S>& p) const {
    for (std::size_t j = 0; j < free.size(); ++j) p(free[j]) = scaled(static_cast<Eigen::Index>(j)) / scale(free[j]);
  }
};

/// A step and what is known of it.
template <class S>
struct TrustStep {
  Eigen::VectorX<S> p;
  bool limited = false;   ///< whether the region ended it, so that it is not the model's minimizer
  Eigen::Index rank = 0;  ///< of the free columns
};

/// What all models share: the gradient Jᵀr and the norms of the columns of J.
template <class S>
class QuadraticModel {
 public:
  virtual ~QuadraticModel() = default;
  /// Goes to another point: `row_scale` multiplies the rows of the problem's Jacobian, `r` are the scaled residuals.
  /// Returns whether all derivatives are finite.
  virtual bool linearize(ResidualProblem& problem, const Eigen::VectorX<S>& x, const Eigen::VectorX<S>& row_scale,
                         const Eigen::VectorX<S>& r) = 0;
  /// ‖J p‖².
  virtual double curvature(const Eigen::VectorX<S>& p) = 0;
  virtual void solve(const Region<S>& region, TrustRegionMethod method, TrustStep<S>& step) = 0;
  /// The acceleration of the geodesic that starts with the last step p: the step of the same model for the residuals'
  /// second derivative along p, 2/h·((r(x + h·p) - r(x))/h - J p). `change` is r(x + h·p) - r(x); it is overwritten.
  /// Only where `can_bend`.
  virtual void bend(const Region<S>& /*region*/, const Eigen::VectorX<S>& /*row_scale*/, Eigen::VectorX<S>& /*change*/,
                    double /*h*/, const Eigen::VectorX<S>& /*p*/, Eigen::VectorX<S>& /*acceleration*/) {}
  virtual bool can_bend() const { return false; }
  /// The Jacobian as the problem has it, empty if there is none.
  virtual const Eigen::MatrixX<S>& jacobian() const = 0;

  Eigen::VectorX<S> gradient;
  Eigen::VectorX<S> column_norms;
};

/// The point of the dogleg path, from the steepest descent -t·g to the Gauss-Newton step, that lies on the region's
/// edge. All in scaled params; `bend` is ‖J g‖².
template <class S>
void dogleg(const Eigen::VectorX<S>& g, double bend, double radius, Eigen::VectorX<S>& newton) {
  const double slope = g.squaredNorm();
  const double length = bend > 0 ? slope / bend : std::numeric_limits<double>::infinity();
  const double norm = std::sqrt(slope);
  if (!(length * norm < radius)) {
    newton = g * (-radius / norm);
    return;
  }
  // From the lowest point of steepest descent towards the Gauss-Newton step: ‖c + t·d‖ = radius.
  newton += length * g;
  const double dd = newton.squaredNorm(), cd = -length * g.dot(newton), cc = length * length * slope;
  const double gap = (radius - std::sqrt(cc)) * (radius + std::sqrt(cc));
  const double root = std::sqrt(std::max(0.0, cd * cd + dd * gap));
  const double t = cd > 0 ? gap / (cd + root) : (root - cd) / dd;
  newton = t * newton - length * g;
}

/// By QR of J and the singular values of R, which one-sided Jacobi rotations find to high relative precision.
/// Directions whose singular value is rounding take no part in a Gauss-Newton step.
template <class S>
class SvdModel : public QuadraticModel<S> {
 public:
  using QuadraticModel<S>::gradient;
  using QuadraticModel<S>::column_norms;

  bool linearize(ResidualProblem& problem, const Eigen::VectorX<S>& x, const Eigen::VectorX<S>& row_scale,
                 const Eigen::VectorX<S>& r) override {
    problem.jacobian(x, jacobian_);
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

  const Eigen::MatrixX<S>& jacobian() const override { return jacobian_; }

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

  Eigen::MatrixX<S> jacobian_, with_residuals_, triangle_, columns_, rotations_;
  double lambda_ = 0;
  Eigen::VectorX<S> rotated_, image_, scaled_gradient_, bend_, back_, squares_, along_, coefficients_, scaled_step_;
  Eigen::HouseholderQR<Eigen::MatrixX<S>> qr_;
};

/// By Cholesky factors of JᵀJ + λD².
template <class S>
class NormalModel : public QuadraticModel<S> {
 public:
  using QuadraticModel<S>::gradient;
  using QuadraticModel<S>::column_norms;

  bool linearize(ResidualProblem& problem, const Eigen::VectorX<S>& x, const Eigen::VectorX<S>& row_scale,
                 const Eigen::VectorX<S>& r) override {
    problem.jacobian(x, jacobian_);
    if (!jacobian_.allFinite()) return false;
    scaled_ = row_scale.asDiagonal() * jacobian_;
    gradient.noalias() = scaled_.transpose() * r;
    column_norms = scaled_.colwise().norm();
    gram_.noalias() = scaled_.transpose() * scaled_;
    return column_norms.allFinite() && gradient.allFinite() && gram_.allFinite();
  }

  double curvature(const Eigen::VectorX<S>& p) override {
    image_.noalias() = gram_ * p;
    return p.dot(image_);
  }

  void solve(const Region<S>& region, TrustRegionMethod method, TrustStep<S>& step) override {
    const Eigen::Index n = static_cast<Eigen::Index>(region.free.size());
    image_.noalias() = gram_ * region.offset;
    image_ += gradient;
    scaled_gram_.resize(n, n);
    along_.resize(n);
    scaled_gradient_.resize(n);
    for (Eigen::Index j = 0; j < n; ++j) {
      const Eigen::Index b = region.free[static_cast<std::size_t>(j)];
      scaled_gradient_(j) = image_(b) / region.scale(b);
      for (Eigen::Index i = 0; i < n; ++i) {
        const Eigen::Index a = region.free[static_cast<std::size_t>(i)];
        scaled_gram_(i, j) = gram_(a, b) / region.scale(a) / region.scale(b);
      }
    }
    // What is no larger than rounding in JᵀJ stands for zero: so small a damping hides no direction that is known.
    const double floor = n == 0 ? 0.0
                                : std::numeric_limits<double>::epsilon() * static_cast<double>(n) *
                                      std::max(scaled_gram_.diagonal().maxCoeff(), std::numeric_limits<double>::min());
    double lambda = floor;
    const bool factored = try_step(lambda);
    step.rank = 0;
    for (Eigen::Index i = 0; factored && i < n; ++i) {
      const double pivot = cholesky_.matrixLLT()(i, i);
      step.rank += pivot * pivot > 100 * floor;
    }
    step.limited = !factored || scaled_step_.norm() > region.radius;
    if (step.limited && method == TrustRegionMethod::dogleg && factored) {
      along_.noalias() = scaled_gram_ * scaled_gradient_;
      dogleg<S>(scaled_gradient_, scaled_gradient_.dot(along_), region.radius, scaled_step_);
    } else {
      for (int i = 0; i < 60 && (scaled_step_.size() != n || scaled_step_.norm() > 1.05 * region.radius); ++i) {
        lambda = larger(lambda, region.radius);
        while (!try_step(lambda)) lambda *= 10;
      }
    }
    step.p = region.offset;
    region.put(scaled_step_, step.p);
  }

  const Eigen::MatrixX<S>& jacobian() const override { return jacobian_; }

 private:
  bool try_step(double lambda) {
    damped_ = scaled_gram_;
    damped_.diagonal().array() += lambda;
    cholesky_.compute(damped_);
    if (cholesky_.info() != Eigen::Success) {
      scaled_step_.resize(0);
      return scaled_gradient_.size() == 0;
    }
    scaled_step_ = -scaled_gradient_;
    cholesky_.solveInPlace(scaled_step_);
    return true;
  }
  /// A step of Newton's method on 1/‖p(λ)‖.
  double larger(double lambda, double radius) {
    if (scaled_step_.size() == 0) return 10 * lambda;
    const double length = scaled_step_.norm();
    along_ = scaled_step_;
    cholesky_.solveInPlace(along_);
    const double slope = scaled_step_.dot(along_);
    return lambda + (length / radius - 1) * length * length / slope;
  }

  Eigen::MatrixX<S> jacobian_, scaled_, gram_, scaled_gram_, damped_;
  Eigen::VectorX<S> image_, scaled_gradient_, scaled_step_, along_;
  Eigen::LLT<Eigen::MatrixX<S>> cholesky_;
};

/// By conjugate gradients on JᵀJ, which end at the region's edge (Steihaug): products with J and Jᵀ only. The norms of
/// the columns are estimated once from products with random signs.
template <class S>
class ConjugateGradientModel : public QuadraticModel<S> {
 public:
  using QuadraticModel<S>::gradient;
  using QuadraticModel<S>::column_norms;

  bool linearize(ResidualProblem& problem, const Eigen::VectorX<S>& x, const Eigen::VectorX<S>& row_scale,
                 const Eigen::VectorX<S>& r) override {
    problem_ = &problem;
    row_scale_ = row_scale;
    problem.linearize(x);
    cotangent_ = row_scale.cwiseProduct(r);
    problem.transposed_times(cotangent_, gradient);
    if (column_norms.size() != x.size()) estimate_norms();
    return gradient.allFinite() && column_norms.allFinite();
  }

  double curvature(const Eigen::VectorX<S>& p) override {
    image(p);
    return product_.squaredNorm();
  }

  void solve(const Region<S>& region, TrustRegionMethod, TrustStep<S>& step) override {
    mask_.setZero(region.scale.size());
    for (const Eigen::Index j : region.free) mask_(j) = 1 / region.scale(j);
    step.rank = static_cast<Eigen::Index>(region.free.size());
    step.limited = false;
    step.p.setZero(mask_.size());
    apply(region.offset);
    rest_ = -mask_.cwiseProduct(gradient + back_);
    direction_ = rest_;
    double norm = rest_.squaredNorm();
    const double start = norm;
    const double target = start * std::pow(std::min(0.1, std::sqrt(std::sqrt(start) / first_norm(start))), 2);
    const Eigen::Index limit = 2 * step.rank + 10;
    for (Eigen::Index i = 0; i < limit && norm > target && norm > 0; ++i) {
      apply(mask_.cwiseProduct(direction_));
      scaled_back_ = mask_.cwiseProduct(back_);
      const double bend = direction_.dot(scaled_back_);
      const double length = bend > 0 ? norm / bend : std::numeric_limits<double>::infinity();
      if (!(length * direction_.norm() < 1e300) || !((step.p + length * direction_).norm() < region.radius)) {
        step.p += to_edge(step.p, region.radius) * direction_;
        step.limited = true;
        break;
      }
      step.p += length * direction_;
      rest_ -= length * scaled_back_;
      const double next = rest_.squaredNorm();
      direction_ = rest_ + next / norm * direction_;
      norm = next;
    }
    step.p = region.offset + mask_.cwiseProduct(step.p);
  }

  const Eigen::MatrixX<S>& jacobian() const override { return none_; }

 private:
  void image(const Eigen::VectorX<S>& p) {
    problem_->times(p, product_);
    product_.array() *= row_scale_.array();
  }
  /// back_ = JᵀJ p.
  void apply(const Eigen::VectorX<S>& p) {
    image(p);
    cotangent_ = row_scale_.cwiseProduct(product_);
    problem_->transposed_times(cotangent_, back_);
  }
  double first_norm(double start) {
    if (first_ < 0) first_ = std::sqrt(start);
    return std::max(first_, std::sqrt(start));
  }
  /// E (Jᵀz)ⱼ² = ‖J column j‖² for random signs z.
  void estimate_norms() {
    constexpr int samples = 8;
    column_norms.setZero(gradient.size());
    std::uint64_t bits = 0x9E3779B97F4A7C15u;
    for (int sample = 0; sample < samples; ++sample) {
      cotangent_ = row_scale_;
      for (double& c : cotangent_) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        if (bits >> 63) c = -c;
      }
      problem_->transposed_times(cotangent_, back_);
      column_norms += back_.cwiseAbs2() / samples;
    }
    column_norms = column_norms.cwiseSqrt().eval();
  }
  double to_edge(const Eigen::VectorX<S>& p, double radius) const {
    const double dd = direction_.squaredNorm(), pd = p.dot(direction_), pp = p.squaredNorm();
    const double gap = std::max(0.0, radius * radius - pp), root = std::sqrt(pd * pd + dd * gap);
    return dd > 0 ? (pd > 0 ? gap / (pd + root) : (root - pd) / dd) : 0.0;
  }

  ResidualProblem* problem_ = nullptr;
  double first_ = -1;
  Eigen::MatrixX<S> none_;
  Eigen::VectorX<S> row_scale_, cotangent_, product_, back_, scaled_back_, mask_, rest_, direction_;
};

}  // namespace grove::optim::detail
