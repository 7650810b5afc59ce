// Hyperparameters are checked where they are given.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "../../../autodiff/error.hpp"
#include "../../../autodiff/tree/detail/text.hpp"

namespace grove::optim::detail {

using grove::detail::fill;

/// The plain number in a hyperparameter, which may be an active scalar.
template <class Real>
double plain(const Real& x) {
  if constexpr (std::is_arithmetic_v<Real>) {
    return static_cast<double>(x);
  } else if constexpr (requires { x.value(); }) {
    return plain(x.value());
  } else {
    return plain(x.value);
  }
}

[[noreturn]] inline void reject(std::string_view function, std::string_view name, std::string_view needed, double got) {
  throw HyperparameterError(fill("{}: {} must {}, got {}", {function, name, needed, got}));
}

/// Decay rates: 0 ≤ x < 1.
template <class Real>
void check_decay(std::string_view function, std::string_view name, const Real& x) {
  const double got = plain(x);
  if (!(got >= 0 && got < 1)) reject(function, name, "lie in [0, 1)", got);
}

/// 0 ≤ x ≤ 1.
template <class Real>
void check_fraction(std::string_view function, std::string_view name, const Real& x) {
  const double got = plain(x);
  if (!(got >= 0 && got <= 1)) reject(function, name, "lie in [0, 1]", got);
}

/// 0 < x < 1.
template <class Real>
void check_open_fraction(std::string_view function, std::string_view name, const Real& x) {
  const double got = plain(x);
  if (!(got > 0 && got < 1)) reject(function, name, "lie in (0, 1)", got);
}

/// Rates, epsilons, thresholds that may vanish: x ≥ 0, and no NaN.
template <class Real>
void check_not_negative(std::string_view function, std::string_view name, const Real& x) {
  const double got = plain(x);
  if (!(got >= 0)) reject(function, name, "not be negative", got);
}

/// Whether a function is there: a std::function may be empty, a pointer null.
template <class F>
bool is_given(const F& f) {
  if constexpr (!std::is_function_v<F> && requires { static_cast<bool>(f); }) {
    return static_cast<bool>(f);
  } else {
    return true;
  }
}

/// Throws if a function that is to be called later is empty.
template <class F>
void check_given(std::string_view function, std::string_view name, const F& f) {
  if (!is_given(f)) throw HyperparameterError(fill("{}: {} is an empty function", {function, name}));
}

/// Learning rates and decays: finite and not negative.
template <class Real>
void check_rate(std::string_view function, std::string_view name, const Real& x) {
  check_not_negative(function, name, x);
  if (std::isinf(plain(x))) reject(function, name, "be finite", plain(x));
}

/// What a schedule returned, which must be finite; of its sign nothing is said.
template <class Real>
const Real& checked_of_schedule(const Real& x, std::int64_t count) {
  if (!std::isfinite(plain(x))) {
    throw HyperparameterError(fill("a schedule returned {} at count {}; it must be finite", {plain(x), count}));
  }
  return x;
}

/// A learning rate that is a number must be finite and not negative; a schedule must be there.
template <class LearningRate>
void check_learning_rate(std::string_view function, const LearningRate& learning_rate) {
  if constexpr (requires { learning_rate.is_schedule(); }) {
    if (!learning_rate.is_schedule()) check_rate(function, "learning_rate", learning_rate(0));
  } else if constexpr (!std::is_invocable_v<const LearningRate&, std::int64_t>) {
    check_rate(function, "learning_rate", learning_rate);
  } else {
    check_given(function, "learning_rate", learning_rate);
  }
}

/// Periods, thresholds and factors: x > 0, and no NaN.
template <class Real>
void check_positive(std::string_view function, std::string_view name, const Real& x) {
  const double got = plain(x);
  if (!(got > 0)) reject(function, name, "be positive", got);
}

}  // namespace grove::optim::detail
