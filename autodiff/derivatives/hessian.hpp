// Second derivatives by forward over reverse mode: products with the Hessian, the dense Hessian, its diagonal.
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

/// The columns of the Hessian, a group of lanes after the other: calls read(row k, first column, number of columns,
/// adjoint whose tangents they are).
template <class S, class F, class Read, class P, class... Args>
void hessian_columns(F& f, const Read& read, const P& params, const Args&... args) {
  constexpr int group = hessian_group<S>;
  using D = HessianDual<S>;
  const Index n = tree::size(params);
  for (Index first = 0; first < n; first += group) {
    const Index count = std::min<Index>(group, n - first);
    const auto seed = [&](D& x, Index k) {
      if (k >= first && k < first + group) x.tangent[k - first] = S(1);
    };
    dual_gradient<D>(
        f, seed, [&](Index k, const D& adjoint) { read(k, first, count, adjoint); }, params, args...);
  }
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
  return detail::derivative_of<F, detail::SecondOrder, std::index_sequence<0>>(
      [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
        using S = detail::innermost_scalar_t<P, Args...>;
        const Index n = tree::size(params);
        Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> result(n, n);
        const auto read = [&result](Index k, Index first, Index count, const auto& adjoint) {
          for (Index lane = 0; lane < count; ++lane) result(k, first + lane) = adjoint.tangent[lane];
        };
        detail::hessian_columns<S>(f, read, params, args...);
        return result;
      });
}

/// The diagonal of the Hessian of a loss, ∂²f/∂pᵢ² for every scalar of the parameters: `hessian_diagonal(f)(params,
/// args…)`, a tree like `params`. Exact. Cost: the sweeps of `hessian`, but memory n; where the Hessian is sparse,
/// sparse_hessian needs far fewer.
template <class F>
auto hessian_diagonal(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    using S = detail::innermost_scalar_t<P, Args...>;
    detail::vector_of<S> diagonal(tree::size(params));
    const auto read = [&diagonal](Index k, Index first, Index count, const auto& adjoint) {
      if (k >= first && k < first + count) diagonal(k) = adjoint.tangent[k - first];
    };
    detail::hessian_columns<S>(f, read, params, args...);
    return tree::unflatten(diagonal, detail::copy_over<S>(params));
  };
}

}  // namespace grove
