// Running moments of trees, for transformations of one's own. (Those of the library fuse them into one pass.)
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>

#include "../../autodiff/tree/tree.hpp"
#include "detail/check.hpp"
#include "detail/math.hpp"

namespace grove::optim {

/// decay·m + (1 - decay)·g^order, leaf by leaf; temporary moments give their storage.
///
///   state.mu = update_moment(grads, std::move(state.mu), 0.9, 1);
///
/// optax's tree.update_moment, and for real numbers its tree.update_moment_per_elem_norm, of |g|^order with even order.
/// Throws: HyperparameterError if decay is outside [0, 1) or order < 1; StructureError if the trees differ.
template <class P, class M>
std::remove_cvref_t<M> update_moment(const P& updates, M&& moments, double decay, int order) {
  detail::check_decay("update_moment", "decay", decay);
  detail::check_positive("update_moment", "order", order);
  // Expressions of the leaves, or numbers; nothing is copied.
  const auto mean = [&](const auto& m, const auto& power) {
    return detail::in_scalar_of(m, decay) * m + detail::in_scalar_of(m, 1 - decay) * power;
  };
  if (order == 1) return tree::map(mean, std::forward<M>(moments), updates);
  return tree::map(
      [&](const auto& m, const auto& g) {
        using std::pow;
        return mean(m, pow(g, detail::in_scalar_of(g, order)));
      },
      std::forward<M>(moments), updates);
}

/// max(decay·m, |g| + eps), leaf by leaf; temporary moments give their storage. optax's tree.update_infinity_moment.
/// Throws: HyperparameterError if decay is outside [0, 1) or eps is negative; StructureError if the trees differ.
template <class P, class M>
std::remove_cvref_t<M> update_infinity_moment(const P& updates, M&& moments, double decay, double eps) {
  detail::check_decay("update_infinity_moment", "decay", decay);
  detail::check_not_negative("update_infinity_moment", "eps", eps);
  return tree::map(
      [&](const auto& m, const auto& g) {
        return detail::max_of(detail::in_scalar_of(m, decay) * m, detail::abs_of(g) + detail::in_scalar_of(g, eps));
      },
      std::forward<M>(moments), updates);
}

/// m / (1 - decay^count): a moment that started at zero, without its bias. optax's tree.bias_correction.
/// Throws: HyperparameterError if decay is outside [0, 1) or count < 1.
template <class M>
std::remove_cvref_t<M> bias_correction(M&& moment, double decay, std::int64_t count) {
  detail::check_decay("bias_correction", "decay", decay);
  detail::check_positive("bias_correction", "count", count);
  const double share = 1 - std::pow(decay, static_cast<double>(count));
  return tree::map([&](const auto& m) { return m / detail::in_scalar_of(m, share); }, std::forward<M>(moment));
}

}  // namespace grove::optim
