// Many starts on all ranks: the results of one process, in the order of the starts, whatever happens to some.
#include "optim/mpi/minimize_each.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "autodiff/autodiff.hpp"
#include "optim/optimizers/adam.hpp"
#include "ranks.hpp"
#include "tests/catch.hpp"

using Catch::Matchers::Contains;
using namespace grove::mpi::testing;
namespace mpi = grove::mpi;
namespace optim = grove::optim;

namespace {

const auto wells = [](const auto& p) {
  const double x = grove::value_of(p(0));
  if (x == 99) throw grove::ShapeError("wells: off the map");
  if (x == 98) throw std::runtime_error("the licence\nserver is down");
  return square(square(p(0)) - 1) - 0.1 * p(0) + square(p(1));
};

std::vector<Eigen::VectorXd> starts(int n) {
  std::vector<Eigen::VectorXd> all;
  for (int i = 0; i < n; ++i) all.push_back(Eigen::Vector2d(i % 2 == 0 ? 1.3 + 0.1 * i : -1.2, 0.3 * i));
  return all;
}

}  // namespace

TEST_CASE("results come in the order of the starts, and a failed one is told", "[minimize_each]") {
  auto some = starts(7);
  some[2](0) = 99;
  some[3](0) = 98;
  some[5](1) = std::numeric_limits<double>::quiet_NaN();
  const optim::MinimizeOptions options{.max_steps = 25, .record_every = 10};
  const auto fits = mpi::minimize_each(world(), wells, some, optim::adam(0.05), options);
  REQUIRE(fits.each.size() == 7);
  CHECK(fits.each[2].message == "wells: off the map");
  CHECK(fits.each[3].message == "the licence\nserver is down");
  CHECK(fits.each[3].reason == optim::StopReason::loss_threw);
  CHECK(fits.each[3].params == some[3]);
  CHECK(std::isnan(fits.each[3].value));
  CHECK(fits.each[5].reason == optim::StopReason::non_finite);
  for (const std::size_t i : {0u, 1u, 4u, 6u}) {
    const auto alone = optim::minimize(wells, some[i], optim::adam(0.05), options);
    CHECK(fits.each[i].params == alone.params);
    CHECK(fits.each[i].values == alone.values);
    CHECK(fits.each[i].path == alone.path);
    CHECK(fits.each[i].reason == alone.reason);
  }
  CHECK(fits.best_index() ==
        mpi::minimize_each(world(), wells, some, optim::adam(0.05), {.max_steps = 25, .threads = 2}).best_index());
}

TEST_CASE("starts may be fewer than ranks, and rows of a matrix, but not none", "[minimize_each]") {
  const Eigen::MatrixXd one = Eigen::RowVector2d(1.3, 0.2);
  const auto fits = mpi::minimize_each(world(), wells, one, optim::adam(0.05), {.max_steps = 5});
  CHECK(fits.each.size() == 1);
  CHECK(fits.each[0].steps == 5);
  CHECK_THROWS_WITH(mpi::minimize_each(world(), wells, starts(0), optim::adam(0.05), {}),
                    Contains("minimize_each: there are no starts"));
  CHECK_THROWS_WITH(mpi::minimize_each(world(), wells, one, optim::adam(0.05), {.max_steps = -1}),
                    Contains("max_steps must not be negative, got -1"));
}
