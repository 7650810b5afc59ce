// Gauss-Newton steps for sums of squares.
#pragma once

#include <Eigen/Core>
#include <Eigen/QR>
#include <cstdint>
#include <utility>
#include <vector>

#include "../../autodiff/derivatives/jacobian.hpp"
#include "../../autodiff/operations/operations.hpp"
#include "../linesearch/zoom.hpp"
#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../transforms/scale.hpp"
#include "detail/curvature.hpp"

namespace grove::optim {

/// The loss ½ Σ r² of residuals r = residuals(params, args…), an array, a vector or a tree; made by `half_squares`.
template <class Residuals>
struct HalfSquares {
  Residuals residuals;  ///< what is to become small

  /// Half the sum of the squares of the residuals.
  template <class P, class... Args>
  auto operator()(const P& params, const Args&... args) const {
    const auto r = residuals(params, args...);
    using R = std::remove_cvref_t<decltype(r)>;
    if constexpr (grove::detail::Dense<R>) {
      return 0.5 * grove::sum(grove::square(r));
    } else {
      return 0.5 * tree::squared_norm(r);
    }
  }
};

/// A sum of squares as a loss that also tells its residuals, for gauss_newton.
///
///   auto loss = half_squares([](const auto& p, const auto& x, const auto& y) { return x * p - y; });
///   auto fit = minimize(loss, params, gauss_newton(), {}, x, y);
template <class Residuals>
HalfSquares<Residuals> half_squares(Residuals residuals) {
  detail::check_given("half_squares", "residuals", residuals);
  return {std::move(residuals)};
}

/// Steps so far, and the rank of the last Jacobian.
struct ScaleByGaussNewtonState {
  std::int64_t count = 0;  ///< steps so far
  std::int64_t rank = 0;   ///< of the last Jacobian
};

/// The link behind `gauss_newton`.
struct ScaleByGaussNewton {
  static constexpr detail::Harm harm = detail::Harm::counts;
  static constexpr bool needs_params = true;
  static constexpr int asks_for = detail::asks_for_residuals;

  template <class P>
  ScaleByGaussNewtonState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, ScaleByGaussNewtonState& state, const P& params, const E& extra) const {
    static_assert(detail::HasResidualsFn<E>,
                  "gauss_newton needs the residuals: minimize half_squares(residuals), or pass "
                  "optim::with_residuals_fn(f) to update");
    if (!detail::is_given(extra.residuals_fn)) {
      throw Error(
          "gauss_newton: the residuals are not known; minimize half_squares(residuals), or pass "
          "optim::with_residuals_fn(f)");
    }
    Eigen::VectorXd residuals;
    Eigen::MatrixXd jacobian;
    extra.residuals_fn(params, residuals, jacobian);
    const std::vector<Eigen::Index> places = detail::places_of_joined(extra.filter, params);
    Eigen::MatrixXd own(jacobian.rows(), static_cast<Eigen::Index>(places.size()));
    for (Eigen::Index j = 0; j < own.cols(); ++j) own.col(j) = jacobian.col(places[static_cast<std::size_t>(j)]);
    const Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> factor(own);
    state.rank = factor.rank();
    detail::part(extra, Eigen::VectorXd(factor.solve(residuals)), updates);
    state.count = safe_increment(state.count);
  }
};

/// Gauss-Newton: the step to the minimum of ½ ‖r + J s‖², the shortest such step where J has not full rank, with the
/// zoom linesearch. Fast where the residuals are small at the end; `least_squares` is made for hard problems. A
/// linesearch of one's own, or `identity()`, may be given.
///
/// The loss must be `half_squares(residuals)`, so that `minimize` can hand on the residuals and their Jacobian; by hand
/// `update` needs what lbfgs needs, and with_residuals_fn. Source: Nocedal & Wright 2006, §10.3
template <class Linesearch>
auto gauss_newton(const Linesearch& linesearch) {
  return chain(GradientTransformation<ScaleByGaussNewton>{}, scale(-1.0), linesearch);
}
/// The same with the default options.
inline auto gauss_newton() {
  return gauss_newton(scale_by_zoom_linesearch(30, {.initial_guess_strategy = InitialGuess::one}));
}

}  // namespace grove::optim
