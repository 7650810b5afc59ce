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

/// The Hessian times a matrix of `count` columns, a group of lanes after the other. seed(k, set) gives the entries of
/// the matrix's row k that are not zero, by set(column, number); read(k, column, number) takes those of the product.
template <class S, class F, class Seed, class Read, class P, class... Args>
void hessian_products(F& f, Index count, const Seed& seed, const Read& read, const P& params, const Args&... args) {
  constexpr int group = hessian_group<S>;
  using D = HessianDual<S>;
  for (Index first = 0; first < count; first += group) {
    const Index width = std::min<Index>(group, count - first);
    const auto seed_group = [&](D& x, Index k) {
      seed(k, [&](Index column, const S& number) {
        if (column >= first && column < first + width) x.tangent[column - first] = number;
      });
    };
    const auto read_group = [&](Index k, const D& adjoint) {
      for (Index lane = 0; lane < width; ++lane) read(k, first + lane, S(adjoint.tangent[lane]));
    };
    dual_gradient<D>(f, seed_group, read_group, params, args...);
  }
}

/// The Hessian itself, column by column.
template <class S, class F, class Read, class P, class... Args>
void hessian_columns(F& f, const Read& read, const P& params, const Args&... args) {
  const auto unit = [](Index k, const auto& set) { set(k, S(1)); };
  hessian_products<S>(f, tree::size(params), unit, read, params, args...);
}

}  // namespace detail

/// The product of the Hessian of a loss with a tangent: `hvp(f)(params, tangents, args…)`, a tree like `params`.
/// Never forms the Hessian. Cost: about two to four gradients. Throws: StructureError if `tangents` is not like
/// `params`.
template <class F>
auto hvp(F f) {
  return detail::derivative_along<F, detail::ProductOrder>(
      [f = std::move(f)]<detail::Differentiable P, detail::Differentiable Q, class... Args>(
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
      });
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
        const auto read = [&result](Index k, Index column, const S& number) { result(k, column) = number; };
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
    const auto read = [&diagonal](Index k, Index column, const S& number) {
      if (k == column) diagonal(k) = number;
    };
    detail::hessian_columns<S>(f, read, params, args...);
    return tree::unflatten(diagonal, detail::copy_over<S>(params));
  };
}

}  // namespace grove
