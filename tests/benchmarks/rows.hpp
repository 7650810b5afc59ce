// Makers of the rows that every workload has, from its loss, its parameters and its hand-written gradient.
#pragma once

#include <autodiff/autodiff.hpp>
#include <memory>
#include <string>
#include <utility>

#include "workload.hpp"

namespace benchmarks {

/// A value with gradients of the shape of the parameters.
template <class Params>
struct Outcome {
  double value = 0;
  Params grads{};

  Eigen::VectorXd joined() const { return benchmarks::joined(value, grove::tree::flatten(grads)); }
};

/// A row of the primal `loss(params, args…)` on plain numbers. Here and below the workload's data outlives the row.
template <class Loss, class Params, class... Args>
Row primal_row(std::string name, Loss loss, const Params& params, const Args&... args) {
  const auto value = std::make_shared<double>(0);
  return row(
      std::move(name), [=, &params, &args...] { *value = loss(params, args...); }, [=] { return only(*value); });
}

/// The hand-written gradient: `hand(grads)` writes the gradient and returns the value; its workspace is its own.
template <class Params, class Hand>
Row hand_row(Hand hand) {
  const auto outcome = std::make_shared<Outcome<Params>>();
  return row(
      "hand", [=]() mutable { outcome->value = hand(outcome->grads); }, [=] { return outcome->joined(); });
}

/// Grove's gradient of `loss(params, args…)` into storage that is kept, as a training loop computes it.
template <class Loss, class Params, class... Args>
Row grove_row(std::string name, double target, Loss loss, const Params& params, const Args&... args) {
  const auto outcome = std::make_shared<Outcome<Params>>();
  return row(
      std::move(name),
      [=, &params, &args...] { grove::value_and_grad_into(loss, params, outcome->value, outcome->grads, args...); },
      [=] { return outcome->joined(); }, target);
}

/// The first part of `grove_row(name, …)`: records the operations, then leaves by an exception (a microsecond or two)
/// instead of sweeping back over them. The table shows the difference of the two as the sweep.
template <class Loss, class Params, class... Args>
Row recording_row(std::string name, Loss loss, const Params& params, const Args&... args) {
  struct Recorded {};
  const auto outcome = std::make_shared<Outcome<Params>>();
  const auto leave = [=](const auto&... all) {
    auto result = loss(all...);
    outcome->value = grove::value_of(result);
    throw Recorded{};
    return result;
  };
  const auto compute = [=, &params, &args...] {
    double unused = 0;
    try {
      grove::value_and_grad_into(leave, params, unused, outcome->grads, args...);
    } catch (const Recorded&) {
    }
  };
  return row(name + std::string(Row::recording), compute, [=] { return only(outcome->value); });
}

/// The same on several threads, for a `loss` that is a mean over the rows of `args`; the workload's is `factor` times
/// that.
template <class Loss, class Params, class... Args>
Row threads_row(int threads, double target, double factor, Loss loss, const Params& params, const Args&... args) {
  const auto outcome = std::make_shared<Outcome<Params>>();
  const auto on_threads = grove::parallel_value_and_grad(loss, threads);
  return row(
      "grove, " + std::to_string(threads) + (threads == 1 ? " thread" : " threads"),
      [=, &params, &args...] { on_threads.into(params, outcome->value, outcome->grads, args...); },
      [=] { return Eigen::VectorXd(factor * outcome->joined()); }, target);
}

/// The comparison of "hand", once it has computed, with central differences of the primal.
template <class Loss, class Params, class... Args>
std::function<double()> difference_of(const Row& hand, Loss loss, const Params& params, const Args&... args) {
  return [=, &params, &args..., result = hand.result] {
    const auto flat_loss = [&](const Eigen::VectorXd& flat) {
      return loss(grove::tree::unflatten(flat, params), args...);
    };
    const Eigen::VectorXd gradient = result();
    return difference_along_directions(flat_loss, grove::tree::flatten(params), gradient.tail(gradient.size() - 1));
  };
}

}  // namespace benchmarks
