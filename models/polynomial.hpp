// Polynomials in one variable, and their least-squares fit in closed form.
#pragma once

#include <Eigen/Core>

#include <fmt/format.h>

#include <autodiff/autodiff.hpp>
#include <models/linear_regression.hpp>

namespace grove::models {

/// The powers 1, x, …, x^degree of n points, side by side.  n → n×(degree + 1)
inline Eigen::MatrixXd vandermonde(const Eigen::VectorXd& x, Eigen::Index degree) {
  if (degree < 0) throw HyperparameterError(fmt::format("vandermonde: degree must not be negative, got {}", degree));
  Eigen::MatrixXd powers(x.size(), degree + 1);
  powers.col(0).setOnes();
  for (Eigen::Index j = 1; j <= degree; ++j) powers.col(j) = powers.col(j - 1).cwiseProduct(x);
  return powers;
}

/// coefficients[0] + coefficients[1]·x + coefficients[2]·x² + …
template <class T = double>
struct Polynomial {
  grove::Vector<T> coefficients;  ///< at least one

  /// Values at n points.  n → n
  grove::Array<T> operator()(const Eigen::VectorXd& x) const {
    return (vandermonde(x, coefficients.size() - 1) * coefficients).array();
  }
};

/// The polynomial of that degree with the least mean squared error.  Throws as `least_squares` does.
template <class X>
Polynomial<> fit_polynomial(const Eigen::MatrixBase<X>& x, const Eigen::VectorXd& y, Eigen::Index degree) {
  return {detail::solve_least_squares("fit_polynomial", vandermonde(x, degree), y)};
}

}  // namespace grove::models
