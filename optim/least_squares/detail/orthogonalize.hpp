// Singular values by one-sided Jacobi rotations: small ones keep their digits, whatever the scales of the columns.
#pragma once

#include <cmath>
#include <limits>

#include "problem.hpp"

namespace grove::optim::detail {

/// The singular values, relative to the largest, below which a direction is rounding.
inline double rank_tolerance(Eigen::Index rows, Eigen::Index cols) {
  return std::numeric_limits<double>::epsilon() * static_cast<double>(std::max(rows, cols));
}

/// Rotates pairs of columns until all are orthogonal: columns·rotations = U·diag(singular values).
template <class S>
void orthogonalize(Eigen::MatrixX<S>& columns, Eigen::MatrixX<S>& rotations) {
  const auto rotate = [](Eigen::MatrixX<S>& a, Eigen::Index i, Eigen::Index j, double cosine, double sine) {
    for (Eigen::Index row = 0; row < a.rows(); ++row) {
      const double x = a(row, i), y = a(row, j);
      a(row, i) = cosine * x - sine * y;
      a(row, j) = sine * x + cosine * y;
    }
  };
  const Eigen::Index n = columns.cols();
  rotations.setIdentity(n, n);
  bool rotated = true;
  for (int sweep = 0; sweep < 40 && rotated; ++sweep) {
    rotated = false;
    for (Eigen::Index i = 0; i + 1 < n; ++i) {
      for (Eigen::Index j = i + 1; j < n; ++j) {
        const double a = columns.col(i).squaredNorm(), b = columns.col(j).squaredNorm();
        const double c = columns.col(i).dot(columns.col(j));
        if (!(std::abs(c) > std::numeric_limits<double>::epsilon() * std::sqrt(a) * std::sqrt(b))) continue;
        rotated = true;
        const double zeta = (b - a) / (2 * c), size = std::abs(zeta);
        // std::hypot would be a tenth of a fit's time.
        const double t = std::copysign(1.0, zeta) / (size + (size < 1e8 ? std::sqrt(1 + zeta * zeta) : size));
        const double cosine = 1 / std::sqrt(1 + t * t);
        rotate(columns, i, j, cosine, cosine * t);
        rotate(rotations, i, j, cosine, cosine * t);
      }
    }
  }
}

}  // namespace grove::optim::detail
