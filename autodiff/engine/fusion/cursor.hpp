// Cursors: how the terms of a formula are read, and their cotangents added, along a walk.
//
// A formula becomes a tree of cursors. `trace` computes the values of a pack of elements (or of one), `send` takes the
// cotangent of their result to the operands. A trace holds the values in between, so that nothing is computed twice or
// goes through memory.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "formula.hpp"
#include "sinks.hpp"

namespace grove::detail {

template <class Plain>
inline constexpr bool is_vector = plain_traits<Plain>::rows == 1 || plain_traits<Plain>::cols == 1;

/// The elements of a term that a walk in the order of `Plain` finds one after the other, without gaps.
template <class Term, class Plain>
inline constexpr bool is_flat = true;
template <class P, class Stride, class Plain>
inline constexpr bool is_flat<Active<P, Stride>, Plain> = std::same_as<Stride, Eigen::Stride<0, 0>> &&
                                                          (is_vector<Plain> || plain_traits<P>::row_major ==
                                                                                   plain_traits<Plain>::row_major);
template <class S, class P, class Stride, class Plain>
inline constexpr bool is_flat<ConstantTerm<S, P, Stride>, Plain> = is_flat<Active<P, Stride>, Plain>;
template <class Row, class P, class... Terms, class Plain>
inline constexpr bool is_flat<Formula<Row, P, Terms...>, Plain> = (true && ... && is_flat<Terms, Plain>);

// Traces: the elements of an operand; of a formula also those of its own operands. (Structs of their own, made where
// they stay: copies of tuples would go through memory.)
template <class P>
struct Elements {
  P value;
};
template <class A, class... B>
struct Operands {
  A a;
};
template <class A, class B>
struct Operands<A, B> {
  A a;
  B b;
};
template <class P, class O>
struct Trace {
  O operands;
  P value;
};

/// Elements along a walk: `inner` apart, slices `outer` apart. Flat: they follow each other.
template <class T, bool Flat>
struct Lane {
  T* data = nullptr;
  Index inner = 1, outer = 0;

  template <class P>
  [[gnu::always_inline]] P load_at(Index k) const {
    if constexpr (Flat || !is_lanes<P>) {
      return load<P>(data + (Flat ? k : k * inner));
    } else if (inner == 1) {
      return load<P>(data + k);
    } else {
      typename P::Number numbers[P::size];
      for (Index i = 0; i < P::size; ++i) numbers[i] = static_cast<typename P::Number>(data[(k + i) * inner]);
      return load<P>(numbers);
    }
  }
  template <class P>
  [[gnu::always_inline]] void add_at(Index k, const P& p) const {
    if constexpr (Flat || !is_lanes<P>) {
      add(data + (Flat ? k : k * inner), p);
    } else if (inner == 1) {
      add(data + k, p);
    } else {
      typename P::Number numbers[P::size];
      store(numbers, p);
      for (Index i = 0; i < P::size; ++i) data[(k + i) * inner] += numbers[i];
    }
  }
  void advance(Index length) { data += Flat ? length : outer; }
};

/// Cursors of terms, made for a forward walk (no sinks) or for a backward one.
template <class Term, class Plain>
class Cursor;

template <class S, class Plain>
class Cursor<NumberTerm<S>, Plain> {
 public:
  Cursor(const NumberTerm<S>& term, Sinks<S>*) : value_(term.value) {}
  template <class P>
  [[gnu::always_inline]] Elements<P> trace(Index) const {
    return {repeated<P>(value_)};
  }
  void enter(Index) {}
  void leave(Index) {}
  void finish() {}

 private:
  S value_;
};

template <class S, class Plain>
class Cursor<ScalarTerm<S>, Plain> {
 public:
  Cursor(const ScalarTerm<S>& term, Sinks<S>* sinks) : term_(term), sinks_(sinks) {}
  template <class P>
  [[gnu::always_inline]] Elements<P> trace(Index) const {
    return {repeated<P>(term_.value)};
  }
  template <bool, class P>
  [[gnu::always_inline]] void send(Index, const Elements<P>&, const P& c) {
    if constexpr (std::same_as<P, S>) {
      sum_ += c;
    } else if constexpr (std::same_as<P, Pack<S>>) {
      sums_ += c;
    } else if constexpr (std::same_as<P, SumPack<S>>) {
      sums_ += folded(c);
    } else {
      sum_ += sum_of_lanes(c);
    }
  }
  void enter(Index) {}
  void leave(Index) {}
  void finish() {
    if (term_.active) sinks_->scalar(term_.slot, total());
  }
  S total() const {
    if constexpr (pack_size < S >> 1) {
      return sum_ + sum_of_lanes(sums_);
    } else {
      return sum_;
    }
  }

 private:
  ScalarTerm<S> term_;
  Sinks<S>* sinks_;
  S sum_ = S(0);
  std::conditional_t<(pack_size<S> > 1), Pack<S>, Unit> sums_{};
};

template <class S, class Constant, class Stride, class Plain>
class Cursor<ConstantTerm<S, Constant, Stride>, Plain> {
  using Term = ConstantTerm<S, Constant, Stride>;

 public:
  Cursor(const Term& term, Sinks<S>*) {
    constexpr bool same_order = Term::row_major == plain_traits<Plain>::row_major;
    values_ = {term.data, same_order ? 1 : term.outer(), same_order ? term.outer() : 1};
  }
  template <class P>
  [[gnu::always_inline]] Elements<P> trace(Index k) const {
    return {values_.template load_at<P>(k)};
  }
  void enter(Index) {}
  void leave(Index length) { values_.advance(length); }
  void finish() {}

