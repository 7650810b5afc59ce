// Derivatives through optimizer steps: with respect to the learning rate, a momentum coefficient and the initial
// params.
#include "autodiff/autodiff.hpp"
#include "autodiff/gradcheck/gradcheck.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/polyak.hpp"
#include "optim/optimizers/rmsprop.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/step.hpp"
#include "optim/transforms/clip.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;

namespace {

template <class T = double>
struct Weights {
  grove::Vector<T> weight;
  T bias;
};

/// What is learnt by meta-learning: hyperparameters and the start.
template <class T = double>
struct Meta {
  T learning_rate;
  T decay;
  Weights<T> start;
};

Meta<> meta_start() { return {0.1, 0.7, {Eigen::Vector2d(0.8, -0.6), 0.4}}; }

/// The gradient of Σ w⁴/4 + (Σ w + bias - 1)²/2, by hand, so that the steps are all that is recorded.
template <class T>
Weights<T> gradient(const Weights<T>& p) {
  const T error = grove::sum(p.weight) + p.bias - 1.0;
  Weights<T> g = p;
  g.weight = (p.weight.array() * p.weight.array() * p.weight.array() + error).matrix();
  g.bias = error;
  return g;
}

/// The function that it is the gradient of.
template <class T>
T value(const Weights<T>& p) {
  const T error = grove::sum(p.weight) + p.bias - 1.0;
  return grove::sum(grove::square(grove::square(p.weight.array()))) / 4.0 + error * error / 2.0;
}

template <class Optimizer, class T>
T loss_after(const Optimizer& optimizer, Weights<T> p, int steps) {
  auto state = optimizer.init(p);
  for (int i = 0; i < steps; ++i) {
    auto [updates, next] = optimizer.update(gradient(p), std::move(state), p, with_value(value(p)));
    p = apply_updates(std::move(p), updates);
    state = std::move(next);
  }
  return grove::sum(grove::square(p.weight.array())) + p.bias * p.bias;
}

template <class MakeOptimizer>
void check(const char* name, MakeOptimizer make) {
  INFO(name);
  const auto loss = [&](const auto& meta) { return loss_after(make(meta.learning_rate, meta.decay), meta.start, 4); };
  CHECK_NOTHROW(grove::gradcheck(loss, meta_start()));
  const auto grads = grove::grad(loss)(meta_start());
  CHECK(grads.learning_rate != 0);
  CHECK(grads.decay != 0);
}

}  // namespace

TEST_CASE("one can differentiate through steps of sgd") {
  check("sgd", [](const auto& rate, const auto& decay) { return sgd(rate, {.momentum = decay, .nesterov = true}); });
}

TEST_CASE("one can differentiate through steps of adam") {
  check("adam", [](const auto& rate, const auto& decay) { return adam(rate, {.b1 = decay, .eps_root = 1e-3}); });
}

TEST_CASE("one can differentiate through steps of rmsprop") {
  check("rmsprop", [](const auto& rate, const auto& decay) { return rmsprop(rate, {.decay = decay, .eps = 1e-3}); });
}

TEST_CASE("one can differentiate through a chain with clipping") {
  check("chain", [](const auto& rate, const auto& decay) {
    return chain(clip_by_global_norm(0.5), trace(decay), scale_by_learning_rate(rate));
  });
}

TEST_CASE("one can differentiate through steps of polyak_sgd") {
  const auto make = [](const auto& bound, const auto& scaling) {
    using Real = std::remove_cvref_t<decltype(bound)>;
    return polyak_sgd<Real>({.max_learning_rate = Real(bound), .scaling = Real(scaling), .f_min = Real(-0.1)});
  };
  const auto free = [&](const auto& meta) {
    return loss_after(make(10.0 * meta.learning_rate, 1.0 * meta.decay), meta.start, 3);
  };
  CHECK_NOTHROW(grove::gradcheck(free, meta_start()));
  CHECK(grove::grad(free)(meta_start()).decay != 0);
  const auto bounded = [&](const auto& meta) {
    return loss_after(make(1.0 * meta.learning_rate, 1.0 * meta.decay), meta.start, 3);
  };
  CHECK_NOTHROW(grove::gradcheck(bounded, meta_start()));
  CHECK(grove::grad(bounded)(meta_start()).learning_rate != 0);
}

TEST_CASE("the gradient with respect to the start alone needs no active hyperparameters") {
  const auto loss = [](const auto& start) {
    return loss_after(chain(clip(10.0), adam(0.1, {.eps_root = 1e-3})), start, 3);
  };
  CHECK_NOTHROW(grove::gradcheck(loss, meta_start().start));
}
