// Losses along other axes and with masks, and losses of batches, against optax.
#include "optim/losses/over.hpp"

#include "optim/losses/classification.hpp"
#include "optim/losses/regression.hpp"
#include "optim/losses/segmentation.hpp"
#include "optim/losses/sequence.hpp"
#include "optim/losses/similarity.hpp"
#include "tests/optim/losses/golden_losses.hpp"

using namespace grove::optim::losses;
using golden::check_loss;

namespace {

Eigen::MatrixXd stored(const std::string& name) {
  return golden::to_matrix(golden::loss_entry("over " + name).at("predictions"));
}

EntryMask mask() { return stored("mask").array() > 0.5; }

/// The losses of which the rest is made, and then all that take an axis and a mask.
template <class O>
void check_some(const std::string& name, const O& over) {
  check_loss("over softmax_cross_entropy " + name,
             [&](const auto& p, const auto& t) { return softmax_cross_entropy(p, t, over); });
  check_loss("over cosine_similarity " + name,
             [&](const auto& p, const auto& t) { return cosine_similarity(p, t, 1e-3, over); });
  check_loss("over smooth_labels " + name, [&](const auto& p, const auto&) { return smooth_labels(p, 0.1, over); });
}

template <class O>
void check_losses(const std::string& name, const O& over) {
  const auto check = [&](const std::string& loss, const auto& f) { check_loss("over " + loss + " " + name, f); };
  check("poly_loss_cross_entropy",
        [&](const auto& p, const auto& t) { return poly_loss_cross_entropy(p, t, 1.5, over); });
  check("kl_divergence", [&](const auto& p, const auto& t) { return kl_divergence(p, t, over); });
  check("kl_divergence_with_log_targets",
        [&](const auto& p, const auto& t) { return kl_divergence_with_log_targets(p, t, over); });
  check("generalized_kl_divergence",
        [&](const auto& p, const auto& t) { return generalized_kl_divergence(p, t, over); });
  check("cosine_distance", [&](const auto& p, const auto& t) { return cosine_distance(p, t, 0.0, over); });
  check_some(name, over);
}

template <class O>
void check_integer_labels(const std::string& name, const O& over, const std::vector<int>& labels) {
  check_loss("over softmax_cross_entropy_with_integer_labels " + name,
             [&](const auto& p, const auto&) { return softmax_cross_entropy_with_integer_labels(p, labels, over); });
}

}  // namespace

TEST_CASE("losses along other axes follow optax") {
  check_losses("columns", each_column);
  check_some("all", all_entries);
  check_integer_labels("columns", each_column, {2, 0, 1, 3, 3});
  check_loss("over triplet_margin_loss columns", [&](const auto& p, const auto& t) {
    return triplet_margin_loss(p, t, stored("negatives"), 4, 1.0, 1e-6, each_column);
  });
}

TEST_CASE("losses with masks follow optax") {
  check_losses("masked_rows", each_row.where(mask()));
  check_some("masked_columns", each_column.where(mask()));
  check_some("masked_all", all_entries.where(mask()));
  check_integer_labels("masked_rows", each_row.where(mask()), {0, 3, 3, 1});
  check_integer_labels("masked_columns", each_column.where(mask()), {2, 0, 1, 3, 3});
  check_loss("over ranking_softmax_loss", [&](const auto& p, const auto& t) {
    return ranking_softmax_loss(p, t, {.where = mask(), .weights = stored("weights")});
  });
  check_loss("over ranking_softmax_loss_by_list",
             [&](const auto& p, const auto& t) { return ranking_softmax_loss_by_list(p, t, {.where = mask()}); });
}

TEST_CASE("what does not count leaves no trace, even if it is not a number or if nothing counts") {
  EntryMask some(2, 3);
  some << true, true, false, false, false, false;
  Eigen::MatrixXd x(2, 3), y(2, 3);
  x << 1, 2, std::nan(""), std::nan(""), std::nan(""), std::nan("");
  y << 0.25, 0.75, std::nan(""), std::nan(""), std::nan(""), std::nan("");
  const auto check = [&](const auto& loss) {
    const auto total = [&](const auto& p) { return grove::sum(loss(p)); };
    CHECK(std::isfinite(total(x)));
    const Eigen::MatrixXd grads = grove::grad(total)(x);
    CHECK(grads.allFinite());
    CHECK(grads.row(1).cwiseAbs().maxCoeff() == 0);
    CHECK(grads(0, 2) == 0);
    CHECK(grads(0, 0) != 0);
  };
  const auto over = each_row.where(some);
  check([&](const auto& p) { return softmax_cross_entropy(p, y, over); });
  check([&](const auto& p) { return softmax_cross_entropy_with_integer_labels(p, {1, 2}, over); });
  check([&](const auto& p) { return poly_loss_cross_entropy(p, y, 2.0, over); });
  check([&](const auto& p) { return generalized_kl_divergence(p, y, over); });
  check([&](const auto& p) { return cosine_similarity(p, y, 1e-9, over); });
  check([&](const auto& p) { return ranking_softmax_loss_by_list(p, y, {.where = some}); });
  CHECK(ranking_softmax_loss(x, y, {.where = EntryMask::Constant(2, 3, false)}) == 0);
  CHECK_THROWS_WITH(softmax_cross_entropy(x, y, each_row.where(EntryMask(3, 2))),
                    "softmax_cross_entropy: the mask is 3×2 and the entries are 2×3");
}

