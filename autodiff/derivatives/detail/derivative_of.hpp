// Derivative functions that say of which loss they are, so that vmap can see what that loss takes.
#pragma once

#include <algorithm>
#include <concepts>
#include <utility>

#include "../../engine/scalar/dual.hpp"

namespace grove::detail {

/// The tape's scalar of a gradient, and of a Hessian, at points of S.
struct FirstOrder {
  template <class S>
  using Scalar = S;
};
/// Columns of a Hessian that are taken together: as many as fill a register, and at least four; of batched numbers,
/// which are large, two.
template <class S>
inline constexpr int hessian_group = 4;
template <std::floating_point S>
inline constexpr int hessian_group<S> = std::max(4, register_lanes<S>);
template <class S, int N>
inline constexpr int hessian_group<Batched<S, N>> = 2;
template <class S>
using HessianDual = Dual<S, hessian_group<S>>;
struct SecondOrder {
  template <class S>
  using Scalar = HessianDual<S>;
};

/// The function G, a derivative of the loss F with respect to its arguments at `Positions`.
template <class F, class Order, class Positions, class G>
struct DerivativeOf : G {};
template <class F, class Order, class Positions, class G>
DerivativeOf<F, Order, Positions, G> derivative_of(G g) {
  return {std::move(g)};
}

/// The scalar of a function that is followed along a tangent, and of a loss whose gradient is.
struct TangentOrder {
  template <class S>
  using Scalar = Dual<S, 1, true>;
};
struct ProductOrder {
  template <class S>
  using Scalar = Dual<S, 1>;
};

/// The same of a derivative along a tangent, which is given behind the point.
template <class F, class Order, class G>
struct DerivativeAlong : G {};
template <class F, class Order, class G>
DerivativeAlong<F, Order, G> derivative_along(G g) {
  return {std::move(g)};
}

}  // namespace grove::detail
