// Momentum: accumulated updates (trace) and their moving average (ema).
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <tuple>

#include "../numerics/detail/check.hpp"
#include "../protocol/dtype.hpp"
#include "../protocol/transformation.hpp"

namespace grove::optim {

/// The accumulated updates. Set them by hand to start with a momentum; as they accumulate gradients, a positive entry
/// pushes the parameter down.
template <class P>
struct TraceState {
  P trace;  ///< the decayed sum of updates
};

/// Options of `trace`.
template <class Real = double, class Dtype = void>
struct Trace {
  static constexpr int slot_count = 1;
  static constexpr bool takes_formula = true;

  Real decay = Real(0.9);  ///< what is kept of the accumulated updates each step, in [0, 1)
  bool nesterov = false;   ///< whether to look one step ahead

  template <class P>
  TraceState<detail::state_tree_t<P, Dtype>> init(const P& params) const {
    return {detail::zeros_in<Dtype>(params)};
  }
  std::array<Real, 1> prepare(auto& /*state*/) const { return {decay}; }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.trace); }
  void emit(const auto& constants, const auto& u, const auto& /*p*/, const auto& next, auto& trace) const {
    const auto& decay_ = constants[0];
    trace = u + decay_ * trace;
    if (nesterov) {
      next(u + decay_ * trace);
    } else {
      next(trace);
    }
  }
};

/// Heavy-ball momentum, without the factor (1 - decay).
///
///   trace ← g + decay·trace        u = trace, or g + decay·trace with nesterov
///
/// Source: Sutskever et al. 2013, http://proceedings.mlr.press/v28/sutskever13.html
template <class Real>
auto trace(Real decay, bool nesterov = false) {
  detail::check_decay("trace", "decay", decay);
  return GradientTransformation<Trace<Real>>{{decay, nesterov}};
}

/// The same with the trace kept in another scalar.
template <class Real, class Dtype>
auto trace(Real decay, bool nesterov, AccumulatorDtype<Dtype> /*accumulator_dtype*/) {
  detail::check_decay("trace", "decay", decay);
  return GradientTransformation<Trace<Real, Dtype>>{{decay, nesterov}};
}

/// The moving average, never debiased in the state.
template <class P>
struct EmaState {
  std::int64_t count;  ///< steps so far
  P ema;               ///< the moving average
};

/// Options of `ema`.
template <class Real = double, class Dtype = void>
struct Ema {
  static constexpr int slot_count = 1;
  static constexpr bool takes_formula = true;

  Real decay = Real(0.9);  ///< weight of the past, in [0, 1)
  bool debias = true;      ///< whether what is emitted is divided by 1 - decayᵗ

  template <class P>
  EmaState<detail::state_tree_t<P, Dtype>> init(const P& params) const {
    return {0, detail::zeros_in<Dtype>(params)};
  }
  std::array<Real, 3> prepare(auto& state) const {
    using std::pow;
    state.count = safe_increment(state.count);
    const Real correction = debias ? Real(1 / (1 - pow(decay, static_cast<double>(state.count)))) : Real(1);
    return {decay, Real(1 - decay), correction};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.ema); }
  void emit(const auto& constants, const auto& u, const auto& /*p*/, const auto& next, auto& ema) const {
    const auto& [decay_, rest, correction] = constants;
    ema = rest * u + decay_ * ema;
    next(correction * ema);
  }
};

/// An exponential moving average of the updates.
///
///   ema ← decay·ema + (1-decay)·g        u = ema / (1 - decayᵗ), or ema without debias
template <class Real>
auto ema(Real decay, bool debias = true) {
  detail::check_decay("ema", "decay", decay);
  return GradientTransformation<Ema<Real>>{{decay, debias}};
}

/// The same with the average kept in another scalar.
template <class Real, class Dtype>
auto ema(Real decay, bool debias, AccumulatorDtype<Dtype> /*accumulator_dtype*/) {
  detail::check_decay("ema", "decay", decay);
  return GradientTransformation<Ema<Real, Dtype>>{{decay, debias}};
}

}  // namespace grove::optim
