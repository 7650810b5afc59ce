// A least-squares problem as the solver sees it: a function of a vector.
#pragma once

#include <Eigen/Core>
#include <string>

#include "../../numerics/detail/no_value.hpp"

namespace grove::optim::detail {

/// The residuals of the free params, raw: without weights and losses. What a residual function throws goes through.
class ResidualProblem {
 public:
  virtual ~ResidualProblem() = default;
  virtual void residuals(const Eigen::VectorXd& x, Eigen::VectorXd& r) = 0;
  /// A sum over the residuals, of which others may have more.
  virtual double total(double sum) { return sum; }
  /// The name of a residual, for messages.
  virtual std::string residual_name(Eigen::Index i) const = 0;
};

/// With a Jacobian, as raw as the residuals.
class JacobianProblem : public ResidualProblem {
 public:
  /// Residuals × params. Called where the residuals are known.
  virtual void jacobian(const Eigen::VectorXd& x, Eigen::MatrixXd& j) = 0;
};

/// With products of the Jacobian only.
class ProductProblem : public ResidualProblem {
 public:
  /// Prepares products with the Jacobian at x.
  virtual void linearize(const Eigen::VectorXd& x) = 0;
  virtual void times(const Eigen::VectorXd& direction, Eigen::VectorXd& product) = 0;
  virtual void transposed_times(const Eigen::VectorXd& cotangent, Eigen::VectorXd& product) = 0;
};

}  // namespace grove::optim::detail
