// The rest of <cmath>, for numbers: what is seldom used on whole arrays. For arrays see maximum, minimum, fmod, hypot …
#pragma once

#include <cmath>

#include "../../engine/lifting/numbers_of.hpp"
#include "activation.hpp"
#include "power.hpp"
#include "selection.hpp"

namespace grove {
namespace detail {

/// A plain number, a variable or a forward-mode number.
template <class X>
concept Number = is_number<X> || is_var<X>;

template <class X>
bool is_not_a_number(const X& x) {
  return innermost_value(x) != innermost_value(x);
}

}  // namespace detail

/// The larger of two numbers; of a number and NaN, the number.   Ties share the slope
template <detail::Number A, detail::Number B>
auto fmax(const A& a, const B& b) {
  using R = decltype(maximum(a, b));
  if (detail::is_not_a_number(a)) return R(b);
  return detail::is_not_a_number(b) ? R(a) : R(maximum(a, b));
}
/// The smaller of two numbers; of a number and NaN, the number.   Ties share the slope
template <detail::Number A, detail::Number B>
auto fmin(const A& a, const B& b) {
  using R = decltype(minimum(a, b));
  if (detail::is_not_a_number(a)) return R(b);
  return detail::is_not_a_number(b) ? R(a) : R(minimum(a, b));
}
/// a - b where that is positive, else 0.   slopes 1, -1 or 0; 0 at a tie
template <detail::Number A, detail::Number B>
auto fdim(const A& a, const B& b) {
  return relu(a - b);
}
/// |a| with the sign of b.   slopes ±1, 0
template <detail::Number A, detail::Number B>
auto copysign(const A& a, const B& b) {
  using R = decltype(maximum(a, b));
  const bool flips = std::signbit(detail::innermost_value(a)) != std::signbit(detail::innermost_value(b));
  return flips ? R(-a) : R(a);
}
/// a·b + c, rounded as a product and a sum.
template <detail::Number A, detail::Number B, detail::Number C>
auto fma(const A& a, const B& b, const C& c) {
  return a * b + c;
}
/// x · 2ⁿ.
template <detail::Number X>
auto ldexp(const X& x, int n) {
  return x * std::ldexp(1.0, n);
}
/// √(a² + b² + c²), without overflow.   slopes a/y, b/y, c/y
template <detail::Number A, detail::Number B, detail::Number C>
auto hypot(const A& a, const B& b, const C& c) {
  return hypot(hypot(a, b), c);
}

}  // namespace grove
