// The model by the normal equations.
//
// A template for the reason given in quadratic_model.hpp.
#pragma once

#include <Eigen/Cholesky>

#include "damped_model.hpp"

namespace grove::optim::detail {

/// By Cholesky factors of JᵀJ + λD².
template <class S>
class NormalModel : public DampedModel<S> {
 public:
  using QuadraticModel<S>::gradient;
  using QuadraticModel<S>::column_norms;

  explicit NormalModel(JacobianProblem& problem) : problem_(problem) {}

  bool linearize(const Eigen::VectorX<S>& x, const Eigen::VectorX<S>& row_scale, const Eigen::VectorX<S>& r) override {
    problem_.jacobian(x, jacobian_);
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

  Eigen::MatrixX<S> jacobian() const override { return jacobian_; }

 protected:
  void times_gram(const Eigen::VectorX<S>& p, Eigen::VectorX<S>& product) override { product.noalias() = gram_ * p; }
  double scale_gram(const Eigen::VectorX<S>& units) override {
    scaled_gram_ = units.asDiagonal() * gram_ * units.asDiagonal();
    for (Eigen::Index j = 0; j < units.size(); ++j) {
      if (units(j) == 0) scaled_gram_(j, j) = 1;
    }
    return units.size() == 0 ? 0.0 : scaled_gram_.diagonal().maxCoeff();
  }
  bool factor(double lambda) override {
    damped_ = scaled_gram_;
    damped_.diagonal().array() += lambda;
    cholesky_.compute(damped_);
    return cholesky_.info() == Eigen::Success;
  }
  void solve_by_factors(Eigen::VectorX<S>& v) override { cholesky_.solveInPlace(v); }
  Eigen::Index pivots_above(double limit) const override {
    return (cholesky_.matrixLLT().diagonal().array().square() > limit).count();
  }

 private:
  JacobianProblem& problem_;
  Eigen::MatrixX<S> jacobian_, scaled_, gram_, scaled_gram_, damped_;
  Eigen::VectorX<S> image_;
  Eigen::LLT<Eigen::MatrixX<S>> cholesky_;
};

}  // namespace grove::optim::detail
