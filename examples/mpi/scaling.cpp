// What a step of a training takes on as many ranks as there are, and what it would take on more: a model whose
// constants are measured here.
//
//   mpirun -n 2 build/release/examples/mpi/scaling [rows]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include <grove/autodiff.hpp>
#include <grove/models.hpp>
#include <grove/mpi.hpp>
#include <grove/optim.hpp>

namespace models = grove::models;
namespace mpi = grove::mpi;
namespace optim = grove::optim;

namespace {

/// The shortest of many runs, in seconds: what else the machine does makes them longer only.
template <class Work>
double shortest(int runs, const Work& work) {
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

/// Half the time of so many bytes from rank 0 to rank 1 and back.
double one_way(const mpi::Communicator& comm, int bytes, int runs) {
  std::vector<char> message(static_cast<std::size_t>(bytes));
  const auto ping_pong = [&] {
    for (int turn = 0; turn < 2; ++turn) {
      if (comm.rank() == turn) MPI_Send(message.data(), bytes, MPI_BYTE, 1 - turn, 0, comm.handle());
      if (comm.rank() == 1 - turn) MPI_Recv(message.data(), bytes, MPI_BYTE, turn, 0, comm.handle(), MPI_STATUS_IGNORE);
    }
  };
  double half = comm.rank() < 2 ? shortest(runs, ping_pong) / 2 : 0;
  MPI_Bcast(&half, 1, MPI_DOUBLE, 0, comm.handle());
  return half;
}

/// The constants of a training on many machines.
struct Machine {
  double row;        ///< seconds of the gradient of a row
  double step;       ///< seconds of a step that are not shared out: packing, the optimizer
  double bytes;      ///< of the gradient
  double latency;    ///< seconds of a short message
  double bandwidth;  ///< bytes a second of a long one

  /// Seconds of a step on n machines with so many rows each. All-reduce as Rabenseifner: the halves of the gradient are
  /// added up and then put together, each in log₂ n messages of n-1 n-ths of it in all, for each bucket of a MiB;
  /// before it the ranks agree, by two short all-reduces (Thakur, Rabenseifner & Gropp 2005,
  /// https://doi.org/10.1177/1094342005051521).
  double seconds(double n, double rows) const {
    const double rounds = std::ceil(std::log2(n)), buckets = std::ceil(bytes / (1 << 20));
    const double wire = 2 * rounds * (1 + buckets) * latency + 2 * (n - 1) / n * bytes / bandwidth;
    return rows * row + step + wire;
  }
};

/// So many rows shared out to all machines, and so many on each.
void print_model(const Machine& machine, double all, double each) {
  fmt::print("\n| machines | {:.0f} rows in all: ms a step | speedup | efficiency | {:.0f} rows each: efficiency |\n",
             all, each);
  fmt::print("|---|---|---|---|---|\n");
  const double one = machine.seconds(1, all);
  double best = one, best_n = 1, half = 1;
  for (double n = 1; n <= 1024; n *= 2) {
    const double shared = machine.seconds(n, all / n);
    if (shared < best) {
      best = shared;
      best_n = n;
    }
    if (one / shared / n >= 0.5) half = n;
    fmt::print("| {:.0f} | {:.2f} | {:.1f} | {:.2f} | {:.2f} |\n", n, 1e3 * shared, one / shared, one / shared / n,
               machine.seconds(1, each) / machine.seconds(n, each));
  }
  fmt::print(
      "\n{:.0f} rows in all: half of each machine is of use up to {:.0f} machines; the fastest step is that of "
      "{:.0f}\n",
      all, half, best_n);
}

int measure(const mpi::Communicator& comm, double rows) {
  const models::Mlp<> params = models::make_mlp({16, 128, 128, 1}, 1);
  const Eigen::MatrixXd x = Eigen::VectorXd::LinSpaced(16 * static_cast<Eigen::Index>(rows), 0, 1000)
                                .array()
                                .sin()
                                .reshaped(Eigen::Index(rows), 16);
  const Eigen::MatrixXd y = x.rowwise().prod();
  const Eigen::MatrixXd my_x = mpi::shard(x, comm), my_y = mpi::shard(y, comm);
  const auto loss = mpi::mean_over_ranks(models::mean_squared_error, comm);
  const auto optimizer = optim::adam(1e-3);
  constexpr int runs = 100;

  // A step on one process, of all rows and of so few that only the rest of it shows.
  const auto seconds_of_step = [&](const auto& some_loss, const Eigen::MatrixXd& inputs,
                                   const Eigen::MatrixXd& outputs) {
    models::Mlp<> at = params, grads = params;
    auto state = optimizer.init(at);
    double value = 0;
    return shortest(runs, [&] {
      grove::value_and_grad_into(some_loss, at, value, grads, inputs, outputs);
      optim::step(optimizer, grads, state, at);
    });
  };
  double alone[2] = {};
  if (comm.rank() == 0) {
    alone[0] = seconds_of_step(models::mean_squared_error, x, y);
    alone[1] = seconds_of_step(models::mean_squared_error, x.topRows(1), y.topRows(1));
  }
  MPI_Bcast(alone, 2, MPI_DOUBLE, 0, comm.handle());
  const double together = seconds_of_step(loss, my_x, my_y);
  Machine machine{.row = (alone[0] - alone[1]) / (rows - 1),
                  .step = alone[1],
                  .bytes = 8.0 * static_cast<double>(grove::tree::size(params)),
                  .latency = std::numeric_limits<double>::quiet_NaN(),
                  .bandwidth = std::numeric_limits<double>::quiet_NaN()};
  if (comm.size() > 1) {
    machine.latency = one_way(comm, 8, 2000);
    constexpr int large = 1 << 22;
    machine.bandwidth = large / (one_way(comm, large, 50) - machine.latency);
  }
  if (comm.rank() != 0) return 0;
  fmt::print("{} ranks, {:.0f} rows, a gradient of {:.0f} kB\n", comm.size(), rows, machine.bytes / 1e3);
  fmt::print("one process: {:.2f} ms a step, of which {:.3f} ms are not shared out\n", 1e3 * alone[0], 1e3 * alone[1]);
  fmt::print("{} ranks: {:.2f} ms a step, {:.2f} times as fast\n", comm.size(), 1e3 * together, alone[0] / together);
  if (comm.size() == 1) return 0;
  fmt::print("latency {:.2f} µs, bandwidth {:.2f} GB/s; the model says {:.2f} ms\n", 1e6 * machine.latency,
             1e-9 * machine.bandwidth, 1e3 * machine.seconds(comm.size(), rows / comm.size()));
  print_model(machine, 64 * rows, rows);
  print_model(machine, 4 * rows, rows);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const double rows = argc > 1 ? std::atof(argv[1]) : 1024;
  if (!(rows >= 2 && rows <= 1e7)) {
    fmt::print(stderr, "scaling: rows must lie in [2, 10000000], got {}\n", argc > 1 ? argv[1] : "");
    return 1;
  }
  return mpi::run(argc, argv, [rows](const mpi::Communicator& comm) { return measure(comm, std::floor(rows)); });
}
