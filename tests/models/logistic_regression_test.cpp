// Logistic regression.
#include <models/logistic_regression.hpp>

#include <cmath>

#include "tests/catch.hpp"

using namespace grove::models;

TEST_CASE("the loss is the negative log-likelihood, and its gradient Xᵀ(p - label)/n", "[logistic_regression]") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(25, 2);
  const Eigen::VectorXd labels = (x.col(0).array() > 0.1).cast<double>();
  const LogisticRegression<> model{Eigen::Vector2d(1.5, -0.5), 0.2};
  const Eigen::ArrayXd p = 1 / (1 + (-(x * model.weight).array() - model.bias).exp());
  CHECK((model(x) - p).abs().maxCoeff() < 1e-15);
  const double expected = -(labels.array() * p.log() + (1 - labels.array()) * (1 - p).log()).mean();
  const auto [value, grads] = grove::value_and_grad(log_loss)(model, x, labels);
  CHECK(value == Approx(expected).epsilon(1e-13));
  CHECK((grads.weight - x.transpose() * (p.matrix() - labels) / 25).norm() < 1e-14);
  CHECK(grads.bias == Approx((p - labels.array()).mean()).epsilon(1e-12));
}

TEST_CASE("the loss of a model that is sure and wrong is finite", "[logistic_regression]") {
  const Eigen::MatrixXd x = Eigen::Vector2d(1, -1);
  const Eigen::VectorXd labels = Eigen::Vector2d(0, 1);
  const LogisticRegression<> model{Eigen::VectorXd::Constant(1, 1e4), 0.0};
  const auto [value, grads] = grove::value_and_grad(log_loss)(model, x, labels);
  CHECK(value == Approx(1e4));
  CHECK(grads.weight[0] == Approx(1));
}
