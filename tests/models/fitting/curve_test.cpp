// Fits of curves: SciPy's values, derivatives, options, errors.
// Headers: models/{gaussian_peaks,logistic_growth,michaelis_menten}.hpp
#include <models/fitting/curve.hpp>

#include "models/exponential_decay.hpp"
#include "models/gaussian_peaks.hpp"
#include "models/logistic_growth.hpp"
#include "models/michaelis_menten.hpp"
#include "tests/catch.hpp"
#include "tests/models/recorded.hpp"

using namespace grove::models;
using recorded::distance, recorded::matrix;

namespace {

template <class Model>
Fitted<Model> check(const std::string& name, const Model& start) {
  const Eigen::MatrixXd data = matrix(name + " data", 2);
  const auto fitted = fit_curve(start, data.col(0), data.col(1));
  INFO(name);
  CHECK(fitted.converged);
  CHECK(distance(grove::tree::flatten(fitted.params), name + " params") < 1e-7);
  CHECK(distance(grove::tree::flatten(fitted.standard_errors()), name + " errors") < 1e-5);
  CHECK(fitted.score(data.col(0), data.col(1)) == Approx(fitted.measures.r_squared).epsilon(1e-12));
  return fitted;
}

}  // namespace

TEST_CASE("curves agree with scipy.optimize.curve_fit", "[fitting]") {
  const auto rates = check("michaelis_menten", MichaelisMenten<>{100, 0.1});
  check("growth", LogisticGrowth<>{5, 1, 5});
  check("decay", ExponentialDecay<>{1, 1, 0});
  const auto pair = [](double a, double b) { return Eigen::VectorXd(Eigen::Vector2d(a, b)); };
  const auto peaks = check("peaks", GaussianPeaks<>{pair(2, 2), pair(2.5, 6.5), pair(1, 1), 0});
  CHECK(peaks.names[2] == "center(0)");

  const auto table = rates.summary();
  CHECK(table.rows[1].name == "half");
  const Eigen::MatrixXd data = matrix("michaelis_menten data", 2);
  const double squares = (rates.predict(data.col(0)) - data.col(1).array()).square().sum();
  CHECK(table.residual_standard_error == Approx(std::sqrt(squares / 10)).epsilon(1e-12));
  CHECK(table.aic == Approx(12 * (std::log(2 * std::acos(-1.0) * squares / 12) + 1) + 2 * 2).epsilon(1e-12));
}

TEST_CASE("bounds, fixed params and starts without values are said", "[fitting]") {
  const Eigen::MatrixXd data = matrix("decay data", 2);
  const auto held = fit_curve(ExponentialDecay<>{1, 1, 0}, data.col(0), data.col(1),
                              {.fixed = [](const grove::tree::Path& p) { return p == "offset"; }});
  CHECK(held.params.offset == 0);
  CHECK(held.summary().rows[2].note == "fixed");
  const auto bounded = fit_curve(ExponentialDecay<>{1, 1, 0}, data.col(0), data.col(1),
                                 {.lower = {{"rate", 0.5}}, .upper = {{"rate", 1.1}}});
  CHECK(bounded.params.rate == 1.1);
  CHECK(bounded.summary().rows[1].note == "at a bound");
  CHECK_THROWS_WITH(fit_curve(ExponentialDecay<>{1, -1e6, 0}, data.col(0), data.col(1)),
                    Catch::Contains("fit_curve: residual params(1) is inf at the start"));
  CHECK_THROWS_WITH(fit_curve(ExponentialDecay<>{1, 1, 0}, data.col(0), data.col(1).head(3)),
                    "fit_curve: x is 20×1 and y is 3×1: they must have as many rows");
  const GaussianPeaks<> odd{Eigen::VectorXd::Ones(2), Eigen::VectorXd::Ones(1), Eigen::VectorXd::Ones(2), 0};
  CHECK_THROWS_WITH(odd(data.col(0)), "gaussian_peaks: there are 2 heights, 1 centers and 2 widths");
}
