// The mean over all ranks as a link: buckets, weights, floats on the wire, masks; shards and broadcast.
// Headers: optim/mpi/{broadcast,communicator,run,shard}.hpp
#include "optim/mpi/all_reduce_mean.hpp"

#include <limits>

#include "autodiff/autodiff.hpp"
#include "optim/mpi/broadcast.hpp"
#include "optim/mpi/shard.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/protocol/step.hpp"
#include "optim/transforms/clip.hpp"
#include "ranks.hpp"
#include "tests/catch.hpp"

using Catch::Matchers::Contains;
using namespace grove::mpi::testing;
namespace mpi = grove::mpi;
namespace optim = grove::optim;

namespace {

struct Mixed {
  Eigen::MatrixXd a;
  double b;
  Eigen::VectorXf c;
  std::vector<Eigen::VectorXd> d;
};

/// Numbers that `rank` has, with exact means.
Mixed of_rank(double rank) {
  return {Eigen::MatrixXd::Constant(5, 3, 1 + 8 * rank),
          2 - 4 * rank,
          Eigen::VectorXf::Constant(4, float(rank)),
          {Eigen::VectorXd(), Eigen::VectorXd::LinSpaced(33, 0, 32).array() + rank}};
}

}  // namespace

TEST_CASE("updates become their mean, in buckets of any size", "[all_reduce_mean]") {
  const double n = world().size(), rank = world().rank();
  const Mixed params = of_rank(0);
  const Mixed mean = of_rank((n - 1) / 2);
  for (const std::int64_t bytes : {1, 24, 1 << 20}) {
    const auto link = mpi::all_reduce_mean(world(), {.bucket_bytes = bytes});
    const auto [updates, state] = link.update(of_rank(rank), link.init(params), params);
    CHECK(grove::tree::allclose(updates, mean, {1e-15, 1e-15}));
    CHECK(same_everywhere(updates));
  }
  const auto floats = mpi::all_reduce_mean(world(), {.wire = mpi::Wire::floats, .bucket_bytes = 40});
  const auto [updates, state] = floats.update(of_rank(rank / 3), floats.init(params), params);
  CHECK(grove::tree::allclose(updates, of_rank((n - 1) / 6), {1e-6, 1e-6}));
  CHECK(same_everywhere(updates));
}

TEST_CASE("the mean is weighted, and a rank of weight 0 may have anything", "[all_reduce_mean]") {
  const double n = world().size(), rank = world().rank();
  const Mixed params = of_rank(0);
  const auto link = mpi::all_reduce_mean(world(), {.weight = rank});
  const Mixed mine = of_rank(rank == 0 ? std::numeric_limits<double>::quiet_NaN() : rank);
  if (n == 1) {
    CHECK_THROWS_WITH(link.update(mine, link.init(params), params), Contains("the weights of all ranks are 0"));
  } else {
    // Σ k·k / Σ k for k below n
    const auto [updates, state] = link.update(mine, link.init(params), params);
    CHECK(grove::tree::allclose(updates, of_rank((2 * n - 1) / 3), {3e-7, 1e-14}));
  }
  CHECK_THROWS_WITH(mpi::all_reduce_mean(world(), {.weight = -1}), Contains("weight must not be negative, got -1"));
  CHECK_THROWS_WITH(mpi::all_reduce_mean(world(), {.bucket_bytes = 0}), Contains("bucket_bytes must be positive"));
}

TEST_CASE("under a mask the other leaves stay", "[all_reduce_mean]") {
  const double n = world().size(), rank = world().rank();
  const Mixed params = of_rank(0);
  const auto link =
      optim::masked(mpi::all_reduce_mean(world()), [](const grove::tree::Path& path) { return path.string() == "b"; });
  const auto [updates, state] = link.update(of_rank(rank), link.init(params), params);
  CHECK(updates.b == Approx(of_rank((n - 1) / 2).b));
  CHECK(updates.a == of_rank(rank).a);
}

TEST_CASE("a training by shards is that of one process; params that differ are noticed", "[all_reduce_mean]") {
  const Eigen::MatrixXd x = inputs(13);
  const Eigen::VectorXd y = targets(13);
  const Eigen::MatrixXd my_x = mpi::shard(x, world());
  const Eigen::VectorXd my_y = mpi::shard(y, world());
  Line<> params{Eigen::VectorXd::Constant(3, world().rank()), 1.0 * world().rank()};
  const auto optimizer = optim::chain(mpi::all_reduce_mean(world(), {.weight = double(my_x.rows())}),
                                      optim::clip_by_global_norm(1.0), optim::adam(0.1));
  auto state = optimizer.init(params);
  if (world().size() > 1) {
    const auto [value, grads] = grove::value_and_grad(squares)(params, my_x, my_y);
    CHECK_THROWS_AS(optimizer.update(grads, state, params), grove::CommunicationError);
    CHECK_THROWS_WITH(optimizer.update(grads, state, params),
                      Contains("all_reduce_mean: the ranks have different params; begin with broadcast"));
  }
  mpi::broadcast(params, world());
  CHECK(params.weight == Eigen::VectorXd::Zero(3));

  const auto one_process = optim::chain(optim::clip_by_global_norm(1.0), optim::adam(0.1));
  Line<> expected = params;
  auto expected_state = one_process.init(expected);
  for (int i = 0; i < 20; ++i) {
    auto grads = grove::grad(squares)(params, my_x, my_y);
    optim::step(optimizer, grads, state, params);
    auto all = grove::grad(squares)(expected, x, y);
    optim::step(one_process, all, expected_state, expected);
  }
  CHECK(same_everywhere(params));
  CHECK(grove::tree::allclose(params, expected, {1e-12, 1e-12}));
}

TEST_CASE("broadcast refuses params that are no tree like those of rank 0", "[broadcast]") {
  Eigen::VectorXd params = Eigen::VectorXd::Zero(world().rank() == world().size() - 1 ? 2 : 3);
  if (world().size() == 1) {
    mpi::broadcast(params, world());
    CHECK(params.size() == 2);
  } else {
    CHECK_THROWS_AS(mpi::broadcast(params, world()), grove::StructureError);
    CHECK_THROWS_WITH(mpi::broadcast(params, world()), Contains("the params are 2×1 and those of rank 0 are 3×1"));
  }
}

TEST_CASE("shards are whole and even, also where there are fewer rows than ranks", "[shard]") {
  const std::int64_t n = world().size();
  for (const std::int64_t chunks : {0, 5}) {
    for (const std::int64_t rows : {0, 2, 13}) {
      std::vector<double> data;
      for (std::int64_t i = 0; i < rows; ++i) data.push_back(double(i) + 1);
      const std::vector<double> mine = mpi::shard(data, world(), chunks);
      const mpi::Range range = mpi::shard_rows(rows, world(), chunks);
      CHECK(range.count() == std::int64_t(mine.size()));
      double sums[2] = {0, double(mine.size())};
      for (const double v : mine) sums[0] += v;
      MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
      CHECK(sums[0] == double(rows * (rows + 1) / 2));
      CHECK(sums[1] == double(rows));
      if (chunks == 0) CHECK(std::abs(double(mine.size()) - double(rows) / double(n)) < 1);
    }
  }
  CHECK_THROWS_WITH(mpi::shard_rows(-1, world()), Contains("shard: rows must not be negative, got -1"));
  CHECK_THROWS_WITH(mpi::Communicator(MPI_COMM_SELF, 0), Contains("Communicator: time_limit must be positive, got 0"));
}
