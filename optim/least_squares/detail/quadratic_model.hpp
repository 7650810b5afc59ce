// The quadratic model ½‖J p + r‖² of a least-squares problem around a point, and its minimizer within a trust region.
//
// Templates of the one scalar there is: a program that does not use them does not compile them.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../options.hpp"
#include "problem.hpp"

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
  virtual bool linearize(const Eigen::VectorX<S>& x, const Eigen::VectorX<S>& row_scale,
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
  virtual Eigen::MatrixX<S> jacobian() const = 0;

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

}  // namespace grove::optim::detail
