// minimize on all ranks: they take the same steps, stop together, and end where one process does.
#include "optim/mpi/minimize.hpp"

#include <cstdio>
#include <filesystem>

#include "autodiff/autodiff.hpp"
#include "optim/mpi/shard.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/training/measure.hpp"
#include "optim/transforms/clip.hpp"
#include "ranks.hpp"
#include "tests/catch.hpp"

using Catch::Matchers::Contains;
using namespace grove::mpi::testing;
namespace mpi = grove::mpi;
namespace optim = grove::optim;
using optim::StopReason;

namespace {

const Eigen::MatrixXd x = inputs(31);
const Eigen::VectorXd y = targets(31);
const Eigen::MatrixXd& my_x() {
  static const Eigen::MatrixXd mine = mpi::shard(x, world());
  return mine;
}
const Eigen::VectorXd& my_y() {
  static const Eigen::VectorXd mine = mpi::shard(y, world());
  return mine;
}
const auto& shared() {
  static const auto loss = mpi::mean_over_ranks(squares, world());
  return loss;
}
const Line<> start{Eigen::VectorXd::Zero(3), 0};

template <class Fit>
void check_as_one(const Fit& fit) {
  Eigen::VectorXd all(5 + fit.values.size());
  all << grove::tree::flatten(fit.params), double(fit.steps),
      Eigen::Map<const Eigen::VectorXd>(fit.values.data(), Eigen::Index(fit.values.size()));
  Eigen::VectorXd counts(3);
  counts << double(fit.steps), double(fit.evaluations), double(int(fit.reason));
  CHECK(same_everywhere(counts));
  CHECK(same_everywhere(all));
}

}  // namespace

TEST_CASE("a linesearch goes the way of one process", "[minimize]") {
  const auto fit = optim::minimize(shared(), start, optim::lbfgs(), {}, my_x(), my_y());
  const auto one = optim::minimize(squares, start, optim::lbfgs(), {}, x, y);
  check_as_one(fit);
  CHECK(fit.converged());
  CHECK(grove::tree::allclose(fit.params, one.params, {1e-8, 1e-10}));
  CHECK(fit.value == Approx(one.value).epsilon(1e-12));
}

TEST_CASE("all_reduce_mean in the chain shares the loss, too", "[minimize]") {
  const auto chained = optim::chain(mpi::all_reduce_mean(world()), optim::clip_by_global_norm(1.0), optim::adam(0.1));
  const auto alone_chain = optim::chain(optim::clip_by_global_norm(1.0), optim::adam(0.1));
  const optim::MinimizeOptions options{.max_steps = 60, .value_tolerance = 1e-3};
  const auto fit = optim::minimize(squares, start, chained, options, my_x(), my_y());
  const auto one = optim::minimize(squares, start, alone_chain, options, x, y);
  check_as_one(fit);
  CHECK(fit.steps == one.steps);
  CHECK(grove::tree::allclose(fit.params, one.params, {1e-10, 1e-12}));
  const auto nested = optim::chain(alone_chain, mpi::all_reduce_mean(world()));
  CHECK_THROWS_WITH(optim::minimize(squares, start, nested, options, my_x(), my_y()),
                    Contains("minimize sees the loss of one rank only"));
}

TEST_CASE("callbacks, time and measures stop all ranks at the same step", "[minimize]") {
  optim::MinimizeOptions options{.max_steps = 100000};
  if (world().rank() == world().size() - 1) {
    options.callbacks = {[](const optim::Progress& now) { return now.step == 7; }};
  }
  const auto called = optim::minimize(shared(), start, optim::adam(1e-3), options, my_x(), my_y());
  check_as_one(called);
  CHECK(called.steps == 7);
  CHECK(called.reason == StopReason::callback);

  const auto timed =
      optim::minimize(shared(), start, optim::adam(1e-6), {.max_steps = 1000000, .max_seconds = 0.05}, my_x(), my_y());
  check_as_one(timed);
  CHECK(timed.reason == StopReason::time);

  const auto patient = optim::minimize(shared(), start, optim::adam(0.3),
                                       {.max_steps = 500,
                                        .patience = 5,
                                        .keep_best = true,
                                        .measure = optim::held_out<Line<>>(shared(), my_x(), (2 * my_y()).eval())},
                                       my_x(), my_y());
  check_as_one(patient);
  CHECK(patient.reason == StopReason::no_improvement);
}

TEST_CASE("batches: of uneven shards as one, of all rows those of one process", "[minimize]") {
  const optim::MinimizeOptions options{.max_steps = 150, .value_tolerance = 1e-9, .keep_best = true, .batch_size = 3};
  const auto uneven = optim::minimize(shared(), start, optim::adam(0.05), options, my_x(), my_y());
  check_as_one(uneven);
  CHECK(uneven.value < 0.1 * grove::evaluate(squares, start, x, y));

  const mpi::MeanOptions all{.rows = mpi::Rows::all, .chunks = 5};
  const auto fit =
      optim::minimize(mpi::mean_over_ranks(squares, world(), all), start, optim::adam(0.05), options, x, y);
  const auto one =
      optim::minimize(mpi::mean_over_ranks(squares, alone(), all), start, optim::adam(0.05), options, x, y);
  check_as_one(fit);
  CHECK(grove::tree::equal(fit.params, one.params));
  CHECK(fit.values == one.values);
}

TEST_CASE("a minimization goes on from the file that rank 0 wrote", "[minimize]") {
  const std::string file = "mpi_checkpoint_" + std::to_string(world().size()) + ".state";
  const auto optimizer = optim::adam(0.05);
  const auto whole = optim::minimize(shared(), start, optimizer, {.max_steps = 30}, my_x(), my_y());
  const auto part = optim::minimize(shared(), start, optimizer, mpi::checkpoint(world(), file, 10, {.max_steps = 15}),
                                    my_x(), my_y());
  CHECK(part.steps == 15);
  const auto rest =
      optim::minimize(shared(), start, optimizer, mpi::resume(world(), file, 10, {.max_steps = 30}), my_x(), my_y());
  check_as_one(rest);
  CHECK(rest.values == whole.values);
  CHECK(grove::tree::equal(rest.params, whole.params));
  MPI_Barrier(MPI_COMM_WORLD);
  if (world().rank() == 0) std::filesystem::remove(file);
  CHECK_THROWS_WITH(mpi::checkpoint(world(), file, 0), Contains("mpi: checkpoint: every must be positive"));
}

TEST_CASE("a loss that has no value on one rank has none on all", "[minimize]") {
  const int last = world().size() - 1;
  const auto root = [&](const auto& p, const Eigen::MatrixXd& rows) {
    if (world().rank() == last && grove::value_of(p.bias) < 0.2) throw grove::Error("root: negative");
    return mean(square(p.bias * rows.array() - 0.3 * rows.array())) - 1e-3 * log(p.bias);
  };
  const Line<> high{Eigen::VectorXd::Zero(3), 3.0};
  const auto fit = optim::minimize(mpi::mean_over_ranks(root, world()), high, optim::lbfgs(), {}, my_x());
  check_as_one(fit);
  CHECK(fit.converged());
  const Line<> low{Eigen::VectorXd::Zero(3), 0.1};
  const auto end = optim::minimize(mpi::mean_over_ranks(root, world()), low, optim::adam(1e-3), {}, my_x());
  check_as_one(end);
  CHECK(end.reason == StopReason::loss_threw);
  CHECK_THAT(end.message, Contains("root: negative"));
}
