// Elementwise expressions on arrays: one formula over several operands, evaluated in one pass, with one pullback.
#pragma once

#include <Eigen/Core>
#include <tuple>
#include <type_traits>

#include "autodiff/active.hpp"
#include "autodiff/detail/number.hpp"
#include "autodiff/detail/terms.hpp"

namespace grove::detail {

/// A row's value on Eigen arrays: directly where the row is written for arrays, else element by element.
template <class S, class Row>
inline constexpr bool runs_on_arrays = Row::cheap || (Row::vectorized && std::is_floating_point_v<S>);

template <class S, class Row>
inline constexpr bool slope_runs_on_arrays = runs_on_arrays<S, Row>;
template <class S, class Row>
requires requires { Row::slope_on_arrays; }
inline constexpr bool slope_runs_on_arrays<S, Row> = std::is_floating_point_v<S>;

template <class S, class Row, class A>
auto array_value(const Row& row, const A& a) {
  if constexpr (runs_on_arrays<S, Row>) {
    return row.value(a);
  } else {
    return a.unaryExpr([row](const S& x) { return number_value<S>(row, x); });
  }
}
template <class S, class Row, class A, class B>
auto array_value(const Row& row, const A& a, const B& b) {
  if constexpr (runs_on_arrays<S, Row>) {
    return row.value(a, b);
  } else {
    return a.binaryExpr(b, [row](const S& x, const S& y) { return number_value<S>(row, x, y); });
  }
}

template <class S, class Row, class A, class Y>
auto array_slope(const Row& row, const A& a, const Y& y) {
  if constexpr (slope_runs_on_arrays<S, Row>) {
    return row.slope(a, y);
  } else {
    return a.binaryExpr(y, [row](const S& x, const S& v) { return S(row.slope(x, v)); });
  }
}
template <int K, class S, class Row, class A, class B, class Y>
auto array_slope(const Row& row, const A& a, const B& b, const Y& y) {
  if constexpr (runs_on_arrays<S, Row>) {
    if constexpr (K == 0) return row.slope_a(a, b, y);
    if constexpr (K == 1) return row.slope_b(a, b, y);
  } else {
    const auto f = [row](const S& s, const S& t, const S& v) {
      if constexpr (K == 0) return S(row.slope_a(s, t, v));
      if constexpr (K == 1) return S(row.slope_b(s, t, v));
    };
    return Eigen::CwiseTernaryOp<decltype(f), const A, const B, const Y>(a, b, y, f);
  }
}

/// A row applied to its operands: what an expression is made of, and what its pullback keeps. Trivially copyable.
template <class Row, class Plain, class... Terms>
struct Formula {
  using S = typename plain_traits<Plain>::Scalar;
  using PlainObject = Plain;
  using Like = as_array<Plain>;
  static constexpr int RowsAtCompileTime = plain_traits<Plain>::rows;
  static constexpr int ColsAtCompileTime = plain_traits<Plain>::cols;
  static constexpr bool row_major = plain_traits<Plain>::row_major;
  static constexpr bool is_array = plain_traits<Plain>::is_array;
  static constexpr int leaves = (0 + ... + Terms::leaves);
  static constexpr bool has_adjoint = (false || ... || Terms::has_adjoint);

  Row row;
  Index rows_, cols_;
  std::tuple<Terms...> terms;

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  bool is_active() const {
    if constexpr (sizeof...(Terms) == 1) {
      return std::get<0>(terms).is_active();
    } else {
      return std::get<0>(terms).is_active() || std::get<1>(terms).is_active();
    }
  }

  /// The values, as an unevaluated Eigen array expression. (`Like` of an outer expression only adds static sizes.)
  template <class = Like>
  auto primal(Index, Index) const {
    if constexpr (sizeof...(Terms) == 1) {
      return array_value<S>(row, value_of_term<0>());
    } else {
      return array_value<S>(row, value_of_term<0>(), value_of_term<1>());
    }
  }

  /// Evaluates into `target`, an Eigen map of a contiguous array.
  template <class Target>
  void write_to(Target&& target) const {
    if constexpr (std::same_as<S, double> && requires { Row::in_place(target.data(), std::size_t{0}); }) {
      target = value_of_term<0>();
      Row::in_place(target.data(), static_cast<std::size_t>(target.size()));
    } else {
      target = primal(rows_, cols_);
    }
  }

