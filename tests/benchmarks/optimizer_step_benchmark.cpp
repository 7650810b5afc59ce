// One optimizer step on ten million doubles: `step` against one fused loop written by hand, and against a pass for each
// link, on one thread and on two.
//
// The figure to look at is the time of a row `grove` ÷ that of the row `by_hand` of its optimizer; the target is 1.15
// at most on one thread. That hand-written loop is one pass over memory in Eigen's array expressions, block by block,
// and so as vectorised as the library's: the row `by_hand_scalar` is the loop that one writes first, whose std::sqrt
// keeps the compiler from vectorising it as long as errno counts (-fno-math-errno is the user's flag to give, not
// ours).
#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "optim/optimizers/adamw.hpp"
#include "optim/protocol/step.hpp"
#include "optim/transforms/clip.hpp"
#include "optim/transforms/trace.hpp"
#include "optim/wrappers/threads.hpp"

using namespace grove::optim;

namespace {

constexpr Eigen::Index size = 10'000'000;
constexpr Eigen::Index block = 512;

struct Data {
  Eigen::VectorXd params = Eigen::VectorXd::Constant(size, 0.5);
  Eigen::VectorXd grads = Eigen::VectorXd::LinSpaced(size, -1, 1);
};

/// The factors of step t of Adam.
struct Bias {
  explicit Bias(double t) : mu(1 / (1 - std::pow(0.9, t))), nu(1 / (1 - std::pow(0.999, t))) {}
  double mu, nu;
};

const AdamwOptions<double> adamw_options{.weight_decay = 1e-2};

/// Clipping, a moving average, Adam, decay, a schedule, and the sign: six elementwise links.
auto six_links() {
  return chain(clip(0.9), trace(0.1), scale_by_adam(), add_decayed_weights(1e-2),
               scale_by_schedule([](std::int64_t count) { return 1.0 / (1.0 + static_cast<double>(count)); }),
               scale(-1e-3));
}

/// Calls f(first, count) for each block.
template <class F>
void for_each_block(const F& f) {
  for (Eigen::Index i = 0; i < size; i += block) f(i, std::min(block, size - i));
}

void adamw_by_hand(benchmark::State& state) {
  Data data;
  Eigen::ArrayXd mu = 0 * data.grads.array(), nu = mu;  // written, so that no first step finds fresh memory
  double t = 0;
  for (auto _ : state) {
    const Bias bias(++t);
    for_each_block([&](Eigen::Index i, Eigen::Index n) {
      auto p = data.params.array().segment(i, n);
      auto m = mu.segment(i, n), v = nu.segment(i, n);
      const auto g = data.grads.array().segment(i, n);
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g.square();
      p -= 1e-3 * (bias.mu * m / ((bias.nu * v).sqrt() + 1e-8) + 1e-2 * p);
    });
    benchmark::ClobberMemory();
  }
}

void adamw_by_hand_scalar(benchmark::State& state) {
  Data data;
  std::vector<double> mu(size), nu(size);
  double* p = data.params.data();
  const double* g = data.grads.data();
  double* m = mu.data();
  double* v = nu.data();
  double t = 0;
  for (auto _ : state) {
    const Bias bias(++t);
    for (Eigen::Index i = 0; i < size; ++i) {
      m[i] = 0.9 * m[i] + 0.1 * g[i];
      v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
      p[i] -= 1e-3 * (bias.mu * m[i] / (std::sqrt(bias.nu * v[i]) + 1e-8) + 1e-2 * p[i]);
    }
    benchmark::ClobberMemory();
  }
}

/// A step of the library's.
template <class T>
void run_steps(benchmark::State& state, const T& optimizer) {
  Data data;
  auto optimizer_state = optimizer.init(data.params);
  step(optimizer, data.grads, optimizer_state, data.params);  // touches the memory of the state
  for (auto _ : state) {
    step(optimizer, data.grads, optimizer_state, data.params);
    benchmark::ClobberMemory();
  }
}

void adamw_grove(benchmark::State& state) { run_steps(state, adamw(1e-3, adamw_options)); }
void adamw_grove_2_threads(benchmark::State& state) { run_steps(state, threads(2, adamw(1e-3, adamw_options))); }

void adamw_pass_per_link(benchmark::State& state) {
  Data data;
  const auto adam_link = scale_by_adam();
  const auto decay = add_decayed_weights(1e-2);
  const auto rate = scale(-1e-3);
  auto s1 = adam_link.init(data.params);
  auto s2 = decay.init(data.params);
  EmptyState s3;
  Eigen::VectorXd updates(size);
  for (auto _ : state) {
    updates = data.grads;
    detail::run(adam_link, updates, s1, data.params, Extra<>{});
    detail::run(decay, updates, s2, data.params, Extra<>{});
    detail::run(rate, updates, s3, data.params, Extra<>{});
    data.params += updates;
    benchmark::ClobberMemory();
  }
}

void six_links_by_hand(benchmark::State& state) {
  Data data;
  Eigen::ArrayXd traces = 0 * data.grads.array(), mu = traces, nu = traces;
  double t = 0;
  for (auto _ : state) {
    const double rate = -1e-3 / (1 + t);
    const Bias bias(++t);
    for_each_block([&](Eigen::Index i, Eigen::Index n) {
      auto p = data.params.array().segment(i, n);
      auto m = mu.segment(i, n), v = nu.segment(i, n), r = traces.segment(i, n);
      const auto g = data.grads.array().segment(i, n);
      r = (g > 0.9).select(0.9, (g < -0.9).select(-0.9, g)) + 0.1 * r;  // NaN stays
      m = 0.9 * m + 0.1 * r;
      v = 0.999 * v + 0.001 * r.square();
      p += rate * (bias.mu * m / ((bias.nu * v).sqrt() + 1e-8) + 1e-2 * p);
    });
    benchmark::ClobberMemory();
  }
}

void six_links_grove(benchmark::State& state) { run_steps(state, six_links()); }
void six_links_grove_2_threads(benchmark::State& state) { run_steps(state, threads(2, six_links())); }

void six_links_pass_per_link(benchmark::State& state) {
  Data data;
  const auto optimizer = six_links();
  auto states = optimizer.init(data.params);
  Eigen::VectorXd updates(size);
  for (auto _ : state) {
    updates = data.grads;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (detail::run(std::get<I>(optimizer.links), updates, std::get<I>(states), data.params, Extra<>{}), ...);
    }
    (std::make_index_sequence<6>{});
    data.params += updates;
    benchmark::ClobberMemory();
  }
}

/// Real time: that of two threads is not the time of the processor.
#define GROVE_STEP_BENCHMARK(name) BENCHMARK(name)->Unit(benchmark::kMillisecond)->UseRealTime()

GROVE_STEP_BENCHMARK(adamw_by_hand);
GROVE_STEP_BENCHMARK(adamw_by_hand_scalar);
GROVE_STEP_BENCHMARK(adamw_grove);
GROVE_STEP_BENCHMARK(adamw_grove_2_threads);
GROVE_STEP_BENCHMARK(adamw_pass_per_link);
GROVE_STEP_BENCHMARK(six_links_by_hand);
GROVE_STEP_BENCHMARK(six_links_grove);
GROVE_STEP_BENCHMARK(six_links_grove_2_threads);
GROVE_STEP_BENCHMARK(six_links_pass_per_link);

}  // namespace

BENCHMARK_MAIN();
