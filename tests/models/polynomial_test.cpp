// Polynomials.
#include <models/polynomial.hpp>

#include <models/mean_squared_error.hpp>

#include "tests/catch.hpp"

using namespace grove::models;

TEST_CASE("a polynomial is what its coefficients say", "[polynomial]") {
  const Polynomial<> p{Eigen::Vector3d(1, -2, 3)};
  const Eigen::VectorXd x = Eigen::Vector4d(0, 1, 2, -1);
  CHECK((p(x) - Eigen::Array4d(1, 2, 9, 6)).abs().maxCoeff() < 1e-14);
  CHECK(Polynomial<>{Eigen::VectorXd::Constant(1, 7)}(x).isConstant(7));
}

TEST_CASE("the fit recovers an exact polynomial, and its gradient vanishes there", "[polynomial]") {
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(15, -1, 1);
  const Eigen::VectorXd c = Eigen::Vector4d(0.5, -1, 2, 0.25);
  const Polynomial<> fit = fit_polynomial(x, vandermonde(x, 3) * c, 3);
  CHECK((fit.coefficients - c).norm() < 1e-13);
  const Eigen::VectorXd y = x.array().exp();
  const auto [value, grads] = grove::value_and_grad(mean_squared_error)(fit_polynomial(x, y, 3), x, y);
  CHECK(value < 1e-4);
  CHECK(grads.coefficients.norm() < 1e-14);
}

TEST_CASE("a polynomial that the points cannot fix is an error", "[polynomial]") {
  CHECK_THROWS_WITH(fit_polynomial(Eigen::Vector2d(0, 1), Eigen::Vector2d(0, 1), 2),
                    "fit_polynomial: 2 rows cannot fix 3 coefficients");
  CHECK_THROWS_WITH(vandermonde(Eigen::Vector2d(0, 1), -1), "vandermonde: degree must not be negative, got -1");
}
