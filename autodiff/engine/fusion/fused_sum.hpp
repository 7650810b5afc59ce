// Sums over unevaluated terms: value and gradient without an array in between.
#pragma once

#include "matrix_vector.hpp"

namespace grove::detail {

/// Σ of the elements of a term, times a factor, in one pass each way.
template <class S, class Term>
Var<S> sum_in_one_pass(const Term& term, const S& factor) {
  using Plain = typename Term::PlainObject;
  const S value = sum_of(term) * factor;
  if (!term.is_active()) return value;
  return record_scalar<S>(value, [term, factor](const S& c) {
    const EqualCotangent<S> spread{c * factor};
    if (current_tape<S>->guards_zero_cotangents) {
      pull_back<Plain, true>(term, term.rows(), term.cols(), spread);
    } else {
      pull_back<Plain, false>(term, term.rows(), term.cols(), spread);
    }
  });
}

/// The same for any term.
template <class S, class Term>
Var<S> fused_sum(const Term& term, const S& factor) {
  if constexpr (!has_product<Term>) {
    return sum_in_one_pass<S>(term, factor);
  } else if constexpr (is_flat<Term, typename Term::PlainObject>) {
    return sum_in_blocks<S>(term, factor);
  } else {
    return sum_in_one_pass<S>(without_products(term), factor);
  }
}

}  // namespace grove::detail
