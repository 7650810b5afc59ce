// Values that count as constants.
#pragma once

#include "../../engine/array/record.hpp"
#include "../../engine/lifting/numbers_of.hpp"

namespace grove {

/// x itself in value, a constant for the derivative being taken, in every mode: no cotangent passes through it, and
/// under jvp, jacfwd, hvp and hessian it has no tangent. Takes variables, active matrices, trees of such, and plain
/// values (returned as they are). The type stays.
///
/// Inside a nested derivative it stops the inner one only; the derivative of the enclosing loss passes.
template <class T>
auto stop_gradient(const T& x) {
  if constexpr (detail::is_var<T> || detail::is_dual<T>) {
    return detail::without_derivative(x);
  } else if constexpr (detail::is_active_dense<T>) {
    const auto& h = detail::evaluated(x);
    using Handle = detail::bare<decltype(h)>;
    if constexpr (detail::is_dual<typename Handle::S>) {
      using S = typename Handle::S;
      const auto constant = detail::allocate<typename Handle::PlainObject>(h.rows(), h.cols(), false);
      detail::writable(constant) =
          h.map().unaryExpr([](const S& s) { return detail::without_derivative(Var<S>(s)).value(); });
      return constant;
    } else {
      return h.without_adjoint();
    }
  } else if constexpr (detail::EigenDense<T>) {
    if constexpr (detail::is_var<typename T::Scalar> || detail::is_dual<typename T::Scalar>) {
      return detail::owned(x.unaryExpr([](const auto& s) { return stop_gradient(s); }));
    } else {
      return detail::owned(x);
    }
  } else if constexpr (tree::Pytree<T> && !tree::Leaf<T>) {
    T constant = x;
    tree::detail::visit_leaves([](auto& leaf) { leaf = stop_gradient(leaf); }, constant);
    return constant;
  } else {
    return x;
  }
}

}  // namespace grove