  /// Sends the cotangent c of the result to the operands; y is the result.
  template <bool Guarded, class C, class Y>
  void backprop(const C& c, const Y& y) const {
    if constexpr (sizeof...(Terms) == 1) {
      send<Guarded>(std::get<0>(terms), times<Guarded>(c, array_slope<S>(row, value_of_term<0>(), y)));
    } else {
      if constexpr (has_adjoint_at<0>) {
        send<Guarded>(std::get<0>(terms),
                      times<Guarded>(c, array_slope<0, S>(row, value_of_term<0>(), value_of_term<1>(), y)));
      }
      if constexpr (has_adjoint_at<1>) {
        send<Guarded>(std::get<1>(terms),
                      times<Guarded>(c, array_slope<1, S>(row, value_of_term<0>(), value_of_term<1>(), y)));
      }
    }
  }
  /// The same for a formula that was never evaluated on its own.
  template <bool Guarded, class C>
  void backprop(const C& c) const {
    if (is_active()) backprop<Guarded>(c, primal(rows_, cols_));
  }

 private:
  template <std::size_t K>
  static constexpr bool has_adjoint_at = std::tuple_element_t<K, std::tuple<Terms...>>::has_adjoint;
  template <std::size_t K>
  auto value_of_term() const {
    return std::get<K>(terms).template primal<Like>(rows_, cols_);
  }

  // An expensive slope is computed once, not once per leaf of a nested formula.
  template <bool Guarded, class Term, class C>
  static void send(const Term& term, const C& c) {
    if (!term.is_active()) return;
    if constexpr (Row::cheap || Term::leaves == 1) {
      term.template backprop<Guarded>(c);
    } else {
      Tape<S>& tape = *current_tape<S>;
      const Arena::Mark mark = tape.arena().mark();
      Eigen::Map<Like> scratch(tape.allocate_values(static_cast<std::size_t>(c.size())), c.rows(), c.cols());
      scratch = c;
      term.template backprop<Guarded>(scratch);
      tape.arena().rewind(mark);
    }
  }
};

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
  const auto n = static_cast<std::size_t>(rows * cols);
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

/// A scalar result with value `value` whose cotangent goes to `pullback(c)`.
template <class S, class F>
Var<S> record_scalar(const S& value, F pullback) {
  Tape<S>& tape = *current_tape<S>;
  const std::uint32_t slot = tape.allocate_slots(1);
  tape.record([slot, pullback] {
    S& adjoint = *current_tape<S>->adjoint(slot);
    const S c = adjoint;
    if (is_exact_zero(c)) return;
    adjoint = S(0);
    pullback(c);
  });
  return VarAccess::make(value, slot, tape.tag());
}

/// Evaluates a formula in one pass and records one node for it.
template <class Row, class Plain, class... Terms>
Active<Plain> materialise(const Formula<Row, Plain, Terms...>& formula) {
  const bool active = formula.is_active();
  const Active<Plain> y = allocate<Plain>(formula.rows(), formula.cols(), false);
  formula.write_to(writable_array(y));
  if (!active) return y;
  using S = typename plain_traits<Plain>::Scalar;
  Tape<S>& tape = *current_tape<S>;
  const Active<Plain> result(y.data(), tape.allocate_slots(static_cast<std::size_t>(y.size())), tape.tag(), y.rows(),
                             y.cols());
  record(result, [formula, result](auto&) {
    const auto c = result.adjoint_array();
    if (current_tape<S>->guards_zero_cotangents) {
      formula.template backprop<true>(c, result.array_map());
    } else {
      formula.template backprop<false>(c, result.array_map());
    }
  });
  return result;
}

/// What an elementwise operation on arrays returns: a formula that its consumer may fuse. Named and used again, it is
/// evaluated once, at its first use, and remembered; copying a named one evaluates it too.
template <class Row, class Plain, class... Terms>
class Expr : public DenseOps<Expr<Row, Plain, Terms...>> {
 public:
  using FormulaType = Formula<Row, Plain, Terms...>;
  using S = typename plain_traits<Plain>::Scalar;
  using Scalar = Var<S>;
  using PlainObject = Plain;
  static constexpr int RowsAtCompileTime = plain_traits<Plain>::rows;
  static constexpr int ColsAtCompileTime = plain_traits<Plain>::cols;
  static constexpr bool is_array = plain_traits<Plain>::is_array;
  static constexpr bool row_major = plain_traits<Plain>::row_major;

  explicit Expr(const FormulaType& formula) : formula_(formula), tag_(current_tape<S>->tag()) {}
  Expr(const Expr& other) : formula_(other.formula_), memo_(other.evaluate()), evaluated_(true), tag_(other.tag_) {}
  Expr(Expr&&) = default;
  ~Expr() = default;

  // Assignment gives the name a new value of the same static type.
  Expr& operator=(const Expr& other) { return assign(other.evaluate()); }
  template <Dense X>
  Expr& operator=(const X& x) {
    return assign(Active<Plain>(x));
  }
  template <class X>
  Expr& operator+=(const X& x) {
    return assign(Active<Plain>(evaluate() + x));
  }
  template <class X>
  Expr& operator-=(const X& x) {
    return assign(Active<Plain>(evaluate() - x));
  }
  template <class X>
  Expr& operator*=(const X& x) {
    return assign(Active<Plain>(evaluate() * x));
  }
  template <class X>
  Expr& operator/=(const X& x) {
    return assign(Active<Plain>(evaluate() / x));
  }

