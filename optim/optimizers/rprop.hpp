// Steps that grow while the sign of the gradient stays, and shrink when it changes.
#pragma once

#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include "../numerics/detail/math.hpp"
#include "../protocol/chain.hpp"
#include "../transforms/scale.hpp"

namespace grove::optim {

/// The step of each element and the update that was computed last.
template <class P>
struct ScaleByRpropState {
  P step_sizes;    ///< the step of each element
  P prev_updates;  ///< what was computed last
};

/// Options of `scale_by_rprop` and `rprop`.
template <class Real = double>
struct RpropOptions {
  Real eta_minus = Real(0.5);       ///< factor of the step when the sign changes, in (0, 1)
  Real eta_plus = Real(1.2);        ///< factor of the step when it stays, > 1
  Real min_step_size = Real(1e-6);  ///< smallest step, ≥ 0
  Real max_step_size = Real(50);    ///< largest step
};

/// The link behind `scale_by_rprop`.
template <class Real = double>
struct ScaleByRprop {
  static constexpr int slot_count = 2;

  Real learning_rate;          ///< the step of each element at first
  RpropOptions<Real> options;  ///< factors and bounds of the steps

  template <class P>
  ScaleByRpropState<P> init(const P& params) const {
    return {detail::full_like(params, learning_rate), detail::zeros_like(params)};
  }
  std::array<Real, 4> prepare(auto& /*state*/) const {
    return {options.eta_minus, options.eta_plus, options.min_step_size, options.max_step_size};
  }
  auto slots(auto& state, auto& /*updates*/) const { return std::tie(state.step_sizes, state.prev_updates); }
  void apply(const auto& constants, auto& u, const auto& /*p*/, auto& step, auto& previous) const {
    const auto& [eta_minus, eta_plus, smallest, largest] = constants;
    const auto g = detail::copy_of(u);
    const auto change = detail::copy_of(sign_product(g, previous));
    const auto resized = detail::copy_of(detail::select(change > 0, eta_plus * step, eta_minus * step));
    step = detail::select(change == 0, step,
                          detail::select(resized > largest, 0 * step + largest,
                                         detail::select(resized < smallest, 0 * step + smallest, resized)));
    u = detail::select(change < 0, 0 * previous, previous);
    previous = detail::select(change < 0, 0 * step, step * detail::sign_of(g));
  }

 private:
  static auto sign_product(const auto& g, const auto& previous) { return g * previous; }
};

namespace detail {

template <class Rate, class Options>
void check_rprop(std::string_view function, const Rate& learning_rate, const Options& options) {
  check_rate(function, "learning_rate", learning_rate);
  check_open_fraction(function, "eta_minus", options.eta_minus);
  if (!(plain(options.eta_plus) > 1)) reject(function, "eta_plus", "exceed 1", plain(options.eta_plus));
  check_not_negative(function, "min_step_size", options.min_step_size);
  if (!(plain(options.max_step_size) >= plain(options.min_step_size)))
    reject(function, "max_step_size", "be at least min_step_size", plain(options.max_step_size));
}

}  // namespace detail

/// Steps of a size of their own for each element, which only the sign of the gradient changes.
///
/// As in optax what is emitted lags one step: it is the update that was computed at the step before, or 0 where the
/// sign has changed. The textbook emits it at once. Source: Riedmiller & Braun 1993,
/// https://ieeexplore.ieee.org/document/298623
template <class Real>
auto scale_by_rprop(Real learning_rate, RpropOptions<real_t<Real>> options = {}) {
  using R = real_t<Real>;
  detail::check_rprop("scale_by_rprop", learning_rate, options);
  return GradientTransformation<ScaleByRprop<R>>{{R(learning_rate), options}};
}

/// Rprop: scale_by_rprop with the learning rate (a number) as first step, then the minus sign.
template <class Real>
auto rprop(Real learning_rate, RpropOptions<real_t<Real>> options = {}) {
  detail::check_rprop("rprop", learning_rate, options);
  return chain(scale_by_rprop(learning_rate, options), scale(-1.0));
}

}  // namespace grove::optim
