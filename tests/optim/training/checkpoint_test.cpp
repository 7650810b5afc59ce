// Interrupted minimizations go on as if nothing had been.
#include "optim/training/checkpoint.hpp"

#include <Eigen/Core>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#if __has_include(<unistd.h>) && __has_include(<sys/wait.h>)
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "autodiff/autodiff.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "tests/catch.hpp"

using namespace grove;
using namespace grove::optim;

namespace {

struct File {
  std::string name = (std::filesystem::temp_directory_path() / "grove_checkpoint_test.state").string();
  File() { std::filesystem::remove(name); }
  ~File() { std::filesystem::remove(name); }
};

template <class T = double>
struct Line {
  Vector<T> weight;
  T bias;
};

const auto loss = [](const auto& p, const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  return mean(square((x * p.weight).array() + p.bias - y.array()));
};

struct Problem {
  Eigen::MatrixXd x =
      Eigen::MatrixXd::NullaryExpr(23, 2, [](auto i, auto j) { return std::sin(double(7 * i + 3 * j)); });
  Eigen::VectorXd y = (1 + 2 * x.col(0).array() - 3 * x.col(1).array()).matrix();
  Line<> start{Eigen::VectorXd::Zero(2), 0.0};
};

void check_equal(const MinimizeResult<Line<>>& a, const MinimizeResult<Line<>>& b) {
  CHECK(tree::equal(a.params, b.params));
  CHECK(a.value == b.value);
  CHECK(a.steps == b.steps);
  CHECK(a.reason == b.reason);
  CHECK(a.evaluations == b.evaluations);
  CHECK(a.values == b.values);
  REQUIRE(a.path.size() == b.path.size());
  for (std::size_t k = 0; k < a.path.size(); ++k) CHECK(tree::equal(a.path[k], b.path[k]));
}

/// Runs to the end at once, and stopped at several steps and resumed from the file.
template <class T>
void check_resumed(const T& optimizer, MinimizeOptions options) {
  const Problem p;
  const auto whole = minimize(loss, p.start, optimizer, options, p.x, p.y);
  for (const std::int64_t stop : {1, 4, 10, 17, 30}) {
    INFO(stop);
    const File file;
    MinimizeOptions part = options;
    part.callbacks.push_back([stop](const Progress& now) { return now.step >= stop; });
    minimize(loss, p.start, optimizer, checkpoint(file.name, 3, part), p.x, p.y);
    check_equal(minimize(loss, p.start, optimizer, resume(file.name, 3, options), p.x, p.y), whole);
  }
}

}  // namespace

TEST_CASE("a resumed minimization is bit for bit the one that was not interrupted", "[checkpoint]") {
  check_resumed(adam(0.05), {.max_steps = 40, .record_every = 7});
  check_resumed(adam(0.05), {.max_steps = 40, .keep_best = true, .batch_size = 5, .seed = 3, .accumulate = 2});
  check_resumed(lbfgs(), {.max_steps = 40, .gradient_tolerance = 1e-10});
  check_resumed(any_transformation<Line<>>(adam(0.05)), {.max_steps = 40, .patience = 3, .batch_size = 4});
}

TEST_CASE("resume without a file begins at the start, and writes one", "[checkpoint]") {
  const Problem p;
  const File file;
  const MinimizeOptions options{.max_steps = 12};
  check_equal(minimize(loss, p.start, adam(0.05), resume(file.name, 5, options), p.x, p.y),
              minimize(loss, p.start, adam(0.05), options, p.x, p.y));
  CHECK(std::filesystem::exists(file.name));
}

TEST_CASE("a file of another problem, or a damaged one, is an error", "[checkpoint]") {
  const Problem p;
  const File file;
  const MinimizeOptions options{.max_steps = 12, .batch_size = 5};
  minimize(loss, p.start, adam(0.05), checkpoint(file.name, 5, options), p.x, p.y);
  const Line<> wider{Eigen::VectorXd::Zero(3), 0.0};
  const Eigen::MatrixXd x = Eigen::MatrixXd::Ones(23, 3);
  CHECK_THROWS_AS(minimize(loss, wider, adam(0.05), resume(file.name, 5, options), x, p.y), DataError);
  CHECK_THROWS_AS(minimize(loss, p.start, lbfgs(), resume(file.name, 5, options), p.x, p.y), DataError);
  const Eigen::MatrixXd fewer = p.x.topRows(20);
  const Eigen::VectorXd y = p.y.head(20);
  CHECK_THROWS_AS(minimize(loss, p.start, adam(0.05), resume(file.name, 5, options), fewer, y), DataError);
  std::ofstream(file.name, std::ios::app) << "more";
  CHECK_THROWS_AS(minimize(loss, p.start, adam(0.05), resume(file.name, 5, options), p.x, p.y), DataError);
  CHECK_THROWS_WITH(checkpoint(file.name, 0), "checkpoint: every must be positive, got 0");
  CHECK_THROWS_WITH(resume(file.name, -1), "resume: every must be positive, got -1");
}

#if __has_include(<unistd.h>) && __has_include(<sys/wait.h>)
TEST_CASE("a minimization that is killed again and again ends as if it were not", "[checkpoint]") {
  const Problem p;
  const File file;
  const MinimizeOptions options{.max_steps = 400, .batch_size = 5, .record_every = 50};
  const auto whole = minimize(loss, p.start, adam(0.02), options, p.x, p.y);
  int kills = 0;
  std::optional<std::int64_t> done;
  while (!done) {
    const pid_t child = ::fork();
    if (child == 0) {
      minimize(loss, p.start, adam(0.02), resume(file.name, 2, options), p.x, p.y);
      ::_exit(0);
    }
    ::usleep(static_cast<unsigned>(2000 + 777 * (kills % 20)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status)) done = kills;
    if (WIFSIGNALED(status)) ++kills;
    REQUIRE(kills < 100000);
  }
  INFO(kills);
  check_equal(minimize(loss, p.start, adam(0.02), resume(file.name, 2, options), p.x, p.y), whole);
}
#endif
