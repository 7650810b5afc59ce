// Kills a checkpointed minimization at random moments, as often as asked, and goes on each time: see run.sh.
#include <Eigen/Core>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>
#include <string>

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "autodiff/autodiff.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/training/checkpoint.hpp"

using namespace grove::optim;

namespace {

constexpr std::int64_t every = 3;
constexpr int features = 300;

/// What a run tells before it is killed, in memory that outlives it.
struct Told {
  volatile std::int64_t first = 0;
  volatile std::int64_t last = 0;
};

const auto loss = [](const auto& p, const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  return grove::mean(grove::square(grove::tanh(x * p) - y));
};

struct Problem {
  Eigen::MatrixXd x = Eigen::MatrixXd::NullaryExpr(
      40, features, [](auto i, auto j) { return std::sin(static_cast<double>(7 * i + 3 * j)) / 10; });
  Eigen::VectorXd y = x.rowwise().sum().array().sin();
  Eigen::VectorXd start = Eigen::VectorXd::Zero(features);
  MinimizeOptions options{.max_steps = 150, .keep_best = true, .batch_size = 7, .seed = 5, .record_every = 10};
};

auto fit(const Problem& p, const Checkpoint& how) { return minimize(loss, p.start, adam(0.02), how, p.x, p.y); }

/// A run in a process of its own, from the file on.
[[noreturn]] void run(const Problem& p, const std::string& file, Told& told) {
  MinimizeOptions options = p.options;
  options.callbacks.push_back([&](const Progress& now) {
    if (told.first == 0) told.first = now.step;
    told.last = now.step;
    return false;
  });
  try {
    fit(p, resume(file, every, options));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    ::_exit(1);
  }
  ::_exit(0);
}

[[noreturn]] void fail(const char* what, int kills) {
  std::fprintf(stderr, "after %d kills: %s\n", kills, what);
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  const int wanted = argc > 1 ? std::atoi(argv[1]) : 20;
  const fs::path folder = fs::temp_directory_path() / ("grove_kill_" + std::to_string(::getpid()));
  fs::create_directory(folder);
  const std::string file = (folder / "run.state").string();
  void* const shared = ::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) fail("no shared memory", 0);
  auto& told = *new (shared) Told;
  const Problem p;
  const auto whole = minimize(loss, p.start, adam(0.02), p.options, p.x, p.y);
  std::mt19937 random(1);
  // Up to about twice the time of a dozen steps with their checkpoints, so that runs are killed from their first
  // instruction on and still get to their end.
  std::uniform_int_distribution<unsigned> microseconds(0, 30000);
  int kills = 0, ends = 0;
  std::int64_t most_lost = 0, before = 0;
  while (kills < wanted) {
    told.first = 0;
    told.last = 0;
    const pid_t child = ::fork();
    if (child == 0) run(p, file, told);
    ::usleep(microseconds(random));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (told.first != 0) {
      const std::int64_t lost = before - (told.first - 1);
      if (lost > every) fail("more was lost than the steps since the last checkpoint", kills);
      most_lost = std::max(most_lost, lost);
      before = told.last;
    }
    if (WIFSIGNALED(status)) {
      ++kills;
      continue;
    }
    if (WEXITSTATUS(status) != 0) fail("the run could not go on", kills);
    const auto end = fit(p, resume(file, every, p.options));
    if (end.params != whole.params || end.values != whole.values || end.path != whole.path)
      fail("the run that was killed is not the one that was not", kills);
    fs::remove(file);
    before = 0;
    ++ends;
  }
  int torn = 0;  // a saver that is killed cannot clear away the file that it was writing
  for (const auto& entry : fs::directory_iterator(folder))
    torn += entry.path().filename().string().starts_with(".grove-");
  std::printf(
      "%d kills, %d of them while a checkpoint was being written; %d runs came to their end, each to the bit as if it "
      "had not "
      "been killed; at most %lld steps were lost, with a checkpoint every %lld\n",
      kills, torn, ends, static_cast<long long>(most_lost), static_cast<long long>(every));
  fs::remove_all(folder);
  return ends > 0 || wanted < 100 ? 0 : 1;
}
