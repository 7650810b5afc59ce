// Division by the root of the sum of all squares so far.
#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "../numerics/detail/math.hpp"
#include "../protocol/chain.hpp"
#include "../transforms/scale.hpp"

namespace grove::optim {

/// The sum of squares so far.
template <class P>
struct ScaleByRssState {
  P sum_of_squares;  ///< of all gradients
};

/// Options of `scale_by_rss`.
template <class Real = double>
struct ScaleByRss {
  static constexpr int slot_count = 1;

  Real initial_accumulator_value = Real(0.1);  ///< where the sum starts, ≥ 0
  Real eps = Real(1e-7);                       ///< added inside the root, ≥ 0

  template <class P>
  ScaleByRssState<P> init(const P& params) const {
    return {detail::full_like(params, initial_accumulator_value)};
  }
  std::array<Real, 1> prepare(auto& /*state*/) const { return {eps}; }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.sum_of_squares); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& sum) const {
    sum = sum + u * u;
    u = detail::select(sum > 0, u / detail::sqrt_of(sum + constants[0]), 0);
  }
};

namespace detail {

template <class Options>
void check_rss(std::string_view function, const Options& options) {
  check_not_negative(function, "initial_accumulator_value", options.initial_accumulator_value);
  check_not_negative(function, "eps", options.eps);
}

}  // namespace detail

/// Rescales updates by the root of the sum of their squares.
///
///   sum ← sum + g²        u = g / sqrt(sum + eps), or 0 while the sum is 0
template <class Real = double>
auto scale_by_rss(ScaleByRss<Real> options = {}) {
  detail::check_rss("scale_by_rss", options);
  return GradientTransformation<ScaleByRss<Real>>{options};
}

/// Adagrad: scale_by_rss, then a step of -learning_rate.
///
/// Source: Duchi et al. 2011, https://jmlr.org/papers/v12/duchi11a.html
template <class LearningRate>
auto adagrad(LearningRate learning_rate, ScaleByRss<real_t<LearningRate>> options = {}) {
  detail::check_rss("adagrad", options);
  detail::check_learning_rate("adagrad", learning_rate);
  return chain(scale_by_rss(options), scale_by_learning_rate(std::move(learning_rate)));
}

}  // namespace grove::optim
