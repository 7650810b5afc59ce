// The landscape of 08_many_dimensions.cpp, and three optimizers written as they are in books.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include <autodiff/autodiff.hpp>
#include <models/data/csv.hpp>
#include <models/landscapes.hpp>
#include <optim/protocol/transformation.hpp>

namespace models = grove::models;
namespace optim = grove::optim;
using Eigen::Matrix2d;
using Eigen::Vector2d;
using models::GaussianWells;

/// The loss: -Σ depth·exp(-|x - centre|²/width²), of which `fuse` records one statement instead of a hundred.
struct Landscape {
  GaussianWells wells;

  auto operator()(const auto& x) const {
    return grove::fuse([this]<class T>(const T& a, const T& b) { return wells(Eigen::Vector2<T>(a, b)); }, x[0], x[1]);
  }
};

inline Landscape read_wells() {
  const models::Table table = models::read_csv(GROVE_EXAMPLE_DATA "/wells.csv");
  GaussianWells wells{Eigen::MatrixXd(2, table.rows()), table.numbers("width"), table.numbers("depth")};
  wells.centres.row(0) = table.numbers("x");
  wells.centres.row(1) = table.numbers("y");
  return {wells};
}

inline std::vector<Vector2d> read_starts(const std::string& name) {
  const models::Table table = models::read_csv(GROVE_EXAMPLE_DATA "/" + name);
  const Eigen::VectorXd x = table.numbers("x"), y = table.numbers("y");
  std::vector<Vector2d> starts;
  for (Eigen::Index i = 0; i < x.size(); ++i) starts.emplace_back(x[i], y[i]);
  return starts;
}

/// The Hessian by hand: Σ depth·exp(-|d|²/w²)·(a·I/w² - b·d·dᵀ/w⁴), with a = 2 and b = 4. The notebook has 1 and 1.
inline Matrix2d hessian_by_hand(const GaussianWells& wells, const Vector2d& x, double a, double b) {
  Matrix2d hessian = Matrix2d::Zero();
  for (Eigen::Index p = 0; p < wells.depths.size(); ++p) {
    const Vector2d d = x - wells.centres.col(p);
    const double w2 = wells.widths[p] * wells.widths[p], height = wells.depths[p] * std::exp(-d.squaredNorm() / w2);
    hessian += height * (a * Matrix2d::Identity() / w2 - b * d * d.transpose() / (w2 * w2));
  }
  return hessian;
}

inline Vector2d eigenvalues(const Matrix2d& matrix) {
  return Eigen::SelfAdjointEigenSolver<Matrix2d>().compute(matrix, Eigen::EigenvaluesOnly).eigenvalues();
}
inline double condition_number(const Matrix2d& matrix) {
  const double largest = std::abs(matrix.trace()) / 2 + std::hypot((matrix(0, 0) - matrix(1, 1)) / 2, matrix(0, 1));
  return largest * largest / std::abs(matrix.determinant());
}

// Three rules as they are in books, in ten lines each. What the library has of these names looks before it leaps.

/// Newton's method goes to maxima and saddles as well. (optim::newton goes down.)
struct PlainNewton {
  double rate;
  const Landscape& loss;

  optim::EmptyState init(const Vector2d& /*x*/) const { return {}; }
  optim::Updated<Vector2d, optim::EmptyState> update(const Vector2d& gradient, optim::EmptyState state,
                                                     const Vector2d& x) const {
    const Matrix2d hessian = grove::hessian(loss)(x) + 1e-12 * Matrix2d::Identity();
    return {-rate * hessian.inverse() * gradient, state};
  }
};

/// Descent at a rate over the condition number. (The notebook's text divides by it, its program multiplies;
/// optim::curvature_sgd does either.)
struct ConditionNumberRate {
  double rate;
  const Landscape& loss;

  optim::EmptyState init(const Vector2d& /*x*/) const { return {}; }
  optim::Updated<Vector2d, optim::EmptyState> update(const Vector2d& gradient, optim::EmptyState state,
                                                     const Vector2d& x) const {
    return {-rate / (condition_number(grove::hessian(loss)(x)) + 1e-12) * gradient, state};
  }
};

/// BFGS without a search along its steps. (optim::bfgs has one.)
struct BfgsState {
  bool first;
  Vector2d x, gradient;
  Matrix2d inverse;
};
struct PlainBfgs {
  double rate;

  BfgsState init(const Vector2d& x) const { return {true, x, Vector2d::Zero(), Matrix2d::Identity()}; }
  optim::Updated<Vector2d, BfgsState> update(const Vector2d& gradient, const BfgsState& before,
                                             const Vector2d& x) const {
    Matrix2d inverse = before.inverse;
    if (!before.first) {
      const Vector2d s = x - before.x, y = gradient - before.gradient;
      const double rho = 1 / (s.dot(y) + 1e-12);
      const Matrix2d left = Matrix2d::Identity() - rho * s * y.transpose();
      inverse = Matrix2d(left * inverse * left.transpose() + rho * s * s.transpose());
    }
    return {-rate * inverse * gradient, {false, x, gradient, inverse}};
  }
};
