// The model by products with the Jacobian alone.
//
// A template for the reason given in quadratic_model.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "quadratic_model.hpp"

namespace grove::optim::detail {

/// By conjugate gradients on JᵀJ, which end at the region's edge (Steihaug): products with J and Jᵀ only. The norms of
/// the columns are estimated once from products with random signs.
template <class S>
class ConjugateGradientModel : public QuadraticModel<S> {
 public:
  using QuadraticModel<S>::gradient;
  using QuadraticModel<S>::column_norms;

  explicit ConjugateGradientModel(ProductProblem& problem) : problem_(problem) {}

  bool linearize(const Eigen::VectorX<S>& x, const Eigen::VectorX<S>& row_scale, const Eigen::VectorX<S>& r) override {
    row_scale_ = row_scale;
    problem_.linearize(x);
    cotangent_ = row_scale.cwiseProduct(r);
    problem_.transposed_times(cotangent_, gradient);
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

  Eigen::MatrixX<S> jacobian() const override { return {}; }

 private:
  void image(const Eigen::VectorX<S>& p) {
    problem_.times(p, product_);
    product_.array() *= row_scale_.array();
  }
  /// back_ = JᵀJ p.
  void apply(const Eigen::VectorX<S>& p) {
    image(p);
    cotangent_ = row_scale_.cwiseProduct(product_);
    problem_.transposed_times(cotangent_, back_);
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
      problem_.transposed_times(cotangent_, back_);
      column_norms += back_.cwiseAbs2() / samples;
    }
    column_norms = column_norms.cwiseSqrt().eval();
  }
  double to_edge(const Eigen::VectorX<S>& p, double radius) const {
    const double dd = direction_.squaredNorm(), pd = p.dot(direction_), pp = p.squaredNorm();
    const double gap = std::max(0.0, radius * radius - pp), root = std::sqrt(pd * pd + dd * gap);
    return dd > 0 ? (pd > 0 ? gap / (pd + root) : (root - pd) / dd) : 0.0;
  }

  ProductProblem& problem_;
  double first_ = -1;
  Eigen::VectorX<S> row_scale_, cotangent_, product_, back_, scaled_back_, mask_, rest_, direction_;
};

}  // namespace grove::optim::detail
