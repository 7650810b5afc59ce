// Regressions that outliers do not rule: statsmodels' Huber estimate, the linear program's quantiles.
// Headers: models/fitting/{huber,quantile}.hpp
#include <models/fitting/huber.hpp>

#include "models/fitting/quantile.hpp"
#include "tests/catch.hpp"
#include "tests/models/recorded.hpp"

using namespace grove::models;
using recorded::distance, recorded::matrix;

TEST_CASE("Huber's regression agrees with statsmodels", "[fitting]") {
  const Eigen::MatrixXd data = matrix("stackloss", 4);
  const auto fitted = fit_huber(data.leftCols(3), data.col(3), {.names = {"air", "water", "acid"}});
  CHECK(fitted.converged);
  CHECK(distance(grove::tree::flatten(fitted.params), "huber params") < 1e-8);
  CHECK(distance(grove::tree::flatten(fitted.standard_errors()), "huber errors") < 1e-8);
  CHECK(distance(Eigen::VectorXd::Constant(1, fitted.measures.residual_standard_error), "huber scale") < 1e-8);
  CHECK(fitted.summary().rows[1].name == "water");
  CHECK_THROWS_WITH(fit_huber(data.leftCols(3), data.col(3), {.threshold = 0}),
                    "fit_huber: threshold must be positive, got 0");
}

TEST_CASE("one outlier moves a robust line little", "[fitting]") {
  const Eigen::MatrixXd x = Eigen::VectorXd::LinSpaced(20, 0, 1);
  Eigen::VectorXd y = 1 + 2 * x.col(0).array() + 0.01 * (40 * x.col(0).array()).sin();
  y[3] = 1000;
  const auto robust = fit_huber(x, y), median = fit_quantile(x, y);
  CHECK(std::abs(robust.params.weight[0] - 2) < 0.03);
  CHECK(std::abs(median.params.weight[0] - 2) < 0.03);
  // An exact line is found whatever lies beside it.
  Eigen::VectorXd exact = 1 + 2 * x.col(0).array();
  exact[3] = 1000;
  CHECK(fit_huber(x, exact).params.weight[0] == Approx(2).epsilon(1e-9));
  CHECK(fit_quantile(x, exact).params.bias == Approx(1).epsilon(1e-9));
}

TEST_CASE("quantiles agree with the linear program and with statsmodels", "[fitting]") {
  const Eigen::MatrixXd data = matrix("engel", 2);
  const auto middle = fit_quantile(data.leftCols(1), data.col(1));
  CHECK(middle.converged);
  CHECK(distance(grove::tree::flatten(middle.params), "median params") < 1e-10);
  CHECK(distance(grove::tree::flatten(middle.standard_errors()), "median errors") < 1e-9);
  CHECK(distance(grove::tree::flatten(middle.standard_errors()), "statsmodels_median errors") < 1e-4);
  const auto upper = fit_quantile(data.leftCols(1), data.col(1), {.quantile = 0.9});
  CHECK(distance(grove::tree::flatten(upper.params), "ninth_decile params") < 1e-10);
  CHECK(distance(grove::tree::flatten(upper.standard_errors()), "ninth_decile errors") < 1e-9);
  CHECK_THROWS_WITH(fit_quantile(data.leftCols(1), data.col(1), {.quantile = 1}),
                    "fit_quantile: quantile must lie in (0, 1), got 1");
}

TEST_CASE("the quantile of equal values and of integers is found", "[fitting]") {
  const Eigen::MatrixXd x = (Eigen::VectorXd(12) << 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3).finished();
  const Eigen::VectorXd y = (Eigen::VectorXd(12) << 0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5).finished();
  const auto fitted = fit_quantile(x, y);
  CHECK(fitted.converged);
  CHECK(fitted.params.weight[0] == Approx(1).epsilon(1e-12));
  CHECK(fitted.params.bias == Approx(1).epsilon(1e-12));
  CHECK(fitted.measures.cost == Approx(4));
  CHECK(fit_quantile(x, Eigen::VectorXd::Zero(12)).summary().rows[0].note == "not determined");
}
