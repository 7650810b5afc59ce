// Values that count as constants.
#pragma once

#include "autodiff/engine/fusion/apply_row.hpp"
#include "autodiff/engine/lifting/active_leaves.hpp"
#include "autodiff/tree/map.hpp"

namespace grove {

/// x itself in value, a constant for derivatives: no cotangent passes through it. Takes variables, active matrices,
/// trees of such, and plain values (returned as they are). The scalar type stays, so tangents of an outer derivative
/// pass.
template <class T>
auto stop_gradient(const T& x) {
  if constexpr (detail::is_var<T>) {
    return T(x.value());
  } else if constexpr (detail::is_active_dense<T>) {
    return detail::evaluated(x).without_adjoint();
  } else if constexpr (detail::is_eigen_of_vars<T>) {
    return x.derived().unaryExpr([](const auto& v) { return stop_gradient(v); }).eval();
  } else if constexpr (tree::Pytree<T> && !tree::Leaf<T>) {
    T constant = x;
    tree::detail::visit_leaves([](auto& leaf) { leaf = stop_gradient(leaf); }, constant);
    return constant;
  } else {
    return x;
  }
}

}  // namespace grove
