// Kinds of dense operands: active handles, unevaluated expressions, Eigen's own objects.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <type_traits>
#include <utility>

#include "../scalar/operands.hpp"
#include "shape_checks.hpp"
#include "static_shape.hpp"

namespace grove {

using Eigen::Index;

template <class Plain, class Stride = Eigen::Stride<0, 0>>
class Active;

/// Base of everything active and dense: it makes the functions of grove visible to unqualified calls on it.
template <class Derived>
struct ActiveExpression {};

namespace detail {

template <class Row, class Plain, class... Terms>
class Expr;
template <class X, bool ByRows>
class Directional;
template <class X>
class Diagonal;

template <class T>
inline constexpr bool is_active_handle = false;
template <class Plain, class Stride>
inline constexpr bool is_active_handle<Active<Plain, Stride>> = true;
template <class T>
inline constexpr bool is_expr = false;
template <class Row, class Plain, class... Terms>
inline constexpr bool is_expr<Expr<Row, Plain, Terms...>> = true;

template <class T>
inline constexpr bool is_active_dense = is_active_handle<bare<T>> || is_expr<bare<T>>;

/// Active matrix or array: a handle, or an elementwise expression not yet evaluated.
template <class T>
concept ActiveDense = is_active_dense<T>;

template <class D>
void take_dense(const Eigen::DenseBase<D>&);

/// Any Eigen expression (of plain numbers, or of variables). Asked through deduction, since some derive from another
/// expression's base (VectorBlock from Block's).
template <class T>
concept EigenDense = requires(const bare<T>& x) {
  take_dense(x);
};

template <class T>
concept Dense = ActiveDense<T> || EigenDense<T>;

template <class T>
inline constexpr bool is_static_vector = Dense<T> &&
                                         (int(bare<T>::RowsAtCompileTime) == 1 || int(bare<T>::ColsAtCompileTime) == 1);

[[noreturn, gnu::noinline, gnu::cold]] inline void throw_without_value() {
  throw Error("matrix: used before it was given a value");
}

/// The handle behind an active operand: itself, or the (remembered) value of an expression.
template <class Plain, class Stride>
const Active<Plain, Stride>& evaluated(const Active<Plain, Stride>& x) {
  x.check();
  return x;
}
template <class Row, class Plain, class... Terms>
const Active<Plain>& evaluated(const Expr<Row, Plain, Terms...>& x) {
  return x.evaluate();
}

// How an active matrix gets its value from something else (detail/expression.hpp).
template <class Plain, class D>
void fill_with_constants(Active<Plain>& target, const D& plain);
template <class Plain, class D>
void gather_variables(Active<Plain>& target, const D& variables);
template <class Plain, class D>
void take_value_of(Active<Plain>& target, const D& other);

template <class T>
using handle_t = bare<decltype(evaluated(std::declval<const bare<T>&>()))>;

}  // namespace detail
}  // namespace grove
