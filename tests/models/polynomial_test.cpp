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

TEST_CASE("years and seconds since 1970 are as good as small numbers (polynomial-of-years)", "[polynomial]") {
  const Eigen::VectorXd year = Eigen::VectorXd::LinSpaced(31, 1990, 2020);
  const Eigen::VectorXd y = (0.01 * (year.array() - 2005).cube()).matrix();
  CHECK((grove::models::fit_polynomial(year, y, 3)(year) - y.array()).abs().maxCoeff() < 1e-7);
  const Eigen::VectorXd seconds = Eigen::VectorXd::LinSpaced(21, 1644487998.2, 1644488000.5);
  const Eigen::VectorXd z = (3 + 2 * (seconds.array() - 1644487999)).matrix();
  CHECK(grove::models::least_squares(seconds, z).weight[0] == Approx(2).epsilon(1e-7));
  CHECK(grove::models::fit_polynomial(seconds, z, 1).coefficients[1] == Approx(2).epsilon(1e-7));

  // High degrees on a wide range: the powers themselves are dependent to rounding, the polynomial is not.
  const Eigen::VectorXd t = Eigen::VectorXd::LinSpaced(60, -1, 1);
  const Eigen::VectorXd wave = (9 * t.array()).sin().matrix();
  CHECK((grove::models::fit_polynomial(t, wave, 25)(t) - wave.array()).abs().maxCoeff() < 1e-8);
  const Eigen::VectorXd tiny = 1e-200 * t;
  CHECK(grove::models::fit_polynomial(tiny, t, 1).coefficients[1] == Approx(1e200));

  CHECK_THROWS_AS(grove::models::fit_polynomial(Eigen::VectorXd::Constant(5, 2000), Eigen::VectorXd::Ones(5), 1),
                  grove::DataError);
  CHECK(
      grove::models::fit_polynomial(Eigen::VectorXd::Constant(5, 2000), Eigen::VectorXd::Ones(5), 0).coefficients[0] ==
      Approx(1));
}