 private:
  Lane<const typename Term::T, is_flat<Term, Plain>> values_;
};

template <class Operand, class Stride, class Plain>
class Cursor<Active<Operand, Stride>, Plain> {
  using Term = Active<Operand, Stride>;
  using S = typename Term::S;

 public:
  Cursor(const Term& term, Sinks<S>* sinks) {
    constexpr bool row_major = plain_traits<Plain>::row_major;
    const Index inner = row_major ? term.col_stride() : term.row_stride();
    const Index outer = row_major ? term.row_stride() : term.col_stride();
    values_ = {term.data(), inner, outer};
    if (sinks == nullptr || !term.is_active()) return;
    S* const data = is_flat<Term, Plain> ? sinks->run(term.slot(), term.size()) : sinks->gapped(term.slot());
    adjoints_ = {data, inner, outer};
  }
  template <class P>
  [[gnu::always_inline]] Elements<P> trace(Index k) const {
    return {values_.template load_at<P>(k)};
  }
  template <bool, class P>
  [[gnu::always_inline]] void send(Index k, const Elements<P>&, const P& c) {
    if (adjoints_.data != nullptr) adjoints_.add_at(k, c);
  }
  void enter(Index) {}
  void leave(Index length) {
    values_.advance(length);
    if (adjoints_.data != nullptr) adjoints_.advance(length);
  }
  void finish() {}

 private:
  Lane<const S, is_flat<Term, Plain>> values_;
  Lane<S, is_flat<Term, Plain>> adjoints_;
};

template <class Row, class Own, class... Terms, class Plain>
class Cursor<Formula<Row, Own, Terms...>, Plain> {
  using S = typename plain_traits<Own>::Scalar;
  using Tuple = std::tuple<Terms...>;
  static constexpr bool binary = sizeof...(Terms) == 2;
  static_assert(Formula<Row, Own, Terms...>::leaves <= 2 * max_fused_leaves);

 public:
  Cursor(const Formula<Row, Own, Terms...>& formula, Sinks<S>* sinks)
      : row_(formula.row),
        cursors_(std::apply(
            [sinks](const auto&... term) {
              return std::tuple<Cursor<Terms, Plain>...>{Cursor<Terms, Plain>(term, sinks)...};
            },
            formula.terms)) {}

  template <class P>
  [[gnu::always_inline]] auto trace_operands(Index k) const {
    if constexpr (binary) {
      using A = decltype(cursor<0>().template trace<P>(k));
      using B = decltype(cursor<1>().template trace<P>(k));
      return Operands<A, B>{cursor<0>().template trace<P>(k), cursor<1>().template trace<P>(k)};
    } else {
      return Operands<decltype(cursor<0>().template trace<P>(k))>{cursor<0>().template trace<P>(k)};
    }
  }
  template <class P>
  [[gnu::always_inline]] auto trace(Index k) const {
    Trace<P, decltype(trace_operands<P>(k))> made{trace_operands<P>(k), value<P>(made.operands)};
    return made;
  }

  /// Sends the cotangent c of elements with value y to the operands.
  template <bool Guarded, class P, class O>
  [[gnu::always_inline]] void send_to_operands(Index k, const O& o, const P& y, const P& c) {
    if constexpr (binary) {
      if constexpr (has_adjoint<0>)
        cursor<0>().template send<Guarded, P>(k, o.a,
                                              chained<Guarded, S>(c, slope_on<0, S>(row_, o.a.value, o.b.value, y)));
      if constexpr (has_adjoint<1>)
        cursor<1>().template send<Guarded, P>(k, o.b,
                                              chained<Guarded, S>(c, slope_on<1, S>(row_, o.a.value, o.b.value, y)));
    } else {
      cursor<0>().template send<Guarded, P>(k, o.a, chained<Guarded, S>(c, slope_on<0, S>(row_, o.a.value, y)));
    }
  }
  template <bool Guarded, class P, class T>
  [[gnu::always_inline]] void send(Index k, const T& trace, const P& c) {
    send_to_operands<Guarded, P>(k, trace.operands, trace.value, c);
  }

  void enter(Index length) {
    std::apply([length](auto&... operand) { (operand.enter(length), ...); }, cursors_);
  }
  void leave(Index length) {
    std::apply([length](auto&... operand) { (operand.leave(length), ...); }, cursors_);
  }
  void finish() {
    std::apply([](auto&... operand) { (operand.finish(), ...); }, cursors_);
  }

 private:
  template <std::size_t K>
  static constexpr bool has_adjoint = std::tuple_element_t<K, Tuple>::has_adjoint;
  template <std::size_t K>
  [[gnu::always_inline]] const auto& cursor() const {
    return std::get<K>(cursors_);
  }
  template <std::size_t K>
  [[gnu::always_inline]] auto& cursor() {
    return std::get<K>(cursors_);
  }
  template <class P, class O>
  [[gnu::always_inline]] P value(const O& o) const {
    if constexpr (binary) {
      return value_on<S>(row_, o.a.value, o.b.value);
    } else {
      return value_on<S>(row_, o.a.value);
    }
  }

  [[no_unique_address]] Row row_;
  std::tuple<Cursor<Terms, Plain>...> cursors_;
};

}  // namespace grove::detail
