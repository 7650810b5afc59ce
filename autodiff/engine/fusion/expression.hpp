// Elementwise expressions on arrays: evaluated in one pass, with one node, when their consumer needs a value.
#pragma once

#include <concepts>
#include <tuple>
#include <type_traits>

#include "../array/conversion.hpp"
#include "walk.hpp"

namespace grove::detail {

/// Evaluates a formula in one pass and records one node for it.
template <class Row, class Plain, class... Terms>
Active<Plain> evaluate_in_one_pass(const Formula<Row, Plain, Terms...>& formula) {
  using S = typename plain_traits<Plain>::Scalar;
  Tape<S>& tape = *current_tape<S>;
  const Index rows = formula.rows(), cols = formula.cols();
  const auto n = static_cast<std::size_t>(rows * cols);
  S* values = tape.allocate_values(n);
  if constexpr (std::same_as<S, double> && requires { Row::in_place(values, n); }) {
    write_values<Plain>(std::get<0>(formula.terms), rows, cols, values);
    Row::in_place(values, n);
  } else {
    write_values<Plain>(formula, rows, cols, values);
  }
  if (!formula.is_active()) return Active<Plain>(values, 0, 0, rows, cols);
  return record_values<Plain>(values, rows, cols, [formula, values](const S* y_bar) {
    if (current_tape<S>->guards_zero_cotangents) {
      pull_back<true>(formula, StoredCotangent<S>{y_bar}, values);
    } else {
      pull_back<false>(formula, StoredCotangent<S>{y_bar}, values);
    }
  });
}

/// A constant matrix times an active vector. It has no formula for single elements: sums take it in blocks of rows
/// (detail/matrix_vector.hpp), for everything else it is evaluated first (product.hpp).
struct MatrixVector {
  static constexpr bool cheap = true;
  static Index rows(const auto& terms) { return std::get<0>(terms).rows(); }
  static Index cols(const auto&) { return 1; }
};
template <class Plain, class X, class W>
using ProductFormula = Formula<MatrixVector, Plain, X, W>;

template <class Plain, class X, class W, class P>
inline constexpr bool is_flat<ProductFormula<Plain, X, W>, P> = true;

template <class Term>
inline constexpr bool has_product = false;
template <class Row, class Plain, class... Terms>
inline constexpr bool has_product<Formula<Row, Plain, Terms...>> = (false || ... || has_product<Terms>);
template <class Plain, class X, class W>
inline constexpr bool has_product<ProductFormula<Plain, X, W>> = true;

/// A term with its products evaluated.
template <class Term>
auto without_products(const Term& term) {
  return term;
}
template <class Row, class Plain, class... Terms>
auto without_products(const Formula<Row, Plain, Terms...>& formula) {
  using F = Formula<Row, Plain, Terms...>;
  if constexpr (std::same_as<Row, MatrixVector>) {
    return materialise(formula);
  } else if constexpr (has_product<F>) {
    return std::apply(
        [&](const auto&... term) {
          return Formula<Row, Plain, decltype(without_products(term))...>{formula.row, {without_products(term)...}};
        },
        formula.terms);
  } else {
    return formula;
  }
}

/// The value of a formula; one node for it, and one for each product in it.
template <class Row, class Plain, class... Terms>
Active<Plain> materialise(const Formula<Row, Plain, Terms...>& formula) {
  if constexpr (has_product<Formula<Row, Plain, Terms...>>) {
    return materialise(without_products(formula));
  } else {
    return evaluate_in_one_pass(formula);
  }
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

  /// `make()` returns the formula; it is made where it stays.
  template <class Make>
  requires std::same_as<std::invoke_result_t<Make>, FormulaType>
  explicit Expr(const Make& make) : formula_(make()), tag_(current_tape<S>->tag()) {}
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
    using F = Formula<Row, P, Terms...>;
    return Expr<Row, P, Terms...>([this] { return F{formula_.row, formula_.terms}; });
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
    check_level<B, S>();
    return NumberTerm<S>{S(x)};
  }
}

template <class X, class S>
inline constexpr bool is_expr_over = false;
template <class Row, class Plain, class... Terms, class S>
inline constexpr bool is_expr_over<Expr<Row, Plain, Terms...>, S> =
    std::same_as<typename plain_traits<Plain>::Scalar, S>;

/// The same; the formula of a temporary is referred to, and lives as long as that.
template <class S, class X>
decltype(auto) term_of_forwarded(X&& x) {
  using B = bare<X>;
  if constexpr (is_expr_over<B, S> && is_temporary<X>) {
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

template <class F>
struct expression_of;
template <class Row, class Plain, class... Terms>
struct expression_of<Formula<Row, Plain, Terms...>> {
  using type = Expr<Row, Plain, Terms...>;
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

/// The formula of a row on terms of which at least one is an array.
template <class S, class Row, class A>
auto make_formula(const Row& row, const A& a) {
  using Plain = with_scalar<typename A::PlainObject, S>;
  return Formula<Row, Plain, A>{row, {a}};
}
template <class S, class Row, class A, class B>
auto make_formula(const Row& row, const A& a, const B& b) {
  using Plain = with_scalar<typename merge_terms<A, B>::type, S>;
  if constexpr (is_array_term<A> && is_array_term<B>)
    check_same_shape(Row::name, a.rows(), a.cols(), b.rows(), b.cols());
  return Formula<Row, Plain, A, B>{row, {a, b}};
}

/// What an elementwise operation returns: an expression if the row is cheap, else its value.
template <class S, class Row, class... Terms>
auto apply_row(const Row& row, const Terms&... terms) {
  using F = decltype(make_formula<S>(row, terms...));
  if constexpr (Row::cheap) {
    return typename expression_of<F>::type([&] { return make_formula<S>(row, terms...); });
  } else {
    return materialise(make_formula<S>(row, terms...));
  }
}

}  // namespace grove::detail
