// Linear regression: the closed form, and the model inside a loss.
#include <models/linear_regression.hpp>

#include <limits>
#include <type_traits>

#include <models/mean_squared_error.hpp>

#include "tests/catch.hpp"

using namespace grove::models;

TEST_CASE("least squares recovers an exact line", "[linear_regression]") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(20, 3);
  const Eigen::VectorXd y = (x * Eigen::Vector3d(1, -2, 3)).array() + 0.5;
  const auto fit = least_squares(x, y);
  CHECK((fit.weight - Eigen::Vector3d(1, -2, 3)).norm() < 1e-13);
  CHECK(fit.bias == Approx(0.5).epsilon(1e-13));
  CHECK((fit(x) - y.array()).abs().maxCoeff() < 1e-13);
}

TEST_CASE("at the least-squares solution the gradient of the mean squared error is zero", "[linear_regression]") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(50, 4);
  const Eigen::VectorXd y = Eigen::VectorXd::Random(50);
  const auto [value, grads] = grove::value_and_grad(mean_squared_error)(least_squares(x, y), x, y);
  CHECK(value > 0.1);
  CHECK(grads.weight.norm() < 1e-14);
  CHECK(std::abs(grads.bias) < 1e-14);
}

TEST_CASE("the gradient is 2/n·Xᵀr", "[linear_regression]") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(30, 2);
  const Eigen::VectorXd y = Eigen::VectorXd::Random(30);
  const LinearRegression<> model{Eigen::Vector2d(0.3, -0.7), 0.1};
  const Eigen::VectorXd r = (x * model.weight - y).array() + model.bias;
  const auto [value, grads] = grove::value_and_grad(mean_squared_error)(model, x, y);
  CHECK(value == Approx(r.squaredNorm() / 30).epsilon(1e-14));
  CHECK((grads.weight - 2.0 / 30 * x.transpose() * r).norm() < 1e-14);
  CHECK(grads.bias == Approx(2 * r.mean()).epsilon(1e-12));
}

TEST_CASE("models of single precision are fitted in single precision", "[linear_regression]") {
  const Eigen::MatrixXf x = Eigen::MatrixXf::Random(30, 2);
  const Eigen::VectorXf y = Eigen::VectorXf::Random(30);
  const LinearRegression<float> model{Eigen::Vector2f(0.3F, -0.7F), 0.1F};
  const Eigen::VectorXf r = (x * model.weight - y).array() + model.bias;
  const auto [value, grads] = grove::value_and_grad(mean_squared_error)(model, x, y);
  STATIC_REQUIRE(std::is_same_v<decltype(grads.bias), float>);
  CHECK(value == Approx(r.squaredNorm() / 30).epsilon(1e-5));
  CHECK((grads.weight - 2.0F / 30 * x.transpose() * r).norm() < 1e-5F);
}

TEST_CASE("the loss runs on plain numbers too, and fused or not gives the same value", "[linear_regression]") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(30, 2);
  const Eigen::VectorXd y = Eigen::VectorXd::Random(30);
  const LinearRegression<> model{Eigen::Vector2d(0.3, -0.7), 0.1};
  CHECK(mean_squared_error(model, x, y) == Approx(grove::evaluate(mean_squared_error, model, x, y)).epsilon(1e-14));
  CHECK(grove::evaluate(mean_squared_error, model, x, y) ==
        grove::value_and_grad(mean_squared_error)(model, x, y).value);
}

TEST_CASE("problems without one solution are errors", "[linear_regression]") {
  Eigen::MatrixXd x = Eigen::MatrixXd::Random(10, 3);
  Eigen::VectorXd y = Eigen::VectorXd::Random(10);
  CHECK_THROWS_WITH(least_squares(x, y.head(9)), "least_squares: x has 10 rows, y has 9");
  CHECK_THROWS_WITH(least_squares(x.topRows(3), y.head(3)), "least_squares: 3 rows cannot fix 4 coefficients");
  x.col(2) = 2 * x.col(0) - Eigen::VectorXd::Ones(10);
  CHECK_THROWS_WITH(
      least_squares(x, y),
      "least_squares: of 4 columns (the constant included) only 3 are linearly independent; leave some out");
  y[4] = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(least_squares(x, y), "least_squares: the data holds values that are not finite");
}

// Case: model-wrong-columns.
TEST_CASE("data of the wrong shape is an error on plain data as inside a loss", "[linear_regression]") {
  const LinearRegression<> line{Eigen::VectorXd::Ones(3), 0};
  const Eigen::MatrixXd narrow = Eigen::MatrixXd::Ones(5, 2), right = Eigen::MatrixXd::Ones(5, 3);
  const Eigen::VectorXd four = Eigen::VectorXd::Ones(4), five = Eigen::VectorXd::Ones(5);
  const auto message = "matmul: (5×2)·(3×1): inner dimensions 2 and 3 differ";
  CHECK_THROWS_WITH(line(narrow), message);
  CHECK_THROWS_WITH(mean_squared_error(line, narrow, five), message);
  CHECK_THROWS_WITH(grove::grad(mean_squared_error)(line, narrow, five), message);
  CHECK_THROWS_WITH(mean_squared_error(line, right, four), "mean_squared_error: 5×1 and 4×1 differ");
  CHECK_THROWS_AS(mean_squared_error(line, right, four), grove::ShapeError);
  CHECK(mean_squared_error(line, right, five) == 4);
  const auto residuals = [&](const auto& x) { return five.array() - line(x) * 2.0; };
  const auto late = residuals(right);
  CHECK(Eigen::ArrayXd(late)[4] == -5);
}
