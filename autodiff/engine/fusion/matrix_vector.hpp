// A constant matrix times an active vector, unevaluated: a sum over it passes once over the matrix, for value and
// gradient.
#pragma once

#include <algorithm>
#include <tuple>
#include <utility>

#include "expression.hpp"

namespace grove::detail {

/// Products that stay unevaluated: of a plain matrix stored by columns with an active column vector of the same
/// numbers.
template <class S, class X, class W>
inline constexpr bool stays_product = false;
template <class S, class Plain, class Stride, class Vector>
inline constexpr bool stays_product<S, ConstantTerm<S, Plain, Stride>, Active<Vector>> =
    (pack_size<S> > 1) && std::same_as<typename plain_traits<Plain>::Scalar, S> && !plain_traits<Plain>::row_major
    && plain_traits<Plain>::rows != 1 && plain_traits<Vector>::cols == 1;

// ---- Blocks of rows -------------------------------------------------------------------------------------------------

/// f(std::integral_constant<int, j>{}) for j in [0, N): unrolled at every level of optimisation.
template <int N, class F>
[[gnu::always_inline]] inline void unrolled(const F& f) {
  [&]<int... J>(std::integer_sequence<int, J...>) __attribute__((always_inline)) {
    (f(std::integral_constant<int, J>{}), ...);
  }
  (std::make_integer_sequence<int, N>{});
}

/// y ← X w (first), or y += X w, for N columns of length m, `stride` apart.
template <int N, class S>
void add_columns(const S* x, Index stride, Index m, const S* w, S* y, bool first) {
  S weights[N];  // not in memory that y may share
  unrolled<N>([&](auto j) { weights[j] = w[j]; });
  in_packs<S, true>(m, [&, stride]<class P>(std::type_identity<P>, Index i) {
    P sum = load<P>(x + i) * weights[0];
    unrolled<N - 1>([&](auto j) { sum += load<P>(x + (j + 1) * stride + i) * weights[j + 1]; });
    store<P>(y + i, first ? sum : P(sum + load<P>(y + i)));
  });
}

/// Elements that a sum of products takes at once: the sums of four columns have to fit into the registers.
template <class S>
using DotPack = std::conditional_t<register_bytes >= 32, SumPack<S>, HalfPack<S>>;

/// sums ← the sums of the packs, and of what rows from i on add to them; these are fewer than a pack takes.
template <int N, class S, class P>
[[gnu::always_inline]] inline void finish_dots(const S* x, Index stride, Index m, Index i, const S* c,
                                               const P (&packs)[N], S (&sums)[N]) {
  using Half = typename P::Half;
  if constexpr (P::size <= pack_size<S>) {
    unrolled<N>([&](auto j) { sums[j] = sum_of_lanes(packs[j]); });
    if constexpr (P::size == pack_size<S>) {  // summed on its own: neither sum waits for the other
      if (i + Half::size <= m) {
        const Half next = load<Half>(c + i);
        unrolled<N>([&](auto j) { sums[j] += sum_of_lanes(load<Half>(x + j * stride + i) * next); });
        i += Half::size;
      }
    }
    one_by_one(i, m, [&](Index last) { unrolled<N>([&](auto j) { sums[j] += x[j * stride + last] * c[last]; }); });
  } else {
    Half halves[N];
    unrolled<N>([&](auto j) { halves[j] = folded(packs[j]); });
    if (i + Half::size <= m) {
      const Half next = load<Half>(c + i);
      unrolled<N>([&](auto j) { halves[j] += load<Half>(x + j * stride + i) * next; });
      i += Half::size;
    }
    finish_dots<N>(x, stride, m, i, c, halves, sums);
  }
}

/// out += Xᵀ c
template <int N, class S>
void add_dots(const S* x, Index stride, Index m, const S* c, S* out) {
  using P = DotPack<S>;
  constexpr Index size = P::size;
  P packs[N];
  S sums[N];
  unrolled<N>([&](auto j) { packs[j] = repeated<P>(S(0)); });
  Index i = 0;
  for (; i + size <= m; i += size) {
    const P next = load<P>(c + i);
    unrolled<N>([&](auto j) { packs[j] += load<P>(x + j * stride + i) * next; });
  }
  finish_dots<N>(x, stride, m, i, c, packs, sums);
  unrolled<N>([&](auto j) { out[j] += sums[j]; });
}

/// y ← X w
template <class S>
[[gnu::noinline]] void times_longer_vector(const S* x, Index stride, Index rows, Index cols, const S* w, S* y) {
  if (cols == 0) [[unlikely]]
    std::fill_n(y, rows, S(0));
  bool first = true;
  for (; cols >= 4; cols -= 4, x += 4 * stride, w += 4, first = false) add_columns<4>(x, stride, rows, w, y, first);
  if ((cols & 2) != 0) {
    add_columns<2>(x, stride, rows, w, y, first);
    x += 2 * stride, w += 2, first = false;
  }
  if ((cols & 1) != 0) add_columns<1>(x, stride, rows, w, y, first);
}
template <class S>
[[gnu::always_inline]] inline void times_vector(const S* x, Index stride, Index rows, Index cols, const S* w, S* y) {
  if (cols == 1) {
    add_columns<1>(x, stride, rows, w, y, true);
  } else {
    times_longer_vector(x, stride, rows, cols, w, y);
  }
}

/// out += Xᵀ c
template <class S>
[[gnu::noinline]] void add_dots_of_columns(const S* x, Index stride, Index rows, Index cols, const S* c, S* out) {
  for (; cols >= 4; cols -= 4, x += 4 * stride, out += 4) add_dots<4>(x, stride, rows, c, out);
  if ((cols & 2) != 0) {
    add_dots<2>(x, stride, rows, c, out);
    x += 2 * stride, out += 2;
  }
  if ((cols & 1) != 0) add_dots<1>(x, stride, rows, c, out);
}
template <class S>
[[gnu::always_inline]] inline void add_transposed_times_vector(const S* x, Index stride, Index rows, Index cols,
                                                               const S* c, S* out) {
  if (cols == 1) {
    add_dots<1>(x, stride, rows, c, out);
  } else {
    add_dots_of_columns(x, stride, rows, cols, c, out);
  }
}

/// Rows that a walk takes at once, so that their part of the matrix is still in the cache on the way back.
inline Index rows_in_cache(Index rows, Index cols) {
  constexpr Index numbers = Index{1} << 15, least = 64, most = 4096;
  if (rows <= most && rows * cols <= numbers) return rows;
  return std::clamp(numbers / std::max<Index>(cols, 1) / 16 * 16, least, most);
}

template <class Own, class X, class W, class Plain>
class Cursor<ProductFormula<Own, X, W>, Plain> {
  using S = typename plain_traits<Own>::Scalar;

