// One optimizer step on ten million doubles: `step` against one fused loop written by hand, and against a pass for each
// link.
//
// The figure to look at is the ratio of a `grove` row to the `by_hand` row above it; the target is 1.15 at most.
#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <cmath>
#include <tuple>
#include <vector>

#include "optim/adamw.hpp"
#include "optim/apply_updates.hpp"
#include "optim/clip.hpp"
#include "optim/trace.hpp"

using namespace grove::optim;

namespace {

constexpr Eigen::Index size = 10'000'000;

struct Data {
  Eigen::VectorXd params = Eigen::VectorXd::Constant(size, 0.5);
  Eigen::VectorXd grads = Eigen::VectorXd::LinSpaced(size, -1, 1);
};

const AdamwOptions<double> adamw_options{.weight_decay = 1e-2};

/// Clipping, a moving average, Adam, decay, a schedule, and the sign: six elementwise links.
auto six_links() {
  return chain(clip(0.9), trace(0.1), scale_by_adam(), add_decayed_weights(1e-2),
               scale_by_schedule([](std::int64_t count) { return 1.0 / (1.0 + static_cast<double>(count)); }),
               scale(-1e-3));
}

void adamw_by_hand(benchmark::State& state) {
  Data data;
  std::vector<double> mu(size), nu(size);
  double* p = data.params.data();
  const double* g = data.grads.data();
  double* m = mu.data();
  double* v = nu.data();
  double t = 0;
  for (auto _ : state) {
    t += 1;
    const double of_mu = 1 / (1 - std::pow(0.9, t)), of_nu = 1 / (1 - std::pow(0.999, t));
    for (Eigen::Index i = 0; i < size; ++i) {
      m[i] = 0.9 * m[i] + 0.1 * g[i];
      v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
      p[i] -= 1e-3 * (of_mu * m[i] / (std::sqrt(of_nu * v[i]) + 1e-8) + 1e-2 * p[i]);
    }
    benchmark::ClobberMemory();
  }
}

void adamw_grove(benchmark::State& state) {
  Data data;
  const auto optimizer = adamw(1e-3, adamw_options);
  auto optimizer_state = optimizer.init(data.params);
  for (auto _ : state) {
    step(optimizer, data.grads, optimizer_state, data.params);
    benchmark::ClobberMemory();
  }
}

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
  std::vector<double> trace_(size), mu(size), nu(size);
  double* p = data.params.data();
  const double* g = data.grads.data();
  double t = 0;
  for (auto _ : state) {
    const double rate = -1e-3 / (1 + t);
    t += 1;
    const double of_mu = 1 / (1 - std::pow(0.9, t)), of_nu = 1 / (1 - std::pow(0.999, t));
    for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i) {
      const double clipped = g[i] > 0.9 ? 0.9 : (g[i] < -0.9 ? -0.9 : g[i]);
      trace_[i] = clipped + 0.1 * trace_[i];
      mu[i] = 0.9 * mu[i] + 0.1 * trace_[i];
      nu[i] = 0.999 * nu[i] + 0.001 * trace_[i] * trace_[i];
      p[i] += rate * (of_mu * mu[i] / (std::sqrt(of_nu * nu[i]) + 1e-8) + 1e-2 * p[i]);
    }
    benchmark::ClobberMemory();
  }
}

void six_links_grove(benchmark::State& state) {
  Data data;
  const auto optimizer = six_links();
  auto optimizer_state = optimizer.init(data.params);
  for (auto _ : state) {
    step(optimizer, data.grads, optimizer_state, data.params);
    benchmark::ClobberMemory();
  }
}

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

BENCHMARK(adamw_by_hand)->Unit(benchmark::kMillisecond);
BENCHMARK(adamw_grove)->Unit(benchmark::kMillisecond);
BENCHMARK(adamw_pass_per_link)->Unit(benchmark::kMillisecond);
BENCHMARK(six_links_by_hand)->Unit(benchmark::kMillisecond);
BENCHMARK(six_links_grove)->Unit(benchmark::kMillisecond);
BENCHMARK(six_links_pass_per_link)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
