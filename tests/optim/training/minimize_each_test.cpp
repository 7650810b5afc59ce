// Many starts: each ends as if it was alone, and a start that fails is told.
#include <cmath>
#include <limits>
#include <vector>

#include "autodiff/derivatives/grad.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/training/minimize_each.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
namespace optim = grove::optim;

namespace {

/// Minima at x = ±1 of depth ∓`tilt`, nearly; y at 0.
const auto wells = [](const auto& p, double tilt) {
  if (grove::value_of(p(0)) > 50) throw grove::ShapeError("wells: off the map");
  return square(square(p(0)) - 1) - tilt * p(0) + square(p(1)) + 0 * log(p(1) + 5);
};

}  // namespace

TEST_CASE("each start ends as minimize alone would, on one thread and on three", "[minimize_each]") {
  MatrixXd starts = MatrixXd::NullaryExpr(7, 2, [](Eigen::Index i, Eigen::Index j) {
    return (i % 2 == 0 ? 1 : -1) * (1 + 0.2 * double(i)) + 0.3 * double(j);
  });
  starts.row(2) << 99, 0;                                        // throws
  starts.row(4) << 1, std::numeric_limits<double>::quiet_NaN();  // not finite
  const auto optimizer = optim::lbfgs();
  const auto fits = optim::minimize_each(wells, starts, optimizer, {.max_steps = 60}, 0.1);
  const auto shared = optim::minimize_each(wells, starts, optimizer, {.max_steps = 60, .threads = 3}, 0.1);
  REQUIRE(fits.each.size() == 7);
  for (std::size_t i = 0; i < 7; ++i) {
    const auto& fit = fits.each[i];
    if (i == 2) {
      CHECK(fit.reason == optim::StopReason::loss_threw);
      CHECK(fit.message == "wells: off the map");
      CHECK(std::isnan(fit.value));
      CHECK(fit.params == starts.row(2).transpose());
    } else if (i == 4) {
      CHECK(fit.reason == optim::StopReason::non_finite);
    } else {
      const auto alone =
          optim::minimize(wells, VectorXd(starts.row(Eigen::Index(i))), optimizer, {.max_steps = 60}, 0.1);
      CHECK(fit.params == alone.params);
      CHECK(fit.values == alone.values);
      CHECK(fit.converged());
      CHECK(shared.each[i].params == fit.params);
    }
    CHECK(shared.each[i].reason == fit.reason);
    CHECK(shared.each[i].steps == fit.steps);
  }
  CHECK(fits.converged() == 5);
  // 4x³ - 4x = tilt has its lowest minimum right of 1.
  const double x = fits.best().params(0);
  CHECK(x > 1);
  CHECK(4 * x * x * x - 4 * x == Approx(0.1).epsilon(1e-6));
  CHECK(*shared.best_index() == *fits.best_index());
}

TEST_CASE("what is wrong with the starts is said", "[minimize_each]") {
  const auto optimizer = optim::lbfgs();
  const optim::MinimizeOptions options{.max_steps = 3};
  CHECK_THROWS_WITH(optim::minimize_each(wells, MatrixXd(0, 2), optimizer, options, 0.1),
                    "minimize_each: there are no starts");
  const MatrixXd far = MatrixXd::Constant(2, 2, 60.0);
  const auto lost = optim::minimize_each(wells, far, optimizer, options, 0.1);
  CHECK_FALSE(lost.best_index());
  CHECK_THROWS_WITH(lost.best(),
                    "minimize_each: none of 2 starts ended at a finite loss; of the first, the loss threw an error: "
                    "wells: off the map");
  CHECK_THROWS_AS(optim::minimize_each(wells, far, optimizer, {.threads = 0}, 0.1), grove::HyperparameterError);
  // What a callback throws is no end of a start.
  const optim::MinimizeOptions calling{.callbacks = {[](const auto&) -> bool { throw std::runtime_error("enough"); }},
                                       .threads = 2};
  CHECK_THROWS_WITH(optim::minimize_each(wells, MatrixXd::Zero(3, 2).eval(), optimizer, calling, 0.1), "enough");
}
