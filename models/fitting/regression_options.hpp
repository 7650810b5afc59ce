// What the regressions by a linear combination of columns have in common: names, weights, a penalty.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

namespace grove::models {

/// Options of `fit` for linear and generalized linear regressions. Empty members mean nothing special.
struct RegressionOptions {
  std::vector<std::string> names = {};  ///< of the columns of x, such as `Design::names`, for the summary
  Eigen::VectorXd weights = {};  ///< of the rows, ≥ 0: one of weight 2 counts as two; 1/σ² (relative) if y is measured
  Eigen::VectorXd offset = {};  ///< a known part of the linear combination, a number a row; ln(exposure) for counts
  /// ≥ 0: adds ½·l2·|weight|² to the negative log-likelihood, to half the sum of squares for a linear regression; the
  /// bias is free. scikit-learn's Ridge calls it alpha, its LogisticRegression 1/C, its PoissonRegressor n·alpha. The
  /// errors then are those of a normal prior of variance 1/l2.
  double l2 = 0;
};

}  // namespace grove::models
