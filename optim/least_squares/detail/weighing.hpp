// What weights and robust losses make of residuals.
#pragma once

#include <algorithm>
#include <cmath>

#include "../robust_loss.hpp"
#include "problem.hpp"

namespace grove::optim::detail {

/// Weights and losses: the cost of residuals, and the factors that make rows of residuals and Jacobian those of a
/// quadratic model with the right gradient.
template <class S>
class Weighing {
 public:
  Weighing(RobustLoss loss, Eigen::VectorXd weights) : loss_(loss), roots_(weights.cwiseSqrt()) {}

  double cost(const Eigen::VectorXd& r) const {
    if (loss_.is_linear()) return 0.5 * r.cwiseProduct(roots_).squaredNorm();
    const double square = loss_.scale() * loss_.scale();
    double sum = 0;
    for (Eigen::Index i = 0; i < r.size(); ++i) sum += loss_.rho(z(r, i)).value;
    return 0.5 * square * sum;
  }

  /// Where the loss bends down, as beyond the inliers, the model follows it only `close` to the minimum, and keeps a
  /// thousandth of the weight, so that it is never concave. Far away, where most residuals may lie beyond, it would
  /// promise leaps; there it takes the weights ρ' as they are, and lies above the cost.
  void scale(const Eigen::VectorXd& r, bool close, Eigen::VectorXd& row_scale, Eigen::VectorXd& scaled) const {
    row_scale = roots_;
    scaled = r.cwiseProduct(roots_);
    if (loss_.is_linear()) return;
    for (Eigen::Index i = 0; i < r.size(); ++i) {
      const double square = z(r, i);
      const RobustLoss::Rho rho = loss_.rho(square);
      const double bent = std::max(rho.first + 2 * rho.second * square, 1e-3 * rho.first);
      const double root = std::sqrt(close ? bent : std::max(bent, rho.first));
      row_scale(i) *= root;
      scaled(i) = root > 0 ? scaled(i) * (rho.first / root) : 0.0;
    }
  }

 private:
  double z(const Eigen::VectorXd& r, Eigen::Index i) const {
    const double x = r(i) * roots_(i) / loss_.scale();
    return x * x;
  }
  RobustLoss loss_;
  Eigen::VectorXd roots_;
};

}  // namespace grove::optim::detail
