// Losses refuse plain arrays, masks, weights and labels that do not fit.
#include <vector>

#include "optim/optim.hpp"
#include "tests/catch.hpp"

using Eigen::ArrayXd;
using Eigen::ArrayXXd;
using namespace grove::optim::losses;

TEST_CASE("losses of plain arrays of different shapes are errors") {
  const ArrayXd a = ArrayXd::LinSpaced(4, .1, .7), b = ArrayXd::LinSpaced(5, .1, .7);
  const ArrayXXd m = ArrayXXd::Constant(3, 4, 0.5), q = ArrayXXd::Constant(3, 3, 0.5), none(0, 4);
  const std::vector<int> two{0, 1}, three{0, 1, 2}, outside{0, 1, 9}, negative{0, 1, -1};
  const auto mask = [](int rows, int cols) { return EntryMask(EntryMask::Constant(rows, cols, true)); };
#define REFUSES(...) CHECK_THROWS_AS((void)(__VA_ARGS__), grove::ShapeError)
  REFUSES(squared_error(a, b));
  REFUSES(l2_loss(a, b));
  REFUSES(huber_loss(a, b));
  REFUSES(log_cosh(a, b));
  REFUSES(cosine_similarity(a, b));
  REFUSES(cosine_distance(m, q));
  REFUSES(cosine_similarity(m, m, 0.0, each_row.where(mask(2, 2))));
  REFUSES(sigmoid_binary_cross_entropy(a, b));
  REFUSES(sigmoid_focal_loss(a, b));
  REFUSES(hinge_loss(a, b));
  REFUSES(perceptron_loss(a, b));
  REFUSES(sparsemax_loss(a, b));
  REFUSES(softmax_cross_entropy(m, q));
  REFUSES(softmax_cross_entropy(m, m, each_row.where(mask(3, 3))));
  REFUSES(safe_softmax_cross_entropy(m, q));
  REFUSES(softmax_cross_entropy_with_integer_labels(m, two));
  REFUSES(softmax_cross_entropy_with_integer_labels(m, outside));
  REFUSES(softmax_cross_entropy_with_integer_labels(m, three, each_column));
  REFUSES(softmax_cross_entropy_with_integer_labels(m, three, each_row.where(mask(4, 4))));
  REFUSES(multiclass_hinge_loss(m, two));
  REFUSES(multiclass_perceptron_loss(m, outside));
  REFUSES(multiclass_sparsemax_loss(m, negative));
  REFUSES(poly_loss_cross_entropy(m, q));
  REFUSES(kl_divergence(m, q));
  REFUSES(kl_divergence_with_log_targets(m, q));
  REFUSES(generalized_kl_divergence(m, q));
  REFUSES(smooth_labels(m, 0.1, each_row.where(mask(2, 2))));
  REFUSES(ranking_softmax_loss(m, q));
  REFUSES(ranking_softmax_loss(m, m, {.weights = ArrayXXd::Ones(2, 2)}));
  REFUSES(ranking_softmax_loss(m, m, {.where = mask(2, 2)}));
  REFUSES(ranking_softmax_loss_by_list(a, b));
  REFUSES(dice_loss(m, q));
  REFUSES(dice_loss(m, m, {.class_weights = ArrayXd::Ones(3)}));
  REFUSES(binary_dice_loss(a, b));
  REFUSES(multiclass_generalized_dice_loss(m, q));
  REFUSES(multiclass_generalized_dice_loss(std::vector<ArrayXXd>{m}, std::vector<ArrayXXd>{m, m}));
  REFUSES(multiclass_generalized_dice_loss(std::vector<ArrayXXd>{m, q}, std::vector<ArrayXXd>{m, q}));
  REFUSES(ctc_loss(m, outside));
  REFUSES(ctc_loss(m, ArrayXXd::Zero(1, 4), Eigen::ArrayXXi::Ones(1, 2), ArrayXXd::Zero(1, 2)));
  REFUSES(ctc_loss(m, ArrayXXd::Zero(1, 3), Eigen::ArrayXXi::Ones(1, 2), ArrayXXd::Zero(1, 3)));
  REFUSES(ctc_loss(m, ArrayXXd::Zero(1, 3), Eigen::ArrayXXi::Ones(2, 2), ArrayXXd::Zero(2, 2)));
  REFUSES(triplet_margin_loss(m, q, m));
  REFUSES(triplet_margin_loss(m, m, q));
  REFUSES(ntxent(m, two));
#undef REFUSES
}
