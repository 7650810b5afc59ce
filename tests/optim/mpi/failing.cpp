// One of three ranks goes wrong, in the way that the argument says.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

#include "autodiff/autodiff.hpp"
#include "optim/mpi/mpi.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/step.hpp"

namespace {

void go_wrong(const std::string& how) {
  using std::chrono::milliseconds;
  if (how == "throws_in_the_loss") throw std::runtime_error("no disk");
  if (how == "throws_in_its_own_loop") throw std::runtime_error("no disk");
  if (how == "hangs") std::this_thread::sleep_for(std::chrono::seconds(600));
  if (how == "is_stopped") std::raise(SIGSTOP);
  if (how == "is_killed") std::raise(SIGKILL);
  if (how == "is_slow") std::this_thread::sleep_for(milliseconds(50));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string how = argc > 1 ? argv[1] : "";
  const auto body = [&how](const grove::mpi::Communicator& comm) {
    double params = 1;
    const bool mine = comm.rank() == 2;
    int evaluations = 0;
    const auto loss = [&](const auto& p) {
      if (mine && ++evaluations > 3 && how != "throws_in_its_own_loop") go_wrong(how);
      return square(p) / 2;
    };
    if (how == "throws_in_its_own_loop") {
      const auto optimizer = grove::optim::chain(grove::mpi::all_reduce_mean(comm), grove::optim::sgd(0.5));
      auto state = optimizer.init(params);
      for (int i = 0; i < 20; ++i) {
        if (mine && i == 3) go_wrong(how);
        double grads = grove::grad(loss)(params);
        grove::optim::step(optimizer, grads, state, params);
      }
      return;
    }
    const auto shared = grove::mpi::mean_over_ranks(loss, comm);
    if (how == "leaves" && mine) return;
    params = grove::optim::minimize(shared, params, grove::optim::sgd(0.5), {.max_steps = 10}).params;
    if (comm.rank() == 0) std::printf("all ranks at %.4f\n", params);
  };
  return grove::mpi::run(argc, argv, body, 2.0);
}
