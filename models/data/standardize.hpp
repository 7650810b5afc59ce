// Columns rescaled to mean 0 and standard deviation 1, and back.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <autodiff/error.hpp>

namespace grove::models {

/// The affine map that standardises columns. Fit it to training data only, then apply it to training and test data.
struct Standardizer {
  Eigen::RowVectorXd mean;   ///< of each column, in the column's unit
  Eigen::RowVectorXd scale;  ///< standard deviation of each column, in the column's unit

  /// (x - mean) / scale, column by column.  n×k → n×k, dimensionless.
  Eigen::MatrixXd operator()(const Eigen::MatrixXd& x) const {
    check_columns(x);
    return (x.rowwise() - mean).array().rowwise() / scale.array();
  }

  /// The inverse map: z·scale + mean.
  Eigen::MatrixXd inverse(const Eigen::MatrixXd& z) const {
    check_columns(z);
    return ((z.array().rowwise() * scale.array()).rowwise() + mean.array()).matrix();
  }

 private:
  void check_columns(const Eigen::MatrixXd& x) const {
    if (x.cols() != mean.cols())
      throw ShapeError(fmt::format("standardize: fitted to {} columns, applied to {}", mean.cols(), x.cols()));
  }
};

/// Mean and (population, 1/n) standard deviation of every column of `x`.  n×k → k columns.
/// `names` of the columns, if given, are used in messages.
/// Throws: grove::DataError if `x` has fewer than two rows, holds a value that is not finite, or has a constant column.
inline Standardizer fit_standardizer(const Eigen::MatrixXd& x, const std::vector<std::string>& names = {}) {
  if (x.rows() < 2) throw DataError(fmt::format("fit_standardizer: at least two rows are needed, got {}", x.rows()));
  const auto name_of = [&](Eigen::Index j) {
    const auto i = static_cast<std::size_t>(j);
    return i < names.size() ? fmt::format("'{}'", names[i]) : fmt::format("{}", j);
  };
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    if (!x.col(j).allFinite())
      throw DataError(fmt::format("fit_standardizer: column {} holds a value that is not finite", name_of(j)));
    if ((x.col(j).array() == x(0, j)).all())
      throw DataError(fmt::format("fit_standardizer: column {} is {} in every row; leave it out", name_of(j), x(0, j)));
  }
  Standardizer result{x.colwise().mean(), {}};
  result.scale = ((x.rowwise() - result.mean).colwise().squaredNorm() / static_cast<double>(x.rows())).cwiseSqrt();
  return result;
}

}  // namespace grove::models
