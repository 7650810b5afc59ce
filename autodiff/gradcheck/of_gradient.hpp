// Checking a gradient that the user wrote, without a tape.
#pragma once

#include <type_traits>
#include <utility>

#include "detail/flatten.hpp"
#include "detail/run.hpp"

namespace grove {

/// Compares a gradient of your own with finite differences of your own function.
///
///   auto f = [](const Line& p, const Data& d) { … return loss; };        // any callable that returns a number
///   auto gradient = [](const Line& p, const Data& d) { … return Line{…}; };
///   grove::gradcheck_gradient_report(f, gradient, params, data, grove::GradcheckOptions{.seed = 3});
///
/// Both are called with plain trees, `gradient` returns one of the structure of `params`; `params` is never modified.
/// The last argument may be GradcheckOptions. An exception thrown by `f` at a probe near `params` counts as a value
/// outside of its domain. Throws: grove::StructureError if there is nothing to check, grove::HyperparameterError for
/// bad options.
template <class F, class Gradient, tree::Pytree Params, class... Args>
GradcheckReport gradcheck_gradient_report(F&& f, Gradient&& gradient, const Params& params, const Args&... args) {
  return detail::check::with_options(
      [&](const GradcheckOptions& options, const auto&... rest) {
        static_assert(std::is_invocable_v<F&, const Params&, decltype(rest)...>,
                      "gradcheck_gradient: the function cannot be called with params and the arguments after it");
        static_assert(std::is_invocable_v<Gradient&, const Params&, decltype(rest)...>,
                      "gradcheck_gradient: the gradient cannot be called with params and the arguments after it");
        using Value = std::remove_cvref_t<decltype(f(params, rest...))>;
        static_assert(std::is_convertible_v<Value, double>, "gradcheck_gradient: the function must return a number");
        detail::check::FlatProblem problem = detail::check::flat_problem("gradcheck_gradient", params);
        Params probe = params;
        problem.single_value = std::is_same_v<Value, float>;
        problem.value = [&](const Eigen::VectorXd& x) -> double {
          detail::check::from_flat(x, probe);
          return static_cast<double>(f(std::as_const(probe), rest...));
        };
        problem.gradient = [&](const Eigen::VectorXd& x) -> detail::check::FlatProblem::Gradient {
          detail::check::from_flat(x, probe);
          return detail::check::flat_gradient<Params>(gradient(std::as_const(probe), rest...),
                                                      detail::check::not_a_number);
        };
        return detail::check::run_gradcheck(problem, options);
      },
      args...);
}

/// As gradcheck_gradient_report, but throws grove::GradcheckError with the report as its message when the check fails.
template <class F, class Gradient, tree::Pytree Params, class... Args>
void gradcheck_gradient(F&& f, Gradient&& gradient, const Params& params, const Args&... args) {
  detail::check::throw_unless_ok(gradcheck_gradient_report(f, gradient, params, args...));
}

}  // namespace grove
