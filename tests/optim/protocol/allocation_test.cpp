// Steps allocate nothing: counted by replacing the global operator new and, where it can be had, malloc.
#include <Eigen/Core>
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <optional>
#include <vector>

#include "autodiff/derivatives/parallel_value_and_grad.hpp"
#include "optim/least_squares/least_squares.hpp"
#include "optim/optimizers/adafactor.hpp"
#include "optim/optimizers/adamw.hpp"
#include "optim/optimizers/lamb.hpp"
#include "optim/optimizers/lion.hpp"
#include "optim/optimizers/novograd.hpp"
#include "optim/optimizers/rmsprop.hpp"
#include "optim/optimizers/rprop.hpp"
#include "optim/optimizers/sm3.hpp"
#include "optim/schedules/schedule.hpp"
#include "optim/training/minimize.hpp"
#include "optim/transforms/clip.hpp"
#include "optim/transforms/constrain.hpp"
#include "optim/wrappers/accumulate.hpp"
#include "optim/wrappers/conditional.hpp"
#include "optim/wrappers/threads.hpp"
#include "tests/optim/golden.hpp"
#include "tests/sanitized.hpp"

namespace {

std::atomic<std::size_t> allocations = 0;

}  // namespace

#if GROVE_TEST_COUNTS_MALLOC
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

// Eigen calls malloc itself.
extern "C" void* __libc_malloc(std::size_t);
extern "C" void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
#endif

using namespace grove::optim;

namespace {

/// Big enough for several blocks, with a scalar and a vector of matrices.
struct Model {
  double bias = 0.5;
  Eigen::VectorXd small = Eigen::VectorXd::Ones(3);
  std::vector<Eigen::MatrixXd> layers{Eigen::MatrixXd::Ones(40, 50), Eigen::MatrixXd::Ones(50, 2)};
};

template <class T>
std::size_t allocations_of_steps(const T& optimizer) {
  Model params, grads;
  auto state = optimizer.init(params);
  step(optimizer, grads, state, params);
  const std::size_t before = allocations;
  for (int i = 0; i < 5; ++i) step(optimizer, grads, state, params);
  return allocations - before;
}

template <class T>
std::size_t allocations_of_updates(const T& optimizer) {
  Model params, grads;
  auto state = optimizer.init(params);
  auto updates = grads;
  const std::size_t before = allocations;
  for (int i = 0; i < 5; ++i) {
    auto [new_updates, new_state] = optimizer.update(std::move(updates), std::move(state), params);
    params = apply_updates(std::move(params), new_updates);
    updates = std::move(new_updates);
    state = std::move(new_state);
  }
  return allocations - before;
}

}  // namespace

TEST_CASE("the counters count") {
  const std::size_t before = allocations;
  const Eigen::VectorXd x = Eigen::VectorXd::Ones(1000);
  CHECK(allocations - before <= 1);
  CHECK(x(999) == 1);
  const std::vector<double> y(1000, 1.0);
  CHECK((allocations > before || !GROVE_TEST_COUNTS_MALLOC));
}

TEST_CASE("steps of optimizers allocate nothing") {
  CHECK(allocations_of_steps(adam(0.1)) == 0);
  CHECK(allocations_of_steps(adamw(0.1, {.mask = [](const grove::tree::Path& p) { return p.contains("layers"); }})) ==
        0);
  CHECK(allocations_of_steps(lion(cosine_decay_schedule(0.1, 10))) == 0);
  CHECK(allocations_of_steps(rmsprop(0.1, {.momentum = 0.9})) == 0);
  CHECK(allocations_of_steps(rprop(0.1)) == 0);
  CHECK(allocations_of_steps(lamb(0.1)) == 0);
  CHECK(allocations_of_steps(novograd(0.1)) == 0);
  CHECK(allocations_of_steps(sm3(0.1)) == 0);
  CHECK(allocations_of_steps(adafactor(0.1, {.min_dim_size_to_factor = 20})) == 0);
}

