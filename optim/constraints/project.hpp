// Links that keep the params in a set: a projection of one's own, or a box.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

#include "../numerics/detail/check.hpp"
#include "../numerics/projections.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/transformation.hpp"

namespace grove::optim {

/// The link behind `project`.
template <class F>
struct Project {
  static constexpr bool needs_params = true;

  F f;  ///< from a tree to the nearest one that is allowed

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P>
  Updated<U, EmptyState> update(U updates, EmptyState /*state*/, const P& params) const {
    tree::for_each([](auto&& u, const auto& p) { u = p + u; }, updates, params);
    updates = f(std::move(updates));
    tree::check_same_structure("project", params, updates, "params", "what f returned");
    tree::for_each([](auto&& u, const auto& p) { u = u - p; }, updates, params);
    return {std::move(updates), {}};
  }
};

/// The next params are f(params + updates): projected gradient where f is a projection.
///
///   auto optimizer = chain(sgd(0.1), project([](auto params) { return projection_simplex(std::move(params)); }));
///
/// f takes a tree like the params and returns one. To be put last. Under `masked` f sees zeros in the other leaves, and
/// what it does there is undone; `masked(flatten(project(f)), mask)` hands it a vector of the leaves that take part.
/// Throws: StructureError if f returns a tree of another structure; HyperparameterError if f is empty.
template <class F>
auto project(F f) {
  detail::check_given("project", "f", f);
  return GradientTransformation<Project<F>>{{std::move(f)}};
}

namespace detail {

/// The update that leads from p into [low, high]. The sum p + u is rounded, by which it may lie beside the bound: the
/// update gives way until it does not.
template <class S>
S update_into(S p, S u, S low, S high) {
  constexpr S inf = std::numeric_limits<S>::infinity();
  const S next = p + u;
  if (next > high) {
    u = high - p;
    while (p + u > high) u = std::nextafter(u, -inf);
  } else if (next < low) {
    u = low - p;
    while (p + u < low) u = std::nextafter(u, inf);
  }
  return u;
}

/// The bound of an element, from a number or a leaf.
template <class Bound>
auto bound_at(const Bound& bound, Eigen::Index i, Eigen::Index j) {
  if constexpr (HasElements<Bound>) {
    return bound(i, j);
  } else {
    return bound;
  }
}

template <class U, class P, class L, class H>
void clip_update(U&& u, const P& p, const L& low, const H& high) {
  using S = view_scalar_t<U>;
  if constexpr (!std::is_floating_point_v<S>) {
    u = select(p + u < low, 0 * sign_of(p) + low, select(p + u > high, 0 * sign_of(p) + high, p + u)) - p;
  } else if constexpr (HasElements<U>) {
    for (Eigen::Index j = 0; j < u.cols(); ++j) {
      for (Eigen::Index i = 0; i < u.rows(); ++i) {
        u(i, j) =
            update_into<S>(p(i, j), u(i, j), static_cast<S>(bound_at(low, i, j)), static_cast<S>(bound_at(high, i, j)));
      }
    }
  } else {
    u = update_into<S>(p, u, static_cast<S>(low), static_cast<S>(high));
  }
}

/// Throws where a lower bound exceeds the upper one.
template <class L, class H>
void check_box(const char* function, const L& lower, const H& upper) {
  if constexpr (std::is_arithmetic_v<L> && std::is_arithmetic_v<H>) {
    if (!(lower <= upper)) {
      throw HyperparameterError(fill("{}: lower = {} exceeds upper = {}",
                                     {function, static_cast<double>(lower), static_cast<double>(upper)}));
    }
  } else if constexpr (std::is_arithmetic_v<L>) {
    check_bounds(function, bound_like(upper, lower), upper);
  } else if constexpr (std::is_arithmetic_v<H>) {
    check_bounds(function, lower, bound_like(lower, upper));
  } else {
    tree::check_same_structure(function, lower, upper, "lower", "upper");
    check_bounds(function, lower, upper);
  }
}

}  // namespace detail

/// The link behind `keep_in_box`.
template <class L, class H>
struct KeepInBox {
  static constexpr bool needs_params = true;

  L lower;  ///< a number, or a tree like the params
  H upper;  ///< a number, or a tree like the params

  template <class P>
  EmptyState init(const P& params) const {
    check(params);
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, EmptyState& /*state*/, const P& params, const E& extra) const {
    check(params);
    const auto run = [&](const auto&... bounds) {
      detail::for_each_leaf(
          extra,
          [&](std::size_t, auto&& u, const auto& p, const auto&... leaves) {
            if constexpr (sizeof...(leaves) == 2) {
              detail::clip_update(u, p, leaves...);
            } else if constexpr (sizeof...(leaves) == 0) {
              detail::clip_update(u, p, lower, upper);
            } else if constexpr (std::is_arithmetic_v<L>) {
              detail::clip_update(u, p, lower, leaves...);
            } else {
              detail::clip_update(u, p, leaves..., upper);
            }
          },
          updates, params, bounds...);
    };
    if constexpr (std::is_arithmetic_v<L> && std::is_arithmetic_v<H>) {
      run();
    } else if constexpr (std::is_arithmetic_v<L>) {
      run(upper);
    } else if constexpr (std::is_arithmetic_v<H>) {
      run(lower);
    } else {
      run(lower, upper);
    }
  }

 private:
  template <class P>
  void check(const P& params) const {
    if constexpr (!std::is_arithmetic_v<L>) tree::check_same_structure("keep_in_box", params, lower, "params", "lower");
    if constexpr (!std::is_arithmetic_v<H>) tree::check_same_structure("keep_in_box", params, upper, "params", "upper");
  }
};

/// Shortens updates so that no param leaves [lower, upper], also not by rounding (unless the box is narrower than the
/// last digit of a param far outside, which the next step mends): projected gradient after sgd. Bounds are numbers for
/// all elements, infinite ones among them, or trees like the params. To be put last; `masked` says for which leaves.
/// Params that start outside are in the box after the first step; NaN stays.
///
///   auto fit = minimize(loss, params, chain(adam(0.1), keep_in_box(0.0, 1.0)), {}, x, y);
///
/// A linesearch does not see the box; `lbfgsb` searches within it.
/// Throws: HyperparameterError where a lower bound exceeds the upper one; StructureError if trees differ.
template <class L, class H>
auto keep_in_box(L lower, H upper) {
  detail::check_box("keep_in_box", lower, upper);
  return GradientTransformation<KeepInBox<L, H>>{{std::move(lower), std::move(upper)}};
}

}  // namespace grove::optim
