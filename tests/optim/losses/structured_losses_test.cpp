// Losses of sequences, segmentations and embeddings against optax.
// Headers: optim/losses/{segmentation,sequence,similarity}.hpp
#include "optim/losses/classification.hpp"
#include "optim/losses/segmentation.hpp"
#include "optim/losses/sequence.hpp"
#include "optim/losses/similarity.hpp"
#include "tests/optim/losses/golden_losses.hpp"

using namespace grove::optim::losses;
using golden::check_loss;

TEST_CASE("losses of embeddings follow optax") {
  const Eigen::MatrixXd negatives = golden::to_matrix(golden::loss_entry("negatives").at("predictions"));
  check_loss("triplet_margin_loss", [&](const auto& p, const auto& t) { return triplet_margin_loss(p, t, negatives); });
  check_loss("ntxent", [](const auto& p, const auto&) { return ntxent(p, {0, 1, 0, 1}); });
}

TEST_CASE("the sparsemax loss follows optax") {
  check_loss("multiclass_sparsemax_loss", [](const auto& p, const auto&) {
    return multiclass_sparsemax_loss(p, {0, 3, 3, 1});
  });
}

TEST_CASE("the Hessian of the sparsemax loss is that of the projection onto the simplex") {
  const auto loss = [](const auto& s) { return grove::sum(multiclass_sparsemax_loss(s, {2})); };
  const Eigen::MatrixXd scores = Eigen::RowVector3d(0.3, 0.1, -2);  // the first two are in the support
  const Eigen::Matrix3d expected{{0.5, -0.5, 0}, {-0.5, 0.5, 0}, {0, 0, 0}};
  CHECK(grove::hessian(loss)(scores).isApprox(expected));
}

TEST_CASE("dice losses follow optax") {
  // The reference runs on four images of five pixels; here each row is an image.
  check_loss("binary_dice_loss", [](const auto& p, const auto& t) {
    const auto of_row = [&](Eigen::Index i) { return binary_dice_loss(p.row(i), Eigen::RowVectorXd(t.row(i))); };
    return grove::stack(std::vector{of_row(0), of_row(1), of_row(2), of_row(3)});
  });
  check_loss("dice_loss", [](const auto& p, const auto& t) {
    // Two classes: the logit and its negative.
    const auto of_row = [&](Eigen::Index i) {
      const Eigen::VectorXd yes = t.row(i).transpose();
      Eigen::MatrixXd targets(5, 2);
      targets << yes, (1 - yes.array()).matrix();
      const auto logits = p.row(i).transpose();
      return dice_loss(grove::hcat(logits, -logits), targets);
    };
    return grove::stack(std::vector{of_row(0), of_row(1), of_row(2), of_row(3)});
  });
  check_loss("multiclass_generalized_dice_loss", [](const auto& p, const auto& t) {
    std::vector images{p.row(0), p.row(1), p.row(2), p.row(3)};  // of single pixels
    std::vector<Eigen::MatrixXd> targets;
    for (Eigen::Index i = 0; i < 4; ++i) targets.push_back(t.row(i));
    return multiclass_generalized_dice_loss(images, targets);
  });
  check_loss("dice_loss_options", [](const auto& p, const auto& t) {
    const DiceOptions options{.smooth = 0.5, .alpha = 0.3, .beta = 0.7, .ignore_background = true};
    const auto of_row = [&](Eigen::Index i) { return dice_loss_by_class(p.row(i), t.row(i), options); };
    return grove::stack(std::vector{of_row(0), of_row(1), of_row(2), of_row(3)});
  });
}

TEST_CASE("the loss of connectionist temporal classification follows optax") {
  const auto& entry = golden::loss_entry("ctc_loss");
  const Eigen::MatrixXd logits = golden::to_matrix(entry.at("predictions"), 14);
  const auto loss = [](const auto& x) {
    return grove::stack(ctc_loss(x.topRows(7), {1, 2, 2}), ctc_loss(x.block(7, 0, 5, 4), {3, 1}));
  };
  const Eigen::VectorXd value = loss(logits);
  CHECK(value(0) == Approx(entry.at("value")[0]).epsilon(1e-12));
  CHECK(value(1) == Approx(entry.at("value")[1]).epsilon(1e-12));
  const Eigen::MatrixXd grads = grove::grad([&](const auto& x) {
    const auto both = loss(x);
    return both(0) + 2.0 * both(1);
  })(logits);
  CHECK(golden::matrix_distance(grads, golden::to_matrix(entry.at("grad"), 14)) < 1e-12);
  CHECK_THROWS_WITH(ctc_loss(logits, {7}), "ctc_loss: label 7 is not one of 4 classes");
}
