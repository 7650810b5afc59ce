// A learning rate learnt on top of any optimizer.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"

namespace grove::optim::contrib {

/// The base's state, the step count, the sums of the tuner for each of its betas, and the start.
template <class State, class P>
struct MechanicState {
  State base_optimizer_state;  ///< that of the optimizer whose rate is tuned
  std::int64_t count;          ///< steps so far
  Eigen::ArrayXd r;            ///< rewards, one for each decay
  Eigen::ArrayXd m;            ///< largest magnitudes of the tuner's gradient
  Eigen::ArrayXd v;            ///< decayed sums of its squares
  Eigen::ArrayXd s;            ///< what each decay gives to the scale
  P x0;                        ///< the params at the start

  template <class Params>
  void check_fits(const Params& params) const {
    detail::check_trees(params, x0);
    detail::check_state(base_optimizer_state, params);
  }
};

/// Options of `mechanize`.
struct MechanizeOptions {
  double weight_decay = 0.01;  ///< decay of the tuner
  double eps = 1e-8;           ///< added to denominators
  double s_init = 1e-6;        ///< first scale
  int num_betas = 6;           ///< number of tuners, with decays 1 - 0.1ⁱ
};

/// The link behind `mechanize`.
template <class Link>
struct Mechanize {
  static constexpr bool needs_params = true;

  Link base_optimizer;       ///< whose way is scaled
  MechanizeOptions options;  ///< decays and the first scale

  template <class P>
  auto init(const P& params) const {
    using State = decltype(base_optimizer.init(params));
    const Eigen::ArrayXd zero = Eigen::ArrayXd::Zero(options.num_betas);
    return MechanicState<State, P>{base_optimizer.init(params), 0, zero, zero, zero, zero, params};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    if (state.count == 0) state.x0 = params;
    state.count = safe_increment(state.count);
    const double old_scale = state.s.sum();
    const double grad_norm = std::sqrt(detail::plain(detail::squared_norm(extra, updates)));
    const double param_norm = std::sqrt(detail::plain(detail::squared_norm(extra, params)));
    const double decay = options.weight_decay * old_scale * grad_norm / (param_norm + options.eps);
    double h = 0;
    detail::for_each_leaf(
        extra,
        [&](std::size_t, const auto& g, const auto& x0, const auto& p) {
          const auto in = [&](double x) { return detail::in_scalar_of(g, x); };
          h += detail::plain(detail::sum_of((g + in(decay)*p) * ((x0 - p) / in(old_scale + options.eps))));
        },
        updates, state.x0, params);
    detail::run(base_optimizer, updates, state.base_optimizer_state, params, extra);
    for (Eigen::Index i = 0; i < state.s.size(); ++i) {
      const double beta = 1 - std::pow(0.1, static_cast<double>(i + 1));
      const double clipped = std::min(std::max(h, -state.m(i)), state.m(i));
      state.m(i) = std::max(beta * state.m(i), std::abs(h) + options.eps);
      state.v(i) = beta * beta * state.v(i) + h * h;
      state.r(i) = beta * state.r(i) + clipped * state.s(i);
      const double wealth =
          options.s_init / static_cast<double>(state.s.size()) * state.m(i) + std::max(state.r(i), 0.0);
      state.s(i) = wealth / (std::sqrt(state.v(i)) + options.eps);
    }
    const double scale = state.s.sum();
    detail::for_each_leaf(
        extra,
        [&](std::size_t, auto&& u, const auto& x0, const auto& p) {
          const auto in = [&](double x) { return detail::in_scalar_of(u, x); };
          u = x0 - in(scale) * ((x0 - p) / in(old_scale + options.eps) - u) - p;
        },
        updates, state.x0, params);
  }
};

/// Mechanic: scales the way of a base optimizer from the start. It emits the final update: put nothing after it.
///
/// Throws: HyperparameterError if num_betas < 1.
/// Source: Cutkosky et al. 2023, https://arxiv.org/abs/2306.00144
template <class T>
auto mechanize(const T& base_optimizer, MechanizeOptions options = {}) {
  detail::check_positive("mechanize", "num_betas", options.num_betas);
  detail::check_not_negative("mechanize", "weight_decay", options.weight_decay);
  detail::check_positive("mechanize", "eps", options.eps);
  detail::check_positive("mechanize", "s_init", options.s_init);
  return GradientTransformation<Mechanize<detail::unwrap_link_t<T>>>{{base_optimizer, options}};
}

}  // namespace grove::optim::contrib
