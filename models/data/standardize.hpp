// Columns rescaled to mean 0 and standard deviation 1, and back.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "../../autodiff/engine/array/owned.hpp"
#include "../../autodiff/error.hpp"

namespace grove::models {

/// The affine map that standardises columns. Fit it to training data only, then apply it to training and test data.
struct Standardizer {
  Eigen::RowVectorXd mean;   ///< of each column, in the column's unit
  Eigen::RowVectorXd scale;  ///< standard deviation of each column, in the column's unit

  /// (x - mean) / scale, column by column.  n×k → n×k, dimensionless.
  auto operator()(const Eigen::MatrixXd& x) const {
    check_columns(x);
    return grove::detail::owned(((x.rowwise() - mean).array().rowwise() / scale.array()).matrix());
  }

  /// The inverse map: z·scale + mean.
  auto inverse(const Eigen::MatrixXd& z) const {
    check_columns(z);
    return grove::detail::owned(((z.array().rowwise() * scale.array()).rowwise() + mean.array()).matrix());
  }

 private:
  void check_columns(const Eigen::MatrixXd& x) const {
    if (x.cols() != mean.cols())
      throw ShapeError(fmt::format("standardize: fitted to {} columns, applied to {}", mean.cols(), x.cols()));
    if (scale.cols() != mean.cols())
      throw ShapeError(fmt::format("standardize: {} means and {} scales", mean.cols(), scale.cols()));
  }
};

/// What `fit_standardizer` does with a column whose values differ by rounding at most.
enum class ConstantColumns {
  refuse,  ///< an error that names the column
  keep,    ///< scale 1: the column becomes zero, up to rounding
};

namespace detail {

/// Mean and population standard deviation of numbers of any size: scaled by powers of the largest, so that no square
/// and no sum leaves the range of a double.
struct Moments {
  double mean, deviation, largest;
};
inline Moments moments_of(const Eigen::VectorXd& x) {
  const double largest = x.cwiseAbs().maxCoeff();
  if (largest == 0) return {0, 0, 0};
  // A power of two: dividing by it changes no digit.
  const double unit = std::ldexp(1.0, std::ilogb(largest));
  const Eigen::ArrayXd u = x.array() / unit;
  const double mean = u.mean();
  const Eigen::ArrayXd centred = u - mean;
  const double spread = centred.abs().maxCoeff();
  if (spread == 0) return {mean * unit, 0, largest};
  return {mean * unit, std::sqrt((centred / spread).square().mean()) * spread * unit, largest};
}

}  // namespace detail

/// Mean and (population, 1/n) standard deviation of every column of `x`.  n×k → k columns.
/// `names` of the columns, if given, are used in messages.
/// Throws: grove::DataError if `x` has fewer than two rows, holds a value that is not finite, or has a column whose
/// values differ by rounding at most, unless `constant` says to keep such a column.
inline Standardizer fit_standardizer(const Eigen::MatrixXd& x, const std::vector<std::string>& names = {},
                                     ConstantColumns constant = ConstantColumns::refuse) {
  if (x.rows() < 2) throw DataError(fmt::format("fit_standardizer: at least two rows are needed, got {}", x.rows()));
  const auto name_of = [&](Eigen::Index j) {
    const auto i = static_cast<std::size_t>(j);
    return i < names.size() ? fmt::format("'{}'", names[i]) : fmt::format("{}", j);
  };
  Standardizer result{Eigen::RowVectorXd(x.cols()), Eigen::RowVectorXd(x.cols())};
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    if (!x.col(j).allFinite())
      throw DataError(fmt::format("fit_standardizer: column {} holds a value that is not finite", name_of(j)));
    const auto [mean, deviation, largest] = detail::moments_of(x.col(j));
    const bool varies = deviation > 4 * std::numeric_limits<double>::epsilon() * largest;
    if (!varies && constant == ConstantColumns::refuse)
      throw DataError(
          fmt::format("fit_standardizer: column {} is {} in every row; leave it out, or pass "
                      "ConstantColumns::keep",
                      name_of(j), x(0, j)));
    result.mean[j] = mean;
    result.scale[j] = varies ? deviation : 1.0;
  }
  return result;
}

}  // namespace grove::models
