// Metrics: scikit-learn's values, ties, and what cannot be measured.
#include <models/metrics.hpp>

#include "models/logistic_regression.hpp"
#include "tests/catch.hpp"
#include "tests/models/recorded.hpp"

using namespace grove::models;

using recorded::integers, recorded::matrix, recorded::vector;

TEST_CASE("metrics agree with scikit-learn", "[metrics]") {
  const Eigen::VectorXd labels = vector("metric labels"), scores = vector("metric scores");
  const Eigen::VectorXd probabilities = 0.02 + 0.96 * scores.array();
  const Eigen::VectorXd binary = vector("metric auc_logloss");
  CHECK(roc_auc(labels, scores) == Approx(binary[0]).epsilon(1e-14));
  CHECK(roc_auc(std::vector<int>(labels.begin(), labels.end()), scores.array().exp().eval()) ==
        Approx(binary[0]).epsilon(1e-14));
  CHECK(log_loss(labels, probabilities) == Approx(binary[1]).epsilon(1e-14));

  const std::vector<int> truth = integers("metric classes"), guesses = integers("metric guesses");
  const Eigen::VectorXd several = vector("metric accuracy_logloss");
  CHECK(accuracy(truth, guesses) == Approx(several[0]).epsilon(1e-14));
  const Eigen::MatrixXd counts = matrix("metric confusion", 3);
  CHECK(confusion(truth, guesses).cast<double>() == counts);
  const Eigen::MatrixXd shares = matrix("metric shares", 3);
  CHECK(log_loss(truth, shares) == Approx(several[1]).epsilon(1e-14));

  const Eigen::VectorXd y = vector("metric y"), p = vector("metric p"), of_numbers = vector("metric r2_mae_rmse");
  CHECK(r_squared(y, p) == Approx(of_numbers[0]).epsilon(1e-14));
  CHECK(mean_absolute_error(y, p.array()) == Approx(of_numbers[1]).epsilon(1e-14));
  CHECK(root_mean_squared_error(y, p) == Approx(of_numbers[2]).epsilon(1e-14));
}

TEST_CASE("a sure and right probability costs nothing, a sure and wrong one everything", "[metrics]") {
  const Eigen::VectorXd labels = Eigen::Vector2d(0, 1);
  CHECK(log_loss(labels, labels) == 0);
  CHECK(log_loss(labels, Eigen::VectorXd(1 - labels.array())) == std::numeric_limits<double>::infinity());
  CHECK(r_squared(Eigen::VectorXd::Ones(3).eval(), Eigen::VectorXd::Ones(3).eval()) == 1);
  CHECK(r_squared(Eigen::VectorXd::Ones(3).eval(), Eigen::VectorXd::Zero(3).eval()) == 0);
}

TEST_CASE("what cannot be measured is an error", "[metrics]") {
  const Eigen::VectorXd three = Eigen::Vector3d(0, 1, 1), two = Eigen::Vector2d(0, 1), none;
  CHECK_THROWS_WITH(r_squared(three, two), "r_squared: the observations are 3×1 and the predictions 2×1");
  CHECK_THROWS_AS(mean_absolute_error(three, two), grove::ShapeError);
  CHECK_THROWS_WITH(root_mean_squared_error(none, none), "root_mean_squared_error: there are no observations");
  CHECK_THROWS_WITH(accuracy(three, two), "accuracy: there are 3 observations and 2 predictions");
  CHECK_THROWS_WITH(roc_auc(Eigen::VectorXd(three.tail(2)), two), "roc_auc: every label is 1");
  CHECK_THROWS_WITH(roc_auc(Eigen::VectorXd(2 * three), three), "roc_auc: label 1 is 2, labels are 0 or 1");
  CHECK_THROWS_WITH(confusion({0, -1}, {0, 1}), "confusion: classes are numbered from 0, got -1");
  CHECK_THROWS_WITH(log_loss(two, Eigen::VectorXd(2 * three.tail(2))),
                    "log_loss: probability 0 is 2, outside of [0, 1]");
  CHECK_THROWS_WITH(log_loss(std::vector<int>{0, 3}, Eigen::MatrixXd::Constant(2, 2, 0.5)),
                    "log_loss: label 3 of observation 1 is not one of 2 classes");
}
