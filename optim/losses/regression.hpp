// Losses for regression: elementwise, except the cosines. Take the mean of what they return.
#pragma once

#include <numbers>

#include "optim/losses/detail/elements.hpp"
#include "optim/losses/over.hpp"

namespace grove::optim::losses {

/// (ŷ - y)², element by element.  Throws: ShapeError if the shapes differ.
template <class P, class T>
auto squared_error(const P& predictions, const T& targets) {
  detail::check_same_shape("squared_error", "predictions", predictions, "targets", targets);
  return detail::evaluated(grove::square(detail::elements(predictions) - detail::elements(targets)));
}

/// ŷ²
template <class P>
auto squared_error(const P& predictions) {
  return detail::evaluated(grove::square(detail::elements(predictions)));
}

/// ½(ŷ - y)², element by element.  Throws: ShapeError if the shapes differ.
template <class P, class T>
auto l2_loss(const P& predictions, const T& targets) {
  return detail::evaluated(0.5 * squared_error(predictions, targets));
}

/// ½ŷ²
template <class P>
auto l2_loss(const P& predictions) {
  return detail::evaluated(0.5 * squared_error(predictions));
}

/// ½e² where |e| ≤ delta, delta·(|e| - ½delta) beyond; e = ŷ - y.
///
/// Source: Huber 1964
template <class P, class T>
auto huber_loss(const P& predictions, const T& targets, double delta = 1.0) {
  detail::check_same_shape("huber_loss", "predictions", predictions, "targets", targets);
  const auto size = grove::abs(detail::elements(predictions) - detail::elements(targets));
  return detail::evaluated(grove::where(size <= delta, 0.5 * grove::square(size), delta * (size - 0.5 * delta)));
}

/// The Huber loss of errors.
template <class P>
auto huber_loss(const P& errors) {
  return huber_loss(errors, 0.0);
}

/// log cosh(ŷ - y): quadratic for small errors, linear for large ones, and smooth.
template <class P, class T>
auto log_cosh(const P& predictions, const T& targets) {
  detail::check_same_shape("log_cosh", "predictions", predictions, "targets", targets);
  const auto error = detail::elements(predictions) - detail::elements(targets);
  return detail::evaluated(grove::logaddexp(error, -error) - std::numbers::ln2);
}

/// log cosh e of errors.
template <class P>
auto log_cosh(const P& errors) {
  return log_cosh(errors, 0.0);
}

/// The cosine of the angle between prediction and target: of two vectors, or of each row of two matrices (or as `over`
/// says).
///
/// Squared norms below `epsilon` count as epsilon; with the default 0 a zero vector gives NaN.
template <class P, class T, Axis A = Axis::rows, class M = NoMask>
auto cosine_similarity(const P& predictions, const T& targets, double epsilon = 0.0, const Over<A, M>& over = {}) {
  constexpr auto name = "cosine_similarity";
  detail::check_same_shape(name, "predictions", predictions, "targets", targets);
  const auto& a = detail::counted(name, detail::elements(predictions), over, 0.0);
  const auto& b = detail::counted(name, detail::elements(targets), over, 0.0);
  const auto norm = [&](const auto& x) {
    return grove::sqrt(grove::maximum(grove::sum(detail::along(grove::square(x), over)), epsilon));
  };
  return detail::evaluated(grove::sum(detail::along(a * b, over)) / (norm(a) * norm(b)));
}

/// 1 - cosine_similarity.
template <class P, class T, Axis A = Axis::rows, class M = NoMask>
auto cosine_distance(const P& predictions, const T& targets, double epsilon = 0.0, const Over<A, M>& over = {}) {
  return detail::evaluated(1.0 - cosine_similarity(predictions, targets, epsilon, over));
}

}  // namespace grove::optim::losses