  operator Scalar() const requires(RowsAtCompileTime == 1 && ColsAtCompileTime == 1) {
    return evaluate().element(0, 0);
  }

  Index rows() const { return formula_.rows(); }
  Index cols() const { return formula_.cols(); }

  const Active<Plain>& evaluate() const {
    if (tag_ != current_tape<S>->tag()) [[unlikely]]
      current_tape<S>->throw_foreign(tag_);
    if (!evaluated_) {
      memo_ = materialise(formula_);
      evaluated_ = true;
    }
    return memo_;
  }

  /// The same expression as an array or as a matrix.
  template <bool IsArray>
  auto of_kind() && {
    using P = plain_t<IsArray, S, RowsAtCompileTime, ColsAtCompileTime, row_major>;
    return Expr<Row, P, Terms...>(
        Formula<Row, P, Terms...>{formula_.row, formula_.rows_, formula_.cols_, formula_.terms});
  }

  /// The formula, for fusion into the only consumer of a temporary.
  const FormulaType& formula() const {
    if (tag_ != current_tape<S>->tag()) [[unlikely]]
      current_tape<S>->throw_foreign(tag_);
    return formula_;
  }

 private:
  Expr& assign(const Active<Plain>& value) {
    memo_ = value;
    evaluated_ = true;
    return *this;
  }

