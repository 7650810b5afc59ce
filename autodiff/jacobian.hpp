// Jacobians of functions of trees, by forward or by reverse mode.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "autodiff/jvp.hpp"

namespace grove {
namespace detail {

template <class S>
using dense = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;

template <class S, int Lanes, class F, class P, class... Args>
dense<S> forward_jacobian(F& f, const P& params, const Args&... args) {
  using D = Dual<S, Lanes>;
  const Index n = tree::size(params);
  dense<S> jacobian(0, n);
  for (Index first = 0; first < std::max<Index>(n, 1); first += Lanes) {
    const auto seed = [&](D& x, Index k) {
      if (k >= first && k < first + Lanes) x.tangent[k - first] = S(1);
    };
    const auto result = tree::flatten(evaluate_dual<D>(f, seed, params, args...));
    if (first == 0) jacobian.resize(result.size(), n);
    for (Index lane = 0; lane < std::min<Index>(Lanes, n - first); ++lane) {
      for (Index i = 0; i < result.size(); ++i) jacobian(i, first + lane) = result(i).tangent[lane];
    }
  }
  return jacobian;
}

/// Calls visit(variable) for every active scalar of a result, in the order of tree::flatten.
template <class Result, class Visit>
void for_each_variable(const Result& result, Visit&& visit) {
  tree::detail::visit_leaves(
      [&](const auto& leaf) {
        if constexpr (is_var<bare<decltype(leaf)>>) {
          visit(leaf);
        } else if constexpr (Dense<decltype(leaf)>) {
          const auto& h = [&]() -> decltype(auto) {
            if constexpr (ActiveDense<decltype(leaf)>) {
              return evaluated(leaf);
            } else {
              return (leaf);
            }
          }();
          for (Index j = 0; j < h.cols(); ++j) {
            for (Index i = 0; i < h.rows(); ++i) visit(h(i, j));
          }
        }
      },
      result);
}

template <class S, class F, class P, class... Args>
dense<S> reverse_jacobian(F& f, const P& params, const Args&... args) {
  const auto tied = std::tie(params, args...);
  const Index n = tree::size(params);
  return with_lifted<S, true>(std::index_sequence<0>{}, f, tied,
                              [&](const auto& result, Recording<S>& recording, std::size_t inputs, auto& lifted) {
                                Tape<S>& tape = recording.tape();
                                Index m = 0;
                                for_each_variable(result, [&](const Var<S>&) { ++m; });
                                dense<S> jacobian(m, n);
                                auto row = bare<P>(params);
                                tape.prepare_adjoints();
                                Index i = 0;
                                for_each_variable(result, [&](const Var<S>& y) {
                                  if (VarAccess::is_active(y, tape)) {
                                    *tape.adjoint(VarAccess::slot(y)) = S(1);
                                    tape.sweep(recording.opened(), inputs);
                                  }
                                  take_adjoints<S>(row, *std::get<0>(lifted));
                                  jacobian.row(i++) = tree::flatten(row).transpose();
                                });
                                return jacobian;
                              });
}

}  // namespace detail

/// The Jacobian of f by forward mode: m×n, both sides in the order of tree::flatten. Cost: n/4 evaluations with four
/// tangents each; the better choice when there are fewer parameters than results.
template <class F>
auto jacfwd(F f) {
  return [f = std::move(f)](const detail::Differentiable auto& params, const auto&... args) {
    return detail::forward_jacobian<detail::scalar_of_tree<decltype(params)>, 4>(f, params, args...);
  };
}

/// The Jacobian of f by reverse mode: one recording and m sweeps; the better choice when there are more parameters than
/// results.
template <class F>
auto jacrev(F f) {
  return [f = std::move(f)](const detail::Differentiable auto& params, const auto&... args) {
    return detail::reverse_jacobian<detail::scalar_of_tree<decltype(params)>>(f, params, args...);
  };
}

/// The Jacobian of f, m×n over the flattened result and parameters, by the cheaper of jacfwd and jacrev for this shape.
/// f may return a scalar, an array or a tree. Cost: one evaluation more than the mode it chooses.
template <class F>
auto jacobian(F f) {
  return [f = std::move(f)](const detail::Differentiable auto& params, const auto&... args) {
    using S = detail::scalar_of_tree<decltype(params)>;
    const auto tied = std::tie(params, args...);
    const Index m = detail::with_lifted<S, false>(std::index_sequence<0>{}, f, tied,
                                                  [](const auto& result, detail::Recording<S>&, std::size_t, auto&) {
                                                    Index count = 0;
                                                    detail::for_each_variable(result, [&](const Var<S>&) { ++count; });
                                                    return count;
                                                  });
    if (tree::size(params) <= m) return detail::forward_jacobian<S, 4>(f, params, args...);
    return detail::reverse_jacobian<S>(f, params, args...);
  };
}

}  // namespace grove
