// Wrappers and clippers in pairs, on gradients that are zero, huge, infinite and NaN.
// Headers: optim/protocol/{chain,partition}.hpp
#include <cmath>
#include <limits>

#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/protocol/partition.hpp"
#include "optim/transforms/clip.hpp"
#include "optim/transforms/constrain.hpp"
#include "optim/transforms/freeze.hpp"
#include "optim/wrappers/accumulate.hpp"
#include "optim/wrappers/conditional.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using grove::tree::Path;

namespace {

const double infinity = std::numeric_limits<double>::infinity();

golden::Tree constant(double value) {
  golden::Tree t;
  t.a = value;
  t.b.setConstant(value);
  t.w.setConstant(value);
  return t;
}

/// Three steps: a good gradient, a bad one, a good one. The updates of each.
template <class T>
std::vector<golden::Tree> updates_of(const T& optimizer, double bad) {
  const golden::Tree params = constant(1);
  auto state = optimizer.init(params);
  std::vector<golden::Tree> result;
  for (const double g : {0.5, bad, 0.25}) {
    auto [updates, next] = optimizer.update(constant(g), std::move(state), params);
    result.push_back(updates);
    state = std::move(next);
  }
  return result;
}

bool finite(const golden::Tree& t) { return grove::tree::all_finite(t); }

/// What comes first protects what comes after, whatever the gradient.
template <class Guard>
void check_guard(const char* name, const Guard& guard) {
  for (const double bad : {0.0, -0.0, 1e300, infinity, -infinity, std::nan("")}) {
    INFO(name << " around a gradient of " << bad);
    for (const auto& updates : updates_of(guard(sgd(0.1)), bad)) CHECK(finite(updates));
    for (const auto& updates : updates_of(guard(adam(0.1)), bad)) CHECK(finite(updates));
    for (const auto& updates : updates_of(guard(chain(clip_by_global_norm(1.0), adam(0.1))), bad))
      CHECK(finite(updates));
    for (const auto& updates : updates_of(guard(chain(clip(1.0), sgd(0.1, {.momentum = 0.9}))), bad))
      CHECK(finite(updates));
    for (const auto& updates : updates_of(guard(chain(clip_by_block_rms(1.0), adam(0.1))), bad)) CHECK(finite(updates));
    for (const auto& updates : updates_of(guard(chain(adaptive_grad_clip(0.1), adam(0.1))), bad))
      CHECK(finite(updates));
  }
}

}  // namespace

TEST_CASE("apply_if_finite lets nothing broken through, whatever it wraps and whatever wraps it") {
  check_guard("apply_if_finite", [](const auto& inner) { return apply_if_finite(inner, 10); });
  check_guard("multi_steps of apply_if_finite",
              [](const auto& inner) { return multi_steps(apply_if_finite(inner, 10), 1); });
  check_guard("apply_if_finite of a mask", [](const auto& inner) { return apply_if_finite(masked(inner, true), 10); });
  check_guard("a partition of apply_if_finite",
              [](const auto& inner) { return partition("all", named("all", apply_if_finite(inner, 10))); });
  check_guard("multi_steps with skip_not_finite",
              [](const auto& inner) { return multi_steps(inner, 1, skip_not_finite); });
  check_guard("apply_if_finite of multi_steps",
              [](const auto& inner) { return apply_if_finite(multi_steps(inner, 2), 10); });
}

TEST_CASE("a step that is not taken leaves no NaN in zeros") {
  const auto never = [](std::int64_t step) { return step != 1; };
  for (const double bad : {1e300, infinity, std::nan("")}) {
    const golden::Tree zero;
    CHECK(golden::to_row(updates_of(conditionally_mask(adam(0.1), never), bad)[1]) == golden::to_row(zero));
    CHECK(golden::to_row(updates_of(multi_steps(sgd(0.1), 3), bad)[1]) == golden::to_row(zero));
    CHECK(golden::to_row(updates_of(apply_every(3), bad)[1]) == golden::to_row(zero));
    CHECK(golden::to_row(updates_of(apply_if_finite(set_to_zero(), 0), bad)[1]) == golden::to_row(zero));
    CHECK(golden::to_row(updates_of(chain(set_to_zero(), adam(0.1)), bad)[1]) == golden::to_row(zero));
  }
}

TEST_CASE("counts stand still at skipped steps") {
  const auto optimizer =
      apply_if_finite(multi_steps(adam([](std::int64_t count) { return count == 0 ? 1.0 : 2.0; }), 1), 5);
  auto state = optimizer.init(constant(1));
  for (const double g : {1.0, std::nan(""), infinity, 1.0}) {
    auto [updates, next] = optimizer.update(constant(g), std::move(state), constant(1));
    state = std::move(next);
  }
  CHECK(state.total_notfinite == 2);
  CHECK(state.inner_state.gradient_step == 2);
  CHECK(std::get<0>(state.inner_state.inner_opt_state).count == 2);
  CHECK(std::get<1>(state.inner_state.inner_opt_state).count == 2);
}

TEST_CASE("the gradient of a frozen leaf never reaches the params") {
  const auto frozen = [](const Path& p) { return p.ends_with("w"); };
  for (const double bad : {1.0, infinity, std::nan("")}) {
    golden::Tree grads = constant(0.5);
    grads.w.setConstant(bad);
    const golden::Tree params = constant(1);
    const auto check = [&](const auto& optimizer) {
      const auto updates = optimizer.update(grads, optimizer.init(params), params).updates;
      CHECK(updates.w.cwiseAbs().maxCoeff() == 0);
      CHECK(std::isfinite(updates.a));
      golden::Tree stepped = params, used = grads;
      auto state = optimizer.init(params);
      step(optimizer, used, state, stepped);
      CHECK(stepped.w == params.w);
    };
    check(chain(freeze(frozen), adam(0.1)));
    check(chain(masked(adam(0.1), [&](const Path& p) { return !frozen(p); }), freeze(frozen)));
    check(selective_transform(chain(clip_by_global_norm(0.1), adam(0.1)), frozen));
    check(partition([&](const Path& p) { return frozen(p) ? "off" : "on"; }, named("on", sgd(0.1)),
                    named("off", set_to_zero())));
  }
}

TEST_CASE("clipping a clipped update changes nothing") {
  const golden::Tree grads = golden::sequence("plain").grads[0], params = constant(1);
  const auto twice = [&](const auto& clipping) {
    const auto once = clipping.update(grads, clipping.init(params), params).updates;
    const auto again = clipping.update(once, clipping.init(params), params).updates;
    CHECK(golden::distance(golden::to_row(again), golden::to_row(once)) < 1e-15);
  };
  twice(clip(0.3));
  twice(clip_by_global_norm(0.7));
  twice(clip_by_block_rms(0.2));
  twice(adaptive_grad_clip(0.1));
}

TEST_CASE("wrappers reject what they cannot use") {
  CHECK_THROWS_WITH(clip(-1.0), "clip: max_delta must not be negative, got -1");
  CHECK_THROWS_WITH(clip_by_global_norm(0.0), "clip_by_global_norm: max_norm must be positive, got 0");
  CHECK_THROWS_WITH(adaptive_grad_clip(0.0), "adaptive_grad_clip: clipping must be positive, got 0");
  CHECK_THROWS_WITH(trace(1.0), "trace: decay must lie in [0, 1), got 1");
  CHECK_THROWS_WITH(clip_by_block_rms(std::nan("")), "clip_by_block_rms: threshold must be positive, got nan");
}
