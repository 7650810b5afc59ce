// Nodes of the tape with array results: room for the result, and its pullback.
#pragma once

#include <Eigen/Core>
#include <algorithm>

#include "active.hpp"

namespace grove::detail {

template <class Block>
bool any_nonzero(const Block& block) {
  for (Index j = 0; j < block.cols(); ++j) {
    for (Index i = 0; i < block.rows(); ++i) {
      if (!is_exact_zero(block.coeff(i, j))) return true;
    }
  }
  return false;
}

/// Room for a result of the given shape, with fresh slots if it is to be active. Its values are not set yet.
template <class Plain>
Active<Plain> allocate(Index rows, Index cols, bool active) {
  using S = typename plain_traits<Plain>::Scalar;
  Tape<S>& tape = *current_tape<S>;
  const auto n = static_cast<std::size_t>(size_product("array", rows, cols));
  const S* data = tape.allocate_values(n);
  return active ? Active<Plain>(data, tape.allocate_slots(n), tape.tag(), rows, cols)
                : Active<Plain>(data, 0, 0, rows, cols);
}

/// The values of a handle that was just allocated.
template <class Plain>
auto writable(const Active<Plain>& x) {
  using S = typename plain_traits<Plain>::Scalar;
  return Eigen::Map<Plain>(const_cast<S*>(x.data()), x.rows(), x.cols());
}
template <class Plain>
auto writable_array(const Active<Plain>& x) {
  using S = typename plain_traits<Plain>::Scalar;
  return Eigen::Map<as_array<Plain>>(const_cast<S*>(x.data()), x.rows(), x.cols());
}
template <class Plain>
auto writable_matrix(const Active<Plain>& x) {
  using S = typename plain_traits<Plain>::Scalar;
  return Eigen::Map<as_matrix<Plain>>(const_cast<S*>(x.data()), x.rows(), x.cols());
}

/// Records the pullback of an active result. `pullback(y_bar)` gets the adjoint of y as an Eigen map of y's kind; it is
/// not called when that is all zero, and the adjoint is cleared afterwards.
template <class Plain, class F>
void record(const Active<Plain>& y, F pullback) {
  using S = typename plain_traits<Plain>::Scalar;
  current_tape<S>->record([y, pullback] {
    auto y_bar = y.adjoint_map();
    if (!any_nonzero(y_bar)) return;
    pullback(y_bar);
    y_bar.setZero();
  });
}

/// The same for n values that were just computed.
template <class Plain, class S, class F>
Active<Plain> record_values(const S* values, Index rows, Index cols, F pullback) {
  Tape<S>& tape = *current_tape<S>;
  const auto n = static_cast<std::size_t>(rows * cols);
  const std::uint32_t first = tape.record_outputs(n, [&](std::uint32_t slot) {
    return [slot, n, pullback] {
      S* const y_bar = current_tape<S>->adjoint(slot);
      if (std::all_of(y_bar, y_bar + n, [](const S& c) { return is_exact_zero(c); })) return;
      pullback(y_bar);
      std::fill_n(y_bar, n, S(0));
    };
  });
  return Active<Plain>(values, first, tape.tag(), rows, cols);
}

/// A scalar result with value `value` whose cotangent goes to `pullback(c)`.
template <class S, class F>
inline Var<S> record_scalar(const S& value, F pullback) {
  Tape<S>& tape = *current_tape<S>;
  const std::uint32_t first = tape.record_outputs(1, [&](std::uint32_t slot) {
    return [slot, pullback] {
      S& adjoint = *current_tape<S>->adjoint(slot);
      const S c = adjoint;
      if (is_exact_zero(c)) return;
      adjoint = S(0);
      pullback(c);
    };
  });
  return VarAccess::make(value, first, tape.tag());
}

}  // namespace grove::detail
