// What linesearches have in common: trial points, values, slopes, errors.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

#include "../../../autodiff/error.hpp"
#include "../../protocol/detail/leafwise.hpp"
#include "../../protocol/transformation.hpp"

namespace grove::optim::detail {

template <class E>
constexpr void check_linesearch_extra() {
  static_assert(HasValue<E>, "a linesearch needs the loss: pass optim::with_value(loss) to update");
  static_assert(HasGrad<E>, "a linesearch needs the raw gradient: pass optim::with_grad(grads) to update");
  static_assert(HasValueFn<E> || HasValueAndGradFn<E>,
                "a linesearch needs the loss as a function: pass optim::with_value_fn(f) or "
                "optim::with_value_and_grad_fn(f) to update");
}

/// trial ← params + rate · updates, rounded as in a step; masked leaves stay at the params.
template <class E, class P, class U>
void move_along(const E& extra, P& trial, const P& params, double rate, const U& updates) {
  std::size_t number = 0;
  tree::for_each(
      [&](auto&& t, const auto& p, const auto& u) {
        if (admits(extra, number++)) {
          t = in_scalar_of(u, rate) * u;
          t = p + t;
        } else {
          t = p;
        }
      },
      trial, params, updates);
}

template <class E, class P>
double gradient_at(const E& extra, const P& at, P& gradient) {
  static_assert(HasValueAndGradFn<E>,
                "this linesearch needs gradients at trial points: pass optim::with_value_and_grad_fn(f) to update");
  if (!is_given(extra.value_and_grad_fn)) {
    throw Error("any_transformation: a linesearch needs optim::with_value_and_grad_fn(f) in update");
  }
  return plain(extra.value_and_grad_fn(at, gradient));
}

/// The loss at `at`. If only a function with gradient is at hand, its gradient goes to `room`, which is made if need
/// be.
template <class E, class P>
double value_at(const E& extra, const P& at, std::optional<P>& room) {
  if constexpr (HasValueFn<E>) {
    if (is_given(extra.value_fn)) return plain(extra.value_fn(at));
  }
  if constexpr (!HasValueAndGradFn<E>) {
    throw Error("any_transformation: a linesearch needs optim::with_value_fn(f) in update");
  } else {
    const bool keep = room.has_value();
    if (!keep) room = at;
    const double value = gradient_at(extra, at, *room);
    if (!keep) room.reset();
    return value;
  }
}

/// max(x, 0), and infinity for NaN, so that a broken trial never counts as success.
inline double positive_part(double x) {
  return std::isnan(x) ? std::numeric_limits<double>::infinity() : std::max(x, 0.0);
}

}  // namespace grove::optim::detail
