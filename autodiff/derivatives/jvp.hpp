// Forward mode: the value of a function and its derivative along a direction.
#pragma once

#include <type_traits>
#include <utility>

#include "grad.hpp"

namespace grove {

/// What jvp returns: f(x) and the derivative of f along the tangent, two trees of the same type.
template <class T>
struct ValueAndTangent {
  T value;    ///< what the function returns, in plain numbers
  T tangent;  ///< its derivative along the given tangents
};

namespace detail {

template <class S>
using vector_of = Eigen::Matrix<S, Eigen::Dynamic, 1>;

/// f's result, in plain duals, with the tangents that `seed` gives to the parameters.
template <class D, class F, class Seed, class P, class... Args>
auto evaluate_dual(F& f, const Seed& seed, const P& params, const Args&... args) {
  const auto tied = std::tie(params, args...);
  return with_lifted<D, false>(
      std::index_sequence<0>{}, f, tied,
      [](const auto& result, Recording<D>&, std::size_t, auto&) { return numbers_of<D>(result); }, seed);
}

}  // namespace detail

/// f(params, args…) and its derivative along `tangents`, a tree like `params`: `auto [value, tangent] = jvp(f)(params,
/// tangents, args…)`.
///
/// f may return a scalar, an array or a tree. Cost: about two to three evaluations of f; no tape.
/// Throws: StructureError if `tangents` is not like `params`.
template <class F>
auto jvp(F f) {
  return detail::derivative_along<F, detail::TangentOrder>(
      [f = std::move(f)]<detail::Differentiable P, detail::Differentiable Q, class... Args>(
          const P& params, const Q& tangents, const Args&... args) {
        using S = detail::innermost_scalar_t<P, Q, Args...>;
        using D = Dual<S, 1, true>;
        tree::check_same_structure("jvp", params, tangents, "params", "tangents");
        detail::vector_of<S> direction;
        tree::flatten_into(tangents, direction);
        const auto seed = [&](D& x, Index k) { x.tangent[0] = direction(k); };
        const auto duals = detail::evaluate_dual<D>(f, seed, params, args...);
        using T = decltype(detail::lane_of(duals, 0));
        return ValueAndTangent<T>{detail::lane_of(duals, -1), detail::lane_of(duals, 0)};
      });
}

}  // namespace grove