 public:
  Cursor(const ProductFormula<Own, X, W>& formula, Sinks<S>* sinks) {
    const auto& [x, w] = formula.terms;
    x_ = x.data;
    stride_ = x.outer();
    cols_ = x.cols();
    w_ = w.data();
    const Index longest = rows_in_cache(x.rows(), cols_);
    values_ = current_tape<S>->allocate_values(static_cast<std::size_t>(2 * longest));
    cotangents_ = values_ + longest;
    if (sinks != nullptr && w.is_active()) w_bar_ = sinks->run(w.slot(), w.size());
  }
  void enter(Index rows) { times_vector(x_, stride_, rows, cols_, w_, values_); }
  void leave(Index rows) {
    if (w_bar_ != nullptr) add_transposed_times_vector(x_, stride_, rows, cols_, cotangents_, w_bar_);
    if (cols_ != 0) x_ += rows;  // a matrix without columns has no memory
  }
  template <class P>
  [[gnu::always_inline]] Elements<P> trace(Index k) const {
    return {load<P>(values_ + k)};
  }
  template <bool, class P>
  [[gnu::always_inline]] void send(Index k, const Elements<P>&, const P& c) {
    store<P>(cotangents_ + k, c);
  }
  void finish() {}

 private:
  const S* x_;
  Index stride_, cols_;
  const S* w_;
  S* values_;
  S* cotangents_;
  S* w_bar_ = nullptr;
};

/// The columns of the widest matrix in a term.
template <class Term>
Index widest(const Term&) {
  return 0;
}
template <class Row, class Plain, class... Terms>
Index widest(const Formula<Row, Plain, Terms...>& formula) {
  if constexpr (std::same_as<Row, MatrixVector>) {
    return std::get<0>(formula.terms).cols();
  } else {
    return std::apply([](const auto&... term) { return std::max({Index(0), widest(term)...}); }, formula.terms);
  }
}

/// Σ of the elements of a term that holds products, times a factor. The gradient is computed with the value, while each
/// block of rows is in the cache; the pullback scales it.
template <class S, class Term>
Var<S> sum_in_blocks(const Term& term, const S factor) {
  using Plain = typename Term::PlainObject;
  Sinks<S> sinks(true);
  const bool active = term.is_active();
  Cursor<Term, Plain> cursor(term, active ? &sinks : nullptr);
  Cursor<ScalarTerm<S>, Plain> total(ScalarTerm<S>{}, nullptr);
  const Index n = term.rows() * term.cols(), longest = rows_in_cache(n, widest(term));
  for (Index left = n; left > 0; left -= longest) {
    const Index length = std::min(longest, left);
    cursor.enter(length);
    in_slice<S, true>(cursor, length, [&]<class P>(auto& at, std::type_identity<P>, Index k) {
      const auto trace = at.template trace<P>(k);
      total.template send<false, P>(k, {trace.value}, trace.value);
      if (active) at.template send<false, P>(k, trace, repeated<P>(factor));
    });
    cursor.leave(length);
  }
  const S value = total.total() * factor;
  if (!active) return value;
  cursor.finish();
  return record_scalar<S>(value, [shares = sinks.shares()](const S& c) { send_shares<S>(shares, c); });
}

}  // namespace grove::detail