TEST_CASE("steps of wrappers allocate nothing") {
  CHECK(allocations_of_steps(chain(zero_nans(), clip_by_global_norm(1.0), adam(0.1), trace(0.9))) == 0);
  CHECK(allocations_of_steps(multi_steps(adam(0.1), 2)) == 0);
  CHECK(allocations_of_steps(apply_if_finite(adam(0.1), 2)) == 0);
}

TEST_CASE("steps on several threads allocate nothing") {
  const auto optimizer = threads(2, adamw(0.1));
  Eigen::VectorXd params = Eigen::VectorXd::Ones(100000), grads = params;
  auto state = optimizer.init(params);
  step(optimizer, grads, state, params);  // the first may still find a thread starting
  const std::size_t before = allocations;
  for (int i = 0; i < 5; ++i) step(optimizer, grads, state, params);
  CHECK(allocations == before);
}

TEST_CASE("values and gradients on several threads allocate nothing after the first") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(300, 3);
  const Eigen::VectorXd y = x.col(0), start = Eigen::VectorXd::Ones(3);
  const auto loss = [](const auto& w, const Eigen::MatrixXd& a, const Eigen::VectorXd& b) {
    return grove::mean(grove::square(a * w - b));
  };
  const auto f = grove::parallel_value_and_grad(loss, 3);
  double value = 0;
  Eigen::VectorXd grads;
  f.into(start, value, grads, x, y);
  const std::size_t before = allocations;
  for (int i = 0; i < 5; ++i) f.into(start, value, grads, x, y);
  CHECK(allocations == before);
  // What a minimization allocates in twenty steps, its history, is the same with threads and without.
  const auto of_twenty_steps = [&](std::optional<std::int64_t> threads) {
    const auto made = [&](std::int64_t steps) {
      const std::size_t at_first = allocations;
      const auto fit = minimize(loss, start, adam(0.1), {.max_steps = steps, .threads = threads}, x, y);
      CHECK(fit.steps == steps);
      return allocations - at_first;
    };
    const std::size_t few = made(10);
    return made(30) - few;
  };
  CHECK(of_twenty_steps(2) == of_twenty_steps(std::nullopt));
}

TEST_CASE("update and apply_updates allocate nothing when everything is moved") {
  CHECK(allocations_of_updates(adam(0.1)) == 0);
  CHECK(allocations_of_updates(chain(clip_by_global_norm(1.0), lion(0.1))) == 0);
}

TEST_CASE("steps of least_squares allocate nothing after the first") {
  const Eigen::ArrayXd t = Eigen::ArrayXd::LinSpaced(30, 0, 3), y = 2.5 * (-1.3 * t).exp() + 0.1 * (9 * t).sin();
  const auto residuals = [](const auto& p, const Eigen::ArrayXd& at, const Eigen::ArrayXd& data) {
    return p(0) * exp(-p(1) * at) + p(2) - data;
  };
  const Eigen::Vector3d start(30, 9, 4);
  const auto allocations_of_steps = [&](LinearSolver solver, TrustRegionMethod method, std::int64_t steps) {
    const std::size_t before = allocations;
    const auto fit = least_squares(
        residuals, start,
        {.max_steps = steps, .step_tolerance = 0, .method = method, .solver = solver, .lower = -100.0, .upper = 100.0},
        t, y);
    const std::size_t made = allocations - before;
    CHECK(fit.steps == steps);
    return made;
  };
  for (const TrustRegionMethod method : {TrustRegionMethod::levenberg_marquardt, TrustRegionMethod::dogleg}) {
    for (const LinearSolver solver : {LinearSolver::svd, LinearSolver::normal}) {
      allocations_of_steps(solver, method, 2);
      CHECK(allocations_of_steps(solver, method, 2) == allocations_of_steps(solver, method, 7));
    }
  }
}
