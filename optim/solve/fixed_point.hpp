// Fixed points, equilibria among them, with derivatives.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "../../autodiff/derivatives/grad.hpp"
#include "../../autodiff/error.hpp"
#include "../../autodiff/tree/tree.hpp"
#include "root.hpp"

namespace grove::optim {
namespace detail {

/// Follows x ← map(x) until the steps are short beside x, or for `max_steps`. Where they grow without bound, the start
/// stays.
template <class = void>
Eigen::VectorXd follow(const std::function<Eigen::VectorXd(const Eigen::VectorXd&)>& map, const Eigen::VectorXd& start,
                       std::int64_t max_steps) {
  constexpr double near_enough = 1e-3;  // for Newton's method to go on from here
  Eigen::VectorXd x = start;
  for (std::int64_t step = 0; step < max_steps; ++step) {
    const Eigen::VectorXd next = map(x);
    if (next.size() != x.size()) {
      throw ShapeError(
          fill("fixed_point: f returns {} numbers for {}; there must be one each", {next.size(), x.size()}));
    }
    if (!next.allFinite()) return start;
    const double length = (next - x).norm();
    x = next;
    if (length <= near_enough * x.norm()) break;
  }
  return x.norm() > 1e8 * (1 + start.norm()) ? start : x;
}

/// f(x, args…) in plain numbers; T is the level of what f captures.
template <class T, class F, class P, class... Args>
Eigen::VectorXd numbers_of_map(const F& f, const P& x, const Args&... args) {
  if constexpr (std::is_floating_point_v<T>) {
    return tree::flatten(grove::evaluate(f, x, args...)).template cast<double>();
  } else {
    return plain_of(Vector<T>(tree::flatten(grove::detail::settled(f(lifted<T>(x), args...))))).template cast<double>();
  }
}

}  // namespace detail

/// The x with x = f(x, args…) that the iteration x ← f(x, args…) from x0 leads to, with derivatives with respect to
/// `args` of any order.
///
///   auto equilibrium = fixed_point([](const auto& z, const auto& w, const auto& x) { return tanh(w * z + x); },
///                                  Eigen::VectorXd(Eigen::VectorXd::Zero(n)), w, x);      // inside a loss
///
/// f returns a tree like x0. The iteration goes on until its steps are short (it finds the fixed point that attracts),
/// then Newton's method for x - f(x, args…) = 0 goes to rounding level, also where the iteration is slow. As in `root`
/// nothing of this is recorded: a derivative costs one evaluation of f with variables and one linear solve,
/// dx = (1 - ∂f/∂x)⁻¹ ∂f/∂args. Captured variables: see `root`.
/// Throws: ShapeError if f returns more or fewer numbers than x0 has; Error if there is no end, or where 1 - ∂f/∂x is
/// singular and a derivative is taken.
template <class F, class P, class... Args>
auto fixed_point(const F& f, const P& x0, const RootOptions& options, const Args&... args) {
  detail::check_root("fixed_point", options);
  const auto start = detail::plain_of(x0);
  using Start = std::remove_cvref_t<decltype(start)>;
  const auto map = [&](const auto&... plain) {
    using Captured = detail::result_scalar_t<F, Start, std::remove_cvref_t<decltype(plain)>...>;
    return detail::follow(
        [&, x = start](const Eigen::VectorXd& at) mutable -> Eigen::VectorXd {
          tree::unflatten_into(at, x);
          return detail::numbers_of_map<Captured>(f, x, plain...);
        },
        tree::flatten(start).template cast<double>(), options.max_steps);
  };
  const Start near = tree::unflatten(map(detail::plain_argument(args)...), start);
  const auto gap = [&f](const auto& x, const auto&... data) {
    const auto next = tree::flatten(grove::detail::settled(f(x, data...)));
    using T = grove::detail::level_t<std::remove_cvref_t<decltype(x)>, std::remove_cvref_t<decltype(next)>>;
    Eigen::Matrix<T, Eigen::Dynamic, 1> gaps = tree::flatten(x).template cast<T>();
    for (Eigen::Index i = 0; i < gaps.size(); ++i) gaps(i) = gaps(i) - next(i);
    return gaps;
  };
  return detail::solve_root("fixed_point", gap, near, options, args...);
}
/// The same with the default options.
template <class F, class P, class... Args>
requires(!(std::is_same_v<Args, RootOptions> || ...)) auto fixed_point(const F& f, const P& x0, const Args&... args) {
  return fixed_point(f, x0, RootOptions{}, args...);
}

}  // namespace grove::optim
