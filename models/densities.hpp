// Logarithms of probability densities, to fit distributions: the negative sum over the data is a loss.
#pragma once

#include <cmath>
#include <limits>
#include <numbers>

#include "../optim/losses/detail/elements.hpp"
#include "detail/bessel.hpp"

namespace grove::models {
namespace detail {

using optim::losses::detail::elements;
using optim::losses::detail::evaluated;

/// The log density, -inf outside the support, where no gradient comes from. (NaN is not outside.)
template <class Outside, class LogDensity>
auto on_support(const Outside& outside, const LogDensity& log_density) {
  return evaluated(where(outside, -std::numeric_limits<double>::infinity(), log_density));
}

/// ln B(a, b)
template <class A, class B>
auto log_beta(const A& a, const B& b) {
  return evaluated(lgamma(a) + lgamma(b) - lgamma(a + b));
}

}  // namespace detail

// Each takes numbers, vectors and matrices, plain or active, in any mix, elementwise; `x` and the params may each carry
// derivatives. Names and parameters are scipy.stats', whose values they have. A parameter outside its domain gives NaN.

/// ln of the normal density.   -(x - mean)²/2σ² - ln σ - ln √2π,  σ = deviation > 0
///
///   const auto loss = [](const auto& p, const Eigen::VectorXd& x) {
///     return -grove::sum(grove::models::normal_logpdf(x, p.mean, exp(p.log_deviation)));
///   };
template <class X, class M, class D>
auto normal_logpdf(const X& x, const M& mean, const D& deviation) {
  using detail::elements;
  const auto s = detail::evaluated(elements(deviation));
  return detail::evaluated(-0.5 * square((elements(x) - elements(mean)) / s) - log(s) -
                           0.5 * std::log(2 * std::numbers::pi));
}

/// ln of Student's density with `degrees` > 0 degrees of freedom, moved and scaled.
template <class X, class N, class M, class D>
auto student_t_logpdf(const X& x, const N& degrees, const M& location, const D& scale) {
  using detail::elements;
  const auto n = detail::evaluated(elements(degrees));
  const auto s = detail::evaluated(elements(scale));
  const auto t = detail::evaluated(square((elements(x) - elements(location)) / s));
  return detail::evaluated(lgamma((n + 1.0) / 2.0) - lgamma(n / 2.0) - 0.5 * log(n * std::numbers::pi) - log(s) -
                           (n + 1.0) / 2.0 * log1p(t / n));
}

/// ln of the gamma density.   k ln r + (k - 1) ln x - r x - ln Γ(k),  k = shape > 0, r = rate > 0; -inf for x < 0
template <class X, class K, class R>
auto gamma_logpdf(const X& x, const K& shape, const R& rate) {
  using detail::elements;
  const auto k = detail::evaluated(elements(shape));
  const auto r = detail::evaluated(elements(rate));
  const auto& at = elements(x);
  return detail::on_support(at < 0.0, detail::evaluated(k * log(r) + xlogy(k - 1.0, at) - r * at - lgamma(k)));
}

/// ln of the beta density on [0, 1].   (a - 1) ln x + (b - 1) ln(1 - x) - ln B(a, b); -inf outside
template <class X, class A, class B>
auto beta_logpdf(const X& x, const A& a, const B& b) {
  using detail::elements;
  const auto p = detail::evaluated(elements(a));
  const auto q = detail::evaluated(elements(b));
  const auto at = detail::evaluated(elements(x));
  return detail::on_support(detail::evaluated(at * (1.0 - at)) < 0.0,
                            detail::evaluated(xlogy(p - 1.0, at) + xlogy(q - 1.0, 1.0 - at) - detail::log_beta(p, q)));
}

/// ln of von Mises' density of an angle in radians, the normal density of the circle.
///   κ cos(x - mean) - ln 2π I₀(κ),  κ = concentration > 0 (0 is uniform; second derivatives by κ are NaN there)
template <class X, class M, class K>
auto von_mises_logpdf(const X& x, const M& mean, const K& concentration) {
  using detail::elements;
  const auto k = detail::evaluated(elements(concentration));
  const auto half = detail::evaluated(sin(0.5 * (elements(x) - elements(mean))));
  return detail::evaluated(-2.0 * k * square(half) - std::log(2 * std::numbers::pi) -
                           grove::detail::elementwise(detail::LogI0e{}, k));
}

/// ln of the probability of counting k.   k ln λ - λ - ln k!,  λ = rate; -inf for k < 0
template <class K, class R>
auto poisson_logpmf(const K& k, const R& rate) {
  using detail::elements;
  const auto l = detail::evaluated(elements(rate));
  const auto& count = elements(k);
  return detail::on_support(count < 0.0, detail::evaluated(xlogy(count, l) - l - lgamma(count + 1.0)));
}

/// ln of the probability of k failures before the n-th success, each of which has probability p; n need not be whole.
/// The mean is n(1 - p)/p; -inf for k < 0.
template <class K, class N, class P>
auto negative_binomial_logpmf(const K& k, const N& n, const P& p) {
  using detail::elements;
  const auto size = detail::evaluated(elements(n));
  const auto success = detail::evaluated(elements(p));
  const auto& count = elements(k);
  return detail::on_support(count < 0.0, detail::evaluated(lgamma(count + size) - lgamma(size) - lgamma(count + 1.0) +
                                                           size * log(success) + xlogy(count, 1.0 - success)));
}

/// ln of the probability of class k among those whose logits are given: a number, for one example.
///
/// Throws: ShapeError for a class that is not there.
template <class L>
auto categorical_logpmf(Eigen::Index k, const L& logits) {
  return gather(logits, std::array{k})(0) - logsumexp(logits);
}

/// ln of Dirichlet's density of the shares x, a vector on the simplex, of concentrations alpha > 0: a number.
template <class X, class A>
auto dirichlet_logpdf(const X& x, const A& alpha) {
  const auto a = detail::evaluated(detail::elements(alpha));
  return sum(xlogy(a - 1.0, detail::elements(x))) + lgamma(sum(a)) - sum(lgamma(a));
}

/// ln of the normal density of several variables, of a vector x, through one Cholesky factor of the covariance.
///   -|L⁻¹(x - mean)|²/2 - Σ ln Lᵢᵢ - n ln √2π,  covariance = L Lᵀ
///
/// Throws: ShapeError if shapes differ, Error for a covariance that is not positive definite.
template <class X, class M, class C>
auto mvn_logpdf(const X& x, const M& mean, const C& covariance) {
  const auto factor = cholesky(covariance);
  const auto standard = solve_lower(factor, (x - mean).eval());
  return -0.5 * squared_norm(standard) - sum(log(factor.diagonal().array())) -
         static_cast<double>(x.size()) * 0.5 * std::log(2 * std::numbers::pi);
}

}  // namespace grove::models
