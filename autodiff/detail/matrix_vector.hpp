// A constant matrix times an active vector, unevaluated: a sum over it passes once over the matrix, for value and
// gradient.
#pragma once

#include <algorithm>
#include <tuple>

#include "autodiff/detail/expression.hpp"

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

/// y ← X w (first), or y += X w, for N columns of length m, `stride` apart.
template <int N, class S>
void add_columns(const S* x, Index stride, Index m, const S* w, S* y, bool first) {
  S weights[N];  // not in memory that y may share
  for (int j = 0; j < N; ++j) weights[j] = w[j];
  in_packs<S, true>(m, [&, stride]<class P>(std::type_identity<P>, Index i) {
    P sum = load<P>(x + i) * weights[0];
    for (int j = 1; j < N; ++j) sum += load<P>(x + j * stride + i) * weights[j];
    store<P>(y + i, first ? sum : P(sum + load<P>(y + i)));
  });
}
/// out += Xᵀ c
template <int N, class S>
void add_dots(const S* x, Index stride, Index m, const S* c, S* out) {
  S sums[N] = {};
  Index i = 0;
  if (m >= pack_size<S>) {
    Pack<S> packs[N];
    const auto first = load<Pack<S>>(c);
    for (int j = 0; j < N; ++j) packs[j] = load<Pack<S>>(x + j * stride) * first;
    for (i = pack_size<S>; i + pack_size<S> <= m; i += pack_size<S>) {
      const auto next = load<Pack<S>>(c + i);
      for (int j = 0; j < N; ++j) packs[j] += load<Pack<S>>(x + j * stride + i) * next;
    }
    for (int j = 0; j < N; ++j) sums[j] = packs[j].sum();
  }
  if (i + pack_size<S> / 2 <= m) {
    const auto next = load<HalfPack<S>>(c + i);
    for (int j = 0; j < N; ++j) sums[j] += (load<HalfPack<S>>(x + j * stride + i) * next).sum();
    i += pack_size<S> / 2;
  }
  one_by_one(i, m, [&](Index last) {
    for (int j = 0; j < N; ++j) sums[j] += x[j * stride + last] * c[last];
  });
  for (int j = 0; j < N; ++j) out[j] += sums[j];
}

template <class S>
struct ColumnBlock {
  const S* x;
  Index stride, rows, cols;

  void times(const S* w, S* y) const {
    if (cols == 0) [[unlikely]]
      std::fill_n(y, rows, S(0));
    in_groups([=, this]<int N>(std::integral_constant<int, N>, Index j) {
      add_columns<N>(x + j * stride, stride, rows, w + j, y, j == 0);
    });
  }
  void add_transposed_times(const S* c, S* out) const {
    in_groups([=, this]<int N>(std::integral_constant<int, N>, Index j) {
      add_dots<N>(x + j * stride, stride, rows, c, out + j);
    });
  }

  // So many columns at once that each element of the vector serves for several.
  template <class Body>
  void in_groups(const Body& body) const {
    Index j = 0;
    for (; j + 4 <= cols; j += 4) body(std::integral_constant<int, 4>{}, j);
    if (j + 2 <= cols) {
      body(std::integral_constant<int, 2>{}, j);
      j += 2;
    }
    if (j < cols) body(std::integral_constant<int, 1>{}, j);
  }
};

/// Rows that a walk takes at once, so that their part of the matrix is still in the cache on the way back.
inline Index rows_in_cache(Index cols) {
  return std::clamp<Index>(Index{1 << 15} / std::max<Index>(cols, 1), 64, 4096) / 16 * 16;
}

template <class Own, class X, class W, class Plain>
class Cursor<ProductFormula<Own, X, W>, Plain> {
  using S = typename plain_traits<Own>::Scalar;

 public:
  Cursor(const ProductFormula<Own, X, W>& formula, Sinks<S>* sinks) {
    const auto& [x, w] = formula.terms;
    block_ = {x.data, x.outer(), 0, x.cols()};
    w_ = w.data();
    const Index longest = std::min(x.rows(), rows_in_cache(x.cols()));
    values_ = current_tape<S>->allocate_values(static_cast<std::size_t>(2 * longest));
    cotangents_ = values_ + longest;
    if (sinks != nullptr && w.is_active()) w_bar_ = sinks->run(w.slot(), w.size());
  }
  void enter(Index rows) {
    block_.rows = rows;
    block_.times(w_, values_);
  }
  void leave(Index rows) {
    if (w_bar_ != nullptr) block_.add_transposed_times(cotangents_, w_bar_);
    block_.x += rows;
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
  ColumnBlock<S> block_;
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
Var<S> sum_in_blocks(const Term& term, const S& factor) {
  using Plain = typename Term::PlainObject;
  Sinks<S> sinks(true);
  const bool active = term.is_active();
  Cursor<Term, Plain> cursor(term, active ? &sinks : nullptr);
  Cursor<ScalarTerm<S>, Plain> total(ScalarTerm<S>{}, nullptr);
  const Index n = term.rows() * term.cols(), longest = rows_in_cache(widest(term));
  for (Index first = 0; first < n; first += longest) {
    const Index length = std::min(longest, n - first);
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
