// Fits of polynomials, with the errors of their coefficients.
#pragma once

#include <Eigen/Core>
#include <utility>

#include "../polynomial.hpp"
#include "detail/gaussian_measures.hpp"
#include "detail/regression_data.hpp"
#include "fitted.hpp"

namespace grove::models {

/// The polynomial with as many coefficients as `shape` and the least squares, each weighted if weights are given;
/// by Chebyshev's polynomials over the range of x, so years are as good as small numbers.
///
///   const auto fitted = models::fit(models::Polynomial<>{Eigen::VectorXd(4)}, x, y);  // a cubic
///
/// Throws: grove::ShapeError unless x, y and weights are of one length; grove::DataError if a value is not finite or
/// there are fewer different x than coefficients; grove::HyperparameterError if the shape has no coefficient.
template <class X>
Fitted<Polynomial<>> fit(const Polynomial<>& shape, const Eigen::MatrixBase<X>& x, const Eigen::VectorXd& y,
                         const Eigen::VectorXd& weights = {}) {
  constexpr auto who = "fit";
  const Eigen::Index count = shape.coefficients.size();
  if (count < 1)
    throw HyperparameterError("fit: a polynomial needs coefficients; Polynomial<>{VectorXd(4)} is a cubic");
  const Eigen::VectorXd points = x.template cast<double>();
  detail::check_xy(who, points, y);
  const Eigen::VectorXd w = detail::weights_of_rows(who, weights, y.size()), roots = w.cwiseSqrt();
  const detail::ChebyshevBasis basis(points, count - 1);
  const detail::ScaledQr<Eigen::MatrixXd> qr(who, roots.asDiagonal() * basis.values);
  const Eigen::VectorXd c = qr.solve(roots.cwiseProduct(y));
  // From the coefficients of Chebyshev's polynomials to those of the powers.
  Eigen::MatrixXd powers(count, count);
  for (Eigen::Index k = 0; k < count; ++k)
    powers.col(k) = detail::powers_of_chebyshev(Eigen::VectorXd::Unit(count, k), basis.centre, basis.half);
  const Eigen::VectorXd residuals = y - basis.values * c;
  optim::FitSummary measures = detail::gaussian_measures(residuals, y, w, count);
  const double s = measures.residual_standard_error;
  Fitted<Polynomial<>> fitted{.params = {detail::powers_of_chebyshev(c, basis.centre, basis.half)},
                              .names = {},
                              .covariance = s * s * powers * qr.inverse_gram() * powers.transpose(),
                              .measures = std::move(measures)};
  fitted.names = optim::detail::element_names(fitted.params);
  return fitted;
}

}  // namespace grove::models
