// Steps of a quadratic model by factors of JᵀJ + λD².
//
// A template for the reason given in quadratic_model.hpp.
#pragma once

#include <algorithm>
#include <limits>

#include "quadratic_model.hpp"

namespace grove::optim::detail {

/// What dense and sparse normal equations share: the damping λ at which a step is as long as the region. All in params
/// times their scale. Params that are not free keep their places, as unknowns of their own with the solution zero, so
/// that the pattern of the equations is always the same.
template <class S>
class DampedModel : public QuadraticModel<S> {
 public:
  using QuadraticModel<S>::gradient;

  void solve(const Region<S>& region, TrustRegionMethod method, TrustStep<S>& step) override {
    const Eigen::Index n = region.scale.size(), held = n - static_cast<Eigen::Index>(region.free.size());
    units_.setZero(n);
    along_.resize(n);
    for (const Eigen::Index j : region.free) units_(j) = 1 / region.scale(j);
    times_gram(region.offset, image_);
    scaled_gradient_ = units_.cwiseProduct(image_ + gradient);
    // What is no larger than rounding in JᵀJ stands for zero: so small a damping hides no direction that is known.
    const double floor = std::numeric_limits<double>::epsilon() * static_cast<double>(n) *
                         std::max(scale_gram(units_), std::numeric_limits<double>::min());
    double lambda = floor;
    const bool factored = try_step(lambda);
    step.rank = factored ? pivots_above(100 * floor) - held : 0;
    step.limited = !factored || scaled_step_.norm() > region.radius;
    if (step.limited && method == TrustRegionMethod::dogleg && factored) {
      along_ = units_.cwiseProduct(scaled_gradient_);
      times_gram(along_, image_);
      dogleg<S>(scaled_gradient_, scaled_gradient_.dot(units_.cwiseProduct(image_)), region.radius, scaled_step_);
    } else {
      for (int i = 0; i < 60 && (scaled_step_.size() != n || scaled_step_.norm() > 1.05 * region.radius); ++i) {
        lambda = larger(lambda, region.radius);
        while (!try_step(lambda)) lambda *= 10;
      }
    }
    step.p = region.offset + units_.cwiseProduct(scaled_step_);
  }

 protected:
  /// JᵀJ p.
  virtual void times_gram(const Eigen::VectorX<S>& p, Eigen::VectorX<S>& product) = 0;
  /// Takes JᵀJ with its rows and columns times `units`; where these are zero, a one on the diagonal. Returns the
  /// largest entry of the diagonal.
  virtual double scale_gram(const Eigen::VectorX<S>& units) = 0;
  /// Factors it with λ on the diagonal; false if it is not positive definite.
  virtual bool factor(double lambda) = 0;
  virtual void solve_by_factors(Eigen::VectorX<S>& v) = 0;
  /// The number of pivots that are larger, to tell the rank.
  virtual Eigen::Index pivots_above(double limit) const = 0;

 private:
  bool try_step(double lambda) {
    if (!factor(lambda)) {
      scaled_step_.resize(0);
      return scaled_gradient_.size() == 0;
    }
    scaled_step_ = -scaled_gradient_;
    solve_by_factors(scaled_step_);
    return true;
  }
  /// A step of Newton's method on 1/‖p(λ)‖.
  double larger(double lambda, double radius) {
    if (scaled_step_.size() == 0) return 10 * lambda;
    const double length = scaled_step_.norm();
    along_ = scaled_step_;
    solve_by_factors(along_);
    const double slope = scaled_step_.dot(along_);
    return lambda + (length / radius - 1) * length * length / slope;
  }

  Eigen::VectorX<S> units_, image_, scaled_gradient_, scaled_step_, along_;
};

}  // namespace grove::optim::detail
