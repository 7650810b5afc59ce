// Bijections for the leaves of a tree, chosen by path.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../../autodiff/error.hpp"
#include "../../autodiff/tree/tree.hpp"
#include "../numerics/detail/check.hpp"
#include "bijections.hpp"

namespace grove::optim::bijections {

/// A bijection and the leaves that it is for.
template <class B>
struct At {
  std::function<bool(const tree::Path&)> admits;  ///< the leaves that it maps
  B bijection;                                    ///< how it maps them
};

/// The leaves whose path begins with these steps: `at("noise.scale", positive())`.
template <class B>
At<B> at(std::string steps, B bijection) {
  return {[steps = std::move(steps)](const tree::Path& path) { return path.starts_with(steps); }, std::move(bijection)};
}
/// The leaves that a function of the path admits.
template <class F, class B>
requires std::is_invocable_r_v<bool, const F&, const tree::Path&> At<B> at(F admits, B bijection) {
  optim::detail::check_given("at", "the function of the path", admits);
  return {std::move(admits), std::move(bijection)};
}

/// What `by_path` returns.
template <class... Bs>
struct ByPath {
  std::tuple<At<Bs>...> rules;  ///< one for each set of leaves

  /// From free params to constrained ones.
  template <class P>
  auto forward(const P& params) const {
    return mapped(params, [](const auto& bijection, const auto& leaf) { return bijection.forward(leaf); });
  }
  /// From constrained params to free ones.
  template <class P>
  auto inverse(const P& params) const {
    return mapped(params, [](const auto& bijection, const auto& leaf) { return bijection.inverse(leaf); });
  }
  /// The sum over all leaves.
  template <class P>
  auto log_det_jacobian(const P& params) const {
    tree::scalar_t<P> sum = 0;
    for_each_match(params, [&](const auto& bijection, const auto& leaf) { sum += bijection.log_det_jacobian(leaf); });
    return sum;
  }

 private:
  /// Calls visit(bijection, leaf) for the leaves that have one: the first that admits them.
  template <class P, class Visit>
  void for_each_match(P& params, const Visit& visit) const {
    bool used[sizeof...(Bs)] = {};
    tree::detail::visit_leaves_with_path([&](const tree::Path& path, auto& leaf) { match<0>(path, leaf, visit, used); },
                                         params);
    for (std::size_t k = 0; k < sizeof...(Bs); ++k) {
      if (!used[k]) {
        throw StructureError(
            optim::detail::fill("by_path: rule {} fits no leaf that no rule before it fits; the params are {}",
                                {k, tree::to_string(tree::structure(params))}));
      }
    }
  }

  template <std::size_t K, class L, class Visit>
  void match(const tree::Path& path, L& leaf, const Visit& visit, bool* used) const {
    if constexpr (K < sizeof...(Bs)) {
      const auto& rule = std::get<K>(rules);
      if (!rule.admits(path)) return match<K + 1>(path, leaf, visit, used);
      used[K] = true;
      if constexpr (!optim::detail::HasElements<L> && !std::remove_cvref_t<decltype(rule.bijection)>::elementwise) {
        throw ShapeError(
            optim::detail::fill("by_path: {} is a number and its bijection needs a vector", {path.string()}));
      } else {
        visit(rule.bijection, leaf);
      }
    }
  }

  template <class P, class F>
  P mapped(P params, const F& f) const {
    for_each_match(params, [&]<class L>(const auto& bijection, L& leaf) {
      tree::detail::assign_leaf(leaf, f(bijection, std::as_const(leaf)));
    });
    return params;
  }
};

/// The bijection of a tree: each rule `at(path, bijection)` for its leaves, and the others as they are.
///
///   const auto map = by_path(at("sigma", positive()), at("weights", simplex()));
///   auto fit = minimize(constrained(loss, map), map.inverse(start), lbfgs(), {}, x, y);
///   const Model<> best = map.forward(fit.params);
///
/// Of several rules the first that admits a leaf counts. A bijection that changes sizes needs leaves of dynamic size: a
/// vector of 3 for a simplex of 4; n (n + 1) / 2 × 1 numbers in a matrix for a Cholesky factor of n × n.
/// Throws (when used): StructureError if a rule fits no leaf; ShapeError if a leaf does not suit its bijection.
template <class... Bs>
ByPath<Bs...> by_path(At<Bs>... rules) {
  static_assert(sizeof...(Bs) > 0, "by_path: there must be at least one rule");
  return {{std::move(rules)...}};
}

/// The loss as a function of unconstrained params: `constrained(loss, map)(x, args…) = loss(map.forward(x), args…)`.
///
/// For the mode of a density in the constrained params this is all; for one over unconstrained params subtract
/// `map.log_det_jacobian(x)` from a negative log-density.
template <class Loss, class Map>
auto constrained(Loss loss, Map map) {
  return [loss = std::move(loss), map = std::move(map)](const auto& x, const auto&... args) {
    return loss(map.forward(x), args...);
  };
}

}  // namespace grove::optim::bijections
