// Masks, partitions, chains and single transformations against optax.
#include "optim/masked.hpp"

#include "optim/adamw.hpp"
#include "optim/clip.hpp"
#include "optim/constrain.hpp"
#include "optim/partition.hpp"
#include "optim/sgd.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using grove::tree::Path;

namespace {

const Schedule half_decay = exponential_decay(0.1, 10, 0.5);
const auto only_w = [](const Path& p) { return p.ends_with("w"); };
const auto not_a = [](const Path& p) { return !p.ends_with("a"); };

}  // namespace

TEST_CASE("single links follow optax") {
  golden::check_transform("identity", identity());
  golden::check_transform("set_to_zero", set_to_zero());
  golden::check_transform("scale", scale(-0.3));
  golden::check_transform("scale_by_schedule", scale_by_schedule(half_decay));
  golden::check_transform("scale_by_learning_rate", scale_by_learning_rate(half_decay));
  golden::check_transform("trace", trace(0.9));
  golden::check_transform("trace_nesterov", trace(0.7, true));
  golden::check_transform("ema", ema(0.9));
  golden::check_transform("ema_raw", ema(0.7, false));
  golden::check_transform("scale_by_sign", scale_by_sign());
  golden::check_transform("add_decayed_weights", add_decayed_weights(0.1));
  golden::check_transform("add_decayed_weights_mask", add_decayed_weights(half_decay, not_a));
}

TEST_CASE("chains follow optax") {
  golden::check_transform("chain",
                          chain(clip_by_global_norm(1.0), scale_by_adam(), add_decayed_weights(0.01), scale(-0.1)));
  golden::check_transform("chain_nested", chain(chain(zero_nans(), clip(0.5)), chain(trace(0.9), chain(scale(0.5)))));
}

TEST_CASE("masks follow optax") {
  golden::check_transform("masked_adam", masked(adam(0.1), not_a));
  golden::check_transform("masked_clip", masked(clip_by_global_norm(0.5), not_a));
  golden::check_transform("masked_nested", masked(chain(masked(trace(0.9), only_w), scale(2.0)), not_a));
  golden::check_transform("freeze", freeze(only_w));
  golden::check_transform("selective_transform", selective_transform(adam(0.1), only_w));
}

TEST_CASE("a partition follows optax") {
  const Labels::Prefixes labels{{"a", "fast"}, {"b", "slow"}, {"w", "frozen"}};
  const auto slow = chain(clip_by_global_norm(0.1), adam(0.1));
  golden::check_transform("partition", partition(labels, named("fast", sgd(1.0, {.momentum = 0.5})),
                                                 named("slow", slow), named("frozen", set_to_zero())));
}

TEST_CASE("masks may be given by shape, by value or by the beginning of a path") {
  const golden::Tree tree;
  CHECK(detail::leaf_mask([](const Path&, const LeafShape& s) { return s.rank == 2; }, tree) == "001");
  CHECK(detail::leaf_mask(true, tree) == "111");
  CHECK(detail::leaf_mask(Mask::Prefixes{{"a", true}, {"b", false}, {"w", true}}, tree) == "101");
  CHECK_THROWS_AS(detail::leaf_mask(Mask::Prefixes{{"a", true}}, tree), grove::StructureError);
}

TEST_CASE("a label without transformation is named") {
  const auto optimizer =
      partition([](const Path& p) { return p.string(); }, named("a", sgd(0.1)), named("b", sgd(0.2)));
  CHECK_THROWS_WITH(optimizer.init(golden::Tree{}), "partition: w is labelled 'w', but there are only a, b");
  CHECK_THROWS_WITH(partition("a", named("a", sgd(0.1)), named("a", sgd(0.2))),
                    "partition: the name 'a' is given twice");
}

TEST_CASE("one's own transformation inside a mask sees zeros and leaves the others alone") {
  struct Negate {
    EmptyState init(const golden::Tree&) const { return {}; }
    Updated<golden::Tree, EmptyState> update(golden::Tree updates, EmptyState, const golden::Tree&) const {
      CHECK(updates.a == 0);
      return {grove::tree::scale(-1.0, updates), {}};
    }
  };
  golden::Tree grads;
  grads.a = std::nan("");
  grads.b(0) = 2;
  const auto optimizer = masked(Negate{}, not_a);
  const auto updates = optimizer.update(grads, optimizer.init(grads), grads).updates;
  CHECK(std::isnan(updates.a));
  CHECK(updates.b(0) == -2);
}
