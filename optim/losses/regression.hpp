// Losses for regression: elementwise, except the cosines. Take the mean of what they return.
#pragma once

#include <cmath>
#include <numbers>
#include <type_traits>

#include "detail/elements.hpp"
#include "over.hpp"

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
  // cosh e = 1 + 2 sinh² e/2, without which small errors are lost beside ln 2.
  const auto of_small = grove::log1p(2.0 * grove::square(grove::sinh(0.5 * error)));
  return detail::evaluated(
      grove::where(grove::abs(error) < 1.0, of_small, grove::logaddexp(error, -error) - std::numbers::ln2));
}

/// log cosh e of errors.
template <class P>
auto log_cosh(const P& errors) {
  return log_cosh(errors, 0.0);
}

namespace detail {

/// 1, or what brings numbers near 1 whose squares overflow or (where squares of 0 are none) vanish.
template <class Part>
void set_to_factor(Part&& part, double epsilon) {
  using S = typename std::remove_cvref_t<Part>::Scalar;
  if (part.size() == 0) return;
  const S largest = part.abs().maxCoeff();
  const bool squares_are_fine = std::isnormal(largest * largest * static_cast<S>(part.size()));
  const S factor = 1 / largest;
  const bool lost_in_epsilon = largest < 1 && epsilon > 0;
  part.setConstant(squares_are_fine || lost_in_epsilon || !std::isnormal(factor) ? S(1) : factor);
}

/// Examples divided by their norms, whose squares count as at least `epsilon`.
template <class X, Axis A, class M>
auto unit_examples(const X& x, double epsilon, const Over<A, M>& over) {
  constexpr bool whole = A == Axis::all || is_vector<X>();
  using Factor = typename decltype(evaluated(grove::value_of(x)))::PlainObject;
  Factor factor = evaluated(grove::value_of(x));
  if constexpr (whole) {
    set_to_factor(factor, epsilon);
  } else if constexpr (A == Axis::rows) {
    for (Eigen::Index i = 0; i < factor.rows(); ++i) set_to_factor(factor.row(i), epsilon);
  } else {
    for (Eigen::Index j = 0; j < factor.cols(); ++j) set_to_factor(factor.col(j), epsilon);
  }
  const auto scaled = evaluated(x * factor);
  const auto squares = grove::sum(along(grove::square(scaled), over));
  using S = typename Factor::Scalar;
  const S least = static_cast<S>(epsilon);
  if constexpr (whole) {
    const S f = factor.size() == 0 ? S(1) : factor(0, 0);
    return evaluated(scaled / grove::sqrt(grove::maximum(squares, least * f * f)));
  } else if constexpr (A == Axis::rows) {
    const auto leasts = evaluated(least * factor.rowwise().maxCoeff().square());
    return evaluated(scaled / grove::sqrt(grove::maximum(squares, leasts)).replicate(1, x.cols()));
  } else {
    const auto leasts = evaluated(least * factor.colwise().maxCoeff().square());
    return evaluated(scaled / grove::sqrt(grove::maximum(squares, leasts)).replicate(x.rows(), 1));
  }
}

}  // namespace detail

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
  const auto unit_a = detail::unit_examples(a, epsilon, over);
  const auto unit_b = detail::unit_examples(b, epsilon, over);
  return detail::evaluated(grove::sum(detail::along(unit_a * unit_b, over)));
}

/// 1 - cosine_similarity.
template <class P, class T, Axis A = Axis::rows, class M = NoMask>
auto cosine_distance(const P& predictions, const T& targets, double epsilon = 0.0, const Over<A, M>& over = {}) {
  return detail::evaluated(1.0 - cosine_similarity(predictions, targets, epsilon, over));
}

}  // namespace grove::optim::losses
