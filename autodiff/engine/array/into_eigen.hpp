// Active arrays written into Eigen's own matrices of variables: z.col(0) = x, z.row(1) += x, z << x, y.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "kinds.hpp"

namespace grove {
namespace detail {

template <class T>
inline constexpr bool is_map = false;
template <class Plain, int Options, class Stride>
inline constexpr bool is_map<Eigen::Map<Plain, Options, Stride>> = true;

template <class To>
concept MatrixOfVariables = EigenDense<To> && is_var<typename bare<To>::Scalar>;

/// The left side of += and -=. Not a temporary Map: with those Eigen's substitution would go past our classes when only
/// the right-hand side holds variables.
template <class To>
concept Accumulated = MatrixOfVariables<To> &&(std::is_lvalue_reference_v<To> || !is_map<bare<To>>);

/// A vector by its type, and one that lies the other way.
template <class To, class X>
inline constexpr bool lies_across = (int(To::RowsAtCompileTime) == 1 && int(X::ColsAtCompileTime) == 1 &&
                                     int(To::ColsAtCompileTime) != 1) ||
                                    (int(To::ColsAtCompileTime) == 1 && int(X::RowsAtCompileTime) == 1 &&
                                     int(To::RowsAtCompileTime) != 1);

/// Calls write(entry of `to`, entry of x) for all. As in Eigen a vector may stand for one that lies the other way.
template <class To, class X, class Write>
void write_entries(To& to, const X& x, const Write& write) {
  const auto& from = evaluated(x);
  constexpr bool turned = lies_across<To, X>;
  const Index rows = turned ? from.cols() : from.rows(), cols = turned ? from.rows() : from.cols();
  if (to.rows() != rows || to.cols() != cols) [[unlikely]]
    throw ShapeError(fill("assignment: a part of {} cannot take {}",
                          {shape_text(to.rows(), to.cols()), shape_text(from.rows(), from.cols())}));
  for (Index j = 0; j < cols; ++j) {
    for (Index i = 0; i < rows; ++i) write(to.coeffRef(i, j), turned ? from.element(j, i) : from.element(i, j));
  }
}

template <class To, ActiveDense X>
void assign_entries(To& to, const X& x) {
  if constexpr (std::is_base_of_v<Eigen::PlainObjectBase<To>, To>) {
    const Index rows = lies_across<To, X> ? x.cols() : x.rows(), cols = lies_across<To, X> ? x.rows() : x.cols();
    constexpr int r = To::RowsAtCompileTime, c = To::ColsAtCompileTime;
    // Eigen asserts where a static size differs; write_entries throws.
    if ((r == Eigen::Dynamic || r == rows) && (c == Eigen::Dynamic || c == cols)) to.resize(rows, cols);
  }
  write_entries(to, x, [](auto& entry, auto&& value) { entry = value; });
}

template <class X>
auto as_variables(const X& x) {
  using Plain = typename X::PlainObject;
  return Eigen::Matrix<Var<typename plain_traits<Plain>::Scalar>, plain_traits<Plain>::rows, plain_traits<Plain>::cols>(
      x.matrix());
}

template <class T>
inline constexpr bool is_comma_initializer = false;
template <class X>
inline constexpr bool is_comma_initializer<Eigen::CommaInitializer<X>> = true;

}  // namespace detail

template <class To, detail::ActiveDense X>
requires detail::Accumulated<To>
decltype(auto) operator+=(To&& to, const X& x) {
  detail::write_entries(to, x, [](auto& entry, auto&& value) { entry += std::move(value); });
  return std::forward<To>(to);
}
template <class To, detail::ActiveDense X>
requires detail::Accumulated<To>
decltype(auto) operator-=(To&& to, const X& x) {
  detail::write_entries(to, x, [](auto& entry, auto&& value) { entry -= std::move(value); });
  return std::forward<To>(to);
}

/// Eigen's comma initializer: `z << x, y, 1.0;`.
template <detail::MatrixOfVariables To, detail::ActiveDense X>
auto operator<<(To&& to, const X& x) {
  return to << detail::as_variables(x);
}
template <class Filled, detail::ActiveDense X>
requires detail::is_comma_initializer<detail::bare<Filled>>
decltype(auto) operator,(Filled&& filled, const X& x) { return filled.operator,(detail::as_variables(x)); }

}  // namespace grove
