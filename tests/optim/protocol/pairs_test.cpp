// Every wrapper around every wrapper around every clipper and optimizer, on gradients that are zero, huge, infinite and
// NaN. All is type-erased, so that a pair costs no compile time.
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/protocol/partition.hpp"
#include "optim/protocol/step.hpp"
#include "optim/transforms/clip.hpp"
#include "optim/transforms/constrain.hpp"
#include "optim/transforms/freeze.hpp"
#include "optim/transforms/trust_ratio.hpp"
#include "optim/wrappers/accumulate.hpp"
#include "optim/wrappers/conditional.hpp"
#include "optim/wrappers/inject_hyperparams.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using grove::tree::Path;

namespace {

struct Tree {
  double a = 0;
  Eigen::VectorXd b = Eigen::VectorXd::Zero(3);
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(2, 3);
};
using Any = any_transformation<Tree>;

const double infinity = std::numeric_limits<double>::infinity();
const std::vector<double> bad_gradients{0.0, -0.0, 1e300, -1e300, infinity, -infinity, std::nan("")};

Tree constant(double value, double w) {
  Tree t;
  t.a = value;
  t.b << value, 2 * value, -value;
  t.w.setConstant(w);
  return t;
}

struct Wrapper {
  const char* name;
  std::function<Any(const Any&)> wrap;
  bool guards = false;  ///< nothing that is not finite gets through, and such a step leaves no trace inside
};

bool is_w(const Path& p) { return p.ends_with("w"); }
bool is_not_w(const Path& p) { return !is_w(p); }

const std::vector<Wrapper>& wrappers() {
  static const std::vector<Wrapper> all{
      {"apply_if_finite", [](const Any& t) { return Any(apply_if_finite(t, 10)); }, true},
      {"multi_steps(1, skip_not_finite)", [](const Any& t) { return Any(multi_steps(t, 1, skip_not_finite)); }, true},
      {"multi_steps(1)", [](const Any& t) { return Any(multi_steps(t, 1)); }},
      {"multi_steps(2)", [](const Any& t) { return Any(multi_steps(t, 2)); }},
      {"masked", [](const Any& t) { return Any(masked(t, is_not_w)); }},
      {"partition", [](const Any& t) { return Any(partition("all", named("all", t))); }},
      {"selective_transform", [](const Any& t) { return Any(selective_transform(t, is_w)); }},
      {"conditionally_transform",
       [](const Any& t) { return Any(conditionally_transform(t, [](std::int64_t k) { return k != 1; })); }},
      {"conditionally_mask",
       [](const Any& t) { return Any(conditionally_mask(t, [](std::int64_t k) { return k != 1; })); }},
      {"inject_hyperparams",
       [](const Any& t) {
         return Any(
             inject_hyperparams([t](const Hyperparams& h) { return chain(t, scale(h.at("rate"))); }, {{"rate", 1.0}}));
       }},
      {"chain of zero_nans", [](const Any& t) { return Any(chain(zero_nans(), t)); }},
      {"chain with clip", [](const Any& t) { return Any(chain(clip(2.0), t)); }}};
  return all;
}

struct Inner {
  const char* name;
  Any transformation;
};

const std::vector<Inner>& inners() {
  static const std::vector<Inner> all{{"clip", clip(1.0)},
                                      {"clip_by_global_norm", clip_by_global_norm(1.0)},
                                      {"clip_by_block_rms", clip_by_block_rms(1.0)},
                                      {"adaptive_grad_clip", adaptive_grad_clip(0.1)},
                                      {"zero_nans", zero_nans()},
                                      {"centralize", centralize()},
                                      {"keep_params_nonnegative", keep_params_nonnegative()},
                                      {"set_to_zero", set_to_zero()},
                                      {"apply_every", apply_every(2)},
                                      {"trace", trace(0.9)},
                                      {"ema", ema(0.5)},
                                      {"sgd", sgd(0.1, {.momentum = 0.9, .nesterov = true})},
                                      {"adam", adam([](std::int64_t count) { return 0.1 / double(count + 1); })},
                                      {"clipped adam", chain(clip_by_global_norm(1.0), adam(0.1))}};
  return all;
}

/// The updates of some gradients, one after the other, the params standing still. Each is also taken as one step, which
/// must do the same to the bit.
std::vector<Tree> updates_of(const Any& optimizer, const std::vector<Tree>& gradients) {
  const Tree params = constant(1, 1);
  auto state = optimizer.init(params);
  std::vector<Tree> result;
  for (const Tree& g : gradients) {
    auto step_state = state;
    auto [updates, next] = optimizer.update(g, std::move(state), params);
    Tree stepped = params, used = g;
    step(optimizer, used, step_state, stepped);
    const Tree applied = apply_updates(params, updates);
    const auto bits = [](const Tree& t) { return grove::tree::flatten(t); };
    const Eigen::VectorXd one = bits(stepped), two = bits(applied);
    const bool same = ((one.array() == two.array()) || (one.array().isNaN() && two.array().isNaN())).all();
    CHECK(same);
    result.push_back(std::move(updates));
    state = std::move(next);
  }
  return result;
}

bool finite(const Tree& t) { return grove::tree::all_finite(t); }
bool equal(const Tree& a, const Tree& b) { return grove::tree::equal(a, b); }

/// Calls check(optimizer, wrapper outside, wrapper inside) for every pair of wrappers around everything.
template <class Check>
void for_each_pair(const Check& check) {
  for (const Wrapper& outside : wrappers()) {
    for (const Wrapper& inside : wrappers()) {
      for (const Inner& inner : inners()) {
        INFO(outside.name << " around " << inside.name << " around " << inner.name);
        check(outside.wrap(inside.wrap(inner.transformation)), outside, inside);
      }
    }
  }
}

}  // namespace

