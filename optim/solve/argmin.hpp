// Minima as functions of what the loss depends on, with derivatives.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <type_traits>

#include "../../autodiff/derivatives/grad.hpp"
#include "../../autodiff/derivatives/hessian.hpp"
#include "../../autodiff/error.hpp"
#include "../../autodiff/tree/tree.hpp"
#include "../numerics/detail/check.hpp"
#include "../numerics/detail/no_value.hpp"
#include "../numerics/detail/positive_definite.hpp"
#include "detail/implicit.hpp"

namespace grove::optim {

/// How `argmin` goes about it.
struct ArgminOptions {
  std::int64_t max_steps = 200;  ///< Newton steps at most, ≥ 1
  double tolerance = 1e-9;       ///< how far Newton's step may still lead, relative to ‖x‖, before the last steps
};

namespace detail {

/// A loss to be minimized: its value, or with its gradient and Hessian.
struct PlainLoss {
  std::function<double(const Eigen::VectorXd&)> value;
  std::function<double(const Eigen::VectorXd&, Eigen::VectorXd& gradient, Eigen::MatrixXd& hessian)> derivatives;
};

/// Newton's method with steps that are shortened until the loss falls; near the end, where rounding hides whether it
/// does, the gradient decides. `x` becomes the minimum, the result the Hessian there. Throws: Error where none is
/// found.
template <class = void>
Eigen::MatrixXd find_minimum(const PlainLoss& loss, Eigen::VectorXd& x, const ArgminOptions& options) {
  Eigen::VectorXd gradient(x.size()), next_gradient(x.size());
  Eigen::MatrixXd hessian(x.size(), x.size()), next_hessian = hessian;
  double value = loss.derivatives(x, gradient, hessian);
  const auto fail = [&](const char* what) {
    return Error(fill("argmin: {}: the loss is {} and the norm of its gradient {}", {what, value, gradient.norm()}));
  };
  if (!std::isfinite(value) || !gradient.allFinite() || !hessian.allFinite()) throw fail("not finite at x0");
  for (std::int64_t step = 0; step < options.max_steps; ++step) {
    bool modified = false;
    const Eigen::VectorXd move = newton_direction(hessian, gradient, 1e-14, &modified);
    const double slope = gradient.dot(move), length = move.norm();
    const double scale = std::max(x.norm(), std::numeric_limits<double>::min());
    if (gradient.norm() == 0 || length <= options.tolerance * scale) {
      if (modified) throw fail("it ended where the Hessian is not positive definite, at no minimum or a flat one");
      if (gradient.norm() == 0) return hessian;
      const double next = loss.derivatives(x - move, next_gradient, next_hessian);
      if (!std::isfinite(next) || !(next_gradient.norm() < gradient.norm())) return hessian;
      x -= move;
      value = next;
      gradient = next_gradient;
      hessian = next_hessian;
      continue;
    }
    double rate = 1;
    const double noise = 1e-15 * std::abs(value);
    const auto trial = [&] {
      return value_or(std::numeric_limits<double>::infinity(), [&] { return loss.value(x - rate * move); });
    };
    while (rate > 1e-12 && !(trial() <= value - 1e-4 * rate * slope + noise)) rate /= 2;
    if (!(rate > 1e-12)) throw fail("no step lowers the loss");
    x -= rate * move;
    value = loss.derivatives(x, gradient, hessian);
    if (!gradient.allFinite() || !hessian.allFinite()) throw fail("a derivative is not finite");
  }
  throw fail("no minimum within max_steps");
}

}  // namespace detail

/// The x near x0 at which loss(x, args…) is least, with derivatives with respect to `args` of any order.
///
///   auto validation = [&](const auto& log_penalty) {           // of ridge regression's hyper-parameter
///     auto w = argmin(ridge, w0, exp(log_penalty), x, y);
///     return mean(square(x_held_out * w - y_held_out));
///   };
///   auto slope = grad(validation)(0.3);
///
/// x0 is a plain tree (of variables the values are taken). The minimum is found by Newton's method with the dense
/// Hessian, for up to some hundreds of numbers, to rounding level. Nothing of it is recorded: derivatives come from the
/// implicit function theorem, dx = -H⁻¹ ∂(∇ loss)/∂args, at the cost of one gradient with variables and one linear
/// solve in the backward pass. x0 gets no derivative, and the loss must be smooth at the minimum. What the derivative
/// is to be taken of goes through `args`. Returns a tree like x0. Throws: Error if no minimum is found, or one where
/// the Hessian is singular.
template <class Loss, class P, class... Args>
auto argmin(const Loss& loss, const P& x0, const ArgminOptions& options, const Args&... args) {
  detail::check_positive("argmin", "max_steps", options.max_steps);
  detail::check_positive("argmin", "tolerance", options.tolerance);
  auto x = detail::plain_of(x0);
  using Start = std::remove_cvref_t<decltype(x)>;
  using T = detail::result_scalar_t<Loss, Start, Args...>;
  const Eigen::MatrixXd hessian = [&](const auto&... plain) {
    static_assert(
        std::is_floating_point_v<detail::result_scalar_t<Loss, Start, std::remove_cvref_t<decltype(plain)>...>>,
        "argmin: the loss captures variables of the enclosing loss; pass them as arguments after x0");
    Start at = x, gradients = x;
    const detail::PlainLoss numbers{
        [&](const Eigen::VectorXd& flat) {
          tree::unflatten_into(flat, at);
          return static_cast<double>(grove::evaluate(loss, at, plain...));
        },
        [&](const Eigen::VectorXd& flat, Eigen::VectorXd& gradient, Eigen::MatrixXd& second) {
          tree::unflatten_into(flat, at);
          tree::scalar_t<Start> value{};
          grove::value_and_grad_into(loss, at, value, gradients, plain...);
          gradient = tree::flatten(gradients).template cast<double>();
          second = grove::hessian(loss)(at, plain...).template cast<double>();
          return static_cast<double>(value);
        }};
    Eigen::VectorXd flat = tree::flatten(x).template cast<double>();
    Eigen::MatrixXd result = detail::find_minimum(numbers, flat, options);
    tree::unflatten_into(flat, x);
    return result;
  }(detail::plain_argument(args)...);
  return detail::implicit_solution<T>(
      "argmin", [&](const auto& y) { return grove::grad(loss)(y, args...); }, x, hessian);
}
/// The same with the default options.
template <class Loss, class P, class... Args>
requires(!(std::is_same_v<Args, ArgminOptions> || ...)) auto argmin(const Loss& loss, const P& x0,
                                                                    const Args&... args) {
  return argmin(loss, x0, ArgminOptions{}, args...);
}

}  // namespace grove::optim
