// Second derivatives by forward over reverse mode: products with the Hessian, and the dense Hessian.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "jvp.hpp"

namespace grove {
namespace detail {

/// The gradient of f in duals: calls read(k, adjoint) for each scalar k of the parameters, in the order of
/// tree::flatten.
template <class D, class F, class Seed, class Read, class P, class... Args>
void dual_gradient(F& f, const Seed& seed, const Read& read, const P& params, const Args&... args) {
  const auto tied = std::tie(params, args...);
  with_lifted<D, true>(
      std::index_sequence<0>{}, f, tied,
      [&](const auto& result, Recording<D>& recording, std::size_t inputs, auto& lifted) {
        Tape<D>& tape = recording.tape();
        const Var<D> loss = loss_value<D>(result);
        if (VarAccess::is_active(loss, tape)) {
          *tape.adjoint(VarAccess::slot(loss)) = D(1);
          tape.sweep(inputs);
        }
        rebind_t<P, D> adjoints{};
        tree::detail::match_structure(adjoints, params);
        take_adjoints<D>(adjoints, *std::get<0>(lifted));
        Index k = 0;
        const auto vector = tree::flatten(adjoints);
        for (; k < vector.size(); ++k) read(k, vector(k));
        return 0;
      },
      seed);
}

}  // namespace detail

/// The product of the Hessian of a loss with a tangent: `hvp(f)(params, tangents, args…)`, a tree like `params`.
/// Never forms the Hessian. Cost: about two to four gradients. Throws: StructureError if `tangents` is not like
/// `params`.
template <class F>
auto hvp(F f) {
  return [f = std::move(f)]<detail::Differentiable P, detail::Differentiable Q, class... Args>(
      const P& params, const Q& tangents, const Args&... args) {
    using S = detail::innermost_scalar_t<P, Q, Args...>;
    using D = Dual<S, 1>;
    tree::check_same_structure("hvp", params, tangents, "params", "tangents");
    detail::vector_of<S> direction;
    tree::flatten_into(tangents, direction);
    const auto seed = [&](D& x, Index k) { x.tangent[0] = direction(k); };
    auto product = direction;
    detail::dual_gradient<D>(
        f, seed, [&](Index k, const D& adjoint) { product(k) = adjoint.tangent[0]; }, params, args...);
    return tree::unflatten(product, detail::copy_over<S>(params));
  };
}

/// The dense Hessian of a loss over the flattened parameters: `hessian(f)(params, args…)`, n×n in the order of
/// tree::flatten. Cost: n/4 sweeps with four tangents each, or n/8 with eight where the machine's registers hold as
/// many; memory n².
template <class F>
auto hessian(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    using S = detail::innermost_scalar_t<P, Args...>;
    constexpr int lanes = std::is_floating_point_v<S> ? std::max(4, detail::register_lanes<S>) : 4;
    using D = Dual<S, lanes>;
    const Index n = tree::size(params);
    Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> result(n, n);
    for (Index first = 0; first < n; first += lanes) {
      const auto seed = [&](D& x, Index k) {
        if (k >= first && k < first + lanes) x.tangent[k - first] = S(1);
      };
      const auto read = [&](Index k, const D& adjoint) {
        for (Index lane = 0; lane < std::min<Index>(lanes, n - first); ++lane)
          result(k, first + lane) = adjoint.tangent[lane];
      };
      detail::dual_gradient<D>(f, seed, read, params, args...);
    }
    return result;
  };
}

}  // namespace grove
