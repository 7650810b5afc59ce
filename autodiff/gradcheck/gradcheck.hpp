// Checking the tape's gradient of a loss against finite differences.
#pragma once

#include "../derivatives/grad.hpp"
#include "of_gradient.hpp"

namespace grove {

/// Compares the gradient of a loss with finite differences at every parameter (above 2,000 of them, along random
/// directions).
///
///   GradcheckReport report = grove::gradcheck_report(loss, params, x, y, grove::GradcheckOptions{.rtol = 1e-7});
///   std::cout << report;                                       // verdict, worst entries, leaves, hints
///
/// The loss is what value_and_grad takes, and the arguments after `params` are passed on to it; the last one may be
/// GradcheckOptions. `params` is never modified. Steps are chosen for each entry from its magnitude and its type;
/// entries that disagree are measured again at fifteen steps or more, down to where rounding takes over, with an error
/// estimate, before anything is called wrong. An entry that is `ok` is right to 0.01 %, however small it is beside
/// others; one that differences cannot see so well is `inconclusive_noise`. Kinks and jumps of the value at the point
/// are `non_smooth`, not wrong. Also checked: value and gradient are the same when asked twice, and the value is the
/// same with and without the gradient. Cost: two values for each parameter, four gradients; for an entry that needs a
/// closer look 30 to 100 values, and eight gradients once. Figures: docs/gradcheck.md. Throws:
/// grove::HyperparameterError for bad options, what the loss throws at `params`.
template <class F, tree::Pytree Params, class... Args>
GradcheckReport gradcheck_report(F&& f, const Params& params, const Args&... args) {
  return detail::check::with_options(
      [&](const GradcheckOptions& options, const auto&... rest) {
        detail::check::FlatProblem problem = detail::check::flat_problem("gradcheck", params);
        Params probe = params, grads = params;
        using Value = std::remove_cvref_t<decltype(evaluate(f, params, rest...))>;
        problem.single_value = std::is_same_v<Value, float>;
        problem.value = [&](const Eigen::VectorXd& x) -> double {
          detail::check::from_flat(x, probe);
          return static_cast<double>(evaluate(f, std::as_const(probe), rest...));
        };
        problem.gradient = [&](const Eigen::VectorXd& x) -> detail::check::FlatProblem::Gradient {
          detail::check::from_flat(x, probe);
          Value value{};
          value_and_grad_into(f, std::as_const(probe), value, grads, rest...);
          return detail::check::flat_gradient<Params>(grads, static_cast<double>(value));
        };
        return detail::check::run_gradcheck(problem, options);
      },
      args...);
}

/// As gradcheck_report, but throws grove::GradcheckError with the report as its message when the check fails:
///
///   grove::gradcheck(loss, params, x, y);
///
///   gradcheck: layers[0].weight(1,2): wrong: analytic 0.246, numeric 0.123, relative error 5.0e-01; …
template <class F, tree::Pytree Params, class... Args>
void gradcheck(F&& f, const Params& params, const Args&... args) {
  detail::check::throw_unless_ok(gradcheck_report(f, params, args...));
}

}  // namespace grove
