// Checking second derivatives, and the other ways to first ones.
#pragma once

#include "../derivatives/hessian.hpp"
#include "../derivatives/jvp.hpp"
#include "../derivatives/vjp.hpp"
#include "detail/identities.hpp"
#include "gradcheck.hpp"

namespace grove {

/// Compares hvp with finite differences of the gradient, and the derivative functions with each other.
///
///   H·v            is compared entry by entry with the difference of ⟨∇f, v⟩, v a random direction
///   ⟨H·u, v⟩     = ⟨H·v, u⟩                       the Hessian is symmetric
///   jvp(u)         = ⟨∇f, u⟩                          forward and reverse mode agree
///   pullback(1)    = ∇f,  pullback(2) = 2∇f,  pullback(0) = 0
///
/// Takes what gradcheck_report takes and returns the same report; its rows are entries of H·v, and its Taylor slopes,
/// of the second-order remainder of the loss, are 3 if all is right. Cost: two gradients for each parameter.
template <class F, tree::Pytree Params, class... Args>
GradcheckReport gradcheck_second_order_report(F&& f, const Params& params, const Args&... args) {
  using detail::check::dot_product, detail::check::from_flat, detail::check::to_flat;
  return detail::check::with_options(
      [&](const GradcheckOptions& options, const auto&... rest) {
        using Value = std::remove_cvref_t<decltype(evaluate(f, params, rest...))>;
        detail::check::FlatProblem first = detail::check::flat_problem("gradcheck_second_order", params);
        first.single_value = std::is_same_v<Value, float>;
        Params probe = params, grads = params, u = params, v = params;
        from_flat(detail::check::random_tangent(first, options, 1), u);
        from_flat(detail::check::random_tangent(first, options, 2), v);
        const Eigen::VectorXd flat_u = to_flat(u, first.leaves), flat_v = to_flat(v, first.leaves);
        const auto& loss = f;

        const auto gradient = [&](const Eigen::VectorXd& x) {
          from_flat(x, probe);
          Value value{};
          value_and_grad_into(loss, std::as_const(probe), value, grads, rest...);
          return to_flat(grads, first.leaves);
        };
        const auto hessian_times = [&](const Eigen::VectorXd& x,
                                       const Params& tangent) -> detail::check::FlatProblem::Gradient {
          from_flat(x, probe);
          return detail::check::flat_gradient<Params>(hvp(std::cref(loss))(probe, tangent, rest...),
                                                      detail::check::not_a_number);
        };
        first.value = [&](const Eigen::VectorXd& x) -> double {
          from_flat(x, probe);
          return static_cast<double>(evaluate(loss, std::as_const(probe), rest...));
        };
        detail::check::FlatProblem second = first;
        second.value = [&](const Eigen::VectorXd& x) -> double {
          return detail::check::dot_product(gradient(x), flat_v);
        };
        second.gradient = [&](const Eigen::VectorXd& x) { return hessian_times(x, v); };
        GradcheckReport report = detail::check::run_gradcheck(second, options);

        const Eigen::VectorXd g = gradient(first.params);
        const Eigen::VectorXd hu = hessian_times(first.params, u).entries, hv = hessian_times(first.params, v).entries;
        const auto forward = jvp(std::cref(loss))(params, u, rest...);
        const auto reverse = vjp(std::cref(loss))(params, rest...);
        const auto pulled = [&](double cotangent) {
          return to_flat(reverse.pullback(static_cast<Value>(cotangent)), first.leaves);
        };
        const double value = first.value(first.params);
        detail::check::require_identities(
            report, second,
            {{"symmetry ⟨Hu,v⟩ = ⟨Hv,u⟩", dot_product(hu, flat_v), dot_product(hv, flat_u),
              detail::check::magnitude_of_dot(hu, flat_v) + detail::check::magnitude_of_dot(hv, flat_u)},
             {"jvp(u) = ⟨gradient,u⟩", static_cast<double>(forward.tangent), dot_product(g, flat_u),
              detail::check::magnitude_of_dot(g, flat_u)},
             {"value of jvp", static_cast<double>(forward.value), value, std::abs(value)},
             {"value of vjp", static_cast<double>(reverse.value), value, std::abs(value)},
             detail::check::vector_identity("vjp(1) = gradient", pulled(1), 1, g),
             detail::check::vector_identity("vjp(2) = 2 gradient", pulled(2), 2, g),
             detail::check::vector_identity("vjp(0) = 0", pulled(0), 0, g)},
            options.max_rows);
        report.taylor_order = 3;
        report.taylor_slopes = detail::check::second_taylor_slopes(first, options, flat_u, dot_product(g, flat_u),
                                                                   dot_product(hu, flat_u));
        return report;
      },
      args...);
}

/// As gradcheck_second_order_report, but throws grove::GradcheckError with the report as its message when the check
/// fails.
template <class F, tree::Pytree Params, class... Args>
void gradcheck_second_order(F&& f, const Params& params, const Args&... args) {
  detail::check::throw_unless_ok(gradcheck_second_order_report(f, params, args...));
}

}  // namespace grove
