// Linear regression, and its least-squares solution in closed form.
#pragma once

#include <Eigen/Core>
#include <Eigen/QR>

#include <fmt/format.h>

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"

namespace grove::models {

/// y ≈ x·weight + bias.
template <class T = double>
struct LinearRegression {
  grove::Vector<T> weight;  ///< one for each column of x
  T bias;                   ///< the prediction where x is 0

  /// Predictions.  x: n×k → n.  Throws: grove::ShapeError.
  template <class X>
  auto operator()(const X& x) const {
    return detail::prediction(detail::product(x, weight).array() + bias);
  }
};

namespace detail {

/// A QR factorization of `a` for least squares. The columns are scaled before their rank is judged, so that their units
/// do not matter.  Throws: grove::DataError if the solution is not unique or a value not finite.
/// A template for the sake of those who do not call it: Eigen's QR costs seconds of compile time.
template <class A>
class ScaledQr {
 public:
  ScaledQr(const char* who, const A& a) : unit_(a.cwiseAbs().colwise().maxCoeff()) {
    if (!a.allFinite()) throw DataError(fmt::format("{}: the data holds values that are not finite", who));
    if (a.rows() < a.cols())
      throw DataError(fmt::format("{}: {} rows cannot fix {} coefficients", who, a.rows(), a.cols()));
    for (double& u : unit_) u = u > 0 ? u : 1.0;
    qr_.compute(A(a.array().rowwise() / unit_.transpose().array()));
    if (qr_.rank() < a.cols())
      throw DataError(
          fmt::format("{}: of {} columns (the constant included) only {} are linearly independent; leave some out", who,
                      a.cols(), qr_.rank()));
  }

  /// The c that minimise |a·c - y|², column by column.
  Eigen::MatrixXd solve(const Eigen::MatrixXd& y) const { return qr_.solve(y).array().colwise() / unit_.array(); }

  /// (aᵀa)⁻¹
  Eigen::MatrixXd inverse_gram() const {
    const Eigen::Index k = unit_.size();
    Eigen::MatrixXd root = Eigen::MatrixXd::Identity(k, k);
    qr_.matrixQR().topRows(k).template triangularView<Eigen::Upper>().solveInPlace(root);
    root = unit_.cwiseInverse().asDiagonal() * (qr_.colsPermutation() * root);
    return root * root.transpose();
  }

 private:
  Eigen::VectorXd unit_;
  Eigen::ColPivHouseholderQR<A> qr_;
};

/// The c that minimises |a·c - y|².  Throws: grove::DataError if there is more than one.
template <class A>
Eigen::VectorXd solve_least_squares(const char* who, const A& a, const Eigen::VectorXd& y) {
  if (a.rows() != y.size()) throw ShapeError(fmt::format("{}: x has {} rows, y has {}", who, a.rows(), y.size()));
  if (!y.allFinite()) throw DataError(fmt::format("{}: the data holds values that are not finite", who));
  return ScaledQr<A>(who, a).solve(y);
}

}  // namespace detail

/// The weight and bias that minimise the mean squared error, by a QR factorization with column pivoting of the centred
/// columns: years, or seconds since 1970, are as good as small numbers.  x: n×k, y: n.
/// Throws: grove::DataError if the columns (the bias included) are linearly dependent, if there are fewer rows than
/// coefficients, or if a value is not finite; grove::ShapeError if x and y differ in length.
template <class X>
LinearRegression<> least_squares(const Eigen::MatrixBase<X>& x, const Eigen::VectorXd& y) {
  const Eigen::RowVectorXd mean = x.rows() > 0 ? x.colwise().mean().eval() : Eigen::RowVectorXd::Zero(x.cols());
  Eigen::MatrixXd with_ones(x.rows(), x.cols() + 1);
  with_ones << x.rowwise() - mean, Eigen::VectorXd::Ones(x.rows());
  const Eigen::VectorXd solution = detail::solve_least_squares("least_squares", with_ones, y);
  const Eigen::VectorXd weight = solution.head(x.cols());
  return {weight, solution[x.cols()] - mean.dot(weight)};
}

}  // namespace grove::models