  FormulaType formula_;
  mutable Active<Plain> memo_;
  mutable bool evaluated_ = false;
  std::uint32_t tag_;
};

/// An active matrix of an enclosing recording, as a constant of the inner one.
template <class S, class Plain, class Stride>
auto constant_of_outer(const Active<Plain, Stride>& x) {
  static_assert(std::same_as<typename Active<Plain, Stride>::Scalar, S>,
                "grove: active matrices of different scalar types do not mix");
  using Inner = with_scalar<Plain, S>;
  const auto y = allocate<Inner>(x.rows(), x.cols(), false);
  auto values = writable(y);
  for (Index j = 0; j < x.cols(); ++j) {
    for (Index i = 0; i < x.rows(); ++i) new (&values.coeffRef(i, j)) S(x.element(i, j));
  }
  return y;
}

inline constexpr int max_fused_leaves = 8;

/// The term that operand x becomes in an expression on a tape of scalar S. A temporary expression is fused, a named one
/// is evaluated once and referred to.
template <class S, class X>
auto term_of(const X& x, bool /*temporary*/ = false) {
  using B = bare<X>;
  if constexpr (std::same_as<B, Var<S>>) {
    const bool active = VarAccess::is_active(x, *current_tape<S>);
    return ScalarTerm<S>{x.value(), active ? VarAccess::slot(x) : 0, active};
  } else if constexpr (is_active_dense<B>) {
    if constexpr (std::same_as<typename B::S, S>) {
      return evaluated(x);
    } else {
      return constant_of_outer<S>(evaluated(x));
    }
  } else if constexpr (EigenDense<B>) {
    if constexpr (std::same_as<typename B::Scalar, Var<S>>) {
      return Active<
          plain_t<is_array_expression<B>, S, B::RowsAtCompileTime, B::ColsAtCompileTime, bool(B::IsRowMajor)>>(x);
    } else {
      return constant_term<S>(x);
    }
  } else {
    return NumberTerm<S>{S(x)};
  }
}

template <class S, class X>
auto term_of_forwarded(X&& x) {
  using B = bare<X>;
  if constexpr (is_expr<B> && is_temporary<X>) {
    using Formula = typename B::FormulaType;
    if constexpr (Formula::leaves < max_fused_leaves) {
      return x.formula();
    } else {
      return x.evaluate();
    }
  } else {
    return term_of<S>(x);
  }
}

template <class Term>
inline constexpr bool is_array_term = requires {
  Term::RowsAtCompileTime;
};

template <class... Terms>
struct merge_terms;
template <class A>
struct merge_terms<A> {
  using type = typename A::PlainObject;
};
template <class A, class B>
struct merge_terms<A, B> {
  static constexpr auto pick() {
    if constexpr (is_array_term<A> && is_array_term<B>) {
      using P = typename A::PlainObject;
      static_assert(A::is_array == B::is_array,
                    "grove: an elementwise operation mixes a matrix with an array; use .array() or .matrix()");
      constexpr int rows = merged(A::RowsAtCompileTime, B::RowsAtCompileTime),
                    cols = merged(A::ColsAtCompileTime, B::ColsAtCompileTime);
      return std::type_identity<resized<P, rows, cols>>{};
    } else if constexpr (is_array_term<A>) {
      return std::type_identity<typename A::PlainObject>{};
    } else {
      return std::type_identity<typename B::PlainObject>{};
    }
  }
  using type = typename decltype(pick())::type;
};

/// Applies a row to terms of which at least one is an array.
template <class S, class Row, class A>
auto make_expression(const Row& row, const A& a) {
  using Plain = with_scalar<typename A::PlainObject, S>;
  return Formula<Row, Plain, A>{row, a.rows(), a.cols(), {a}};
}
template <class S, class Row, class A, class B>
auto make_expression(const Row& row, const A& a, const B& b) {
  using Plain = with_scalar<typename merge_terms<A, B>::type, S>;
  if constexpr (is_array_term<A> && is_array_term<B>)
    check_same_shape(Row::name, a.rows(), a.cols(), b.rows(), b.cols());
  if constexpr (is_array_term<A>) {
    return Formula<Row, Plain, A, B>{row, a.rows(), a.cols(), {a, b}};
  } else {
    return Formula<Row, Plain, A, B>{row, b.rows(), b.cols(), {a, b}};
  }
}

template <class Row, class Plain, class... Terms>
auto finish_expression(const Formula<Row, Plain, Terms...>& formula) {
  if constexpr (Row::cheap) {
    return Expr<Row, Plain, Terms...>(formula);
  } else {
    return materialise(formula);
  }
}

template <class Plain, class D>
void fill_with_constants(Active<Plain>& target, const D& plain) {
  using S = typename plain_traits<Plain>::Scalar;
  target = allocate<Plain>(plain.rows(), plain.cols(), false);
  if constexpr (std::same_as<typename D::Scalar, S>) {
    writable_array(target) = plain.derived().matrix().array();
  } else {
    writable_array(target) = plain.derived().matrix().array().template cast<S>();
  }
}

// Each element refers to a slot of its own, so the node carries the list of them.
template <class Plain, class D>
void gather_variables(Active<Plain>& target, const D& variables) {
  using S = typename plain_traits<Plain>::Scalar;
  Tape<S>& tape = *current_tape<S>;
  // An expression is evaluated first; a matrix is read where it is.
  const std::conditional_t<is_plain_object<D>, const D&, const typename D::PlainObject> v = variables.derived();
  const auto n = static_cast<std::size_t>(v.size());
  S* values = tape.allocate_values(n);
  auto* sources = tape.template allocate_array<std::uint32_t>(n);
  auto* live = tape.template allocate_array<bool>(n);
  bool active = false;
  for (std::size_t k = 0; k < n; ++k) {
    const Index inner = static_cast<Index>(k) % (v.IsRowMajor ? v.cols() : v.rows());
    const Index outer = static_cast<Index>(k) / (v.IsRowMajor ? v.cols() : v.rows());
    const bool same_order = bool(v.IsRowMajor) == plain_traits<Plain>::row_major;
    const Var<S>& x = same_order ? v.data()[k] : (v.IsRowMajor ? v.coeff(inner, outer) : v.coeff(outer, inner));
    live[k] = VarAccess::is_active(x, tape);
    sources[k] = live[k] ? VarAccess::slot(x) : 0;
    new (values + k) S(x.value());
    active = active || live[k];
  }
  if (!active) {
    target = Active<Plain>(values, 0, 0, v.rows(), v.cols());
    return;
  }
  target = Active<Plain>(values, tape.allocate_slots(n), tape.tag(), v.rows(), v.cols());
  record(target, [sources, live, n](auto& y_bar) {
    Tape<S>& t = *current_tape<S>;
    for (std::size_t k = 0; k < n; ++k) {
      if (live[k]) *t.adjoint(sources[k]) += y_bar.data()[k];
    }
  });
}

template <class Plain, class D>
void take_value_of(Active<Plain>& target, const D& other) {
  using S = typename plain_traits<Plain>::Scalar;
  const auto& x = evaluated(other);
  using From = bare<decltype(x)>;
  static_assert(std::same_as<typename From::S, S>, "grove: active matrices of different scalar types do not mix");
  if constexpr (From::contiguous && From::row_major == plain_traits<Plain>::row_major) {
    target = Active<Plain>(x.data(), x.slot(), x.is_active() ? current_tape<S>->tag() : 0, x.rows(), x.cols());
  } else {
    const auto y = allocate<Plain>(x.rows(), x.cols(), x.is_active());
    writable_array(y) = x.array_map();
    if (x.is_active()) record(y, [x, y](auto&) { x.adjoint_array() += y.adjoint_array(); });
    target = y;
  }
}

}  // namespace grove::detail
