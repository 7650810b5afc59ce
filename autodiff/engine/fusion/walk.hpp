// Walks over formulas: every element is computed in one pass, and so are its cotangents for all operands.
#pragma once

#include <type_traits>

#include "cursor.hpp"

namespace grove::detail {

/// The same for one slice of a walk: `body(cursor, std::type_identity<P>{}, k)`. It works on a copy of the cursor,
/// which nothing else knows of, so that sums stay in registers.
template <class S, bool Summing = false, class CursorType, class Body>
[[gnu::always_inline]] inline void in_slice(CursorType& cursor, Index length, const Body& body) {
  CursorType moving = cursor;
  in_packs<S, Summing>(
      length, [&](auto p, Index k) __attribute__((always_inline)) { body(moving, p, k); });
  cursor = moving;
}

/// Visits all elements of an array of the order of Plain, slice by slice: `body(cursor, std::type_identity<P>{}, k,
/// first)`; k counts within the slice and `first` is the number of elements before it.
template <class Plain, bool Flat, class CursorType, class Body>
[[gnu::always_inline]] inline void walk(CursorType& cursor, Index rows, Index cols, const Body& body) {
  using S = typename plain_traits<Plain>::Scalar;
  constexpr bool row_major = plain_traits<Plain>::row_major;
  const Index slices = Flat ? 1 : (row_major ? rows : cols);
  const Index length = Flat ? rows * cols : (row_major ? cols : rows);
  for (Index slice = 0, first = 0; slice < slices; ++slice, first += length) {
    in_slice<S>(
        cursor,
        length, [&](auto& moving, auto p, Index k) __attribute__((always_inline)) { body(moving, p, k, first); });
    if constexpr (!Flat) cursor.leave(length);
  }
}

/// Writes the values of a term to `target`, a contiguous array of the order of Plain.
template <class Plain, class Term>
void write_values(const Term& term, Index rows, Index cols, typename plain_traits<Plain>::Scalar* target) {
  Cursor<Term, Plain> cursor(term, nullptr);
  walk<Plain, is_flat<Term, Plain>>(cursor, rows, cols,
                                    [&]<class P>(auto& at, std::type_identity<P>, Index k, Index first) {
                                      store<P>(target + first + k, at.template trace<P>(k).value);
                                    });
}

/// Σ of the elements of a term.
template <class Term>
auto sum_of(const Term& term) {
  using Plain = typename Term::PlainObject;
  using S = typename plain_traits<Plain>::Scalar;
  Cursor<Term, Plain> cursor(term, nullptr);
  Cursor<ScalarTerm<S>, Plain> total(ScalarTerm<S>{}, nullptr);
  walk<Plain, is_flat<Term, Plain>>(cursor, term.rows(), term.cols(),
                                    [&]<class P>(auto& at, std::type_identity<P>, Index k, Index) {
                                      const P value = at.template trace<P>(k).value;
                                      total.template send<false, P>(k, {value}, value);
                                    });
  return total.total();
}

/// The cotangents of an array, as a walk meets them.
template <class S>
struct StoredCotangent {
  const S* data;
  template <class P>
  [[gnu::always_inline]] P at(Index k) const {
    return load<P>(data + k);
  }
};
template <class S>
struct EqualCotangent {
  S value;
  template <class P>
  [[gnu::always_inline]] P at(Index) const {
    return repeated<P>(value);
  }
};

/// Sends the cotangent of a term, an array of the order of Plain, to its operands; its values are computed again.
template <class Plain, bool Guarded, class Term, class C>
void pull_back(const Term& term, Index rows, Index cols, const C& cotangent) {
  using S = typename plain_traits<Plain>::Scalar;
  Sinks<S> sinks;
  Cursor<Term, Plain> cursor(term, &sinks);
  walk<Plain, is_flat<Term, Plain>>(cursor, rows, cols,
                                    [&]<class P>(auto& at, std::type_identity<P>, Index k, Index first) {
                                      const auto trace = at.template trace<P>(k);
                                      at.template send<Guarded, P>(k, trace, cotangent.template at<P>(first + k));
                                    });
  cursor.finish();
  send_shares<S>(sinks.shares(), S(1));
}

/// The same where the values y of the formula are at hand.
template <bool Guarded, class Row, class Plain, class... Terms, class C>
void pull_back(const Formula<Row, Plain, Terms...>& formula, const C& cotangent,
               const typename plain_traits<Plain>::Scalar* y) {
  using F = Formula<Row, Plain, Terms...>;
  using S = typename plain_traits<Plain>::Scalar;
  Sinks<S> sinks;
  Cursor<F, Plain> cursor(formula, &sinks);
  walk<Plain, is_flat<F, Plain>>(cursor, formula.rows(), formula.cols(),
                                 [&]<class P>(auto& at, std::type_identity<P>, Index k, Index first) {
                                   const auto operands = at.template trace_operands<P>(k);
                                   at.template send_to_operands<Guarded, P>(k, operands, load<P>(y + first + k),
                                                                            cotangent.template at<P>(first + k));
                                 });
  cursor.finish();
  send_shares<S>(sinks.shares(), S(1));
}

}  // namespace grove::detail
