// Steps on several threads give what one thread gives. Also run under ThreadSanitizer.
#include "optim/wrappers/threads.hpp"

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "optim/optimizers/adamw.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/protocol/step.hpp"
#include "optim/transforms/clip.hpp"
#include "optim/transforms/trace.hpp"
#include "tests/catch.hpp"

#if defined(__unix__)
#include <sys/wait.h>
#include <unistd.h>
#endif

using namespace grove::optim;

namespace {

/// Leaves smaller and larger than a block, whose ends fall inside shares.
struct Model {
  double bias = 0.5;
  Eigen::VectorXd weight = Eigen::VectorXd::LinSpaced(40000, -1, 1);
  std::vector<Eigen::MatrixXf> layers{Eigen::MatrixXf::Constant(100, 313, 0.25F), Eigen::MatrixXf::Ones(3, 5)};
  Eigen::VectorXd last = Eigen::VectorXd::LinSpaced(20001, 2, 3);
};
using Optimizer = any_transformation<Model>;

struct Outcome {
  Model stepped;
  Model updated;
  Model last_updates;
};

Outcome run(const Optimizer& optimizer) {
  Outcome result;
  auto state = optimizer.init(result.stepped), other = state;
  for (int i = 0; i < 4; ++i) {
    Model grads = grove::tree::map([](const auto& x) { return x * x - x; }, result.stepped);
    auto [updates, next] = optimizer.update(grads, std::move(other), result.updated);
    result.updated = apply_updates(std::move(result.updated), updates);
    result.last_updates = updates;
    other = std::move(next);
    step(optimizer, grads, state, result.stepped);
  }
  return result;
}

/// An elementwise link that rejects large numbers.
struct Thrower {
  static constexpr int slot_count = 0;

  EmptyState init(const Eigen::VectorXd& /*params*/) const { return {}; }
  int prepare(EmptyState& /*state*/) const { return 0; }
  std::tuple<> slots(EmptyState& /*state*/, Eigen::VectorXd& /*updates*/) const { return {}; }
  void apply(int /*constants*/, auto& u, const auto& /*p*/) const {
    if (u(0) > 0.9) throw grove::Error("too large");
  }
};

const auto plain = chain(clip(0.9), trace(0.1), adamw(1e-2));
const auto whole_tree = chain(clip_by_global_norm(10.0), adamw(1e-2, {.nesterov = true}));
const auto some_leaves = masked(adamw(1e-2), [](const grove::tree::Path& p) { return !p.contains("layers"); });

}  // namespace

TEST_CASE("several threads give what one gives, to the bit") {
  for (const Optimizer& optimizer : {Optimizer(plain), Optimizer(whole_tree), Optimizer(some_leaves)}) {
    const Outcome want = run(optimizer);
    for (const int count : {1, 2, 3, 7}) {
      const Outcome got = run(threads(count, optimizer));
      CHECK(grove::tree::equal(got.stepped, want.stepped));
      CHECK(grove::tree::equal(got.updated, want.updated));
      CHECK(grove::tree::equal(got.last_updates, want.last_updates));
      CHECK(grove::tree::equal(got.stepped, got.updated));
    }
  }
}

TEST_CASE("every block is worked on once, also if there are more threads than blocks") {
  const auto optimizer = threads(100, chain(trace(0.5)));
  Eigen::VectorXd params = Eigen::VectorXd::Zero(64 * 512 + 1), grads = Eigen::VectorXd::Ones(params.size());
  auto state = optimizer.init(params);
  for (int i = 0; i < 3; ++i) step(optimizer, grads, state, params);
  CHECK((params.array() == 1 + 1.5 + 1.75).all());
}

TEST_CASE("threads of the user's may share an optimizer") {
  const Optimizer optimizer = threads(2, plain);
  const Outcome want = run(plain);
  std::vector<std::thread> users;
  std::vector<int> right(3);
  for (int& ok : right) {
    users.emplace_back([&] { ok = grove::tree::equal(run(optimizer).stepped, want.stepped) ? 1 : 0; });
  }
  for (std::thread& user : users) user.join();
  CHECK(right == std::vector<int>{1, 1, 1});
}

TEST_CASE("trees that do not fit are rejected, on threads too") {
  const auto optimizer = threads(2, adamw(1e-2));
  Eigen::VectorXd params = Eigen::VectorXd::Zero(100000), grads = Eigen::VectorXd::Zero(90000);
  auto state = optimizer.init(params);
  CHECK_THROWS_AS(step(optimizer, grads, state, params), grove::StructureError);
  CHECK_THROWS_WITH(threads(0, adamw(1e-2)), "threads: count must be positive, got 0");
}

TEST_CASE("what a link throws on another thread arrives") {
  const auto optimizer = threads(2, Thrower{});
  Eigen::VectorXd grads = Eigen::VectorXd::LinSpaced(100000, 0, 1);  // the large ones belong to the second thread
  EmptyState state;
  CHECK_THROWS_WITH(optimizer.update(grads, state, grads), "too large");
  grads.setZero();
  CHECK_NOTHROW(optimizer.update(grads, state, grads));
}

#if defined(__unix__)
// threads-after-fork
TEST_CASE("in a forked process the caller works alone, to the same bits") {
  const auto params_after = [](const auto& optimizer) {
    Eigen::VectorXd params = Eigen::VectorXd::LinSpaced(200'000, -1, 1);
    auto state = optimizer.init(params);
    for (int i = 0; i < 3; ++i) step(optimizer, Eigen::VectorXd(params * 0.5), state, params);
    return params;
  };
  const Eigen::VectorXd expected = params_after(adamw(1e-3));
  for (const bool used_before : {false, true}) {
    auto optimizer = std::make_unique<decltype(threads(3, adamw(1e-3)))>(threads(3, adamw(1e-3)));
    if (used_before) CHECK(params_after(*optimizer) == expected);
    const pid_t child = fork();
    if (child == 0) {
      alarm(60);
      const bool right = params_after(*optimizer) == expected;
      optimizer.reset();
      _exit(right ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(params_after(*optimizer) == expected);
  }
}
#endif
