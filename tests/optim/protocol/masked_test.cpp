// Masks, partitions, chains and single transformations against optax.
// Headers: optim/protocol/mask.hpp
// Headers: optim/transforms/{add_decayed_weights,freeze,scale}.hpp
#include "optim/protocol/masked.hpp"

#include "optim/optimizers/adamw.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/partition.hpp"
#include "optim/schedules/schedule.hpp"
#include "optim/transforms/clip.hpp"
#include "optim/transforms/constrain.hpp"
#include "optim/transforms/freeze.hpp"
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

TEST_CASE("a row vector has rank 1, and of two beginnings of a path the longer one decides") {
  const auto is_vector = [](const Path&, const LeafShape& s) { return s.rank == 1; };
  const std::tuple leaves{Eigen::RowVectorXd(3), Eigen::MatrixXd(1, 3), Eigen::Vector2d(), 1.0};
  CHECK(detail::leaf_mask(is_vector, leaves) == "1010");
  const std::map<std::string, std::vector<double>> params{{"layers", {1, 2, 3}}};
  CHECK(detail::leaf_mask(Mask::Prefixes{{"[\"layers\"]", false}, {"[\"layers\"][1]", true}}, params) == "010");
  CHECK(detail::leaf_mask(Mask::Prefixes{{"[\"layers\"]", true}, {"[\"layers\"][1]", false}}, params) == "101");
}

namespace {

struct Layer {
  Eigen::VectorXd weight = Eigen::VectorXd::Zero(2);
  double bias = 0;
};
struct Net {
  std::vector<Layer> layers = std::vector<Layer>(2);
  int degree = 3;
  std::map<std::string, double> scales{{"in", 1}, {"out", 2}};
  std::optional<double> temperature;
};

struct WhichLayer {
  bool bias, weight;  // in another order
};
template <class Layers, class Scales = bool>
struct WhichNet {
  Layers layers;
  Scales scales;
  bool temperature = false;
};
struct Names {
  std::string layers;
  const char* scales;
  std::string temperature = "-";
};

std::string mask_of(const Mask& mask) { return detail::leaf_mask(mask, Net{}); }

}  // namespace

TEST_CASE("maps of masks and labels may stand in braces (labels-in-braces)") {
  struct Params {
    double a, b;
  };
  const Params params{1, 2};
  const auto fast = named("x", sgd(1.0)), slow = named("y", sgd(0.1));
  CHECK(masked(sgd(0.1), {{"a", true}, {"b", false}}).init(params).mask == "10");
  CHECK(masked(sgd(0.1), {{"", true}}).init(params).mask == "11");
  CHECK(std::get<1>(partition({{"a", "x"}, {"b", "y"}}, fast, slow).init(params)).mask == "01");
  CHECK(std::get<0>(partition({{"", "x"}}, fast, slow).init(params)).mask == "11");
  CHECK(AdamwOptions<double>{.mask = {{"a", true}, {"b", false}}}.mask.of(params) == std::vector<bool>{true, false});
  CHECK(Mask{true}.of(params) == std::vector<bool>{true, true});
  CHECK_THROWS_AS(masked(sgd(0.1), {}).init(params), grove::StructureError);
}

TEST_CASE("masks may be trees, or the first levels of trees") {
  CHECK(mask_of(WhichNet<bool>{true, false}) == "111100");
  CHECK(mask_of(WhichNet<std::vector<bool>>{{false, true}, true}) == "001111");
  CHECK(mask_of(WhichNet<std::vector<WhichLayer>>{{{true, false}, {false, true}}, false}) == "011000");
  CHECK(mask_of(WhichNet<bool, std::map<std::string, bool>>{false, {{"in", false}, {"out", true}}}) == "000001");
  using Tuple = std::tuple<std::array<WhichLayer, 2>, int, bool, bool>;  // as many members as Net
  CHECK(mask_of(Tuple{{WhichLayer{true, false}, WhichLayer{true, true}}, 0, true, false}) == "011111");
  golden::check_transform("masked_adam", masked(adam(0.1), std::tuple(false, true, true)));

  const Labels labels = Names{"slow", "fast"};
  CHECK(labels.of(Net{}) == std::vector<std::string>{"slow", "slow", "slow", "slow", "fast", "fast"});
  const auto optimizer = partition(labels, named("slow", sgd(0.1)), named("fast", sgd(1.0)));
  Net grads;
  grads.layers[1].bias = 1;
  const Net updates = optimizer.update(grads, optimizer.init(grads), grads).updates;
  CHECK(updates.layers[1].bias == -0.1);
  CHECK(updates.scales.at("out") == -2);
  const auto frozen = selective_transform(sgd(1.0), WhichNet<bool>{true, false});
  CHECK(frozen.update(grads, frozen.init(grads), grads).updates.layers[1].bias == 0);
  const auto decayed = add_decayed_weights(0.5, WhichNet<bool>{false, true});
  CHECK(decayed.update(grads, decayed.init(grads), grads).updates.scales.at("in") == 1.5);
}

TEST_CASE("a mask of another structure is rejected, with the place") {
  CHECK_THROWS_WITH(mask_of(WhichNet<std::vector<bool>>{{true}, true}),
                    "mask: layers has 2 elements in the params and has 1 element in the mask");
  CHECK_THROWS_WITH(mask_of(WhichNet<std::vector<std::tuple<bool>>>{{{true}, {true}}, true}),
                    "mask: layers[0] has 2 members in the params and has 1 member in the mask");
  CHECK_THROWS_WITH(mask_of(WhichNet<std::tuple<bool, bool>>{{true, true}, true}),
                    "mask: layers has 2 elements in the params and has 2 members in the mask");
  CHECK_THROWS_WITH(mask_of(WhichNet<bool, std::map<std::string, bool>>{true, {{"in", true}}}),
                    "mask: scales[\"out\"] is in the params and is not there in the mask");
  CHECK_THROWS_WITH(mask_of(WhichLayer{true, true}), "mask: bias is not there in the params and is in the mask");
  CHECK_THROWS_WITH(mask_of(WhichNet<int>{1, true}),
                    "mask: layers has 2 elements in the params and has no value in the mask");
  CHECK_THROWS_AS(masked(sgd(0.1), WhichLayer{true, true}).init(Net{}), grove::StructureError);
  const auto optimizer = partition(Names{"slow", "none"}, named("slow", sgd(0.1)));
  CHECK_THROWS_WITH(optimizer.init(Net{}), "partition: scales[\"in\"] is labelled 'none', but there are only slow");
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
