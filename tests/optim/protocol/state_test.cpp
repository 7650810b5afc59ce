// An optimizer's state is a tree: it can be printed, compared, edited, mapped, saved and restored.
#include "optim/optimizers/adamw.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/protocol/step.hpp"
#include "optim/transforms/clip.hpp"
#include "optim/wrappers/inject_hyperparams.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
namespace tree = grove::tree;

namespace {

struct Line {
  Eigen::VectorXd weight;
  double bias;
};

const Line start{Eigen::Vector2d(1, -2), 0.5}, grads{Eigen::Vector2d(4, 2), -1};

template <class T, class S>
void advance(const T& optimizer, S& state, Line& params) {
  auto [updates, next] = optimizer.update(grads, std::move(state), params);
  params = apply_updates(std::move(params), updates);
  state = std::move(next);
}

const auto optimizer = chain(clip_by_global_norm(100.0), adamw(0.1, {.weight_decay = 0.01}));

}  // namespace

TEST_CASE("a state prints what is in it") {
  const auto momentum = sgd(0.1, {.momentum = 0.9});
  auto state = momentum.init(start);
  Line params = start;
  advance(momentum, state, params);
  CHECK(tree::to_string(state) == R"([0].trace.weight  2×1 [4, 2]
[0].trace.bias    -1
[1]               {})");
  const auto masks = masked(set_to_zero(), [](const tree::Path& p) { return p.ends_with("bias"); });
  CHECK(tree::to_string(masks.init(start)) == "inner_state  {}\nmask         \"01\"");
}

TEST_CASE("states are compared, and equal states go the same way") {
  auto state = optimizer.init(start), other = optimizer.init(start);
  Line params = start, same = start;
  advance(optimizer, state, params);
  CHECK_FALSE(tree::equal(state, other));
  advance(optimizer, other, same);
  CHECK(tree::equal(state, other));
  auto twin = state;
  advance(optimizer, state, params);
  advance(optimizer, twin, same);
  CHECK(tree::equal(params, same));
  CHECK(tree::structure_difference(state, other) == "[1][0].count is 2 in tree 1 and 1 in tree 2");
}

TEST_CASE("a state is edited by name") {
  auto state = optimizer.init(start);
  Line params = start;
  for (int i = 0; i < 3; ++i) advance(optimizer, state, params);
  CHECK(tree::get<std::int64_t>(state, "[1][0].count") == 3);
  CHECK(tree::get<ScaleByAdamState<Line>>(state).mu.bias != 0);

  // A fresh start from here: counts and moments back to zero.
  state = tree::set(std::move(state), "count", 0);
  state = tree::set(std::move(state), "mu", Line{Eigen::Vector2d::Zero(), 0});
  tree::get<Line>(state, "nu") = tree::zeros_like(start);
  CHECK(tree::equal(state, optimizer.init(start)));

  const auto injected =
      inject_hyperparams([](const Hyperparams& h) { return sgd(h.at("learning_rate")); }, {{"learning_rate", 0.5}});
  auto injected_state = injected.init(start);
  tree::get<double>(injected_state, "learning_rate") = 0.25;
  CHECK(injected.update(grads, injected_state, start).updates.bias == 0.25);
  CHECK_THROWS_WITH(tree::get<double>(injected_state, "learning_rat"),
                    "tree::get: there is no member 'learning_rat' of this type; there are "
                    "hyperparams[\"learning_rate\"]");
}

TEST_CASE("tree functions work on states") {
  auto state = optimizer.init(start);
  Line params = start;
  advance(optimizer, state, params);
  const auto halved = tree::map([](const auto& x) { return 0.5 * x; }, state);
  const auto& moments = tree::get<ScaleByAdamState<Line>>(state);
  const auto& half = tree::get<ScaleByAdamState<Line>>(halved);
  CHECK(half.mu.bias == 0.5 * moments.mu.bias);
  CHECK(half.count == 1);  // counts are carried along
  std::string paths;
  tree::for_each_with_path([&](const tree::Path& path, const auto&) { paths += path.string() + ' '; }, state);
  CHECK(paths == "[1][0].mu.weight [1][0].mu.bias [1][0].nu.weight [1][0].nu.bias ");
  CHECK(tree::all_finite(state));

  // Saved as numbers and counts, restored into a fresh state.
  const Eigen::VectorXd saved = tree::flatten(state);
  auto restored = tree::set(optimizer.init(start), "count", tree::get<std::int64_t>(state, "[1][0].count"));
  tree::unflatten_into(saved, restored);
  Line one = params, two = params;
  advance(optimizer, state, one);
  advance(optimizer, restored, two);
  CHECK(tree::equal(one, two));
}
