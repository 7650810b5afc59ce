// Bijections from all numbers onto intervals, element by element.
#pragma once

#include <cmath>
#include <type_traits>

#include "detail/bijection_entries.hpp"

namespace grove::optim::bijections {

/// What `positive` returns.
struct Positive {
  static constexpr bool elementwise = true;
  bool by_softplus;  ///< by ln(1 + eˣ), else by eˣ

  template <class X>
  auto forward(const X& x) const {
    return detail::each(
        [soft = by_softplus](const auto& e) {
          using std::exp;
          using T = std::remove_cvref_t<decltype(e)>;
          return soft ? T(softplus(e)) : T(exp(e));
        },
        x);
  }
  template <class Y>
  auto inverse(const Y& y) const {
    return detail::each(
        [soft = by_softplus](const auto& e) {
          using std::log, std::expm1;
          if (!(detail::od::plain(e) > 0)) detail::throw_outside("positive", e, "positive");
          using T = std::remove_cvref_t<decltype(e)>;
          return soft ? T(e + log(-expm1(-e))) : T(log(e));
        },
        y);
  }
  template <class X>
  auto log_det_jacobian(const X& x) const {
    return detail::sum_of_each(
        [soft = by_softplus](const auto& e) {
          using T = std::remove_cvref_t<decltype(e)>;
          return soft ? T(log_sigmoid(e)) : e;
        },
        x);
  }
};

/// The positive numbers, element by element: y = eˣ. x = ln y, ln |dy/dx| = x.
inline Positive positive() { return {false}; }

/// The positive numbers by y = ln(1 + eˣ), which for large x is x: gentler steps than eˣ. ln |dy/dx| = ln sigmoid x.
inline Positive softplus_positive() { return {true}; }

/// What `interval` returns.
struct Interval {
  static constexpr bool elementwise = true;
  double lower;  ///< values stay above
  double upper;  ///< values stay below

  template <class X>
  auto forward(const X& x) const {
    return detail::each(
        [a = lower, b = upper](const auto& e) {
          using std::exp;
          using T = std::remove_cvref_t<decltype(e)>;
          const auto low = detail::od::in_scalar_of(e, a), high = detail::od::in_scalar_of(e, b);
          switch (kind_of(a, b)) {
            case Kind::both:
              return T(low + (high - low) * sigmoid(e));
            case Kind::lower:
              return T(low + exp(e));
            case Kind::upper:
              return T(high - exp(e));
            default:
              return e;
          }
        },
        x);
  }
  template <class Y>
  auto inverse(const Y& y) const {
    return detail::each(
        [a = lower, b = upper](const auto& e) {
          using std::log;
          const double at = detail::od::plain(e);
          if (!(at > a && at < b)) {
            throw Error(detail::od::fill("interval: inverse: {} does not lie in ({}, {})", {at, a, b}));
          }
          using T = std::remove_cvref_t<decltype(e)>;
          const auto low = detail::od::in_scalar_of(e, a), high = detail::od::in_scalar_of(e, b);
          switch (kind_of(a, b)) {
            case Kind::both:
              return T(log(e - low) - log(high - e));
            case Kind::lower:
              return T(log(e - low));
            case Kind::upper:
              return T(log(high - e));
            default:
              return e;
          }
        },
        y);
  }
  template <class X>
  auto log_det_jacobian(const X& x) const {
    return detail::sum_of_each(
        [a = lower, b = upper](const auto& e) {
          using T = std::remove_cvref_t<decltype(e)>;
          switch (kind_of(a, b)) {
            case Kind::both:
              return T(log_sigmoid(e) + log_sigmoid(-e) + detail::od::in_scalar_of(e, std::log(b - a)));
            case Kind::none:
              return T(0 * e);
            default:
              return e;
          }
        },
        x);
  }

 private:
  enum class Kind { none, lower, upper, both };
  static Kind kind_of(double a, double b) {
    if (std::isinf(a)) return std::isinf(b) ? Kind::none : Kind::upper;
    return std::isinf(b) ? Kind::lower : Kind::both;
  }
};

/// The open interval (lower, upper), element by element: y = lower + (upper - lower) sigmoid x. With one infinite bound
/// lower + eˣ or upper - eˣ, with two x itself.
///
/// Throws: HyperparameterError unless lower < upper; from `inverse` Error for numbers outside.
inline Interval interval(double lower, double upper) {
  if (!(lower < upper)) {
    throw HyperparameterError(detail::od::fill("interval: lower = {} must lie below upper = {}", {lower, upper}));
  }
  return {lower, upper};
}

}  // namespace grove::optim::bijections
