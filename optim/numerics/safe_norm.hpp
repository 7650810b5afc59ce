// Norms that are bounded below and have a derivative everywhere.
#pragma once

#include "../../autodiff/autodiff.hpp"
#include "detail/check.hpp"

namespace grove::optim {

/// max(‖x‖, min_norm) of a number, a vector, a matrix (its Frobenius norm), or each row of `x.rowwise()`; the
/// derivative is 0 where the norm is at most `min_norm`, so also at 0. Throws: HyperparameterError if min_norm is
/// negative.
template <class X>
auto safe_norm(const X& x, double min_norm) {
  detail::check_not_negative("safe_norm", "min_norm", min_norm);
  const auto norm = [&] {
    if constexpr (requires { grove::norm(x); }) {
      return grove::norm(x);
    } else {
      return grove::abs(x);
    }
  }();
  return grove::where(norm > min_norm, norm, min_norm);
}

/// The norm of a matrix that is the sum of its singular values, as `ord` of safe_norm.
struct Nuclear {};
/// The sum of singular values.
inline constexpr Nuclear nuclear{};

namespace detail {

/// (Σ |x|ᵖ)^(1/p) over all elements or along a direction; p may be ±infinity (the largest, the smallest) or 0 (how many
/// are not 0).
template <class X, class Along>
auto p_norm(const X& x, double p, Along along) {
  const auto magnitudes = grove::abs(x);
  if (std::isinf(p)) return p > 0 ? grove::max(along(magnitudes)) : grove::min(along(magnitudes));
  if (p == 1) return grove::sum(along(magnitudes));
  return grove::pow(grove::sum(along(grove::pow(magnitudes, p))), 1 / p);
}

}  // namespace detail

/// The same with a norm of order `ord`, as numpy has them.
///
/// Of a vector (Σ |x|ᵖ)^(1/p), with infinity the largest and -infinity the smallest magnitude; of a matrix 1 and
/// infinity the largest sum of magnitudes of a column and of a row, with a minus sign the smallest, and 2 the largest
/// singular value (-2 the smallest). Throws: HyperparameterError for other orders, NaN, or a negative min_norm.
template <class X>
auto safe_norm(const X& x, double min_norm, double ord) {
  detail::check_not_negative("safe_norm", "min_norm", min_norm);
  const auto bounded = [&](const auto& norm) { return grove::where(norm > min_norm, norm, min_norm); };
  const auto all = [](const auto& y) -> const auto& { return y; };
  if constexpr (!requires { x.cols(); }) {
    if (std::isnan(ord) || ord == 0) detail::reject("safe_norm", "ord", "be a number other than 0", ord);
    return bounded(grove::abs(x));
  } else if constexpr (X::ColsAtCompileTime == 1 || X::RowsAtCompileTime == 1) {
    if (std::isnan(ord) || ord == 0) detail::reject("safe_norm", "ord", "be a number other than 0", ord);
    return bounded(detail::p_norm(x.array(), ord, all));
  } else {
    using Number = decltype(grove::norm(x));
    const auto magnitudes = [&] { return grove::abs(x.array()); };
    if (ord == 1) return bounded(Number(grove::max(grove::sum(magnitudes().colwise()))));
    if (ord == -1) return bounded(Number(grove::min(grove::sum(magnitudes().colwise()))));
    if (ord == 2) return bounded(Number(grove::max(grove::svd(x.matrix()).values)));
    if (ord == -2) return bounded(Number(grove::min(grove::svd(x.matrix()).values)));
    if (std::isinf(ord) && ord > 0) return bounded(Number(grove::max(grove::sum(magnitudes().rowwise()))));
    if (std::isinf(ord)) return bounded(Number(grove::min(grove::sum(magnitudes().rowwise()))));
    detail::reject("safe_norm", "ord", "be ±1, ±2 or ±infinity for a matrix", ord);
  }
}

/// The same with the sum of the singular values.
template <class X>
auto safe_norm(const X& x, double min_norm, Nuclear) {
  detail::check_not_negative("safe_norm", "min_norm", min_norm);
  const auto norm = grove::sum(grove::svd(x.matrix()).values);
  return grove::where(norm > min_norm, norm, min_norm);
}

/// max(√mean x², min_rms) in the same manner.
/// Throws: HyperparameterError if min_rms is negative.
template <class X>
auto safe_root_mean_squares(const X& x, double min_rms) {
  detail::check_not_negative("safe_root_mean_squares", "min_rms", min_rms);
  if constexpr (requires { x.size(); }) {
    const double root = std::sqrt(static_cast<double>(x.size()));
    const auto rms = grove::norm(x) / root;
    return grove::where(rms > min_rms, rms, min_rms);
  } else {
    return safe_norm(x, min_rms);
  }
}

}  // namespace grove::optim
