// A loss over the rows of all ranks: values, gradients, bits that do not depend on the number of ranks, and failures.
#include "optim/mpi/mean_over_ranks.hpp"

#include <stdexcept>
#include <string>

#include "autodiff/autodiff.hpp"
#include "autodiff/gradcheck/gradcheck.hpp"
#include "optim/mpi/shard.hpp"
#include "ranks.hpp"
#include "tests/catch.hpp"

using Catch::Matchers::Contains;
using namespace grove::mpi::testing;
namespace mpi = grove::mpi;

namespace {

const Line<> start{Eigen::Vector3d(0.3, -0.2, 1), 0.1};

/// Plain arithmetic: the mean of squares and its gradient.
std::pair<double, Eigen::Vector4d> expected(const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  const Eigen::VectorXd r = (x * start.weight).array() + start.bias - y.array();
  Eigen::Vector4d gradient;
  gradient << 2 * x.transpose() * r, 2 * r.sum();
  return {r.squaredNorm() / double(r.size()), gradient / double(r.size())};
}

/// The words of what `call` throws as `E`.
template <class E, class Call>
std::string thrown(const Call& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("value and gradient are those of all rows, whoever has how many", "[mean_over_ranks]") {
  for (const Eigen::Index rows : {1, 3, 50}) {  // fewer rows than ranks, too
    const Eigen::MatrixXd x = inputs(rows);
    const Eigen::VectorXd y = targets(rows);
    const Eigen::MatrixXd my_x = mpi::shard(x, world());
    const Eigen::VectorXd my_y = mpi::shard(y, world());
    const auto [value, gradient] = expected(x, y);
    const auto by_shards = mpi::mean_over_ranks(squares, world(), {.bucket_bytes = 16});
    const auto both = grove::value_and_grad(by_shards)(start, my_x, my_y);
    CHECK(both.value == Approx(value).epsilon(1e-14));
    CHECK(grove::tree::flatten(both.grads).isApprox(gradient, 1e-14));
    CHECK(same_everywhere(both.grads));
    CHECK(grove::evaluate(by_shards, start, my_x, my_y) == both.value);
    CHECK(by_shards(start, my_x, my_y) == Approx(value).epsilon(1e-14));
    const auto of_all =
        grove::value_and_grad(mpi::mean_over_ranks(squares, world(), {.rows = mpi::Rows::all}))(start, x, y);
    CHECK(of_all.value == Approx(value).epsilon(1e-14));
    CHECK(grove::tree::flatten(of_all.grads).isApprox(gradient, 1e-14));
  }
}

TEST_CASE("it is an operation like others inside a loss", "[mean_over_ranks]") {
  const Eigen::MatrixXd my_x = mpi::shard(inputs(20), world());
  const Eigen::VectorXd my_y = mpi::shard(targets(20), world());
  const auto shared = mpi::mean_over_ranks(squares, world());
  const auto loss = [&](const auto& p) { return 3 * log(1 + shared(p, my_x, my_y)) + 0.1 * square(p.bias); };
  grove::gradcheck(loss, start);
  // A loss without rows counts by its weight.
  const double rank = world().rank(), n = world().size();
  const auto of_rank =
      mpi::mean_over_ranks([&](const auto& p) { return rank * p.bias; }, world(), {.weight = rank + 1});
  double weighted = 0;
  for (double k = 0; k < n; ++k) weighted += k * (k + 1);
  CHECK(grove::grad(of_rank)(start).bias == Approx(weighted / (n * (n + 1) / 2)));
}

TEMPLATE_TEST_CASE("with chunks the bits are those of one process", "[mean_over_ranks]", double, float) {
  using S = TestType;
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  using Column = Eigen::Matrix<S, Eigen::Dynamic, 1>;
  const auto loss = [](const auto& p, const Matrix& x, const Column& y) {
    return mean(square(tanh(x * p.weight).array() + p.bias - y.array()));
  };
  const Line<S> params{start.weight.cast<S>(), S(start.bias)};
  for (const std::int64_t chunks : {1, 3, 16}) {
    for (const Eigen::Index rows : {2, 57}) {
      const Matrix x = inputs(rows).cast<S>();
      const Column y = targets(rows).cast<S>();
      const auto whole = grove::value_and_grad(mpi::mean_over_ranks(loss, alone(), {.chunks = chunks}))(params, x, y);
      const auto plain = grove::value_and_grad(loss)(params, x, y);
      CHECK(double(whole.value) == Approx(double(plain.value)).epsilon(1e-6));
      if (chunks == 1) CHECK(whole.value == plain.value);
      if (chunks == 1) CHECK(grove::tree::equal(whole.grads, plain.grads));

      const auto by_shards = grove::value_and_grad(mpi::mean_over_ranks(loss, world(), {.chunks = chunks}))(
          params, mpi::shard(x, world(), chunks), mpi::shard(y, world(), chunks));
      CHECK(by_shards.value == whole.value);
      CHECK(grove::tree::equal(by_shards.grads, whole.grads));
      const auto of_all = grove::value_and_grad(
          mpi::mean_over_ranks(loss, world(), {.rows = mpi::Rows::all, .chunks = chunks}))(params, x, y);
      CHECK(of_all.value == whole.value);
      CHECK(grove::tree::equal(of_all.grads, whole.grads));
    }
  }
}

TEST_CASE("what one rank throws all throw", "[mean_over_ranks]") {
  const int last = world().size() - 1;
  const std::string who = last > 0 ? "rank " + std::to_string(last) + ": " : "";
  const auto failing = [&](const auto& error) {
    return [&, error](const auto& p) {
      if (world().rank() == last) throw error;
      return p.bias;
    };
  };
  const auto call = [&](const auto& error) {
    return [&, error] { (void)grove::grad(mpi::mean_over_ranks(failing(error), world()))(start); };
  };
  CHECK(thrown<grove::Error>(call(grove::Error("no root"))) == who + "no root");
  CHECK(thrown<grove::ShapeError>(call(grove::ShapeError("3×1"))) == who + "3×1");
  CHECK(thrown<grove::StructureError>(call(grove::StructureError("a"))) == who + "a");
  CHECK(thrown<grove::DataError>(call(grove::DataError("b"))) == who + "b");
  if (world().rank() == last) {
    CHECK(thrown<std::runtime_error>(call(std::runtime_error("disk"))) == "disk");
  } else {
    CHECK(thrown<grove::CommunicationError>(call(std::runtime_error("disk"))) == who + "disk");
  }
  CHECK(grove::grad(mpi::mean_over_ranks([](const auto& p) { return p.bias; }, world()))(start).bias == Approx(1));
}

TEST_CASE("ranks that part, and data that do not fit, are told", "[mean_over_ranks]") {
  const auto bias = mpi::mean_over_ranks([](const auto& p) { return p.bias; }, world());
  if (world().size() > 1) {
    const auto part = [&] { world().rank() == 0 ? (void)bias(start) : (void)grove::grad(bias)(start); };
    CHECK_THAT(thrown<grove::CommunicationError>(part), Contains("the ranks have parted"));
    const Line<> mine{start.weight, double(world().rank())};
    CHECK_THAT(thrown<grove::CommunicationError>([&] { bias(mine); }), Contains("the ranks have different params"));
  }
  const Eigen::MatrixXd x = inputs(10);
  const Eigen::VectorXd y = targets(10);
  const auto chunks = mpi::mean_over_ranks(squares, world(), {.chunks = 4});
  if (world().size() > 1) {
    const Eigen::Index mine = world().rank() == 0 ? 7 : 10;
    CHECK_THAT(thrown<grove::DataError>([&] { chunks(start, x.topRows(mine).eval(), y.head(mine).eval()); }),
               Contains("cut the data by shard(data, comm, 4)"));
  }
  CHECK_THAT(thrown<grove::DataError>([&] { chunks(start, Eigen::MatrixXd(0, 3), Eigen::VectorXd(0)); }),
             Contains("there are no examples on any rank"));
  const auto no_rows = [](const auto& p) { return p.bias; };
  CHECK_THAT(thrown<grove::DataError>([&] { mpi::mean_over_ranks(no_rows, world(), {.chunks = 2})(start); }),
             Contains("no argument of the loss has rows"));
  const auto of_none = mpi::mean_over_ranks(squares, world(), {.data_arguments = {3}});
  CHECK_THAT(thrown<grove::HyperparameterError>([&] { of_none(start, x, y); }),
             Contains("data_arguments must lie in [1, 2], got 3"));
  CHECK_THROWS_WITH(mpi::mean_over_ranks(squares, world(), {.chunks = -1}), Contains("chunks must not be negative"));
  CHECK_THROWS_WITH(mpi::mean_over_ranks(squares, world(), {.chunks = 2, .wire = mpi::Wire::floats}),
                    Contains("with chunks the numbers go over the wire as they are"));
}
