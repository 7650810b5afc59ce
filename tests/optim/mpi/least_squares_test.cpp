// Least squares with rows on all ranks: the fit, its statistics and its failures are those of one process.
#include "optim/mpi/least_squares.hpp"

#include <limits>

#include "autodiff/autodiff.hpp"
#include "optim/mpi/shard.hpp"
#include "ranks.hpp"
#include "tests/catch.hpp"

using Catch::Matchers::Contains;
using Eigen::ArrayXd;
using namespace grove::mpi::testing;
namespace mpi = grove::mpi;
namespace optim = grove::optim;

namespace {

struct Decay {
  double height, rate, floor;
};
const Decay start{1, 1, 0};
const auto residuals = [](const auto& p, const ArrayXd& t, const ArrayXd& y) {
  const auto& [height, rate, floor] = p;
  return height * exp(-rate * t) + floor - y;
};
const ArrayXd t = ArrayXd::LinSpaced(23, 0, 3);
const ArrayXd y = 2.5 * (-1.3 * t).exp() + 0.2 + 0.01 * (17 * t).sin();

void check_same(const optim::LeastSquaresOptions& options, double tolerance, const ArrayXd& times = t,
                const ArrayXd& heights = y) {
  const ArrayXd my_t = mpi::shard(times, world()), my_y = mpi::shard(heights, world());
  const auto fit = optim::least_squares(mpi::residuals_over_ranks(residuals, world()), start, options, my_t, my_y);
  auto plain = options;
  plain.geodesic_acceleration = false;
  const auto one = optim::least_squares(residuals, start, plain, times, heights);
  CHECK(same_everywhere(fit.params));
  CHECK(fit.converged());
  CHECK(fit.converged() == one.converged());
  CHECK(fit.rank == one.rank);
  CHECK(fit.degrees_of_freedom() == one.degrees_of_freedom());
  CHECK(fit.cost == Approx(one.cost).epsilon(tolerance));
  CHECK(grove::tree::allclose(fit.params, one.params, {tolerance, 1e-12}));
  CHECK(grove::tree::allclose(fit.standard_errors(), one.standard_errors(), {100 * tolerance, 1e-12, true}));
  CHECK(fit.r_squared(heights) == Approx(one.r_squared(heights)));
  CHECK(fit.residuals.size() == my_t.size());
}

}  // namespace

TEST_CASE("a fit of rows on all ranks is that of one process", "[least_squares]") {
  check_same({}, 1e-9);
  check_same({.solver = optim::LinearSolver::normal}, 1e-7);
  check_same({.upper = {{"floor", 0.1}}}, 1e-9);
  check_same({.fixed = [](const grove::tree::Path& path) { return path.string() == "floor"; }}, 1e-9);
  ArrayXd with_outliers = y;
  with_outliers(2) += 3;
  with_outliers(20) -= 2;
  check_same({.loss = optim::huber(0.05)}, 1e-7, t, with_outliers);
  check_same({}, 1e-7, t.head(4), y.head(4));  // one rank has one row, or none
}

TEST_CASE("weights are those of a rank's own rows", "[least_squares]") {
  const ArrayXd sigma = 0.01 + 0.01 * t;
  const ArrayXd weights = sigma.square().inverse();
  const auto fit = optim::least_squares(mpi::residuals_over_ranks(residuals, world()), start,
                                        {.weights = mpi::shard(weights, world()), .absolute_weights = true},
                                        mpi::shard(t, world()), mpi::shard(y, world()));
  const auto one = optim::least_squares(residuals, start, {.weights = weights, .absolute_weights = true}, t, y);
  CHECK(grove::tree::allclose(fit.params, one.params, {1e-9, 1e-12}));
  CHECK(fit.covariance().isApprox(one.covariance(), 1e-7));
}

TEST_CASE("residuals that fail on one rank fail on all", "[least_squares]") {
  const int last = world().size() - 1;
  const std::string who = last > 0 ? "rank " + std::to_string(last) + ": " : "";
  const ArrayXd my_t = mpi::shard(t, world());
  ArrayXd my_y = mpi::shard(y, world());
  const auto of_trials = [&](const auto& p, const ArrayXd& times, const ArrayXd& heights) {
    const auto& [height, rate, floor] = p;
    if (world().rank() == last && grove::value_of(rate) > 1.35) throw grove::Error("too fast");
    return height * exp(-rate * times) + floor - heights;
  };
  const auto fit =
      optim::least_squares(mpi::residuals_over_ranks(of_trials, world()), Decay{4, 0.3, 0}, {}, my_t, my_y);
  CHECK(fit.converged());
  CHECK(fit.params.rate == Approx(1.3).epsilon(0.02));
  const auto bad = optim::least_squares(mpi::residuals_over_ranks(of_trials, world()), Decay{1, 2, 0}, {}, my_t, my_y);
  CHECK(bad.reason == optim::LeastSquaresStop::bad_start);
  CHECK(bad.message == "the residuals cannot be evaluated at the start: " + who + "too fast");
  if (world().rank() == last) my_y(0) = std::numeric_limits<double>::quiet_NaN();
  const auto nan = optim::least_squares(mpi::residuals_over_ranks(residuals, world()), start, {}, my_t, my_y);
  CHECK_THAT(nan.message, Contains(who + "residual params(0) is nan"));
}
