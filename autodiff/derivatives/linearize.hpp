// The value of a function with its derivative at a point, a linear map to be applied to any tangent, any number of
// times.
#pragma once

#include <type_traits>
#include <utility>

#include "../tree/arithmetic.hpp"
#include "vjp.hpp"

namespace grove {

/// What linearize returns.
template <class Value, class Pushforward>
struct ValueAndPushforward {
  Value value;              ///< what the function returns, in plain numbers
  Pushforward pushforward;  ///< the derivative, as a function of tangents
};

namespace detail {

/// ⟨cotangent, result⟩ over the leaves of two trees that are alike.
template <class Scalar, class C, class Result>
Scalar pairing(const C& cotangent, const Result& result) {
  Scalar total(0);
  tree::detail::visit_leaves(
      [&total](const auto& c, const auto& y) {
        if constexpr (Dense<decltype(y)>) {
          total += sum(c.array() * y.array());
        } else {
          total += c * y;
        }
      },
      cotangent, result);
  return total;
}

}  // namespace detail

/// f(params, args…) and its derivative there as a map: `auto [value, pushforward] = linearize(f)(params, args…)`.
/// `pushforward(tangent)` takes a tree like `params` and returns the derivative of f along it, a tree like the value;
/// it may be stored, copied and called any number of times, on one thread at a time. f may return a scalar, an array or
/// a tree.
///
/// f is evaluated and recorded once: the pullback is linear in its cotangent, so its own pullback is the pushforward,
/// and that recording holds only the products and sums of the linear map. Cost of a call: a sweep over them, one entry
/// for each multiplication; no transcendental function is evaluated again. Where a single tangent is wanted, or the
/// time goes into products of large matrices, jvp is the better choice. Throws: StructureError if a tangent is not like
/// `params`.
template <class F>
auto linearize(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    using S = detail::innermost_scalar_t<P, Args...>;
    auto value = evaluate(f, params, args...);
    const auto transposed = [&f, &params]<class C>(const C& cotangent, const Args&... rest) {
      const auto paired = [&f]<class Q, class D>(const Q& at, const D& weights, const Args&... constants) {
        return detail::pairing<scalar_t<Q>>(weights, f(at, constants...));
      };
      return grad(paired)(params, cotangent, rest...);
    };
    auto pushed = vjp(transposed)(detail::zeros_of(detail::copy_over<S>(value)), args...);
    auto pushforward = [push = std::move(pushed.pullback)](const decltype(pushed.value)& tangent) {
      return push(tangent);
    };
    return ValueAndPushforward<decltype(value), decltype(pushforward)>{std::move(value), std::move(pushforward)};
  };
}

}  // namespace grove
