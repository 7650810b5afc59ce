// Newton directions that lead down also where the Hessian is not positive definite.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

namespace grove::optim::detail {

/// (H + E)⁻¹ g. E is 0 where H is safely positive definite; else H + E has H's eigenvectors and the magnitudes of its
/// eigenvalues, none below `floor` times the largest: a direction of negative curvature is left as fast as one of the
/// same positive curvature is followed. Not finite where H or g is not.
/// Source: Nocedal & Wright 2006, §3.4
template <class Hessian, class Gradient>
typename Gradient::PlainObject newton_direction(const Hessian& hessian, const Gradient& gradient, double floor,
                                                bool* modified = nullptr) {
  using Matrix = typename Hessian::PlainObject;
  using Vector = typename Gradient::PlainObject;
  if (modified != nullptr) *modified = false;
  if (!hessian.allFinite() || !gradient.allFinite()) {
    return Vector::Constant(gradient.size(), std::numeric_limits<double>::quiet_NaN());
  }
  const Eigen::LLT<Matrix> factor(hessian);
  if (factor.info() == Eigen::Success && factor.rcond() > floor) return factor.solve(gradient);
  if (modified != nullptr) *modified = true;
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(hessian);
  Vector curvature = eigen.eigenvalues().cwiseAbs();
  const double largest = curvature.size() == 0 ? 0 : curvature.maxCoeff();
  if (largest == 0) return gradient;
  curvature = curvature.cwiseMax(floor * largest);
  return eigen.eigenvectors() * (eigen.eigenvectors().transpose() * gradient).cwiseQuotient(curvature);
}

}  // namespace grove::optim::detail