TEST_CASE("a finite gradient never makes a NaN, however large it is") {
  for_each_pair([](const Any& optimizer, const Wrapper&, const Wrapper&) {
    for (const double bad : {0.0, -0.0, 1e300, -1e300}) {
      INFO("gradient " << bad);
      for (const Tree& u : updates_of(optimizer, {constant(0.5, 0.5), constant(bad, bad), constant(0.25, 0.25)})) {
        CHECK(finite(u));
      }
    }
  });
}

TEST_CASE("a gradient that is not finite passes no guard and leaves no trace behind it") {
  for_each_pair([](const Any& optimizer, const Wrapper& outside, const Wrapper&) {
    if (!outside.guards) return;
    const auto undisturbed = updates_of(optimizer, {constant(0.5, 0.5), constant(0.25, 0.25), constant(0.75, 1)});
    for (const double bad : {infinity, -infinity, std::nan("")}) {
      INFO("gradient " << bad);
      const auto updates = updates_of(optimizer, {constant(0.5, 0.5), constant(0.25, bad), constant(0.25, 0.25),
                                                  constant(bad, 1), constant(0.75, 1)});
      CHECK(equal(updates[1], Tree{}));
      CHECK(equal(updates[3], Tree{}));
      // The steps count as if the bad ones had never been: moments, schedules, periods, conditions.
      CHECK(equal(updates[0], undisturbed[0]));
      CHECK(equal(updates[2], undisturbed[1]));
      CHECK(equal(updates[4], undisturbed[2]));
    }
  });
}

TEST_CASE("a guard inside protects what it wraps, whatever is around it") {
  for_each_pair([](const Any& optimizer, const Wrapper& outside, const Wrapper& inside) {
    if (!inside.guards) return;
    const std::string name = outside.name;
    // These let updates by without asking the inside.
    if (name == "conditionally_transform" || name == "masked") return;
    for (const double bad : bad_gradients) {
      INFO("gradient " << bad);
      for (const Tree& u : updates_of(
               optimizer, {constant(0.5, 0.5), constant(bad, 0.5), constant(0.25, 0.25), constant(0.125, 0.125)})) {
        CHECK(finite(u));
      }
    }
  });
}

TEST_CASE("a skipped step is exactly zero, whatever was skipped") {
  for (const Wrapper& inside : wrappers()) {
    for (const Inner& inner : inners()) {
      INFO(inside.name << " around " << inner.name);
      const Any optimizer =
          conditionally_mask(inside.wrap(inner.transformation), [](std::int64_t step) { return step != 1; });
      for (const double bad : bad_gradients) {
        const auto updates = updates_of(optimizer, {constant(0.5, 0.5), constant(bad, bad), constant(0.25, 0.25)});
        CHECK(equal(updates[1], Tree{}));
        CHECK(finite(updates[2]));
      }
    }
  }
}

TEST_CASE("a masked-out leaf has no say, and frozen its gradient reaches nothing") {
  for (const Wrapper& inside : wrappers()) {
    for (const Inner& inner : inners()) {
      INFO(inside.name << " around " << inner.name);
      const Any optimizer = inside.wrap(inner.transformation);
      const Any orders[] = {chain(masked(optimizer, is_not_w), freeze(is_w)),
                            chain(freeze(is_w), masked(optimizer, is_not_w)), selective_transform(optimizer, is_w),
                            masked(chain(optimizer, identity()), is_not_w)};
      for (std::size_t order = 0; order < 4; ++order) {
        INFO("order " << order);
        const auto want = updates_of(orders[order], {constant(0.5, 0), constant(-0.5, 0), constant(0.25, 0)});
        for (const double bad : bad_gradients) {
          const auto got = updates_of(orders[order], {constant(0.5, bad), constant(-0.5, bad), constant(0.25, bad)});
          for (std::size_t k = 0; k < got.size(); ++k) {
            CHECK(got[k].a == want[k].a);
            CHECK(got[k].b == want[k].b);
            if (order < 3) CHECK(got[k].w == want[k].w);
            if (order < 3) CHECK(got[k].w.isZero(0));
          }
        }
      }
    }
  }
}
