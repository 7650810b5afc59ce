// The quadratic model of L-BFGS-B in a box: its first minimum along the projected gradient, and the one of its face.
//
// Templates, though there is one kind of vector: a program that does not use them does not compile them.
#pragma once

#include <Eigen/Core>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace grove::optim::detail {

/// The box of the joined params.
struct Box {
  Eigen::VectorXd lower, upper;

  template <class Vector>
  Vector clip(const Vector& x) const {
    return x.cwiseMax(lower).cwiseMin(upper);
  }
  /// The largest entry of the gradient that still leads somewhere: 0 at a minimum in the box.
  template <class Vector>
  double projected_gradient(const Vector& x, const Vector& g) const {
    return x.size() == 0 ? 0 : (clip(Vector(x - g)) - x).cwiseAbs().maxCoeff();
  }
};

/// B = θ 1 - W M Wᵀ, the compact form of L-BFGS.
struct CompactHessian {
  double theta = 1;
  Eigen::MatrixXd w;  ///< n × 2k
  Eigen::MatrixXd m;  ///< 2k × 2k

  /// A row of W. Without pairs there is no memory in which Eigen could look for one.
  template <class Vector>
  Vector w_row(Eigen::Index i) const {
    return w.cols() == 0 ? Vector() : Vector(w.row(i).transpose());
  }

  /// From the last pairs of steps and changes of the gradient, oldest first.
  template <class Matrix>
  static CompactHessian of(const Matrix& steps, const Matrix& changes, double theta) {
    const Eigen::Index k = steps.cols();
    CompactHessian b{theta, Matrix(steps.rows(), 2 * k), Matrix::Zero(2 * k, 2 * k)};
    if (k == 0) return b;
    b.w << changes, theta * steps;
    const Matrix products = steps.transpose() * changes;
    Matrix inverse = Matrix::Zero(2 * k, 2 * k);
    inverse.topLeftCorner(k, k).diagonal() = -products.diagonal();
    const Matrix lower = products.template triangularView<Eigen::StrictlyLower>();
    inverse.bottomLeftCorner(k, k) = lower;
    inverse.topRightCorner(k, k) = lower.transpose();
    inverse.bottomRightCorner(k, k) = theta * steps.transpose() * steps;
    b.m = inverse.inverse();
    return b;
  }
};

struct CauchyPoint {
  Eigen::VectorXd x;
  Eigen::VectorXd c;  ///< Wᵀ (x - start)
};

/// The first local minimum of the model along the path of x - t g, bent at the bounds.
/// Source: Byrd, Lu, Nocedal & Zhu 1995, algorithm CP
template <class Hessian, class Vector>
CauchyPoint cauchy_point(const Box& box, const Hessian& b, const Vector& x, const Vector& g) {
  const Eigen::Index n = x.size();
  constexpr double inf = std::numeric_limits<double>::infinity();
  Vector breaks(n), d = -g;
  std::vector<Eigen::Index> order;
  for (Eigen::Index i = 0; i < n; ++i) {
    breaks(i) = g(i) < 0 ? (x(i) - box.upper(i)) / g(i) : g(i) > 0 ? (x(i) - box.lower(i)) / g(i) : inf;
    if (!(breaks(i) > 0)) d(i) = 0;
    if (breaks(i) > 0 && breaks(i) < inf) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](Eigen::Index i, Eigen::Index j) { return breaks(i) < breaks(j); });
  CauchyPoint at{x, Vector::Zero(b.w.cols())};
  Vector p = b.w.transpose() * d;
  double slope = -d.squaredNorm(), bend = -b.theta * slope - p.dot(b.m * p), passed = 0;
  const double least = std::numeric_limits<double>::epsilon() * bend;
  double ahead = slope == 0 ? 0 : -slope / std::max(bend, least);
  std::size_t next = 0;
  for (; next < order.size() && ahead >= breaks(order[next]) - passed; ++next) {
    const Eigen::Index i = order[next];
    const double length = breaks(i) - passed, gi = g(i);
    at.x(i) = d(i) > 0 ? box.upper(i) : box.lower(i);
    const double moved = at.x(i) - x(i);
    at.c += length * p;
    const Vector wi = b.template w_row<Vector>(i);
    const Vector mwi = b.m * wi;
    slope += length * bend + gi * gi + b.theta * gi * moved - gi * mwi.dot(at.c);
    bend -= b.theta * gi * gi + 2 * gi * mwi.dot(p) + gi * gi * mwi.dot(wi);
    p += gi * wi;
    d(i) = 0;
    passed = breaks(i);
    ahead = slope < 0 ? -slope / std::max(bend, least) : 0;
  }
  const double end = passed + std::max(ahead, 0.0);
  for (Eigen::Index i = 0; i < n; ++i) {
    if (d(i) != 0) at.x(i) = x(i) + end * d(i);
  }
  at.c += std::max(ahead, 0.0) * p;
  return at;
}

/// The minimum of the model over the entries that are free at the Cauchy point, brought back into the box.
/// Source: Byrd, Lu, Nocedal & Zhu 1995, the direct primal method; Morales & Nocedal 2011 for the projection
template <class Hessian, class Vector>
Vector subspace_minimum(const Box& box, const Hessian& b, const Vector& x, const Vector& g, const CauchyPoint& cauchy) {
  using Matrix = decltype(b.m);
  std::vector<Eigen::Index> free;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    if (cauchy.x(i) > box.lower(i) && cauchy.x(i) < box.upper(i)) free.push_back(i);
  }
  if (free.empty()) return cauchy.x;
  const Vector whole = g + b.theta * (cauchy.x - x) - b.w * (b.m * cauchy.c);
  const Vector rest = whole(free);
  Vector move = -rest / b.theta;
  if (b.w.cols() > 0) {
    const Matrix wf = b.w(free, Eigen::seqN(0, b.w.cols()));
    const Vector v = b.m * (wf.transpose() * rest);
    const Matrix system = Matrix::Identity(v.size(), v.size()) - b.m * (wf.transpose() * wf) / b.theta;
    move -= wf * system.partialPivLu().solve(v) / (b.theta * b.theta);
  }
  Vector found = cauchy.x;
  if (!move.allFinite()) return found;
  found(free) += move;
  found = box.clip(found);
  if (g.dot(found - x) < 0) return found;
  double share = 1;  // the projection may lead up; the shortened step does not
  for (std::size_t k = 0; k < free.size(); ++k) {
    const Eigen::Index i = free[k];
    const double step = move(static_cast<Eigen::Index>(k));
    if (step > 0) share = std::min(share, (box.upper(i) - cauchy.x(i)) / step);
    if (step < 0) share = std::min(share, (box.lower(i) - cauchy.x(i)) / step);
  }
  found = cauchy.x;
  found(free) += share * move;
  return box.clip(found);
}

}  // namespace grove::optim::detail
