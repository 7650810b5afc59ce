// Steps from the loss itself: Polyak's rule.
#pragma once

#include <limits>
#include <utility>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "sgd.hpp"

namespace grove::optim {

/// sps steps back where the loss is below f_min; sps_plus stays.
enum class PolyakVariant { sps, sps_plus };

/// Options of `scale_by_polyak`.
template <class Real = double>
struct ScaleByPolyak {
  static constexpr detail::Harm harm = detail::Harm::counts;
  Real f_min = Real(0);                        ///< a lower bound of the loss
  Real max_learning_rate = Real(1);            ///< largest step, > 0
  Real eps = Real(0);                          ///< added to the squared norm, ≥ 0
  PolyakVariant variant = PolyakVariant::sps;  ///< what to do below f_min

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, EmptyState& /*state*/, const P& /*params*/, const E& extra) const {
    using A = detail::accumulator_t<U>;
    const A squares = A(detail::squared_norm(extra, updates) + A(eps));
    A gap = A(A(detail::value_of_extra(extra)) - A(f_min));
    if (variant == PolyakVariant::sps_plus) gap = detail::max_scalar(gap, A(0));
    A step(0);
    if (!(detail::plain(squares) <= std::numeric_limits<double>::epsilon())) {
      step = detail::min_scalar(A(gap / squares), A(max_learning_rate));
    }
    detail::for_each_leaf(
        extra, [&](std::size_t, auto&& u) { u = detail::in_scalar_of(u, step) * u; }, updates);
  }
};

namespace detail {

template <class Options>
void check_polyak(std::string_view function, const Options& options) {
  check_positive(function, "max_learning_rate", options.max_learning_rate);
  check_not_negative(function, "eps", options.eps);
}

}  // namespace detail

/// u = g · min((value - f_min) / (‖g‖² + eps), max_learning_rate), with the norm of the whole tree.
///
/// Needs the extra argument `with_value(loss)`.
template <class Real = double>
auto scale_by_polyak(ScaleByPolyak<Real> options = {}) {
  detail::check_polyak("scale_by_polyak", options);
  return GradientTransformation<ScaleByPolyak<Real>>{options};
}

/// Options of `polyak_sgd`.
template <class Real = double>
struct PolyakSgdOptions {
  Real max_learning_rate = Real(1);            ///< largest step, > 0
  Real scaling = Real(1);                      ///< factor before the step is chosen, which depends on its square
  Real f_min = Real(0);                        ///< a lower bound of the loss
  Real eps = Real(0);                          ///< added to the squared norm, ≥ 0
  PolyakVariant variant = PolyakVariant::sps;  ///< what to do below f_min
};

/// Gradient descent with Polyak's step: sgd(scaling), then scale_by_polyak.
///
///   auto [updates, state] = optimizer.update(grads, std::move(state), params, with_value(loss));
///
/// Source: Loizou et al. 2021, https://arxiv.org/abs/2002.10542
template <class Real = double>
auto polyak_sgd(PolyakSgdOptions<Real> options = {}) {
  detail::check_polyak("polyak_sgd", options);
  detail::check_not_negative("polyak_sgd", "scaling", options.scaling);
  return chain(sgd(options.scaling),
               scale_by_polyak<Real>({options.f_min, options.max_learning_rate, options.eps, options.variant}));
}

}  // namespace grove::optim
