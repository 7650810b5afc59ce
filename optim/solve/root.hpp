// Roots of systems of equations, with derivatives.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>

#include "../../autodiff/error.hpp"
#include "../../autodiff/tree/tree.hpp"
#include "../numerics/detail/check.hpp"
#include "../numerics/detail/no_value.hpp"
#include "detail/implicit.hpp"

namespace grove::optim {

/// How `root` and `fixed_point` go about it.
struct RootOptions {
  std::int64_t max_steps = 200;  ///< Newton steps at most, ≥ 1
  double tolerance = 1e-10;      ///< the last step may change x by this, relative to ‖x‖; one more step follows it
};

namespace detail {

inline void check_root(const char* function, const RootOptions& options) {
  check_positive(function, "max_steps", options.max_steps);
  check_positive(function, "tolerance", options.tolerance);
}

/// The values of equations and their Jacobian, both plain.
struct Equations {
  Eigen::VectorXd value;
  Eigen::MatrixXd jacobian;

  bool all_finite() const { return value.allFinite() && jacobian.allFinite(); }
};

/// A root of `equations(x) → Equations` by Newton's method; where a step does not bring the equations nearer to 0, by
/// the damped steps of Levenberg and Marquardt. `x` becomes the root, the result its equations.
/// Throws: Error where no root is found.
template <class = void>
Equations find_root(const char* function, const std::function<Equations(const Eigen::VectorXd&)>& equations,
                    Eigen::VectorXd& x, const RootOptions& options) {
  Equations at = equations(x);
  if (at.value.size() != x.size()) {
    throw ShapeError(
        fill("{}: {} equations for {} unknowns; there must be one each", {function, at.value.size(), x.size()}));
  }
  if (!at.all_finite()) throw Error(fill("{}: the equations are not finite at x0", {function}));
  // Beside a root at 0 no step is short, so the start counts a little.
  const double least = std::max(1e-6 * x.norm(), std::numeric_limits<double>::min());
  const auto scale = [&] { return std::max(x.norm(), least); };
  double damping = 0, last_length = std::numeric_limits<double>::infinity();
  for (std::int64_t step = 0; step < options.max_steps; ++step) {
    const double norm = at.value.norm();
    if (norm == 0) return at;
    Eigen::VectorXd move;
    if (damping == 0) {
      move = at.jacobian.partialPivLu().solve(at.value);
    } else {
      Eigen::MatrixXd normal = at.jacobian.transpose() * at.jacobian;
      normal.diagonal().array() += damping * std::max(normal.diagonal().maxCoeff(), 1e-300);
      move = normal.llt().solve(at.jacobian.transpose() * at.value);
    }
    const double length = move.norm();
    Equations next;
    const bool better = std::isfinite(length) && value_or(false, [&] {
                          next = equations(x - move);
                          return next.all_finite() && next.value.norm() < norm;
                        });
    // The end: a Newton step that is small. At rounding level the equations need not fall any more.
    if (damping == 0 && length <= options.tolerance * scale()) {
      if (!better) return at;
      const bool rounding = length <= 1e-15 * scale() || length >= last_length;
      x -= move;
      at = std::move(next);
      if (rounding) return at;
      last_length = length;
      continue;
    }
    if (better) {
      const bool much = next.value.norm() < norm / 2;
      x -= move;
      at = std::move(next);
      damping = damping < 1e-6 ? 0 : damping / (much ? 10 : 3);
    } else {
      damping = damping == 0 ? 1e-6 : damping * 10;
      if (damping > 1e20) break;
    }
  }
  throw Error(
      fill("{}: no root was found; the norm of the equations is {} where it ended. Start nearer, or look whether "
           "there is one",
           {function, at.value.norm()}));
}

/// `residual(x, args…)` and its Jacobian in x as a function of the joined unknowns, all plain. `T` is the level of what
/// the residual captures beside its arguments.
template <class T, class F, class P, class... Args>
auto plain_equations(const F& residual, const P& like, const Args&... args) {
  return [&residual, x = like, &args...](const Eigen::VectorXd& at) mutable {
    tree::unflatten_into(at, x);
    Equations result;
    if constexpr (std::is_floating_point_v<T>) {
      const auto both = grove::value_and_jacobian(residual)(x, args...);
      result.value = tree::flatten(both.value).template cast<double>();
      result.jacobian = both.jacobian.template cast<double>();
    } else {
      const auto constant = lifted<T>(x);
      result.value = plain_of(Vector<T>(tree::flatten(grove::detail::settled(residual(constant, args...)))))
                         .template cast<double>();
      result.jacobian = plain_of(grove::jacrev(residual)(constant, args...)).template cast<double>();
    }
    return result;
  };
}

/// The root of residual(x, args…) from a plain start, and its derivatives.
template <class F, class P, class... Args>
auto solve_root(const char* function, const F& residual, const P& start, const RootOptions& options,
                const Args&... args) {
  using T = result_scalar_t<F, P, Args...>;
  P x = start;
  Eigen::VectorXd flat = tree::flatten(start).template cast<double>();
  const auto at = [&](const auto&... plain) {
    using Captured = result_scalar_t<F, P, std::remove_cvref_t<decltype(plain)>...>;
    return find_root(function, plain_equations<Captured>(residual, start, plain...), flat, options);
  }(plain_argument(args)...);
  tree::unflatten_into(flat, x);
  return implicit_solution<T>(
      function, [&](const auto& y) { return residual(y, args...); }, x, at.jacobian);
}

}  // namespace detail

/// The x near x0 at which f(x, args…) = 0, with derivatives with respect to `args` of any order.
///
///   auto step = root([](const auto& next, const auto& now, const auto& k) { return next - now + h * k * next; },
///                    y, y, k);                                    // an implicit Euler step, inside a loss
///
/// x0 is a plain tree (of variables the values are taken) and f returns as many numbers as it has. The solver is
/// Newton's, with the damping of Levenberg and Marquardt where that does not help, and goes on to rounding level. It
/// leaves no trace: derivatives come from the implicit function theorem, dx = -(∂f/∂x)⁻¹ ∂f/∂args, at the cost of one
/// evaluation of f with variables and one linear solve in the backward pass. x0 gets no derivative. Variables that f
/// captures instead of taking them as arguments count too, but the solver's steps are then recorded.
/// A trial at which f throws an Error, but one of shapes or structures, is made again, shorter.
/// Returns a tree like x0; a number of the loss's own type inside a loss.
/// Throws: ShapeError if f returns more or fewer numbers than x0 has; Error if no root is found, or where ∂f/∂x is
/// singular and a derivative is taken.
template <class F, class P, class... Args>
auto root(const F& f, const P& x0, const RootOptions& options, const Args&... args) {
  detail::check_root("root", options);
  return detail::solve_root("root", f, detail::plain_of(x0), options, args...);
}
/// The same with the default options.
template <class F, class P, class... Args>
requires(!(std::is_same_v<Args, RootOptions> || ...)) auto root(const F& f, const P& x0, const Args&... args) {
  return root(f, x0, RootOptions{}, args...);
}

}  // namespace grove::optim
