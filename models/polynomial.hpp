// Polynomials in one variable, and their least-squares fit in closed form.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "../autodiff/autodiff.hpp"
#include "linear_regression.hpp"

namespace grove::models {

/// The powers 1, x, …, x^degree of n points, side by side.  n → n×(degree + 1)
inline auto vandermonde(const Eigen::VectorXd& x, Eigen::Index degree) {
  if (degree < 0) throw HyperparameterError(fmt::format("vandermonde: degree must not be negative, got {}", degree));
  Eigen::MatrixXd powers(x.size(), degree + 1);
  powers.col(0).setOnes();
  for (Eigen::Index j = 1; j <= degree; ++j) powers.col(j) = powers.col(j - 1).cwiseProduct(x);
  return grove::detail::owned(powers);
}

/// coefficients[0] + coefficients[1]·x + coefficients[2]·x² + …
template <class T = double>
struct Polynomial {
  grove::Vector<T> coefficients;  ///< at least one

  /// Values at n points.  n → n
  auto operator()(const Eigen::VectorXd& x) const {
    return detail::prediction((vandermonde(x, coefficients.size() - 1) * coefficients).array());
  }
  /// The value at a point, plain or active.
  template <grove::detail::Number X>
  auto operator()(const X& x) const {
    Eigen::Index i = coefficients.size() - 1;
    if (i < 0) throw HyperparameterError("polynomial: there are no coefficients");
    auto value = detail::prediction(0.0 * x + coefficients[i]);
    while (i-- > 0) value = value * x + coefficients[i];
    return value;
  }
};

namespace detail {

/// The powers of x in Σ c[k]·Tₖ((x - centre)/half), with Chebyshev's polynomials Tₖ. Extended precision, for the terms
/// cancel where the centre is large beside the half width.
inline Eigen::VectorXd powers_of_chebyshev(const Eigen::VectorXd& c, double centre, double half) {
  using Coefficients = std::vector<long double>;
  const auto n = static_cast<std::size_t>(c.size());
  // a·(x - centre)/half - b, coefficient by coefficient.
  const auto next = [&](const Coefficients& a, const Coefficients& b, long double factor) {
    Coefficients result(n, 0);
    for (std::size_t k = 0; k < n; ++k) {
      const long double shifted = k > 0 ? a[k - 1] : 0;
      result[k] = factor * (shifted - static_cast<long double>(centre) * a[k]) / static_cast<long double>(half) - b[k];
    }
    return result;
  };
  Coefficients before(n, 0), now(n, 0), total(n, 0);
  now[0] = 1;
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i < n; ++i) total[i] += static_cast<long double>(c[static_cast<Eigen::Index>(k)]) * now[i];
    Coefficients following = next(now, before, k == 0 ? 1 : 2);
    before = std::exchange(now, std::move(following));
  }
  Eigen::VectorXd result(c.size());
  for (std::size_t i = 0; i < n; ++i) result[static_cast<Eigen::Index>(i)] = static_cast<double>(total[i]);
  return result;
}

/// Chebyshev's polynomials up to a degree over the range of some x: numbers of moderate size whatever the unit of x.
struct ChebyshevBasis {
  double centre, half;
  Eigen::MatrixXd values;  ///< a row for each x

  ChebyshevBasis(const Eigen::VectorXd& x, Eigen::Index degree) : values(x.size(), degree + 1) {
    const bool some = x.size() > 0 && x.allFinite();
    const double low = some ? x.minCoeff() : -1, high = some ? x.maxCoeff() : 1;
    centre = low / 2 + high / 2;
    half = high > low ? high / 2 - low / 2 : 1;
    const Eigen::VectorXd t = (x.array() - centre) / half;
    for (Eigen::Index k = 0; k <= degree; ++k) {
      if (k < 2) {
        values.col(k) = k == 0 ? Eigen::VectorXd::Ones(x.size()) : t;
      } else {
        values.col(k) = 2 * t.cwiseProduct(values.col(k - 1)) - values.col(k - 2);
      }
    }
  }
};

}  // namespace detail

/// The polynomial of that degree with the least mean squared error. It is fitted in Chebyshev's polynomials over the
/// range of x, so years, or seconds since 1970, are as good as small numbers.  Throws as `least_squares` does.
template <class X>
Polynomial<> fit_polynomial(const Eigen::MatrixBase<X>& x, const Eigen::VectorXd& y, Eigen::Index degree) {
  if (degree < 0) throw HyperparameterError(fmt::format("fit_polynomial: degree must not be negative, got {}", degree));
  const detail::ChebyshevBasis basis(x, degree);
  const Eigen::VectorXd c = detail::solve_least_squares("fit_polynomial", basis.values, y);
  return {detail::powers_of_chebyshev(c, basis.centre, basis.half)};
}

}  // namespace grove::models
