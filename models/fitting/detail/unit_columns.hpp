// Columns of moderate size, and the way back.
#pragma once

#include <Eigen/Core>

#include "../../linear_regression.hpp"

namespace grove::models::detail {

/// The columns of x, centred and scaled to 1 at most, and a column of ones: so units play no part in how a likelihood
/// is maximised.
template <class S>
struct UnitColumns {
  Eigen::MatrixX<S> z;     ///< n×(k + 1)
  Eigen::VectorX<S> unit;  ///< of the k columns
  /// From the coefficients of z to weights and bias: (k + 1)×(k + 1)
  Eigen::MatrixX<S> back;

  UnitColumns(const Eigen::MatrixX<S>& x, const Eigen::VectorXd& weights) : z(x.rows(), x.cols() + 1), unit(x.cols()) {
    const Eigen::Index k = x.cols();
    const Eigen::RowVectorX<S> mean = weights.transpose() * x / weights.sum();
    for (Eigen::Index j = 0; j < k; ++j) {
      z.col(j) = x.col(j).array() - mean(j);
      const S largest = z.col(j).cwiseAbs().maxCoeff();
      unit(j) = largest > 0 ? largest : S(1);
      z.col(j) /= unit(j);
    }
    z.col(k).setOnes();
    back = Eigen::MatrixX<S>::Identity(k + 1, k + 1);
    back.diagonal().head(k) = unit.cwiseInverse();
    back.row(k).head(k) = -mean.cwiseQuotient(unit.transpose());
  }

  /// Throws: grove::DataError if columns of the rows that count depend on each other.
  void check_rank(const char* who, const Eigen::VectorXd& weights) const {
    ScaledQr<Eigen::MatrixX<S>>(who, weights.cwiseSqrt().asDiagonal() * z);
  }
};

}  // namespace grove::models::detail