TEST_CASE("regression losses of errors alone follow optax") {
  check_loss("over huber_loss", [](const auto& p, const auto&) { return huber_loss(p, 0.0, 0.7); });
  check_loss("over log_cosh", [](const auto& p, const auto&) { return log_cosh(p); });
  CHECK(huber_loss(3.0) == 2.5);
}

TEST_CASE("dice losses of images follow optax") {
  // Two images of six pixels and three classes, one below the other.
  check_loss(
      "over dice_loss weighted",
      [](const auto& p, const auto& t) {
        const DiceOptions options{.ignore_background = true, .class_weights = Eigen::Array3d(0.5, 2, 1)};
        return grove::stack(std::vector{dice_loss_by_class(p.topRows(6), t.topRows(6), options),
                                        dice_loss_by_class(p.bottomRows(6), t.bottomRows(6), options)});
      },
      1e-12, 12);
  const auto of_images = [](const DiceOptions& options) {
    return [options](const auto& p, const auto& t) {
      return grove::stack(dice_loss(p.topRows(6), t.topRows(6), options),
                          dice_loss(p.bottomRows(6), t.bottomRows(6), options));
    };
  };
  check_loss("over dice_loss one class", of_images({}), 1e-12, 12);
  check_loss("over dice_loss probabilities", of_images({.apply_softmax = false}), 1e-12, 12);
  const auto generalized = [](const DiceOptions& options) {
    return [options](const auto& p, const auto& t) {
      return multiclass_generalized_dice_loss(std::vector{p.topRows(6), p.bottomRows(6)},
                                              std::vector{t.topRows(6), t.bottomRows(6)}, options);
    };
  };
  check_loss("over multiclass_generalized_dice_loss", generalized({}), 1e-12, 12);
  check_loss("over multiclass_generalized_dice_loss options", generalized({.smooth = 0.3, .ignore_background = true}),
             1e-12, 12);
}

TEST_CASE("dice losses check what they are given") {
  const Eigen::MatrixXd logits = Eigen::MatrixXd::Constant(2, 3, 1), targets = Eigen::MatrixXd::Identity(2, 3);
  CHECK_THROWS_WITH(dice_loss(logits, targets, {.apply_softmax = false}),
                    "dice_loss: the predictions of pixel 0 sum to 3, not 1; for logits leave apply_softmax at true");
  CHECK_THROWS_WITH(dice_loss(logits, targets, {.class_weights = Eigen::Array2d(1, 2)}),
                    "dice_loss: there are 2 class_weights and 3 classes");
  const std::vector<Eigen::MatrixXd> none;
  CHECK_THROWS_WITH(multiclass_generalized_dice_loss(none, none),
                    "multiclass_generalized_dice_loss: there are 0 predictions and 0 targets");
  CHECK(multiclass_generalized_dice_loss(logits, targets) ==
        multiclass_generalized_dice_loss(std::vector{logits}, std::vector{targets}));
  const Eigen::VectorXd x = Eigen::Vector3d(-1, 0, 2), t = Eigen::Vector3d(0, 1, 1);
  CHECK(binary_dice_loss(x, t) == Approx(binary_dice_loss(Eigen::VectorXd(grove::sigmoid(x)), t, 1.0, false)));
}

TEST_CASE("the loss of a batch of sequences, and its forward probabilities, follow optax") {
  const auto& entry = golden::loss_entry("over ctc_loss");
  const Eigen::MatrixXd logits = golden::to_matrix(entry.at("predictions"), 21);
  Eigen::ArrayXXd logit_paddings = Eigen::ArrayXXd::Zero(3, 7), label_paddings(3, 3);
  logit_paddings.row(1).tail(2) = 1;
  logit_paddings(2, 2) = 1;
  label_paddings << 0, 0, 0, 0, 0, 1, 0, 1, 1;
  Eigen::ArrayXXi labels(3, 3);
  labels << 1, 2, 2, 3, 1, 0, 2, 0, 0;

  const auto forward = ctc_loss_with_forward_probs(logits, logit_paddings, labels, label_paddings);
  const auto close = [](const Eigen::MatrixXd& got, const golden::Row& want) {
    return golden::matrix_distance(got, golden::to_matrix(want, got.rows())) < 1e-12;
  };
  CHECK(close(forward.loss, entry.at("value")));
  CHECK(close(grove::vcat(forward.log_alpha_blank[0], forward.log_alpha_blank[1], forward.log_alpha_blank[2]),
              entry.at("blank")));
  CHECK(close(grove::vcat(forward.log_alpha_emit[0], forward.log_alpha_emit[1], forward.log_alpha_emit[2]),
              entry.at("emit")));
  const auto total = [&](const auto& x) {
    const auto loss = ctc_loss(x, logit_paddings, labels, label_paddings);
    return std::sin(1.0) * loss(0) + std::sin(2.0) * loss(1) + std::sin(3.0) * loss(2);
  };
  CHECK(close(grove::grad(total)(logits), entry.at("grad")));
  const Eigen::MatrixXd first = logits.topRows(7);
  CHECK(ctc_loss(first, {1, 2, 2}) == Approx(forward.loss(0)).epsilon(1e-14));

  CHECK_THROWS_WITH(ctc_loss(first, logit_paddings, labels, label_paddings),
                    "ctc_loss: logits have 7 rows, and logit_paddings are 3×7, sequences by frames");
  CHECK_THROWS_WITH(ctc_loss(logits, logit_paddings, labels, label_paddings.leftCols(2).eval()),
                    "ctc_loss: labels are 3×3 and label_paddings are 3×2");
  CHECK_THROWS_WITH(ctc_loss(logits, {1}, {.blank_id = 9}), "ctc_loss: blank_id 9 is not one of 4 classes");
}
