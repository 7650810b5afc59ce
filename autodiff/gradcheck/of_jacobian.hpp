// Checking the Jacobian of a function with an array or a tree as its result.
#pragma once

#include "../derivatives/jacobian.hpp"
#include "../derivatives/vjp.hpp"
#include "detail/flatten.hpp"
#include "detail/jacobian_run.hpp"

namespace grove {

/// Compares the Jacobian of `f` with finite differences of its result, output by output, and the modes with each other.
///
///   GradcheckReport report = grove::gradcheck_jacobian_report(residuals, params, x, y);
///
/// `f(params, args…)` returns a number, an Eigen array or a tree, as for jacobian; the last argument may be
/// GradcheckOptions. Every entry of jacrev is compared as gradcheck compares those of a gradient, and with jacfwd; a
/// row of the report names the output and the parameter (`d residuals(3) / d rate`). Leaves are those of `params`.
/// Above 2,000 parameters or a million entries, J·v is compared along random directions instead, for every output, a
/// failure is bisected to a parameter, and vjp and jvp must be each other's transposes. Cost: two values for each
/// parameter, both Jacobians, and 30 to 100 values more for a parameter that needs a closer look. Throws:
/// grove::HyperparameterError for bad options, what `f` throws at `params`.
template <class F, tree::Pytree Params, class... Args>
GradcheckReport gradcheck_jacobian_report(F&& f, const Params& params, const Args&... args) {
  using detail::check::from_flat, detail::check::to_flat, detail::check::leaf_table;
  return detail::check::with_options(
      [&](const GradcheckOptions& options, const auto&... rest) {
        detail::check::FlatFunction function;
        function.params = detail::check::flat_problem("gradcheck_jacobian", params);
        Params probe = params, tangent = params;
        auto result = evaluate(f, params, rest...);
        static_assert(tree::Pytree<decltype(result)>,
                      "gradcheck_jacobian: the function must return a number, an array or a tree of them");
        function.outputs = leaf_table(result);
        for (const auto& leaf : function.outputs) function.params.single_value |= leaf.single;
        const auto& g = f;
        const auto at = [&probe](const Eigen::VectorXd& x) -> const Params& {
          from_flat(x, probe);
          return probe;
        };
        const auto flat = [](const auto& tree) { return to_flat(tree, leaf_table(tree)); };
        function.value = [&](const Eigen::VectorXd& x) { return flat(evaluate(g, at(x), rest...)); };
        function.forward = [&](const Eigen::VectorXd& x) -> Eigen::MatrixXd {
          return jacfwd(std::cref(g))(at(x), rest...).template cast<double>();
        };
        function.reverse = [&](const Eigen::VectorXd& x) -> Eigen::MatrixXd {
          return jacrev(std::cref(g))(at(x), rest...).template cast<double>();
        };
        function.jvp = [&](const Eigen::VectorXd& x, const Eigen::VectorXd& v) {
          from_flat(v, tangent);
          return flat(jvp(std::cref(g))(at(x), tangent, rest...).tangent);
        };
        function.vjp = [&](const Eigen::VectorXd& x, const Eigen::VectorXd& u) {
          auto [value, pullback] = vjp(std::cref(g))(at(x), rest...);
          from_flat(u, value);
          return flat(pullback(value));
        };
        return detail::check::JacobianRun(function, options).run();
      },
      args...);
}

/// As gradcheck_jacobian_report, but throws grove::GradcheckError with the report as its message when the check fails:
///
///   grove::gradcheck_jacobian(residuals, params, x, y);
///
///   gradcheck_jacobian: d result(3) / d rate: wrong: analytic 0.246, numeric 0.123, relative error 5.0e-01; …
template <class F, tree::Pytree Params, class... Args>
void gradcheck_jacobian(F&& f, const Params& params, const Args&... args) {
  detail::check::throw_unless_ok(gradcheck_jacobian_report(f, params, args...));
}

}  // namespace grove
