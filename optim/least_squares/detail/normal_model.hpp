// The model by the normal equations.
//
// A template for the reason given in quadratic_model.hpp.
#pragma once

#include <Eigen/Cholesky>
#include <algorithm>
#include <limits>

#include "quadratic_model.hpp"

namespace grove::optim::detail {

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

}  // namespace grove::optim::detail
