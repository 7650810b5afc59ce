// Values and gradients of the losses against optax.
// Headers: optim/losses/{classification,regression}.hpp
#include "optim/losses/classification.hpp"
#include "optim/losses/regression.hpp"
#include "tests/optim/losses/golden_losses.hpp"

using namespace grove::optim::losses;
using golden::check_loss;

TEST_CASE("regression losses follow optax") {
  check_loss("squared_error", [](const auto& p, const auto& t) { return squared_error(p, t); });
  check_loss("l2_loss", [](const auto& p, const auto& t) { return l2_loss(p, t); });
  check_loss("huber_loss", [](const auto& p, const auto& t) { return huber_loss(p, t, 0.8); });
  check_loss("log_cosh", [](const auto& p, const auto& t) { return log_cosh(p, t); });
  check_loss("log_cosh_big", [](const auto& p, const auto& t) { return log_cosh(p, t); });
  check_loss("cosine_similarity", [](const auto& p, const auto& t) { return cosine_similarity(p, t, 1e-3); });
  check_loss("cosine_distance", [](const auto& p, const auto& t) { return cosine_distance(p, t); });
}

TEST_CASE("binary losses follow optax") {
  check_loss("sigmoid_binary_cross_entropy",
             [](const auto& p, const auto& t) { return sigmoid_binary_cross_entropy(p, t); });
  check_loss("sigmoid_binary_cross_entropy_big",
             [](const auto& p, const auto& t) { return sigmoid_binary_cross_entropy(p, t); });
  check_loss("hinge_loss", [](const auto& p, const auto& t) { return hinge_loss(p, t); });
  check_loss("perceptron_loss", [](const auto& p, const auto& t) { return perceptron_loss(p, t); });
  check_loss("sparsemax_loss", [](const auto& p, const auto& t) { return sparsemax_loss(p, t); });
  check_loss("sigmoid_focal_loss", [](const auto& p, const auto& t) { return sigmoid_focal_loss(p, t); });
  check_loss("sigmoid_focal_loss_alpha",
             [](const auto& p, const auto& t) { return sigmoid_focal_loss(p, t, 0.3, 1.5); });
}

TEST_CASE("losses of classes follow optax") {
  const std::vector<int> labels{0, 3, 3, 1};
  check_loss("softmax_cross_entropy", [](const auto& p, const auto& t) { return softmax_cross_entropy(p, t); });
  check_loss("softmax_cross_entropy_big", [](const auto& p, const auto& t) { return softmax_cross_entropy(p, t); });
  check_loss("safe_softmax_cross_entropy",
             [](const auto& p, const auto& t) { return safe_softmax_cross_entropy(p, t); });
  check_loss("softmax_cross_entropy_with_integer_labels",
             [&](const auto& p, const auto&) { return softmax_cross_entropy_with_integer_labels(p, labels); });
  check_loss("multiclass_hinge_loss", [&](const auto& p, const auto&) { return multiclass_hinge_loss(p, labels); });
  check_loss("multiclass_perceptron_loss",
             [&](const auto& p, const auto&) { return multiclass_perceptron_loss(p, labels); });
  check_loss("poly_loss_cross_entropy",
             [](const auto& p, const auto& t) { return poly_loss_cross_entropy(p, t, 1.5); });
  check_loss("fenchel_young_loss", [](const auto& p, const auto& t) {
    return make_fenchel_young_loss([](const auto& s) { return grove::logsumexp(s); })(p, t);
  });
  check_loss("ranking_softmax_loss", [](const auto& p, const auto& t) { return ranking_softmax_loss(p, t); });
  check_loss("smooth_labels", [](const auto& p, const auto&) { return smooth_labels(p, 0.1); });
}

TEST_CASE("divergences follow optax") {
  check_loss("kl_divergence", [](const auto& p, const auto& t) { return kl_divergence(p, t); });
  check_loss("kl_divergence_with_log_targets",
             [](const auto& p, const auto& t) { return kl_divergence_with_log_targets(p, t); });
  check_loss("generalized_kl_divergence", [](const auto& p, const auto& t) { return generalized_kl_divergence(p, t); });
}

TEST_CASE("losses work on single numbers and vectors, and check shapes") {
  CHECK(l2_loss(3.0, 1.0) == 2.0);
  const Eigen::VectorXd p = Eigen::Vector3d(1, 2, 3), t = Eigen::Vector3d(0, 0, 1), short_one = Eigen::Vector2d(0, 1);
  CHECK(softmax_cross_entropy(p, t) == Approx(std::log(std::exp(1) + std::exp(2) + std::exp(3)) - 3));
  CHECK_THROWS_WITH(squared_error(p, short_one), "squared_error: predictions are 3×1 and targets are 2×1");
  CHECK_THROWS_AS(softmax_cross_entropy_with_integer_labels(Eigen::MatrixXd::Zero(1, 2).eval(), {2}),
                  grove::ShapeError);
}
