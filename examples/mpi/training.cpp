// A network is trained on rows that lie on as many processes as there are, and ends with the same bits on any number.
//
//   mpirun -n 4 build/release/examples/mpi/training
#include <fmt/format.h>

#include <grove/autodiff.hpp>
#include <grove/models.hpp>
#include <grove/mpi.hpp>
#include <grove/optim.hpp>

namespace models = grove::models;
namespace mpi = grove::mpi;
namespace optim = grove::optim;

namespace {

constexpr std::int64_t chunks = 32;  // of the rows: the sum over them does not depend on who has which

/// Rows of a table that no process holds whole: each makes its own, where others would read them from a file.
std::pair<Eigen::MatrixXd, Eigen::MatrixXd> rows_of(const mpi::Range& rows) {
  Eigen::MatrixXd x(rows.count(), 2);
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    const double place = static_cast<double>(rows.begin + i);
    x(i, 0) = std::sin(1.3 * place);
    x(i, 1) = std::cos(2.1 * place + 1);
  }
  const Eigen::MatrixXd y = (3 * x.col(0).array()).sin() * x.col(1).array();
  return {x, y};
}

int train(const mpi::Communicator& comm) {
  const auto [x, y] = rows_of(mpi::shard_rows(2000, comm, chunks));
  fmt::print("rank {} of {} has {} rows\n", comm.rank(), comm.size(), x.rows());

  models::Mlp<> params = models::make_mlp({2, 16, 16, 1}, static_cast<std::uint64_t>(comm.rank()));
  mpi::broadcast(params, comm);  // all begin with the params of rank 0

  const auto loss = mpi::mean_over_ranks(models::mean_squared_error, comm, {.chunks = chunks});
  optim::MinimizeOptions options{.max_steps = 300};
  if (comm.rank() == 0) options.callbacks = {optim::progress_line("training")};
  const auto adam = optim::minimize(loss, params, optim::adam(1e-2), options, x, y);
  const auto fit = optim::minimize(loss, adam.params, optim::lbfgs(), options, x, y);
  if (comm.rank() == 0) {
    fmt::print("mean squared error {:.17g} after adam, {:.17g} after lbfgs: {}\n", adam.value, fit.value,
               to_string(fit.reason));
  }
  return fit.value < 1e-3 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return mpi::run(argc, argv, train); }
