// What a benchmark program measures: workloads, each with rows (primal, hand-written gradient, Grove, peers).
#pragma once

#include <benchmark/benchmark.h>

#include <Eigen/Dense>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace benchmarks {

/// One way to compute a workload. The row named "hand" is the reference of every ratio and every check.
struct Row {
  std::string name;
  double target = 0;                             ///< time ÷ hand to reach; 0: none
  std::function<void()> once;                    ///< computes once
  std::function<void(benchmark::State&)> timed;  ///< computes in a Google Benchmark loop
  std::function<Eigen::VectorXd()> result;  ///< of the last computation: the value, then the gradient if there is one

  bool is_grove() const { return name.starts_with("grove"); }
  /// Of a row that stops once the operations are recorded: the row whose first part it is; else empty.
  std::string whole() const { return name.ends_with(recording) ? name.substr(0, name.size() - recording.size()) : ""; }
  static constexpr std::string_view recording = ", recording";
};

/// A problem of fixed size with all its rows.
struct Workload {
  std::string id;           ///< as in the tables of the targets, for example "D500"
  std::string description;  ///< one line: what is differentiated, and how large it is
  double operations =
      0;  ///< elementary operations of the primal where scalar loops record each of them; 0: not counted
  std::shared_ptr<const void> data = nullptr;  ///< owns what the rows refer to
  std::vector<Row> rows = {};
  std::function<double()> difference = nullptr;  ///< worst relative disagreement of "hand" with central differences
};

/// Each workload header defines this; each program includes one of them.
std::vector<Workload> workloads();

/// Keeps the optimiser from seeing through a row: no hoisting out of the timing loop, no dead stores.
template <class Compute>
[[gnu::noinline]] void compute_opaquely(Compute& compute) {
  compute();
  benchmark::ClobberMemory();
}

/// Makes a row of `compute`, which stores its outcome where `result` finds it.
template <class Compute, class Result>
Row row(std::string name, Compute compute, Result result, double target = 0) {
  const auto once = [compute]() mutable { compute_opaquely(compute); };
  const auto timed = [compute](benchmark::State& state) mutable {
    for (auto _ : state) compute_opaquely(compute);
  };
  return {std::move(name), target, once, timed, std::move(result)};
}

/// A value followed by the components of a gradient, as `Row::result` returns them.
inline Eigen::VectorXd joined(double value, const Eigen::VectorXd& gradient) {
  Eigen::VectorXd both(1 + gradient.size());
  both << value, gradient;
  return both;
}

/// A one-element vector, the result of a row that has no gradient.
inline Eigen::VectorXd only(double value) { return Eigen::VectorXd::Constant(1, value); }

/// Relative disagreement of `gradient` with central differences of `f` at `x`, along three fixed directions.
template <class F>
double difference_along_directions(const F& f, const Eigen::VectorXd& x, const Eigen::VectorXd& gradient,
                                   double step = 1e-6) {
  double worst = 0;
  for (const double frequency : {0.7, 1.3, 2.9}) {
    const Eigen::VectorXd v = Eigen::VectorXd::NullaryExpr(
        x.size(), [&](Eigen::Index i) { return std::cos(frequency * double(i) + frequency); });
    const double numeric = (f(Eigen::VectorXd(x + step * v)) - f(Eigen::VectorXd(x - step * v))) / (2 * step);
    const double analytic = gradient.dot(v);
    worst = std::max(worst, std::abs(numeric - analytic) / (std::abs(analytic) + 1e-3 * gradient.norm()));
  }
  return worst;
}

}  // namespace benchmarks
