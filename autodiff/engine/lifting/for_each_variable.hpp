// The variables of an active leaf, one by one: the one place that knows the kinds of such leaves by element.
#pragma once

#include "../fusion/apply_row.hpp"
#include "active_leaves.hpp"

namespace grove::detail {

/// What can be read element by element: the handle behind an active operand, an Eigen array itself.
template <class X>
decltype(auto) with_elements(const X& x) {
  if constexpr (is_active_dense<X>) {
    return evaluated(x);
  } else {
    return (x);
  }
}

/// The element of a plain leaf at (i, j); a number is its only one.
template <class X>
auto& element_at(X& x, [[maybe_unused]] Index i, [[maybe_unused]] Index j) {
  if constexpr (EigenDense<X>) {
    return x.coeffRef(i, j);
  } else {
    return x;
  }
}

/// Calls f(variable, i, j) for every variable of a leaf (a variable, an active array, an Eigen array of variables), in
/// the order of tree::flatten. A plain leaf has none.
template <class Leaf, class F>
void for_each_variable(const Leaf& leaf, F&& f) {
  if constexpr (is_var<Leaf>) {
    f(leaf, Index(0), Index(0));
  } else if constexpr (is_active_dense<Leaf> || is_eigen_of_vars<Leaf>) {
    const auto& elements = with_elements(leaf);
    for (Index j = 0; j < elements.cols(); ++j) {
      for (Index i = 0; i < elements.rows(); ++i) f(elements(i, j), i, j);
    }
  }
}

}  // namespace grove::detail
